"""The playback cursor: which words have been heard by now, of those handed to the loudspeaker."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

NS_PER_S = 1_000_000_000


class Cursor:
    """Pure bookkeeping over the times of writing.

    A loudspeaker that is fed without a break plays without a break, so a block begins to be heard when the one before
    it ends, or when it is written if that is later. The delay that the sound system reports was tried instead and
    rejected: it is wrong by a buffer's length whenever the buffer is not full.
    """

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._waiting: deque[tuple[int, str]] = deque()
        self.end_ns = 0
        """When the last sample that was written will have been heard."""

    def wrote(self, n_samples: int, words: Sequence[tuple[int, str]], now_ns: int) -> int:
        """A block was handed over at `now_ns`; `words` begin at these samples of it. Returns when it is heard."""
        start_ns = max(self.end_ns, now_ns)
        self._waiting += [(start_ns + self._duration_ns(sample), word) for sample, word in words]
        self.end_ns = start_ns + self._duration_ns(n_samples)
        return start_ns

    def heard(self, now_ns: int) -> list[tuple[int, str]]:
        """The words whose first sound came since the last call, each with its time."""
        words: list[tuple[int, str]] = []
        while self._waiting and self._waiting[0][0] <= now_ns:
            words.append(self._waiting.popleft())
        return words

    def forget(self, now_ns: int) -> None:
        """What has not been heard by now was dropped and never will be."""
        self._waiting.clear()
        self.end_ns = now_ns

    def _duration_ns(self, n_samples: int) -> int:
        return n_samples * NS_PER_S // self._sample_rate
