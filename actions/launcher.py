"""Starting programs that outlive us, and noticing those that fail at once."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from actions.apps import App
from model.stream.errors import NotPermitted

RUNS_AFTER_S = 0.5
"""A program that has not failed by then counts as started."""
OPENED_AFTER_S = 2.0
"""The same for those that only hand over to another: they try several on a busy machine, and most end by themselves."""

_OPENERS = (("xdg-open",), ("gio", "open"), ("x-www-browser",), ("firefox",), ("chromium",))
_HANDING_OVER = frozenset(("xdg-open", "gio"))
_TELLING = '"$@" >/dev/null; echo $?'
"""A shell stays with the program, for only its parent is told how it ends. To be that parent ourselves was rejected:
whatever ended later would stay a zombie of ours until somebody asked."""
_NOT_STARTED = (126, 127)
"""What a shell answers for a program that it may not run, or that is not there."""


def launch(command: Sequence[str], env: Mapping[str, str]) -> None:
    """Start a program in a session of its own, so that it outlives us and no signal of ours reaches it.

    Waits a moment. Raises `NotPermitted` if it cannot be started, or ends with an error in that time.
    """
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as ending:
        try:
            subprocess.run(
                ["setsid", "--fork", "sh", "-c", _TELLING, "sh", *command],
                env=dict(env), check=True, timeout=5, cwd=Path.home(),
                stdin=subprocess.DEVNULL, stdout=write_end, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError) as error:
            raise NotPermitted(f"{command[0]} cannot be started; check that it is installed.") from error
        finally:
            os.close(write_end)
        hands_over = Path(command[0]).name in _HANDING_OVER
        ended, _, _ = select.select((ending,), (), (), OPENED_AFTER_S if hands_over else RUNS_AFTER_S)
        code = int(ending.readline() or b"0") if ended else 0
    if code:
        raise NotPermitted(_failure(command, code))


def in_terminal(app: App, env: Mapping[str, str]) -> tuple[str, ...]:
    """The command, inside a terminal window if it needs one."""
    if not app.terminal:
        return app.command
    terminal = next((t for t in ("x-terminal-emulator", "xterm") if shutil.which(t, path=env.get("PATH"))), "xterm")
    return (terminal, "-e", *app.command)


def opener(env: Mapping[str, str]) -> tuple[str, ...] | None:
    """What opens a web address on this desktop; None if nothing does."""
    return next((each for each in _OPENERS if shutil.which(each[0], path=env.get("PATH"))), None)


def _failure(command: Sequence[str], code: int) -> str:
    program = Path(command[0]).name
    if code in _NOT_STARTED:
        return f"{command[0]} cannot be started; check that it is installed."
    if program in _HANDING_OVER:
        return (
            f"Nothing was opened: {program} failed with code {code}. Install a program for this, or choose one in the "
            "settings of your desktop."
        )
    return f"{program} failed at once with code {code}. Start it in a terminal to see why, or install it again."
