"""The clipboard through Qt: told of changes instead of asking, and able to see that something is a password."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from threading import Event as StopSignal

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QClipboard

from model.stream.errors import DeviceLost
from model.stream.protocols import Post
from model.stream.values import Event
from perception.clipboard import copied

SECRET_MARK = "x-kde-passwordManagerHint"
ANSWER_TIMEOUT_S = 5.0


class ClipboardSense(QObject):
    """A sense whose reading happens on the GUI thread, where Qt wants it; build it there."""

    name = "clipboard"
    started = Signal()
    """What was on the clipboard at the start has been posted."""
    _asked = Signal()

    def __init__(self, clipboard: QClipboard, now_ns: Callable[[], int] = time.monotonic_ns) -> None:
        super().__init__()
        self._clipboard = clipboard
        self._now_ns = now_ns
        self._post: Post | None = None
        self._last: object = None
        clipboard.dataChanged.connect(self._read)
        self._asked.connect(self._begin, Qt.ConnectionType.QueuedConnection)

    def run(self, post: Post, stop: StopSignal) -> None:
        """Post what is on the clipboard, and then every change, until `stop` is set."""
        self._post = post
        self._asked.emit()
        stop.wait()
        self._post = None

    def _begin(self) -> None:
        self._read()
        self.started.emit()

    def _read(self) -> None:
        post = self._post
        if post is None:
            return
        event = self._event(self._clipboard.mimeData())
        if event is not None and event.data != self._last:
            self._last = event.data
            post(event)

    def _event(self, held: QMimeData | None) -> Event | None:
        if held is None or not held.formats():
            return copied(None, self._now_ns())
        if is_secret(held):
            return None
        return copied(held.text() if held.hasText() else b"", self._now_ns())


def is_secret(held: QMimeData) -> bool:
    """Password managers mark what they copy; such an item is never read in.

    Source: the convention that KeePassXC and KDE's Klipper follow.
    """
    return held.hasFormat(SECRET_MARK) and bytes(held.data(SECRET_MARK).data()).strip() == b"secret"


class QtClipboard(QObject):
    """The clipboard for the hands, from any thread but the GUI's own, on which the work is done."""

    _reading = Signal(object)
    _writing = Signal(object, str)

    def __init__(self, clipboard: QClipboard) -> None:
        super().__init__()
        self._clipboard = clipboard
        self._reading.connect(self._read, Qt.ConnectionType.QueuedConnection)
        self._writing.connect(self._write, Qt.ConnectionType.QueuedConnection)

    def read(self) -> str:
        """The text on the clipboard, or nothing. Raises `DeviceLost` if the window system does not answer."""
        answer: Future[str] = Future()
        self._reading.emit(answer)
        return _wait(answer)

    def write(self, text: str) -> None:
        answer: Future[str] = Future()
        self._writing.emit(answer, text)
        _wait(answer)

    def _read(self, answer: Future[str]) -> None:
        answer.set_result(self._clipboard.text())

    def _write(self, answer: Future[str], text: str) -> None:
        self._clipboard.setText(text)
        answer.set_result("")


def _wait(answer: Future[str]) -> str:
    try:
        return answer.result(ANSWER_TIMEOUT_S)
    except TookTooLong as error:
        raise DeviceLost("The clipboard did not answer: the program that copied last may hang.") from error
