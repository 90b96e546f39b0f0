"""The clipboard, read and written. Bounded in size and time: another program owns what is on it, and may be stuck."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Timer
from typing import Protocol

from model.stream.errors import DeviceLost

MAX_CHARACTERS = 1_000_000
"""More than this is never read: nobody wants it spoken, and it must not fill the memory."""
TIMEOUT_S = 2.0
MAX_CHECKS = 10


class Clipboard(Protocol):
    """Raises `DeviceLost` where it cannot be reached."""

    def read(self) -> str:
        """Its text, at most `MAX_CHARACTERS` of it; empty if it holds none."""
        ...

    def write(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class CommandClipboard:
    """Through a command-line program. pyperclip uses the same ones, but reads without a limit and waits for ever."""

    reader: Sequence[str]
    writer: Sequence[str]
    env: Mapping[str, str] | None = None

    def read(self) -> str:
        try:
            content = self._read()
        except OSError as error:
            raise DeviceLost(f"The clipboard cannot be read: {self.reader[0]} cannot be started.") from error
        if b"\0" in content:
            return ""  # an image or the like, from an owner that does not ask what is wanted
        return content.decode(errors="replace")[:MAX_CHARACTERS]

    def _read(self) -> bytes:
        with subprocess.Popen(
            self.reader, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.env
        ) as process:
            assert process.stdout is not None  # it was asked for
            deadline = Timer(TIMEOUT_S, process.kill)
            deadline.start()
            try:
                return process.stdout.read(4 * MAX_CHARACTERS)  # a character has at most four bytes
            finally:
                deadline.cancel()
                process.kill()  # it may have more to say

    def write(self, text: str) -> None:
        """Returns once it can be read again: the program goes to the background before it owns the clipboard."""
        try:
            subprocess.run(
                self.writer, input=text.encode(errors="replace"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=self.env, timeout=TIMEOUT_S, check=True,
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError) as error:
            raise DeviceLost(f"The clipboard cannot be written: {self.writer[0]} failed.") from error
        for _ in range(MAX_CHECKS):
            if self.read() == text[:MAX_CHARACTERS]:
                return


_PROGRAMS: Sequence[tuple[str, Sequence[str], Sequence[str]]] = (
    ("WAYLAND_DISPLAY", ("wl-paste", "--no-newline"), ("wl-copy",)),
    (
        "DISPLAY",
        ("xclip", "-selection", "clipboard", "-target", "UTF8_STRING", "-out"),
        ("xclip", "-selection", "clipboard", "-in"),
    ),
    ("DISPLAY", ("xsel", "--clipboard", "--output"), ("xsel", "--clipboard", "--input")),
    ("HOME", ("pbpaste",), ("pbcopy",)),
)


def open_clipboard(env: Mapping[str, str] | None = None) -> CommandClipboard:
    """The clipboard of this desktop. Raises `DeviceLost` naming what to install."""
    settings = os.environ if env is None else env
    for variable, reader, writer in _PROGRAMS:
        if settings.get(variable) and shutil.which(reader[0]) and shutil.which(writer[0]):
            return CommandClipboard(reader, writer, env)
    raise DeviceLost("The clipboard cannot be reached; install xclip (or wl-clipboard) and start from a desktop.")
