"""A room between a loudspeaker and a microphone, in simulated time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.stream.values import Sounding
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Block

Sound = NDArray[np.float64]
"""Mono at SAMPLE_RATE_HZ, full scale 32768."""

FULL_SCALE = 32_768.0
DIRECT_OVER_TAIL_DB = 3.0
HISS = 5.0
BLOCK_NS = BLOCK_SAMPLES * 1_000_000_000 // SAMPLE_RATE_HZ


class Room:
    """Plays blocks through an overdriven loudspeaker and returns what arrives at the microphone.

    The echo comes after `delay_ms`, with a tail of `reverberation_s`; at a `gain_db` of 0 it is as strong as it was
    played, about as loud as a user. `overdrive` is how far the loudspeaker bends its peaks; 0 is not at all.
    """

    def __init__(
        self,
        gain_db: float = 0.0,
        delay_ms: int = 80,
        reverberation_s: float = 0.3,
        overdrive: float = 1.5,
        seed: int = 0,
    ) -> None:
        random = np.random.default_rng(seed)
        times_s = np.arange(int(reverberation_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
        tail = random.standard_normal(len(times_s)) * 10 ** (-3 * times_s / reverberation_s)
        tail *= 10 ** (-DIRECT_OVER_TAIL_DB / 20) / np.linalg.norm(tail)
        tail[0] += 1
        delay = np.zeros(delay_ms * SAMPLE_RATE_HZ // 1000)
        self._response = np.concatenate([delay, tail / np.linalg.norm(tail) * 10 ** (gain_db / 20)])
        self._overdrive = overdrive
        self._coming = np.zeros(len(self._response) + BLOCK_SAMPLES)
        self._random = random

    def echo(self, played: Sound) -> Sound:
        """What of all that was played until now arrives while this block [BLOCK_SAMPLES] is played."""
        size = len(self._response) + BLOCK_SAMPLES
        spectrum = np.fft.rfft(self._bent(played), size) * np.fft.rfft(self._response, size)
        self._coming += np.fft.irfft(spectrum, size)
        arrived = self._coming[:BLOCK_SAMPLES] + HISS * self._random.standard_normal(BLOCK_SAMPLES)
        self._coming = np.concatenate([self._coming[BLOCK_SAMPLES:], np.zeros(BLOCK_SAMPLES)])
        return arrived

    def _bent(self, played: Sound) -> Sound:
        if not self._overdrive:
            return played
        return np.tanh(self._overdrive * played / FULL_SCALE) / np.tanh(self._overdrive) * FULL_SCALE


def to_block(sound: Sound) -> Block:
    """As a microphone delivers it: clipped."""
    return np.clip(sound, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def sounding(played: Sound, t_ns: int) -> Sounding:
    return Sounding(t_ns, to_block(played).tobytes(), SAMPLE_RATE_HZ)


def blocks(sound: Sound) -> NDArray[np.float64]:
    """[n, BLOCK_SAMPLES], the rest filled with silence."""
    return np.pad(sound, (0, -len(sound) % BLOCK_SAMPLES)).reshape(-1, BLOCK_SAMPLES)


def loudness_db(sound: Sound) -> float:
    """Root mean square relative to full scale."""
    return 10 * float(np.log10(np.mean((sound / FULL_SCALE) ** 2) + 1e-12))
