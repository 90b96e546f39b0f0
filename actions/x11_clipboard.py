"""The clipboard of X11. Bounded in size and time: another program owns what is on it, and may be stuck."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from threading import Event as StopSignal
from threading import Timer

from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError
from Xlib.ext import xfixes

from actions.clipboard import LOOK_S, LOOKS, MAX_CHARACTERS
from model.stream.clipboard import Answer, read_copied
from model.stream.errors import DeviceLost
from model.stream.values import Copied

CLIPBOARD, PRIMARY = "CLIPBOARD", "PRIMARY"
TIMEOUT_S = 2.0
KEPT_BYTES = 4 * MAX_CHARACTERS  # a character has at most four bytes
MAX_READINGS = 3


class XClipboard:
    """`actions.clipboard.Clipboard` through xclip, which stays behind as the owner of what was written.

    The server tells of changes (XFIXES): the text alone does not say whether the same was copied again.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._changes: Counter[int] = Counter()
        try:
            self._display = Display(env["DISPLAY"])
        except (DisplayError, OSError) as error:
            raise DeviceLost(f"The clipboard cannot be reached: {error}. Is DISPLAY right?") from error
        if not self._display.has_extension(xfixes.extname):
            self._display.close()
            raise DeviceLost("The clipboard cannot be reached: this X server has no XFIXES extension.")
        self._display.xfixes_query_version()
        self._atoms = {name: self._display.get_atom(name) for name in (CLIPBOARD, PRIMARY)}
        root, mask = self._display.screen().root, xfixes.XFixesSetSelectionOwnerNotifyMask
        for atom in self._atoms.values():
            self._display.xfixes_select_selection_input(root, atom, mask)
        self._display.sync()

    def read(self) -> Copied | None:
        return self._read(CLIPBOARD)

    def selected(self) -> Copied | None:
        return self._read(PRIMARY)

    def write(self, text: str) -> None:
        before = self.changes()
        try:
            subprocess.run(
                ("xclip", "-selection", "clipboard", "-in"), input=text.encode(errors="replace"), env=self._env,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=TIMEOUT_S, check=True,
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError) as error:
            raise DeviceLost("The clipboard cannot be written: xclip failed.") from error
        if not self.changed(before, StopSignal()):  # it owns the clipboard only after it went to the background
            raise DeviceLost("The clipboard cannot be written: xclip did not take it.")

    def changes(self) -> int:
        return self._changes_of(CLIPBOARD)

    def changed(self, since: int, stop: StopSignal) -> bool:
        for _ in range(LOOKS):
            if self.changes() > since or stop.wait(LOOK_S):
                break
        return self.changes() > since

    def close(self) -> None:
        try:
            self._display.close()
        except (ConnectionClosedError, OSError):
            pass  # it is gone already

    def _changes_of(self, selection: str) -> int:
        with _connected():
            self._display.sync()
            while self._display.pending_events():
                event = self._display.next_event()
                if isinstance(
                    event, xfixes.SelectionNotify
                ):  # our own hands change the keyboard, which is told as well
                    self._changes[event.selection] += 1
        return self._changes[self._atoms[selection]]

    def _read(self, selection: str) -> Copied | None:
        """Read again if something else was copied between asking for the formats and asking for the text: that may
        be a secret."""
        for _ in range(MAX_READINGS):
            before = self._changes_of(selection)
            copied = self._read_once(selection)
            if self._changes_of(selection) == before:
                return copied
        return None

    def _read_once(self, selection: str) -> Copied | None:
        offered = self._ask(selection, "TARGETS")
        if offered is None or offered.size_bytes >= KEPT_BYTES:
            return None
        formats = offered.beginning.decode(errors="replace").splitlines()
        return read_copied(formats, lambda name: self._ask(selection, name), MAX_CHARACTERS)

    def _ask(self, selection: str, name: str) -> Answer | None:
        command = ("xclip", "-selection", selection.lower(), "-out", "-target", name)
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._env
            )
        except OSError as error:
            raise DeviceLost("The clipboard cannot be read: xclip cannot be started.") from error
        with process:
            assert process.stdout is not None  # it was asked for
            late = StopSignal()
            deadline = Timer(TIMEOUT_S, lambda: (late.set(), process.kill()))
            deadline.start()
            try:
                beginning = process.stdout.read(KEPT_BYTES)
            finally:
                deadline.cancel()
                process.kill()  # it may have more to say
        return None if late.is_set() else Answer(beginning, len(beginning))


@contextmanager
def _connected() -> Generator[None]:
    try:
        yield
    except (ConnectionClosedError, OSError) as error:
        raise DeviceLost("The clipboard went away: the connection to the X server was closed.") from error


def open_clipboard(env: Mapping[str, str] | None = None) -> XClipboard:
    """The clipboard of this desktop. Raises `DeviceLost` naming what to install."""
    settings = dict(os.environ if env is None else env)
    if not settings.get("DISPLAY") or shutil.which("xclip") is None:
        raise DeviceLost("The clipboard cannot be reached; install xclip and start from an X11 desktop.")
    return XClipboard(settings)
