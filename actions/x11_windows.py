"""Windows on X11, through what window managers agreed on.

Source: Extended Window Manager Hints 1.5, and the Inter-Client Communication Conventions for minimizing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from Xlib import X, Xutil, error
from Xlib.protocol.event import ClientMessage

from actions.hands import Focus
from actions.x11_properties import title_and_app
from actions.xtest import losing_display, open_display
from model.stream.errors import DeviceLost, NotPermitted

OBEYS_WITHIN_S = 2.0
LOOK_AGAIN_S = 0.01

_BY_USER = 2
"""Who asks: a pager or the like, which stands for the user."""
_REMOVE, _ADD = 0, 1
_MAXIMIZED = ("_NET_WM_STATE_MAXIMIZED_VERT", "_NET_WM_STATE_MAXIMIZED_HORZ")


_NO_MANAGER = (
    "No window manager is running, so windows can be neither listed nor moved nor closed; start one, such as openbox, "
    "or log in to a whole desktop."
)


class X11Windows:
    """`actions.windows.Windows` on one X display, with a connection of its own."""

    def __init__(self, display: str | None) -> None:
        """Raises `DeviceLost` without a display."""
        self._display = open_display(display)
        self._root: Any = self._display.screen().root
        self._lock = threading.Lock()

    def close(self) -> None:
        """Idempotent."""
        with self._lock, suppress(error.ConnectionClosedError, OSError):
            self._display.close()

    def all(self) -> Sequence[Focus]:
        with self._x():
            self._require_manager()
            ids = reversed(self._numbers(self._root, "_NET_CLIENT_LIST_STACKING"))
            found = [self._describe(window) for window in sorted(ids, key=self._is_minimized)]
        return [window for window in found if window is not None]

    def focus(self, window: int) -> None:
        self._ask(window, "_NET_ACTIVE_WINDOW", _BY_USER, X.CurrentTime)
        self._expect(lambda: self._is_open(window) and self._numbers(self._root, "_NET_ACTIVE_WINDOW") == [window])

    def minimize(self, window: int) -> None:
        self._ask(window, "WM_CHANGE_STATE", Xutil.IconicState)
        self._expect(lambda: self._is_minimized(window))

    def is_minimized(self, window: int) -> bool:
        with self._x():
            return self._is_minimized(window)

    def maximize(self, window: int, on: bool) -> bool:
        with self._x():
            before = set(_MAXIMIZED) <= self._states(window)
            atoms = [self._display.intern_atom(name) for name in _MAXIMIZED]
        if before == on:
            return False
        self._ask(window, "_NET_WM_STATE", _ADD if on else _REMOVE, *atoms, _BY_USER)
        self._expect(lambda: (set(_MAXIMIZED) <= self._states(window)) == on)
        return True

    def close_window(self, window: int) -> bool:
        self._ask(window, "_NET_CLOSE_WINDOW", X.CurrentTime, _BY_USER)
        return self._comes_true(lambda: not self._is_open(window))

    def answers(self, window: int) -> bool:
        with self._x():
            target = self._display.create_resource_object("window", window)
            ping, protocols = (self._display.intern_atom(name) for name in ("_NET_WM_PING", "WM_PROTOCOLS"))
            if ping not in self._numbers(target, "WM_PROTOCOLS"):
                return True
            self._root.change_attributes(event_mask=X.SubstructureNotifyMask)  # that is where answers are sent to
            data = (32, [ping, X.CurrentTime, window, 0, 0])
            question = ClientMessage(window=target, client_type=protocols, data=data)
            target.send_event(question, onerror=error.CatchError(error.BadWindow))
            self._display.flush()
        try:
            return self._comes_true(lambda: self._answered(ping, window))
        finally:
            with self._x():
                self._root.change_attributes(event_mask=X.NoEventMask)

    def _answered(self, ping: int, window: int) -> bool:
        events = [self._display.next_event() for _ in range(self._display.pending_events())]
        return any(event.type == X.ClientMessage and list(event.data[1][:3:2]) == [ping, window] for event in events)

    def _require_manager(self) -> None:
        """Its window is looked at, too: what it wrote on the root outlives it."""
        named = self._numbers(self._root, "_NET_SUPPORTING_WM_CHECK")
        window = self._display.create_resource_object("window", named[0]) if named else None
        if window is None or self._numbers(window, "_NET_SUPPORTING_WM_CHECK") != named:
            raise DeviceLost(_NO_MANAGER)

    def _ask(self, window: int, message: str, *values: int) -> None:
        """Ask the window manager, in the words it listens to."""
        with self._x():
            self._require_manager()
            data = (32, [*values, *[0] * (5 - len(values))])
            target = self._display.create_resource_object("window", window)
            event = ClientMessage(window=target, client_type=self._display.intern_atom(message), data=data)
            self._root.send_event(event, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
            self._display.flush()

    def _expect(self, met: Callable[[], bool]) -> None:
        if not self._comes_true(met):
            raise NotPermitted("The window did not obey; it may be closed already, or its window manager refuses.")

    def _comes_true(self, met: Callable[[], bool]) -> bool:
        deadline_s = time.monotonic() + OBEYS_WITHIN_S
        while time.monotonic() < deadline_s:
            with self._x():
                if met():
                    return True
            time.sleep(LOOK_AGAIN_S)
        return False

    def _is_minimized(self, window: int) -> bool:
        return "_NET_WM_STATE_HIDDEN" in self._states(window)

    def _is_open(self, window: int) -> bool:
        return window in self._numbers(self._root, "_NET_CLIENT_LIST")

    def _describe(self, number: int) -> Focus | None:
        """None for what is not in the task bar, and for a window that closed in this moment."""
        try:
            if "_NET_WM_STATE_SKIP_TASKBAR" in self._states(number):
                return None
            return Focus(number, *title_and_app(self._display, number))
        except (error.BadWindow, error.BadDrawable):
            return None

    def _states(self, number: int) -> set[str]:
        window = self._display.create_resource_object("window", number)
        return {self._display.get_atom_name(atom) for atom in self._numbers(window, "_NET_WM_STATE")}

    def _numbers(self, window: Any, name: str) -> list[int]:
        try:
            found = window.get_full_property(self._display.intern_atom(name), X.AnyPropertyType)
        except error.BadWindow:
            return []
        return [] if found is None else list(found.value)

    @contextmanager
    def _x(self) -> Generator[None]:
        with self._lock, losing_display():
            yield
