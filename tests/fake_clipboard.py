"""A clipboard in memory. `tests/contract/test_clipboards.py` holds it to what the real one does."""

from __future__ import annotations

from threading import Event as StopSignal

from actions.clipboard import MAX_CHARACTERS
from model.stream.clipboard import EMPTY, URL
from model.stream.values import Copied


class FakeClipboard:
    """`held` is what is there. Nothing comes later: what was copied was copied at once."""

    def __init__(self, text: str = "") -> None:
        self.held: Copied | None = EMPTY
        self.marked: Copied | None = EMPTY  # with the mouse
        self._changes = 0
        if text:
            self.write(text)

    @property
    def text(self) -> str:
        return self.held.text if self.held else ""

    def hold(self, held: Copied | None) -> None:
        """Somebody else copies this; None if they do not answer when asked for it."""
        self.held = held
        self._changes += 1

    def read(self) -> Copied | None:
        return self.held

    def selected(self) -> Copied | None:
        return self.marked

    def write(self, text: str) -> None:
        kind = "url" if URL.fullmatch(text.strip()) else "text"
        size_bytes = len(text.encode(errors="replace"))
        self.hold(Copied(kind, text[:MAX_CHARACTERS], size_bytes) if text else EMPTY)

    def changes(self) -> int:
        return self._changes

    def changed(self, since: int, stop: StopSignal) -> bool:
        del stop
        return self._changes > since

    def close(self) -> None:
        pass
