"""A selection of X11: the clipboard, or what is selected with the mouse."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event as StopSignal

from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError
from Xlib.ext import xfixes

from model.stream.clipboard import BINARY, MAX_CHARACTERS, SECRET, Answer, read_copied
from model.stream.errors import DeviceLost
from model.stream.values import Copied

WAIT_S = 0.25
"""How long to wait for a change before looking whether to stop."""
LOOK_S = 0.1
"""The same while an owner is to answer."""
ANSWER_S = 5.0
"""An owner that has not given everything by then hangs, or has more than anybody wants."""
CHUNK_BYTES = 1 << 20
KEPT_BYTES = 4 * MAX_CHARACTERS  # a character has at most four bytes

CHANGES = (
    xfixes.XFixesSetSelectionOwnerNotifyMask
    | xfixes.XFixesSelectionWindowDestroyNotifyMask
    | xfixes.XFixesSelectionClientCloseNotifyMask
)


class XSelection:
    """`perception.clipboard.Source`. The server tells of changes (XFIXES), so an idle clipboard costs nothing.

    It is read by xclip and not by a connection of our own: a large item arrives in pieces that xclip puts together,
    and an owner that hangs is left by ending a process.
    """

    def __init__(self, display: str, selection: str) -> None:
        self._command = ("xclip", "-display", display, "-selection", selection.lower(), "-out", "-target")
        self._noticed = 0
        self._display = _open(display)
        try:
            self._watch(selection)
        except BaseException:
            self._display.close()
            raise

    def wait(self, stop: StopSignal) -> int:
        with _connected():
            if not self._noticed and not self._display.pending_events() and not stop.is_set():
                select.select([self._display.fileno()], [], [], WAIT_S)
            self._notice()
        changes, self._noticed = self._noticed, 0
        return changes

    def read(self, stop: StopSignal) -> Copied | None:
        """Another program may copy between the question which formats there are and the answer, and that may be a
        secret. Its text would come after the server has told of the change, so what was read is then thrown away."""
        with _connected():
            self._catch_up()
            before = self._noticed
            copied = self._read(stop)
            self._catch_up()
        return copied if self._noticed == before or copied == SECRET else None

    def close(self) -> None:
        try:
            self._display.close()
        except (ConnectionClosedError, OSError):
            pass  # it is gone already

    def _watch(self, selection: str) -> None:
        if not self._display.has_extension(xfixes.extname):
            raise DeviceLost("The clipboard cannot be watched: this X server has no XFIXES extension.")
        self._display.xfixes_query_version()
        root, atom = self._display.screen().root, self._display.get_atom(selection)
        self._display.xfixes_select_selection_input(root, atom, CHANGES)
        self._display.flush()

    def _catch_up(self) -> None:
        """Notice all that happened until now."""
        self._display.sync()
        self._notice()

    def _notice(self) -> None:
        while self._display.pending_events():
            # Every client is told of changes to the keyboard as well.
            self._noticed += isinstance(self._display.next_event(), xfixes.SelectionNotify)

    def _read(self, stop: StopSignal) -> Copied | None:
        offered = self._ask("TARGETS", stop)
        if offered is None:
            return None
        if offered.size_bytes > KEPT_BYTES:
            return BINARY  # the mark of a secret may stand in what was not kept
        formats = offered.beginning.decode("utf-8", "replace").splitlines()
        return read_copied(formats, lambda name: self._ask(name, stop))

    def _ask(self, name: str, stop: StopSignal) -> Answer | None:
        try:
            process = subprocess.Popen((*self._command, name), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        except OSError as error:
            raise DeviceLost(f"The clipboard cannot be read: xclip does not start ({error.strerror}).") from error
        with process:
            try:
                return self._receive(process, stop)
            finally:
                process.kill()  # it may wait for more

    def _receive(self, process: subprocess.Popen[bytes], stop: StopSignal) -> Answer | None:
        """All that is said. None if that takes too long, or is in vain as something else is copied meanwhile."""
        assert process.stdout is not None  # it was asked for
        kept, size_bytes = bytearray(), 0
        noticed, deadline_s = self._noticed, time.monotonic() + ANSWER_S
        while time.monotonic() < deadline_s and self._noticed == noticed and not stop.is_set():
            ready, _, _ = select.select([process.stdout, self._display.fileno()], [], [], LOOK_S)
            if process.stdout in ready:
                chunk = os.read(process.stdout.fileno(), CHUNK_BYTES)
                if not chunk:
                    return Answer(bytes(kept), size_bytes)
                size_bytes += len(chunk)
                kept += chunk[: max(0, KEPT_BYTES - len(kept))]
            else:
                self._notice()
        return None


def _open(display: str) -> Display:
    try:
        return Display(display)
    except (DisplayError, OSError) as error:
        raise DeviceLost(f"The clipboard cannot be reached: {error}. Is DISPLAY right?") from error


@contextmanager
def _connected() -> Generator[None]:
    try:
        yield
    except (ConnectionClosedError, OSError) as error:
        raise DeviceLost("The clipboard went away: the connection to the X server was closed.") from error
