"""How fast the eye is served: the hotkey to a sign of listening, a changed line to its item in the stream."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mss
import numpy as np
from numpy.typing import NDArray

from benchmarks.measures import Samples
from benchmarks.stage import Stage
from desktop.processes import Watched
from model.stream.errors import DeviceLost

PRESSES = 8
HELD_FOR_S = 0.5
"""Longer than a tap, which would leave it listening."""

VISIBLE_PIXELS = 150
VISIBLE_WITHIN_S = 2.0
SHOWN_AGAIN_AFTER_S = 1.5
KEYSYMS = ("Control_L", "Alt_L", "space")
LINES = 12
NS_PER_MS = 1e6

Keyboard = Callable[[str, bool], None]


def hotkey_ms(stage: Stage) -> Samples:
    """From the last key of the chord going down until something on the screen shows it. Nothing else moves there."""
    stage.play_recorded()
    press = _keyboard(stage.desktop.display)
    waits: list[float] = []
    with mss.MSS(display=stage.desktop.display) as screen:
        for _ in range(PRESSES):
            before = _grab(screen)
            _chord(press, down=True)
            pressed_s = time.monotonic()
            shown_s = _wait_for_change(screen, before)
            time.sleep(HELD_FOR_S)
            _chord(press, down=False)
            if shown_s is not None:
                waits.append((shown_s - pressed_s) * 1000)
            time.sleep(SHOWN_AGAIN_AFTER_S)
    if not waits:
        raise DeviceLost("It could not be measured: the hotkey changed nothing on the screen.")
    return Samples(waits)


def screen_token_ms(stage: Stage) -> Samples:
    """From the painting of a new line until the step in which it stood on the `screen` channel."""
    stage.play_recorded()
    window = stage.desktop.watch(sys.executable, "-m", "benchmarks.busywork", "lines")
    try:
        window.wait_until(lambda: len(_painted(window)) >= LINES, 60.0, f"{LINES} painted lines")
        time.sleep(1.0)
    finally:
        window.end()
    seen_ns = _seen(stage.trace / "steps.jsonl")
    waits = [(seen_ns[n] - t_ns) / NS_PER_MS for n, t_ns in _painted(window).items() if n in seen_ns]
    if not waits:
        raise DeviceLost("It could not be measured: no line that was shown came to the stream.")
    return Samples(waits, {"missed": LINES - len(waits)})


def _painted(window: Watched) -> dict[int, int]:
    """When each number was painted."""
    rows = [json.loads(line) for line in window.lines if line.startswith("{")]
    return {row["number"]: row["t_ns"] for row in rows if "number" in row}


def _seen(steps: Path) -> dict[int, int]:
    """At which tick each number stood on the `screen` channel for the first time."""
    seen_ns: dict[int, int] = {}
    for line in steps.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        item = row.get("screen") or {}
        if found := re.search(r"Invoice ?(\d{4})", item.get("text", "")):
            seen_ns.setdefault(int(found[1]), row["t_ns"])
    return seen_ns


def _grab(screen: Any) -> NDArray[np.uint8]:
    return np.frombuffer(screen.grab(screen.monitors[0]).raw, np.uint8).reshape(-1, 4)


def _wait_for_change(screen: Any, before: NDArray[np.uint8]) -> float | None:
    deadline_s = time.monotonic() + VISIBLE_WITHIN_S
    while time.monotonic() < deadline_s:
        grabbed_s = time.monotonic()
        changed = (_grab(screen).view(np.uint32) != before.view(np.uint32)).sum()
        if changed > VISIBLE_PIXELS:
            return grabbed_s
    return None


def _chord(press: Keyboard, down: bool) -> None:
    for name in KEYSYMS if down else reversed(KEYSYMS):
        press(name, down)


def _keyboard(display_name: str) -> Keyboard:
    """Presses keys at once; the start of an xdotool would be measured too."""
    from Xlib import XK, X, display
    from Xlib.ext import xtest

    connection = display.Display(display_name)

    def press(name: str, down: bool) -> None:
        keycode = connection.keysym_to_keycode(XK.string_to_keysym(name))
        xtest.fake_input(connection, X.KeyPress if down else X.KeyRelease, keycode)
        connection.sync()

    return press
