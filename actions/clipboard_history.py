"""What was copied earlier: in memory only, bounded, and gone when the app ends. Secrets never come here."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from model.stream.clipboard import MAX_CHARACTERS
from model.stream.values import Copied, Event, Step, Tick

MAX_ENTRIES = 50
MAX_BYTES = 1_000_000
_KEPT = frozenset({"text", "url", "files", "image"})


class ClipboardHistory:
    """Listens to what the senses report, as a recorder of the loop; any thread may look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Copied] = []

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        del tick, step
        for event in events:
            if isinstance(event.data, Copied):
                self.add(event.data)

    def add(self, copied: Copied) -> None:
        """What is copied again comes to the front, as a thing is only once on the clipboard."""
        if copied.kind not in _KEPT:
            return
        with self._lock:
            self._entries = [copied, *(entry for entry in self._entries if entry != copied)][:MAX_ENTRIES]
            while sum(map(_size, self._entries)) > MAX_BYTES:
                self._entries.pop()

    def entries(self) -> tuple[Copied, ...]:
        """The newest first."""
        with self._lock:
            return tuple(self._entries)


def is_whole(copied: Copied) -> bool:
    """Whether nothing was left out of its text, which the sense cuts at a length in characters and in bytes."""
    return len(copied.text) < MAX_CHARACTERS and copied.size_bytes <= 4 * MAX_CHARACTERS


def _size(copied: Copied) -> int:
    return len(copied.text.encode("utf-8", "surrogatepass"))
