"""The sense "clipboard": what was copied, each change told once, and every change that was not told counted."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event as StopSignal
from typing import Protocol

from model.stream.clipboard import SECRET
from model.stream.errors import DeviceLost
from model.stream.protocols import Post
from model.stream.queues import QueueStatistics
from model.stream.values import Channel, Copied, Event, Origin

FIGHT_REST_S, MAX_FIGHT_REST_S = 0.05, 2.0
"""Programs that take the clipboard from each other change it without end and to nothing new: it is then read less and
less often, up to this."""
SELECTION_REST_S = 0.5
"""Selecting by dragging changes the selection with every pixel; it is read no more often than this."""


class Source(Protocol):
    """A clipboard that can be waited for and read. Raises `DeviceLost` once it is gone."""

    def wait(self, stop: StopSignal) -> int:
        """How many changes there were since the last call. Returns after a second at most."""
        ...

    def read(self, stop: StopSignal) -> Copied | None:
        """None if whoever copied it does not answer, or something else was copied meanwhile."""
        ...

    def close(self) -> None: ...


class Teller:
    """Posts what was copied unless it was the last thing posted, and keeps count."""

    def __init__(self, name: str, now_ns: Callable[[], int]) -> None:
        self._name = name
        self._now_ns = now_ns
        self._last: Copied | None = None
        self._changes = 0
        self._untold = 0

    def tell(self, copied: Copied | None, changes: int, post: Post) -> bool:
        """The newest of so many changes; None if it could not be read. Whether that was something new."""
        self._changes += changes
        self._untold += changes if copied is None else changes - 1
        if copied is None or copied == self._last:
            return False
        self._last = copied
        post(Event(self._now_ns(), Channel.CLIPBOARD, copied, Origin.WORLD))
        return True

    def forget(self) -> None:
        """What is there will be told again."""
        self._last = None

    def statistics(self) -> QueueStatistics:
        """A queue of one: of several changes at once only the newest is told."""
        return QueueStatistics(self._name, 0, 1, self._changes, self._untold, "all but the newest")


class ClipboardWatch:
    """A sense on a thread of its own. Tells what is there at first, and then every change."""

    name = "clipboard"
    rest_s = 0.0

    def __init__(
        self, open_source: Callable[[], Source] | None = None, now_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._open_source = open_source or (lambda: open_selection("CLIPBOARD"))
        self._teller = Teller(self.name, now_ns)

    def run(self, post: Post, stop: StopSignal) -> None:
        """Raises `DeviceLost` if the desktop goes away."""
        source = self._open_source()
        self._teller.forget()
        try:
            changes, rest_s = 1, 0.0
            while not stop.is_set():
                if changes:
                    new = self._teller.tell(self._read(source, stop), changes, post)
                    rest_s = 0.0 if new else min(MAX_FIGHT_REST_S, max(FIGHT_REST_S, 2 * rest_s))
                    stop.wait(max(self.rest_s, rest_s))
                changes = source.wait(stop)
        finally:
            source.close()

    def statistics(self) -> QueueStatistics:
        return self._teller.statistics()

    def _read(self, source: Source, stop: StopSignal) -> Copied | None:
        return source.read(stop)


class SelectionWatch(ClipboardWatch):
    """The sense "selection": what was selected with the mouse, X11's primary selection."""

    name = "selection"
    rest_s = SELECTION_REST_S

    def __init__(
        self, open_source: Callable[[], Source] | None = None, now_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        super().__init__(open_source or (lambda: open_selection("PRIMARY")), now_ns)

    def _read(self, source: Source, stop: StopSignal) -> Copied | None:
        copied = source.read(stop)
        if copied is None or copied == SECRET or not copied.text:
            return None if copied is None else Copied("selection", "", 0)
        return replace(copied, kind="selection")


def open_selection(selection: str) -> Source:
    """`CLIPBOARD` or `PRIMARY` of this desktop. Raises `DeviceLost` naming what is missing.

    Where nobody tells which formats there are, nothing is read at all: a password would look like any other text.
    """
    display = os.environ.get("DISPLAY")
    if not display:
        raise DeviceLost(
            "The clipboard is not watched: without a window that takes an X11 desktop (DISPLAY is not set)."
        )
    if shutil.which("xclip") is None:
        raise DeviceLost("The clipboard is not watched: xclip is missing; install it with: apt-get install xclip.")
    from perception.x11_selection import XSelection

    return XSelection(display, selection)
