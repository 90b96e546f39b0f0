"""What is left of an echo after subtraction, taken out by frequency: where somebody else is louder, they stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perception.echo_filter import PART_SAMPLES, Floats, Parted

MEMORY = 0.98
"""Of the statistics, from one part to the next: a second."""
FOLLOWING = 0.6
REVERBERATION = 0.8
"""What lingers in a room of an echo, from one part to the next."""
CAUTION = 4.0
"""By how much more is taken out than is expected to be left."""
LEAST_LEAK = 0.003
FLOOR = 0.03
NEIGHBOURS = np.ones(5) / 5

Powers = NDArray[np.float64]


class Residue:
    """A Wiener filter. How much is left it learns from how the rest swells with the prediction: a user does not.

    A loudspeaker that distorts leaves more than the filter thinks; a filter that has just begun leaves what it doubts.
    The result comes one part late, because neighbouring parts overlap.
    Source for the leak: J.-M. Valin, On adjusting the learning rate in frequency domain echo cancellation with
    double-talk, IEEE Transactions on Audio, Speech, and Language Processing 15 (2007).
    """

    def __init__(self) -> None:
        self._window = np.sqrt(np.hanning(2 * PART_SAMPLES + 1)[:-1])
        self._before = np.zeros((2, PART_SAMPLES))  # rest and echo
        self._half = np.zeros(PART_SAMPLES)
        self._rest = np.zeros(PART_SAMPLES + 1)  # [F] powers
        self._echo = np.zeros(PART_SAMPLES + 1)
        self._lingering = np.zeros(PART_SAMPLES + 1)
        self._means = np.zeros((2, PART_SAMPLES + 1))
        self.forget()

    def forget(self) -> None:
        """Expect the worst again."""
        self._together = np.full(PART_SAMPLES + 1, 1e-6)
        self._variance = np.full(PART_SAMPLES + 1, 1e-6)

    def suppress(self, parted: Parted) -> Floats:
        """The rest of one part earlier, without what is left of the echo; [PART_SAMPLES], full scale 1."""
        rest, echo = self._spectra(parted)
        power = np.abs(rest) ** 2
        left = self._left(power, np.abs(echo) ** 2, parted.doubt)
        gain = np.maximum(1 - left / (np.maximum(self._rest, power) + 1e-12), FLOOR)
        sound = np.fft.irfft(gain * rest) * self._window
        whole, self._half = self._half + sound[:PART_SAMPLES], sound[PART_SAMPLES:]
        return whole.astype(np.float32)

    def _spectra(self, parted: Parted) -> NDArray[np.complex128]:
        now = np.stack([parted.rest, parted.echo]).astype(np.float64)
        overlapping = np.concatenate([self._before, now], axis=1)
        self._before = now
        return np.fft.rfft(self._window * overlapping, axis=1)

    def _left(self, rest: Powers, echo: Powers, doubt: Floats) -> Powers:
        """The power of the echo that is still in the rest, with caution."""
        self._lingering = np.maximum(REVERBERATION * self._lingering, echo)
        self._rest = FOLLOWING * self._rest + (1 - FOLLOWING) * rest
        self._echo = np.maximum(0.5 * self._echo, echo)
        leak = np.convolve(self._leak(), NEIGHBOURS, "same")
        return CAUTION * np.maximum(leak * self._lingering, 0.5 * doubt)

    def _leak(self) -> Powers:
        """The slope of the rest's power over the prediction's, by regression."""
        powers = np.stack([self._rest, self._echo])
        swelling = powers - self._means
        self._means = MEMORY * self._means + (1 - MEMORY) * powers
        self._together = MEMORY * self._together + (1 - MEMORY) * swelling[0] * swelling[1]
        self._variance = MEMORY * self._variance + (1 - MEMORY) * swelling[1] ** 2
        return np.clip(self._together / (self._variance + 1e-12), LEAST_LEAK, 1.0)
