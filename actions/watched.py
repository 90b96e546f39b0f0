"""The parent's side of the watchdog: a child process that notices our death."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

EXIT_S = 2.0


class Watchdog:
    """In a session of its own, so that what kills our process group spares it. Close it after the note is gone."""

    def __init__(self, display: str, note: Path) -> None:
        read_end, self._write_end = os.pipe()
        command = [sys.executable, "-m", "actions.watchdog", str(read_end), display, str(note)]
        try:
            self._process = subprocess.Popen(
                command,
                pass_fds=[read_end],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        finally:
            os.close(read_end)

    @property
    def pid(self) -> int:
        return self._process.pid

    def close(self) -> None:
        """Idempotent."""
        if self._write_end >= 0:
            os.close(self._write_end)
            self._write_end = -1
        try:
            self._process.wait(EXIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
