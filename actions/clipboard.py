"""The clipboard as the hands use it, whatever the window system."""

from __future__ import annotations

from threading import Event as StopSignal
from typing import Protocol

from model.stream.values import Copied

MAX_CHARACTERS = 1_000_000
"""More than this is never read: nobody wants it spoken, and it must not fill the memory."""
LOOK_S = 0.02
LOOKS = 50
"""A program that was told to copy has done so within a second, or there was nothing to copy."""


class Clipboard(Protocol):
    """Called from one thread at a time. Raises `DeviceLost` where it cannot be reached."""

    def read(self) -> Copied | None:
        """What is there, at most `MAX_CHARACTERS` of it, and of a secret nothing; None if its owner does not answer."""
        ...

    def selected(self) -> Copied | None:
        """The same of what is selected with the mouse, where the window system knows (X11's primary selection)."""
        ...

    def write(self, text: str) -> None:
        """Returns once it can be read again."""
        ...

    def changes(self) -> int:
        """How often anybody has copied anything so far."""
        ...

    def changed(self, since: int, stop: StopSignal) -> bool:
        """Whether there were more changes than `since`; waits for one for `LOOKS` times `LOOK_S`, unless stopped."""
        ...

    def close(self) -> None: ...
