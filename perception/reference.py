"""What is being played, laid out in time at the microphone's sample rate."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from model.stream.values import Sounding
from perception.tone import SAMPLE_RATE_HZ, Block

NS_PER_S = 1_000_000_000
SEAM_SAMPLES = SAMPLE_RATE_HZ // 500
"""Blocks that follow one another within 2 ms are one sound: their times are rounded."""


def to_sample(t_ns: int) -> int:
    """The number of the sample at this point of the monotonic clock."""
    return t_ns * SAMPLE_RATE_HZ // NS_PER_S


class Reference:
    """Sound is placed in order of time and taken in order of time; silence where there was none."""

    def __init__(self) -> None:
        self.end = 0
        """The sample after the last that was placed."""
        self._pieces: deque[tuple[int, Block]] = deque()
        self._resampler: Any = None
        self._rate_hz = 0
        self._next = 0  # where the resampler's next output belongs

    def place(self, sounding: Sounding) -> None:
        start = to_sample(sounding.t_ns)
        resampler = self._resampler
        if resampler is None or sounding.sample_rate_hz != self._rate_hz or abs(start - self.end) > SEAM_SAMPLES:
            resampler = self._begin(start, sounding.sample_rate_hz)
        self.end = start + len(sounding.pcm) // 2 * SAMPLE_RATE_HZ // sounding.sample_rate_hz
        self._add(resampler.push(bytearray(sounding.pcm)))

    def take(self, start: int, n_samples: int) -> Block:
        """The samples from `start` on. What lies before is forgotten."""
        if self.end < start + n_samples:
            self._finish()  # nothing follows at once, and the resampler holds back the last milliseconds
        taken = np.zeros(n_samples, np.int16)
        for at, piece in self._pieces:
            first, last = max(at, start), min(at + len(piece), start + n_samples)
            if first < last:
                taken[first - start : last - start] = piece[first - at : last - at]
        while self._pieces and self._pieces[0][0] + len(self._pieces[0][1]) <= start + n_samples:
            self._pieces.popleft()
        return taken

    def _begin(self, start: int, rate_hz: int) -> Any:
        from livekit.rtc.audio_resampler import AudioResampler, AudioResamplerQuality  # 27 MB: only once we speak

        self._finish()
        # The better ones hold back 40 ms, and the voice is written no more than 50 ms before it sounds.
        quick = AudioResamplerQuality.QUICK
        self._resampler, self._rate_hz = AudioResampler(rate_hz, SAMPLE_RATE_HZ, quality=quick), rate_hz
        self._next = start
        return self._resampler

    def _finish(self) -> None:
        if self._resampler is not None:
            self._add(self._resampler.flush())
            self._resampler = None

    def _add(self, frames: list[Any]) -> None:
        for frame in frames:
            samples = np.frombuffer(bytes(frame.data), np.int16)
            self._pieces.append((self._next, samples))
            self._next += len(samples)
