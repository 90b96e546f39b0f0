"""The overlay, the prompt and the hotkeys on a real screen with a window manager and somebody else's window."""

from __future__ import annotations

import json
import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import mss
import pytest
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

from desktop.intents import NOT_A_PERSON
from desktop.probing import Probe
from desktop.virtual import VirtualDesktop

log = logging.getLogger(__name__)

pytestmark = pytest.mark.integration

PROGRAM = Path(__file__).with_name("overlay_program.py")
PATCH = {"left": 760, "top": 800, "width": 400, "height": 270}
"""Where the card grows to, in the middle of the lower edge of the virtual screen."""

LONGER_THAN_A_TAP_S = 0.4
"""Slept and not waited for: how long a key is held is what the key hook measures."""


class Face:
    """The running program and what it told."""

    def __init__(self, desktop: VirtualDesktop) -> None:
        self.desktop = desktop
        self._program = desktop.watch(sys.executable, str(PROGRAM))
        self.wait(lambda: self.said("ready"), "the face to be ready")

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._program.lines if line.startswith("{")]

    def said(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows if name in row]

    def wait(self, condition: Callable[[], object], what: str) -> None:
        self._program.wait_until(lambda: bool(condition()), 15.0, what)

    def wait_for_command(self, name: str) -> None:
        self.wait(lambda: name in self.said("command"), f"the command {name}")

    def wait_for_mode(self, name: str) -> dict[str, Any]:
        self.wait(lambda: self.said("mode")[-1:] == [name], f"the mode {name}")
        return [row for row in self.rows if "mode" in row][-1]

    def active_window(self) -> str:
        return self.desktop.xdotool("getactivewindow")


@pytest.fixture
def virtual_screen() -> Iterator[VirtualDesktop]:
    """One with a person at it: what they press does not come from a program."""
    with VirtualDesktop(sound=False, person=True) as desktop:
        yield desktop


@pytest.fixture
def face(virtual_screen: VirtualDesktop, probe: Probe) -> Iterator[Face]:
    """The face beside a window that has the keyboard. Any warning of Qt's fails the test."""
    running = Face(virtual_screen)
    yield running
    assert running.said("qt") == []


@pytest.fixture
def keyboard(virtual_screen: VirtualDesktop) -> Iterator[Callable[..., None]]:
    """Presses and releases keys within a millisecond, where a program for each would take twenty."""
    display = Display(virtual_screen.display)

    def press(*names: str, down: bool) -> None:
        for name in names:
            code = display.keysym_to_keycode(XK.string_to_keysym(name))
            xtest.fake_input(display, X.KeyPress if down else X.KeyRelease, code)
        display.sync()

    yield press
    display.close()


def test_it_shows_itself_and_leaves_the_keyboard_where_it_was(face: Face, probe: Probe) -> None:
    before = face.active_window()
    face.desktop.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "space")
    face.wait_for_mode("listening")
    assert face.active_window() == before
    assert face.desktop.xdotool("search", "--onlyvisible", "--name", "^Ambidex$")
    time.sleep(LONGER_THAN_A_TAP_S)
    face.desktop.xdotool("keyup", "space", "keyup", "alt", "keyup", "ctrl")
    face.wait_for_mode("idle")
    face.desktop.xdotool("type", "still here")
    probe.wait_for_text("still here")


def test_hold_tap_and_escape_reach_the_engine(face: Face, keyboard: Callable[..., None]) -> None:
    keyboard("Control_L", "Alt_L", "space", down=True)
    face.wait_for_command("listen")
    time.sleep(LONGER_THAN_A_TAP_S)
    keyboard("space", "Alt_L", "Control_L", down=False)
    face.wait_for_command("close")
    face.wait_for_mode("idle")
    keyboard("Control_L", "Alt_L", "space", down=True)
    keyboard("space", "Alt_L", "Control_L", down=False)
    face.wait_for_mode("listening")
    keyboard("Escape", down=True)
    keyboard("Escape", down=False)
    face.wait_for_command("cancel")


def test_panic_by_key_and_switching_on_again(face: Face, keyboard: Callable[..., None]) -> None:
    keyboard("Control_L", "Alt_L", "BackSpace", down=True)
    face.wait_for_command("panic")
    keyboard("BackSpace", "Alt_L", "Control_L", down=False)
    face.wait_for_mode("panicked")


def test_its_buttons_work_and_take_no_focus(face: Face, keyboard: Callable[..., None]) -> None:
    before = face.active_window()
    keyboard("Control_L", "Alt_L", "space", down=True)
    keyboard("space", "Alt_L", "Control_L", down=False)
    stop = face.wait_for_mode("listening")["stop"]
    settled(face)  # the window manager has moved the window, too
    face.desktop.xdotool("mousemove", str(stop[0]), str(stop[1]), "click", "1")
    face.wait_for_command("cancel")
    assert face.active_window() == before


def test_a_typed_request_and_its_approval(face: Face, keyboard: Callable[..., None]) -> None:
    before = face.active_window()
    keyboard("Control_L", "Alt_L", "t", down=True)
    keyboard("t", "Alt_L", "Control_L", down=False)
    face.wait(lambda: face.active_window() != before, "the prompt to take the keyboard")
    face.desktop.xdotool("type", "open that link")
    face.desktop.xdotool("key", "Return")
    face.wait_for_command("ask")
    assert face.said("text") == ["open that link"]
    allow = face.wait_for_mode("asking")["allow"]
    settled(face)
    face.wait(lambda: face.active_window() == before, "the keyboard to go back")
    face.desktop.xdotool("mousemove", str(allow[0]), str(allow[1]), "click", "1")
    face.wait(lambda: face.said("notice")[-1:] == [NOT_A_PERSON], "the press of a program to be told")
    assert "approve" not in face.said("command")
    face.desktop.by_person("mousemove", *map(str, elsewhere(allow)), "click", "1")
    face.desktop.xdotool("mousemove", str(allow[0]), str(allow[1]), "click", "1")
    face.desktop.by_person("mousemove", str(allow[0]), str(allow[1]), "click", "1")
    face.wait_for_command("approve")
    assert face.said("command").count("approve") == 1


def test_nothing_is_painted_while_nothing_changes(face: Face, keyboard: Callable[..., None]) -> None:
    keyboard("Control_L", "Alt_L", "space", down=True)
    face.wait_for_mode("listening")
    settled(face)
    time.sleep(LONGER_THAN_A_TAP_S)
    keyboard("space", "Alt_L", "Control_L", down=False)
    face.wait_for_mode("idle")
    settled(face)


def elsewhere(point: Sequence[int]) -> tuple[int, int]:
    return point[0], point[1] - 400


def settled(face: Face) -> None:
    """Wait until five counts of paints in a row, 1.25 seconds, are the same."""
    face.wait(lambda: len(tail := face.said("paints")[-5:]) == 5 and len(set(tail)) == 1, "painting to stop")


def test_the_hotkey_is_answered_before_one_wonders(face: Face, keyboard: Callable[..., None]) -> None:
    with mss.MSS(display=face.desktop.display) as screen:
        taken_ms = [hotkey_to_pixels_ms(face, keyboard, screen) for _ in range(8)]
    log.info("hotkey to pixels, in ms: %s", sorted(round(ms) for ms in taken_ms))
    assert statistics.median(taken_ms) <= 150, taken_ms


def hotkey_to_pixels_ms(face: Face, keyboard: Callable[..., None], screen: mss.MSS) -> float:
    """From the key going down to the first changed pixel."""
    settled(face)
    before = screen.grab(PATCH).bgra
    pressed_s = time.monotonic()
    keyboard("Control_L", "Alt_L", "space", down=True)
    while screen.grab(PATCH).bgra == before and time.monotonic() - pressed_s < 5:
        pass
    taken_ms = (time.monotonic() - pressed_s) * 1000
    face.wait_for_mode("listening")
    time.sleep(LONGER_THAN_A_TAP_S)
    keyboard("space", "Alt_L", "Control_L", down=False)
    face.wait_for_mode("idle")
    return taken_ms
