"""How much of our own voice is in a sound, by which way it came, and whether that way has changed.

Nothing has to be learned beforehand, so this holds from the first block of an echo on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perception.tone import SAMPLE_RATE_HZ, Block, loudness_dbfs

LOOK_BACK_SAMPLES = SAMPLE_RATE_HZ * 6 // 10
"""The oldest echo that is looked for."""
LOOKED_AT_SAMPLES = SAMPLE_RATE_HZ * 16 // 100
LONGEST_PAUSE_SAMPLES = SAMPLE_RATE_HZ * 3 // 10
"""After so long a silence we have ended; shorter ones are between our words."""
AUDIBLE_DBFS = -50.0
AUDIBLE_SAMPLE = 32_768 * 10 ** (AUDIBLE_DBFS / 20)
WHITENING = 0.7
FFT_SAMPLES = 12_288

SURELY = 12.0
"""Summed up, echoes of all rooms tried stand out by more than 17, other voices by less than 9, in 98 parts of 100."""
KEPT = 0.89
"""Of what was known a look earlier: old evidence counts half after a quarter of a second of sound."""
ENOUGH_LOOKS = 5
"""Fewer, at what could be heard, prove nothing."""
SILENT_LOOKS = 12
"""Where we speak and nothing can be heard, so many prove that there is no echo: half a second."""
SAME_SAMPLES = 3
NO_LONGER = 0.5
"""The way has changed where the old one stands out by less than this share of the new one."""

Floats = NDArray[np.float32]
Spectrum = NDArray[np.complex64]
WINDOW = np.hanning(LOOKED_AT_SAMPLES).astype(np.float32)


class Correlation:
    """Follows what is played, and tells at which delay another sound is like it.

    The generalised cross-correlation. The plain one does not tell two voices apart: their pitches come to agree.
    Source: C. Knapp, G. Carter, The generalized correlation method for estimation of time delay, IEEE Transactions
    on Acoustics, Speech, and Signal Processing 24 (1976).
    """

    def __init__(self) -> None:
        self._far = np.zeros(LOOK_BACK_SAMPLES + LOOKED_AT_SAMPLES, np.int16)
        self._spectrum: Spectrum | None = None

    def play(self, far: Block) -> None:
        self._far = np.concatenate([self._far[len(far) :], far])
        self._spectrum = None

    @property
    def playing(self) -> bool:
        return loudness_dbfs(self._far) >= AUDIBLE_DBFS

    def at_delays(self, latest: Block) -> Floats | None:
        """[LOOK_BACK_SAMPLES + 1], by delay in samples, in units of what is usual: 5 is chance, 20 an echo.

        Once we have ended, 0 at the delays at which nothing can come any more: taken for what is usual, they would make
        an echo of whatever is heard soon after. `latest` is [LOOKED_AT_SAMPLES] up to now. None, at little cost, where
        one of the two cannot be heard.
        """
        if loudness_dbfs(latest) < AUDIBLE_DBFS or not self.playing:
            return None
        if self._spectrum is None:
            self._spectrum = _spectrum(self._far)
        cross = self._spectrum * _spectrum(latest * WINDOW).conj()
        whitened = cross / (np.abs(cross) ** WHITENING + 1e-3)
        at_delays = np.fft.irfft(whitened, FFT_SAMPLES)[LOOK_BACK_SAMPLES::-1].astype(np.float32)
        ended_samples = self._ended_samples()
        if ended_samples > LONGEST_PAUSE_SAMPLES:
            at_delays[: ended_samples - LOOKED_AT_SAMPLES // 2] = 0
        return at_delays / (_spread(at_delays) or 1.0)

    def _ended_samples(self) -> int:
        """How long ago the last sample was played that can be heard."""
        audible = np.flatnonzero(np.abs(self._far[::-1].astype(np.int32)) >= AUDIBLE_SAMPLE)
        return int(audible[0]) if audible.size else 0


class Latest:
    """The latest [LOOKED_AT_SAMPLES] of a sound."""

    def __init__(self) -> None:
        self.samples = np.zeros(LOOKED_AT_SAMPLES, np.int16)

    def add(self, part: Block) -> Block:
        self.samples = np.concatenate([self.samples[len(part) :], part])
        return self.samples


class Presence:
    """Whether the microphone hears our voice at all these days, and whether its way to it has changed."""

    def __init__(self) -> None:
        self._sum = np.zeros(LOOK_BACK_SAMPLES + 1, np.float32)
        self._looks = 0
        self._silent = 0
        self._present = False
        self._delay: int | None = None  # kept while a user drowns the echo

    @property
    def proven(self) -> bool:
        """Whether enough was heard to tell."""
        return self._present or self._looks >= ENOUGH_LOOKS or self._silent >= SILENT_LOOKS

    @property
    def possible(self) -> bool:
        """Until enough was heard, too: a user who is heard a little later is better than a voice that hears itself."""
        return self._present or not self.proven

    def nothing(self) -> None:
        """We speak, and the microphone hears nothing."""
        self._silent += 1

    def notice(self, at_delays: Floats) -> bool:
        """Whether an echo has begun, or now comes another way than before."""
        self._looks += 1
        self._sum = KEPT * self._sum + at_delays
        spoke = at_delays != 0
        size = np.abs(self._sum * spoke)
        delay = int(size.argmax())
        summed = size[delay] / (_spread(self._sum * spoke) or 1.0)
        self._present = max(summed, likeness(at_delays)) > SURELY
        if summed <= SURELY or not self._is_new(delay, size):
            return False
        self._delay = delay
        return True

    def _is_new(self, delay: int, size: Floats) -> bool:
        if self._delay is None:
            return True
        around = size[max(0, self._delay - SAME_SAMPLES) : self._delay + SAME_SAMPLES + 1]
        return abs(delay - self._delay) > SAME_SAMPLES and around.max() < NO_LONGER * size[delay]


def likeness(at_delays: Floats) -> float:
    """By how much the best of all delays stands out."""
    return float(np.abs(at_delays).max())


def _spread(values: Floats) -> float:
    """Root mean square of what is not 0."""
    return float(np.sqrt(values @ values / max(1, np.count_nonzero(values))))


def _spectrum(samples: Block | Floats) -> Spectrum:
    return np.fft.rfft(samples.astype(np.float32), FFT_SAMPLES).astype(np.complex64)
