"""A loudspeaker made of a list: it takes what is written, at the pace at which it would be heard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from actions.synthesiser import Samples
from model.stream.errors import DeviceLost

BUFFER_NS = 50_000_000


class Tape:
    """Also the clock of whoever writes to it: time passes only as blocks are played. `at` holds what else happens."""

    def __init__(self, sample_rate: int) -> None:
        self.blocks: list[Samples] = []
        self.at: dict[int, Callable[[], object]] = {}
        self.lost_after: int | None = None
        self.rests = 0
        self.closed = False
        self._sample_rate = sample_rate
        self._now_ns = 0
        self._end_ns = 0

    def now_ns(self) -> int:
        return self._now_ns

    def prepare(self) -> None:
        pass

    def write(self, samples: Samples) -> None:
        if self.lost_after is not None and len(self.blocks) >= self.lost_after:
            raise DeviceLost("The loudspeaker was unplugged.")
        self.at.get(len(self.blocks), lambda: None)()
        self.blocks.append(samples)
        self._end_ns = max(self._end_ns, self._now_ns) + len(samples) * 1_000_000_000 // self._sample_rate
        self._now_ns = max(self._now_ns, self._end_ns - BUFFER_NS)

    def rest(self) -> None:
        self.rests += 1

    def close(self) -> None:
        self.closed = True

    def wait(self, duration_s: float) -> None:
        self._now_ns += int(duration_s * 1e9)

    @property
    def sound(self) -> Samples:
        return np.concatenate([np.zeros(0, np.int16), *self.blocks])
