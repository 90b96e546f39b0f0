"""The clipboard without a window: told of changes by the X server, or asked again and again where there is none."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as StopSignal
from typing import Protocol

from model.stream.errors import DeviceLost
from model.stream.protocols import Post
from model.stream.values import Channel, Copied, Event, Origin

MAX_CHARACTERS = 10_000
ANSWER_TIMEOUT_S = 5.0
WAIT_S = 0.25
"""How long to wait for a change before looking whether to stop."""
POLL_S = 1.0
CHUNK_BYTES = 1 << 20
SECRET_MARK = "x-kde-passwordManagerHint"
TEXT_TARGETS = ("UTF8_STRING", "STRING", "TEXT", "text/plain", "text/plain;charset=utf-8")
URL = re.compile(r"(?:https?|ftp|file)://\S+|mailto:\S+|www\.\S+", re.IGNORECASE)

Content = str | bytes | None
"""Text; something that is no text; or nothing at all."""


def copied(content: Content, t_ns: int, size_bytes: int | None = None) -> Event:
    """The event that something was copied. `size_bytes` is the true size if `content` was shortened before."""
    if not content and not isinstance(content, bytes):
        return _event(t_ns, Copied("empty", "", 0))
    if isinstance(content, bytes):
        return _event(t_ns, Copied("binary", "", len(content) if size_bytes is None else size_bytes))
    size_bytes = len(content.encode("utf-8", "surrogatepass")) if size_bytes is None else size_bytes
    kept = content[:MAX_CHARACTERS]
    return _event(t_ns, Copied("url" if URL.fullmatch(kept.strip()) else "text", kept, size_bytes))


def _event(t_ns: int, data: Copied) -> Event:
    return Event(t_ns, Channel.CLIPBOARD, data, Origin.WORLD)


@dataclass(frozen=True, slots=True)
class Held:
    """What was read off a clipboard; `size_bytes` counts also what was not kept."""

    content: Content
    size_bytes: int = 0


class Source(Protocol):
    """A clipboard that can be waited for and read."""

    def wait(self, stop: StopSignal) -> bool:
        """Whether something may have been copied. Returns after a second at most."""
        ...

    def read(self) -> Held | None:
        """None if it is a secret, or whoever copied it does not answer. Raises `DeviceLost`."""
        ...

    def close(self) -> None: ...


class ClipboardPoller:
    """The sense "clipboard" for a run without a window. Posts what is there at first, then every change."""

    name = "clipboard"

    def __init__(
        self,
        open_source: Callable[[], Source] | None = None,
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._open_source = open_source or open_source_here
        self._now_ns = now_ns

    def run(self, post: Post, stop: StopSignal) -> None:
        """Raises `DeviceLost` if the desktop goes away."""
        source = self._open_source()
        try:
            self._watch(source, post, stop)
        finally:
            source.close()

    def _watch(self, source: Source, post: Post, stop: StopSignal) -> None:
        last: object = None
        changed = True
        while not stop.is_set():
            held = source.read() if changed else None
            if held is not None:
                event = copied(held.content, self._now_ns(), held.size_bytes)
                if event.data != last:
                    last = event.data
                    post(event)
            changed = source.wait(stop)


def open_source_here() -> Source:
    """The clipboard of this desktop. Raises `DeviceLost` if there is none."""
    display = os.environ.get("DISPLAY")
    if display and shutil.which("xclip"):
        return XSelection(display)
    return Pyperclip()


class XSelection:
    """The X clipboard. The server tells when its owner changes (XFIXES), so an idle clipboard costs nothing.

    It is read by xclip and not by a connection of our own: a large item arrives in pieces that xclip puts together,
    and an owner that hangs is left by ending a process.
    """

    def __init__(self, display: str) -> None:
        self._command = ("xclip", "-display", display, "-selection", "clipboard", "-out")
        self._open(display)

    def wait(self, stop: StopSignal) -> bool:
        from Xlib.error import ConnectionClosedError

        del stop  # a quarter of a second is soon enough
        try:
            if not self._display.pending_events():
                select.select([self._display.fileno()], [], [], WAIT_S)
            changed = False
            while self._display.pending_events():
                self._display.next_event()
                changed = True
            return changed
        except (ConnectionClosedError, OSError) as error:
            raise DeviceLost("The clipboard went away: the connection to the X server was closed.") from error

    def read(self) -> Held | None:
        targets = self._ask("TARGETS")
        if targets is None:
            return None
        names = targets.content.split() if isinstance(targets.content, str) else []
        if SECRET_MARK in names:
            return None
        wanted = next((target for target in TEXT_TARGETS if target in names), "")
        if not wanted:
            return Held(b"" if names else None)
        return self._ask(wanted)

    def close(self) -> None:
        from Xlib.error import ConnectionClosedError

        try:
            self._display.close()
        except (ConnectionClosedError, OSError):
            pass  # it is gone already

    def _open(self, display: str) -> None:
        from Xlib.display import Display
        from Xlib.error import DisplayError
        from Xlib.ext import xfixes

        try:
            self._display = Display(display)
        except (DisplayError, OSError) as error:
            raise DeviceLost(f"The clipboard cannot be reached: {error}. Is DISPLAY right?") from error
        if not self._display.has_extension(xfixes.extname):
            self._display.close()
            raise DeviceLost("The clipboard cannot be watched: this X server has no XFIXES extension.")
        self._display.xfixes_query_version()
        clipboard = self._display.get_atom("CLIPBOARD")
        root = self._display.screen().root
        self._display.xfixes_select_selection_input(root, clipboard, xfixes.XFixesSetSelectionOwnerNotifyMask)
        self._display.flush()

    def _ask(self, target: str) -> Held | None:
        command = (*self._command, "-target", target)
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        except OSError as error:
            raise DeviceLost(f"The clipboard cannot be read: xclip does not start ({error.strerror}).") from error
        watchdog = threading.Timer(ANSWER_TIMEOUT_S, process.kill)
        watchdog.start()
        with process:
            held = _keep_beginning(process)
        watchdog.cancel()
        if process.returncode < 0:
            return None
        return held if process.returncode == 0 else Held("")


def _keep_beginning(process: subprocess.Popen[bytes]) -> Held:
    assert process.stdout is not None
    kept = process.stdout.read(4 * MAX_CHARACTERS)  # a character has at most four bytes
    size_bytes = len(kept)
    while chunk := process.stdout.read(CHUNK_BYTES):
        size_bytes += len(chunk)
    return Held(kept.decode("utf-8", "ignore"), size_bytes)


class Pyperclip:
    """The clipboard of any desktop, asked once a second."""

    def wait(self, stop: StopSignal) -> bool:
        return not stop.wait(POLL_S)

    def read(self) -> Held | None:
        import pyperclip

        try:
            text = pyperclip.paste()
        except pyperclip.PyperclipException as error:
            raise DeviceLost(
                "The clipboard cannot be read: there is no desktop, or xclip (or wl-clipboard on Wayland) is missing."
            ) from error
        return Held(text, len(text.encode("utf-8", "surrogatepass")))

    def close(self) -> None:
        """Nothing is held open."""
