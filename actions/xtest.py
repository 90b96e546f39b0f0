"""The X server, as far as pressing and releasing goes. Kept small: the watchdog loads this and nothing else."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from Xlib import X, error
from Xlib.display import Display
from Xlib.ext import xtest

from actions.held import BORROWED, BUTTON, KEY, Held, read_note
from model.stream.errors import DeviceLost

_EVENTS = {KEY: (X.KeyRelease, X.KeyPress), BUTTON: (X.ButtonRelease, X.ButtonPress)}


def open_display(name: str | None) -> Display:
    """A connection to an X server with XTEST; `name` None is the one of the environment. Raises `DeviceLost`."""
    name = name or os.environ.get("DISPLAY")
    if not name:
        raise DeviceLost("There is no screen: DISPLAY is not set. Start Ambidex from a desktop.")
    try:
        display = Display(name)
    except (error.DisplayError, OSError) as fault:
        raise DeviceLost(
            f"The X display {name} cannot be opened; check that it runs and that you may use it."
        ) from fault
    if not display.has_extension("XTEST"):
        display.close()
        raise DeviceLost(f"The X display {name} has no XTEST extension, so nothing can be typed or clicked there.")
    return display


@contextmanager
def losing_display() -> Generator[None]:
    """Faults of a connection to the X server become `DeviceLost`."""
    try:
        yield
    except (error.ConnectionClosedError, error.DisplayError, OSError) as fault:
        raise DeviceLost("The X display went away; start Ambidex again in a running desktop.") from fault


def tap(display: Display, keys: Sequence[Held]) -> None:
    """Press these in order and release them the other way round, and wait until the server has done it."""
    for kind, code in keys:
        xtest.fake_input(display, _EVENTS[kind][True], code)
    release(display, keys)


def press(display: Display, key: Held) -> None:
    """Hold this down, and wait until the server has done it."""
    xtest.fake_input(display, _EVENTS[key[0]][True], key[1])
    display.sync()


def release(display: Display, keys: Sequence[Held]) -> None:
    """Release these, the last one first, and wait until the server has done it."""
    for kind, code in reversed(keys):
        xtest.fake_input(display, _EVENTS[kind][False], code)
    display.sync()


def move_pointer(display: Display, point: tuple[int, int]) -> None:
    xtest.fake_input(display, X.MotionNotify, x=point[0], y=point[1])
    display.sync()


def clear_keycode(display: Display, code: int) -> None:
    """Take the symbols off a key that had none of its own."""
    display.change_keyboard_mapping(code, [[X.NoSymbol] * 4])


def release_noted(display: Display, path: Path) -> None:
    """Let go of what a note says is held, take back the keycodes it borrowed, and remove it."""
    held = read_note(path)
    release(display, [each for each in held if each[0] in _EVENTS])
    for kind, code in held:
        if kind == BORROWED:
            clear_keycode(display, code)
    display.sync()
    path.unlink(missing_ok=True)
