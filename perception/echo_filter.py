"""An echo, predicted from what is played and subtracted; what the user says meanwhile stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.tone import Block

PART_SAMPLES = 320
N_PARTS = 24
"""480 ms: the way through the sound system, and the room after it."""
FORGETTING = 0.9998
"""How much of the path is still the same one part later. At 0.999 it follows faster, and user's speech disturbs it."""
SMOOTHING = 0.5
FIRST_UNCERTAINTY = 10.0
DECAY_PARTS = 6.0
"""Before anything is known, late echoes are expected to be weaker."""
FULL_SCALE = 32_768.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Parted:
    """What was heard, parted into what was predicted and the rest; both [PART_SAMPLES], full scale 1."""

    rest: Floats
    echo: Floats
    doubt: Floats
    """[PART_SAMPLES + 1] power of the echo that may still be in the rest, by what the filter does not know yet."""


class EchoFilter:
    """A Kalman filter per frequency over the parts of the echo path, so that it stops learning where a user talks.

    K = N_PARTS, F = PART_SAMPLES + 1.
    Source: G. Enzner, P. Vary, Frequency-domain adaptive Kalman filter for acoustic echo control, Signal Processing 86
    (2006); in parts as in F. Kuech et al., State-space architecture of the partitioned-block-based acoustic echo
    controller, ICASSP 2014.
    """

    def __init__(self) -> None:
        shape = (N_PARTS, PART_SAMPLES + 1)
        self._far = np.zeros(shape, np.complex64)  # [K, F] spectra of what was played, newest first
        self._last_far = np.zeros(PART_SAMPLES, np.float32)
        self.forget()

    def forget(self) -> None:
        """The echo comes another way: what was learned is wrong now, and worse than knowing nothing."""
        shape = (N_PARTS, PART_SAMPLES + 1)
        self._path = np.zeros(shape, np.complex64)  # [K, F]
        decay = np.exp(-np.arange(N_PARTS) / DECAY_PARTS)[:, None]
        self._uncertainty = (FIRST_UNCERTAINTY * decay * np.ones(shape)).astype(np.float32)  # [K, F]
        self._rest = np.full(PART_SAMPLES + 1, 1e-2, np.float32)  # [F] power of all that is no echo

    def part(self, far: Block, near: Block) -> Parted:
        """`far` was played while `near` was heard, or up to N_PARTS earlier; both int16 [PART_SAMPLES]."""
        self.play(far)
        heard = (near / FULL_SCALE).astype(np.float32)
        echo = np.fft.irfft((self._path * self._far).sum(axis=0))[PART_SAMPLES:].astype(np.float32)
        rest = heard - echo
        return Parted(rest, echo, self._learn(rest))

    def play(self, far: Block) -> None:
        """`far` was played while nothing was heard."""
        sound = (far / FULL_SCALE).astype(np.float32)
        self._far[1:] = self._far[:-1]
        self._far[0] = np.fft.rfft(np.concatenate([self._last_far, sound]))
        self._last_far = sound

    def _learn(self, rest: Floats) -> Floats:
        """Returns by how much the prediction was uncertain."""
        error = np.fft.rfft(np.concatenate([np.zeros(PART_SAMPLES, np.float32), rest]))  # [F]
        power = np.abs(self._far) ** 2  # [K, F]
        doubt = 0.5 * (power * self._uncertainty).sum(axis=0)
        self._rest = SMOOTHING * self._rest + (1 - SMOOTHING) * np.abs(error) ** 2
        gain = self._uncertainty / (doubt + self._rest + 1e-9)
        kept = FORGETTING**2
        known = kept * (1 - 0.5 * gain * power) * self._uncertainty + (1 - kept) * np.abs(self._path) ** 2
        self._uncertainty = np.maximum(known, 1e-8).astype(np.float32)
        change = np.fft.irfft(gain * self._far.conj() * error, axis=1)  # [K, 2 * PART_SAMPLES]
        change[:, PART_SAMPLES:] = 0  # a part of a path is no longer than its part
        self._path += np.fft.rfft(change, axis=1).astype(np.complex64)
        return doubt


def to_part(sound: Floats) -> Block:
    """Back to samples."""
    return np.clip(sound * FULL_SCALE, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
