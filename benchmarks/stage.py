"""The stage of a benchmark: a virtual desktop and the real program running on it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from desktop.control import call
from desktop.places import HOME_VARIABLE, find_places
from desktop.processes import Watched
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost

AMBIDEX = str(Path(sys.executable).parent / "ambidex")
READY_WITHIN_S = 150.0
SETTLED_AFTER_S = 4.0
"""The first look at the screen reads every line of it."""

CHORD = ("ctrl", "alt", "space")
VOICE = "slt"


class Stage:
    """Opens on first use, and starts the program anew only when it is wanted with other options. A context manager."""

    def __init__(self, report: Callable[[str], None], program: Sequence[str] = (AMBIDEX,)) -> None:
        self.report = report
        self._command = program
        self._stack = ExitStack()
        self._desktop: VirtualDesktop | None = None
        self._program: Watched | None = None
        self._options: tuple[str, ...] = ()
        self._failure: DeviceLost | None = None

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._stack.close()

    @property
    def desktop(self) -> VirtualDesktop:
        if self._desktop is None:
            self._desktop = self._stack.enter_context(VirtualDesktop())
        return self._desktop

    @property
    def home(self) -> Path:
        return self.desktop.home / "ambidex"

    @property
    def trace(self) -> Path:
        return self.desktop.home / "trace"

    @property
    def env(self) -> dict[str, str]:
        return {HOME_VARIABLE: str(self.home)}

    @property
    def pid(self) -> int:
        return int(self.call("status")["pid"])

    def start(self, *options: str) -> float:
        """Run the program until `stop`, or until it is wanted with other options; how many seconds until ready.

        Raises `DeviceLost` if it does not start, and from then on at once: a second try would take as long.
        """
        self.stop()
        if self._failure is not None:
            raise self._failure
        started_s = time.monotonic()
        self._options = options
        self._program = self.desktop.watch(*self._command, "run", *options, env=self.env)
        try:
            self._program.wait_for(r"\bready\b", READY_WITHIN_S)
        except DeviceLost as error:
            self.stop()
            self._failure = error
            raise
        return time.monotonic() - started_s

    def play(self) -> None:
        """Have the program running and settled, as a user has it all day."""
        self._have()

    def play_recorded(self) -> None:
        """The same, writing a trace to `trace`."""
        self._have("--record", str(self.trace))

    def stop(self) -> None:
        if self._program is not None:
            self._program.end()
            self._program = None

    def call(self, command: str) -> Mapping[str, Any]:
        return call(find_places({**os.environ, **self.env}).socket, command)

    def copy(self, text: str) -> None:
        """Put a text on the clipboard."""
        path = self.desktop.home / "clipboard.txt"
        path.write_text(text, encoding="utf-8")
        # In the foreground, as ours to end: the daemon it would become holds on to its standard output.
        self.desktop.start("xclip", "-quiet", "-selection", "clipboard", "-in", str(path))

    def hold_and_say(self, text: str) -> None:
        """What a user does: hold the hotkey, speak, let go."""
        wav = self.desktop.voice_file(text, VOICE)
        self.desktop.xdotool("keydown", *CHORD)
        try:
            time.sleep(0.3)
            self.desktop.speak(wav)
        finally:
            self.desktop.xdotool("keyup", *reversed(CHORD))

    def _have(self, *options: str) -> None:
        if self._program is None or self._program.process.poll() is not None or self._options != options:
            self.start(*options)
            time.sleep(SETTLED_AFTER_S)
