"""What is being played, laid out in time at the microphone's sample rate."""

from __future__ import annotations

from collections import deque
from math import gcd

import numpy as np
from numpy.typing import NDArray

from model.stream.values import Sounding
from perception.tone import SAMPLE_RATE_HZ, Block

NS_PER_S = 1_000_000_000
SEAM_SAMPLES = SAMPLE_RATE_HZ // 500
"""Blocks that follow one another within 2 ms are one sound: their times are rounded."""
NEVER = -(1 << 62)
HALF_WIDTH = 16
"""Samples of the input to both sides that make up one of the output; it is held back as long, under a millisecond."""


def to_sample(t_ns: int) -> int:
    """The number of the sample at this point of the monotonic clock."""
    return t_ns * SAMPLE_RATE_HZ // NS_PER_S


class Reference:
    """Sound is placed in order of time and taken in order of time; silence where there was none."""

    def __init__(self) -> None:
        self.end = NEVER
        """The sample after the last that was placed."""
        self._pieces: deque[tuple[int, Block]] = deque()
        self._resampler: Resampler | None = None
        self._next = 0  # where the resampler's next output belongs

    def place(self, sounding: Sounding) -> None:
        start = to_sample(sounding.t_ns)
        resampler = self._resampler
        apart = abs(start - self.end) > SEAM_SAMPLES
        if resampler is None or sounding.sample_rate_hz != resampler.rate_hz or apart:
            self._finish()
            resampler = self._resampler = Resampler(sounding.sample_rate_hz)
            self._next = start
        self.end = start + len(sounding.pcm) // 2 * SAMPLE_RATE_HZ // sounding.sample_rate_hz
        self._add(resampler.push(np.frombuffer(sounding.pcm, np.int16)))

    def take(self, start: int, n_samples: int) -> Block:
        """The samples from `start` on. What lies before is forgotten."""
        if self.end < start + n_samples:
            self._finish()  # nothing follows at once, and the resampler holds back the last ones
        taken = np.zeros(n_samples, np.int16)
        for at, piece in self._pieces:
            first, last = max(at, start), min(at + len(piece), start + n_samples)
            if first < last:
                taken[first - start : last - start] = piece[first - at : last - at]
        while self._pieces and self._pieces[0][0] + len(self._pieces[0][1]) <= start + n_samples:
            self._pieces.popleft()
        return taken

    def _finish(self) -> None:
        if self._resampler is not None:
            self._add(self._resampler.push(np.zeros(HALF_WIDTH + 1, np.int16)))
            self._resampler = None

    def _add(self, samples: Block) -> None:
        self._pieces.append((self._next, samples))
        self._next += len(samples)


class Resampler:
    """From one rate to the microphone's, as the samples come: a windowed sinc, at each of its phases.

    A package for it was tried and let go: good ones hold back 40 ms, which is nearly as much as we know in advance.
    """

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        common = gcd(rate_hz, SAMPLE_RATE_HZ)
        self._step, self._n_phases = rate_hz // common, SAMPLE_RATE_HZ // common
        self._weights = _weights(self._n_phases, min(1.0, SAMPLE_RATE_HZ / rate_hz))
        self._kept = np.zeros(HALF_WIDTH - 1, np.float32)
        self._at = 0  # of the next output, in phases after the first kept sample that has HALF_WIDTH before it

    def push(self, samples: Block) -> Block:
        """What can be told of the output by now."""
        self._kept = np.concatenate([self._kept, samples.astype(np.float32)])
        n_ready = len(self._kept) - 2 * HALF_WIDTH  # a sample needs as many to both sides
        ats = np.arange(self._at, max(n_ready, 0) * self._n_phases, self._step)
        firsts, phases = np.divmod(ats, self._n_phases)
        windows = np.lib.stride_tricks.sliding_window_view(self._kept, 2 * HALF_WIDTH)
        made = (windows[firsts] * self._weights[phases]).sum(axis=1) if len(ats) else np.zeros(0)
        used = min(len(self._kept), (self._at + len(ats) * self._step) // self._n_phases)
        self._at += len(ats) * self._step - used * self._n_phases
        self._kept = self._kept[used:]
        return np.clip(made, -32_768, 32_767).astype(np.int16)


def _weights(n_phases: int, cutoff: float) -> NDArray[np.float32]:
    """[n_phases, 2 * HALF_WIDTH]: how much each sample around counts, where the output lies between two of them."""
    offsets = np.arange(1 - HALF_WIDTH, HALF_WIDTH + 1)[None, :] - (np.arange(n_phases) / n_phases)[:, None]
    shape = cutoff * np.sinc(cutoff * offsets) * np.cos(np.pi * offsets / (2 * HALF_WIDTH + 2)) ** 2
    return shape.astype(np.float32)
