"""Opening the probe window on a virtual desktop and asking what was done to it."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Sequence
from typing import Any

from desktop.processes import Watched
from desktop.virtual import VirtualDesktop

OPENS_WITHIN_S = 60.0


class Probe:
    """Somebody else's window: what stands in its field, what was pressed. Ended with the desktop, or by `close`."""

    def __init__(self, program: Watched) -> None:
        self._program = program

    @property
    def text(self) -> str:
        return str(self._last("text", ""))

    @property
    def presses(self) -> tuple[str, ...]:
        """The labels of the buttons pressed, in order."""
        return tuple(row["pressed"] for row in self.rows if "pressed" in row)

    @property
    def rows(self) -> tuple[dict[str, Any], ...]:
        """Everything it told, each with the monotonic `t_ns` at which it happened."""
        return tuple(json.loads(line) for line in self._program.lines if line.startswith("{"))

    def wait_for_text(self, text: str, within_s: float = 10.0) -> None:
        """Wait until exactly this stands in the field. Raises `DeviceLost` with what was told instead."""
        self._program.wait_until(lambda: self.text == text, within_s, f"The text {text!r}")

    def wait_for_press(self, label: str, within_s: float = 10.0) -> None:
        self._program.wait_until(lambda: label in self.presses, within_s, f"A press on {label!r}")

    def pause(self) -> None:
        """Make it hang, until `resume`."""
        self._program.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._program.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self._program.end()

    def _last(self, name: str, default: object) -> object:
        return next((row[name] for row in reversed(self.rows) if name in row), default)


def open_probe(
    desktop: VirtualDesktop,
    title: str = "Notes",
    text: str = "",
    buttons: Sequence[str] = ("Submit", "Cancel"),
    place: str = "300,150,900,500",
) -> Probe:
    """Open the window and wait until its text field has the keyboard. `place` is x,y,width,height in pixels."""
    program = desktop.watch(
        sys.executable, "-m", "desktop.probe",
        "--title", title, "--text", text, "--place", place, "--buttons", *buttons,
    )  # fmt: skip
    program.wait_for('"ready"', OPENS_WITHIN_S)
    return Probe(program)
