"""Child processes that end with their owner, and waiting for them with a deadline."""

from __future__ import annotations

import re
import select
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from model.stream.errors import DeviceLost

POLL_S = 0.02

PACKAGES = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xprop": "x11-utils",
    "xrandr": "x11-xserver-utils",
    "xdotool": "xdotool",
    "dbus-daemon": "dbus",
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
    "paplay": "pulseaudio-utils",
    "parec": "pulseaudio-utils",
    "flite": "flite",
    "setpriv": "util-linux",
}
"""Which Debian package a program comes from, for programs named otherwise than their package."""


def require(program: str) -> str:
    """Where the program is. Raises `DeviceLost` naming the package to install."""
    found = shutil.which(program)
    if found is None:
        package = PACKAGES.get(program, program)
        raise DeviceLost(f"The program {program} is missing; install it with: apt-get install {package}.")
    return found


def wait_until(condition: Callable[[], bool], within_s: float, what: str, every_s: float = POLL_S) -> None:
    """Look again and again until the condition holds. Raises `DeviceLost` saying what did not come in time."""
    deadline_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise DeviceLost(f"{what} did not come within {within_s:g} seconds.")
        time.sleep(every_s)


class Processes:
    """Owns child processes: `close` ends them, the newest first, and the kernel ends them if we are killed."""

    def __init__(self, env: Mapping[str, str], log_directory: Path) -> None:
        self._env = env
        self._log_directory = log_directory
        self._children: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        *argv: str,
        env: Mapping[str, str] | None = None,
        pass_fd: int | None = None,
        pipe: bool = False,
        merged: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a program; it lives until `close` or until the thread that called this ends.

        What it writes goes to a file named after it; with `pipe`, its standard output to a pipe
        instead, and with `merged` its standard error there too.
        """
        program = require(argv[0])
        # A dying parent takes its children along, also when it had no chance to say goodbye.
        owned = (require("setpriv"), "--pdeathsig", "TERM", "--", program, *argv[1:])
        with self.log_of(argv[0]).open("ab") as log:
            child = subprocess.Popen(
                owned,
                env=dict(env or self._env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipe else log,
                stderr=subprocess.STDOUT if merged else log,
                bufsize=0,  # so that `select` knows of every byte that waits
                pass_fds=() if pass_fd is None else (pass_fd,),
            )
        self._children.append(child)
        return child

    def watch(self, *argv: str, env: Mapping[str, str] | None = None) -> Watched:
        """Start a program and read along what it writes."""
        return Watched(self.start(*argv, env=env, pipe=True, merged=True), Path(argv[0]).name)

    def log_of(self, program: str) -> Path:
        return self._log_directory / f"{Path(program).name}.log"

    def run(self, *argv: str, within_s: float = 60.0) -> str:
        """Run a program to its end and return what it printed. Raises `DeviceLost` with its complaint if it failed."""
        try:
            done = subprocess.run(
                (require(argv[0]), *argv[1:]),
                env=dict(self._env),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=within_s,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            complaint = error.stderr.decode(errors="replace").strip()
            raise DeviceLost(f"{argv[0]} failed with code {error.returncode}: {complaint}") from error
        except subprocess.TimeoutExpired as error:
            raise DeviceLost(f"{argv[0]} did not finish within {within_s:g} seconds.") from error
        return done.stdout.decode(errors="replace")

    def close(self) -> None:
        """Idempotent."""
        while self._children:
            end(self._children.pop())


class Watched:
    """A running program whose output is read as it comes, so that one can wait for what it says."""

    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        self.process = process
        self.name = name
        self._lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, name=f"watch.{name}", daemon=True)
        self._reader.start()

    @property
    def lines(self) -> tuple[str, ...]:
        with self._news:
            return tuple(self._lines)

    def wait_for(self, pattern: str, within_s: float, after: int = 0) -> re.Match[str]:
        """The first match of a regular expression in the lines from number `after` on. Raises `DeviceLost`."""
        self.wait_until(lambda: self._search(pattern, after) is not None, within_s, f"A line matching {pattern!r}")
        found = self._search(pattern, after)
        assert found is not None
        return found

    def wait_until(self, condition: Callable[[], bool], within_s: float, what: str) -> None:
        """Wait until `condition` holds; it is looked at whenever the program wrote something."""
        with self._news:
            self._news.wait_for(lambda: condition() or self._ended, within_s)
            if not condition():
                reason = f"it ended with code {self.process.poll()}" if self._ended else f"not within {within_s:g} s"
                tail = "\n".join(self._lines[-10:])
                raise DeviceLost(f"{what} did not come from {self.name}: {reason}. Its last words:\n{tail}")

    def end(self) -> int:
        code = end(self.process)
        self._reader.join()
        return code

    def _search(self, pattern: str, after: int) -> re.Match[str] | None:
        with self._news:
            return next((found for line in self._lines[after:] if (found := re.search(pattern, line))), None)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as pipe:
            for line in pipe:
                with self._news:
                    self._lines.append(line.decode(errors="replace").rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def end(child: subprocess.Popen[bytes], within_s: float = 3.0) -> int:
    """Ask a process to end, make it end if it does not, and return its exit code."""
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(within_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    return child.returncode


def wait_for_output(pipe: IO[bytes], within_s: float, what: str) -> None:
    """Wait until a program has written something to its unbuffered pipe. Raises `DeviceLost` if it writes nothing."""
    readable, _, _ = select.select((pipe,), (), (), within_s)
    if not readable:
        raise DeviceLost(f"{what} did not come within {within_s:g} seconds.")


def read_line(pipe: IO[bytes], within_s: float, what: str) -> str:
    """The next line a program writes to its unbuffered pipe. Raises `DeviceLost` if it writes none, or ends."""
    wait_for_output(pipe, within_s, what)
    line = pipe.readline().decode(errors="replace").strip()
    if not line:
        raise DeviceLost(f"{what} did not come: the program ended.")
    return line
