"""The real program as a subprocess, driven through its command line and watched through its log."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from desktop.processes import Watched
from desktop.virtual import VirtualDesktop

AMBIDEX = str(Path(sys.executable).parent / "ambidex")
READY_WITHIN_S = 120.0
TROUBLE = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|Traceback")


class Ambidex:
    """One Ambidex with files of its own. `start` it, talk to it with `call`, end it with `close`."""

    def __init__(self, desktop: VirtualDesktop, home: Path) -> None:
        self.desktop = desktop
        self.env = {"AMBIDEX_HOME": str(home), "PYTHONWARNINGS": "default"}
        self.program: Watched | None = None
        self._expected: list[str] = []

    def start(self, *options: str) -> Watched:
        """Run `ambidex run` and wait until its log says that it is ready."""
        program = self.launch("run", *options)
        program.wait_for(r"\bready\b", READY_WITHIN_S)
        return program

    def launch(self, *arguments: str) -> Watched:
        """Start it and do not wait."""
        self.program = self.desktop.watch(AMBIDEX, *arguments, env=self.env)
        return self.program

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command to its end, whatever its exit code."""
        return subprocess.run(
            (AMBIDEX, *arguments), env={**self.desktop.env, **self.env}, capture_output=True, text=True, timeout=120
        )

    def status(self) -> dict[str, Any]:
        return json.loads(self.call("status", "--json").stdout)

    def expect(self, pattern: str) -> None:
        """Announce a log line at WARNING or above; any other fails the test."""
        self._expected.append(pattern)

    @property
    def unexpected(self) -> list[str]:
        lines = self.program.lines if self.program else ()
        return [
            line for line in lines
            if TROUBLE.search(line) and not any(re.search(pattern, line) for pattern in self._expected)
        ]  # fmt: skip

    def close(self) -> None:
        if self.program is not None:
            self.program.end()
