"""The clipboard through Qt, where the window system tells of changes to windows only (not on X11, see ADR 12)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from threading import Event as StopSignal

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QClipboard, QImage, QImageWriter

from actions import clipboard as hands
from model.stream.clipboard import EMPTY, MAX_CHARACTERS, Answer, read_copied
from model.stream.errors import DeviceLost
from model.stream.protocols import Post
from model.stream.queues import QueueStatistics
from model.stream.values import Copied
from perception.clipboard import Teller

ANSWER_TIMEOUT_S = 5.0
QUICK_PICTURE = "image/bmp"
"""What Qt makes of a picture that has no file's format: nothing is compressed while the window waits."""


class ClipboardSense(QObject):
    """A sense whose reading happens on the GUI thread, where Qt wants it; build it there."""

    name = "clipboard"
    started = Signal()
    """What was on the clipboard at the start has been posted."""
    _asked = Signal()

    def __init__(self, clipboard: QClipboard, now_ns: Callable[[], int] = time.monotonic_ns) -> None:
        super().__init__()
        self._clipboard = clipboard
        self._post: Post | None = None
        self._teller = Teller(self.name, now_ns)
        clipboard.dataChanged.connect(self._read)
        self._asked.connect(self._begin, Qt.ConnectionType.QueuedConnection)

    def run(self, post: Post, stop: StopSignal) -> None:
        """Post what is on the clipboard, and then every change, until `stop` is set."""
        self._post = post
        self._asked.emit()
        stop.wait()
        self._post = None

    def statistics(self) -> QueueStatistics:
        return self._teller.statistics()

    def _begin(self) -> None:
        self._teller.forget()
        self._read()
        self.started.emit()

    def _read(self) -> None:
        post = self._post
        if post is not None:
            self._teller.tell(copied_of(self._clipboard.mimeData(), MAX_CHARACTERS), 1, post)


class QtClipboard(QObject):
    """`actions.clipboard.Clipboard` from any thread but the GUI's own, on which the work is done."""

    _reading = Signal(object, QClipboard.Mode)
    _writing = Signal(object, str)

    def __init__(self, clipboard: QClipboard) -> None:
        super().__init__()
        self._clipboard = clipboard
        self._changes = 0
        self._changed = threading.Condition()
        clipboard.dataChanged.connect(self._count)
        self._reading.connect(self._read, Qt.ConnectionType.QueuedConnection)
        self._writing.connect(self._write, Qt.ConnectionType.QueuedConnection)

    def read(self) -> Copied | None:
        return self._read_from(QClipboard.Mode.Clipboard)

    def selected(self) -> Copied | None:
        return self._read_from(QClipboard.Mode.Selection) if self._clipboard.supportsSelection() else EMPTY

    def write(self, text: str) -> None:
        answer: Future[Copied | None] = Future()
        self._writing.emit(answer, text)
        _wait(answer)

    def changes(self) -> int:
        return self._changes

    def changed(self, since: int, stop: StopSignal) -> bool:
        for _ in range(hands.LOOKS):
            with self._changed:
                if self._changed.wait_for(lambda: self._changes > since, hands.LOOK_S) or stop.is_set():
                    break
        return self._changes > since

    def close(self) -> None:
        """Qt holds it."""

    def _read_from(self, mode: QClipboard.Mode) -> Copied | None:
        """Raises `DeviceLost` if the window system does not answer."""
        answer: Future[Copied | None] = Future()
        self._reading.emit(answer, mode)
        return _wait(answer)

    def _count(self) -> None:
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def _read(self, answer: Future[Copied | None], mode: QClipboard.Mode) -> None:
        answer.set_result(copied_of(self._clipboard.mimeData(mode), hands.MAX_CHARACTERS))

    def _write(self, answer: Future[Copied | None], text: str) -> None:
        self._clipboard.setText(text)
        answer.set_result(None)


def copied_of(held: QMimeData | None, max_characters: int) -> Copied | None:
    """What Qt holds, with nothing asked of a secret."""
    if held is None:
        return read_copied((), lambda name: None)
    formats = held.formats()
    if held.hasImage() and not any(name.startswith("image/") for name in formats):
        formats.append(QUICK_PICTURE)
    return read_copied(formats, lambda name: _ask(held, name, max_characters), max_characters)


def _ask(held: QMimeData, name: str, max_characters: int) -> Answer:
    content = held.data(name)
    if name == QUICK_PICTURE and content.isEmpty():
        content = _as_file(QImage(held.imageData()))
    return Answer(bytes(content.first(min(content.size(), 4 * max_characters)).data()), content.size())


def _as_file(picture: QImage) -> QByteArray:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"bmp")).write(picture)
    return buffer.data()


def _wait(answer: Future[Copied | None]) -> Copied | None:
    try:
        return answer.result(ANSWER_TIMEOUT_S)
    except TookTooLong as error:
        raise DeviceLost("The clipboard did not answer: the program that copied last may hang.") from error
