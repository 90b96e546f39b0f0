"""Whether what is left of a sound is still our own voice: the last guard, for an echo that has just moved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Block, loudness_dbfs

LOOK_BACK_SAMPLES = SAMPLE_RATE_HZ * 8 // 10
"""The oldest echo that is looked for."""
LOOKED_AT_SAMPLES = 2 * BLOCK_SAMPLES
SURELY = 8.0
"""Of echoes in a room 95 % are more like what was played, of other voices 6 % are."""
WHITENING = 0.7
AUDIBLE_DBFS = -50.0
FFT_SAMPLES = 16_384


class Likeness:
    """Follows what is played and what is left of it, block by block."""

    def __init__(self) -> None:
        self._far = np.zeros(LOOK_BACK_SAMPLES + LOOKED_AT_SAMPLES, np.int16)
        self._left = np.zeros(LOOKED_AT_SAMPLES, np.int16)

    def is_echo(self, far: Block, left: Block) -> bool:
        """`left` is what remains of a block that was heard while `far` was played; costs nothing where it is quiet."""
        self._far = np.concatenate([self._far[len(far) :], far])
        self._left = np.concatenate([self._left[len(left) :], left])
        return loudness_dbfs(left) > AUDIBLE_DBFS and likeness(self._left, self._far) > SURELY


def likeness(left: Block, far: Block) -> float:
    """How far the best of all delays stands out: about 5 for another voice, 20 for an echo, even of a distorting room.

    The generalised cross-correlation. Plain correlation does not tell two voices apart: their pitches come to agree.
    Source: C. Knapp, G. Carter, The generalized correlation method for estimation of time delay, IEEE Transactions on
    Acoustics, Speech, and Signal Processing 24 (1976).
    """
    cross = _spectrum(far) * _spectrum(left * np.hanning(len(left))).conj()
    whitened = cross / (np.abs(cross) ** WHITENING + 1e-3)
    at_delays = np.fft.irfft(whitened, FFT_SAMPLES)[: len(far) - len(left) + 1]
    spread = float(np.sqrt(np.mean(at_delays**2)))
    return float(np.abs(at_delays).max()) / spread if spread > 0 else 0.0


def _spectrum(samples: NDArray[np.int16] | NDArray[np.float64]) -> NDArray[np.complex128]:
    return np.fft.rfft(samples, FFT_SAMPLES)
