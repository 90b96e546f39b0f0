"""A thousand clicks on buttons with similar labels across three monitors: was the right one pressed?

Run as `python -m benchmarks.clicks [--n 1000]`. Goes the way of the action `click`: the eyes read the screen, the
target is chosen and looked at again, the hands click. Needs the fonts that `legibility` names, and xrandr (Debian:
x11-xserver-utils). In one trial of ten the label is not on the screen: whatever is pressed then, is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path
from threading import Event as StopSignal
from typing import Any

from actions.bodies import Body, Done
from actions.builtin.screen import screen_bodies
from actions.x11 import X11Hands
from desktop.absent import NoMarker
from desktop.processes import Watched
from desktop.virtual import VirtualDesktop
from perception.screen import Eyes

MONITOR_PX = (1280, 1024)
N_MONITORS = 3
TRIALS_PER_PAGE = 10
ABSENT = 0.1
WITHIN_S = 20.0
PRESSED_WITHIN_S = 2.0


class Game:
    """The windows of buttons, and what they tell."""

    def __init__(self, desktop: VirtualDesktop, seed: int) -> None:
        width_px, height_px = MONITOR_PX
        for n in range(N_MONITORS):
            place = f"{width_px}/338x{height_px}/270+{n * width_px}+0"
            desktop.run("xrandr", "--setmonitor", f"monitor-{n}", place, "screen" if n == 0 else "none")
        places = [f"{n * width_px},0,{width_px},{height_px}" for n in range(N_MONITORS)]
        self._program: Watched = desktop.watch(sys.executable, "-m", "benchmarks.buttons", str(seed), *places)
        self._desktop = desktop
        self._n_pages = 0

    def turn(self) -> dict[str, Any]:
        """Show the next page."""
        if self._n_pages:
            self._desktop.xdotool("key", "F5")
        self._n_pages += 1
        self._program.wait_until(lambda: len(self._told("page")) >= self._n_pages, WITHIN_S, "The next page")
        return self._told("page")[-1]

    def pressed(self, click: Body, label: str, stop: StopSignal) -> tuple[str | None, str]:
        """What was pressed, and what the action said."""
        before = len(self._told("pressed"))
        result = click({"target": label}, stop)
        if not isinstance(result, Done):
            return None, str(result)
        deadline_s = time.monotonic() + PRESSED_WITHIN_S
        while len(self._told("pressed")) == before and time.monotonic() < deadline_s:
            time.sleep(0.005)
        pressed = self._told("pressed")[before:]
        return (pressed[0]["pressed"] if pressed else "nothing"), str(result)

    def _told(self, what: str) -> list[dict[str, Any]]:
        return [row for line in self._program.lines if line.startswith("{") and what in (row := json.loads(line))]


def play(game: Game, click: Body, n: int, seed: int) -> Counter[str]:
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    page: dict[str, Any] = {}
    for trial in range(n):
        if trial % TRIALS_PER_PAGE == 0:
            page = game.turn()
        absent = chance.random() < ABSENT
        label = chance.choice(page["absent" if absent else "shown"])
        pressed, said = game.pressed(click, label.casefold(), StopSignal())
        outcome = _judged(label, pressed, absent)
        outcomes[outcome] += 1
        if outcome not in ("right", "absent: asked"):
            print(f"trial {trial}: {label!r}: {outcome}, pressed {pressed!r}; {said}", flush=True)
    return outcomes


def _judged(label: str, pressed: str | None, absent: bool) -> str:
    if absent:
        return "absent: asked" if pressed is None else "absent: another pressed"
    if pressed is None:
        return "asked"
    return "right" if pressed == label else "another pressed"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clicks", description=__doc__)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    width_px, height_px = MONITOR_PX
    with VirtualDesktop(sound=False, width_px=N_MONITORS * width_px, height_px=height_px) as desktop:
        os.environ.update(desktop.env)
        with X11Hands(desktop.display, Path(desktop.home) / "hands", guarded=False) as hands:
            click = screen_bodies(hands, Eyes(), NoMarker())["click"]
            began_s = time.monotonic()
            outcomes = play(Game(desktop, options.seed), click, options.n, options.seed)
    figures = {**outcomes, "s_per_click": round((time.monotonic() - began_s) / options.n, 2)}
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
