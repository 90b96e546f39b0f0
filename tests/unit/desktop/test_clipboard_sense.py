"""The clipboard through Qt: every change once, no passwords, and for the hands from any thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QClipboard, QColor, QImage
from PySide6.QtWidgets import QApplication

from desktop.clipboard_sense import ClipboardSense, QtClipboard
from model.stream.values import Channel, Copied, Event
from tests.unit.desktop.qt import application

__all__ = ["application"]


@dataclass
class Running:
    """A sense on its thread, and what it posted."""

    made: ClipboardSense
    clipboard: QClipboard
    posted: list[Event]

    @property
    def kinds(self) -> list[str]:
        return [event.data.kind for event in self.posted if isinstance(event.data, Copied)]


@pytest.fixture
def sense(application: QApplication) -> Iterator[Running]:
    clipboard = application.clipboard()
    clipboard.setText("copied before the start")
    made = ClipboardSense(clipboard, now_ns=lambda: 7)
    posted: list[Event] = []
    stop, begun = threading.Event(), threading.Event()
    made.started.connect(begun.set)
    thread = threading.Thread(target=made.run, args=(posted.append, stop))
    thread.start()
    while not begun.is_set():
        application.processEvents()
    yield Running(made, clipboard, posted)
    stop.set()
    thread.join(5)
    clipboard.setText("copied after the end")
    assert "copied after the end" not in str(posted)


def marked(text: str, mark: bytes) -> QMimeData:
    held = QMimeData()
    held.setText(text)
    held.setData("x-kde-passwordManagerHint", mark)
    return held


def test_it_tells_what_is_there_and_then_every_change(sense: Running) -> None:
    sense.clipboard.setText("milk and eggs")
    sense.clipboard.setText("milk and eggs")
    assert [event.data.text for event in sense.posted if isinstance(event.data, Copied)] == [
        "copied before the start", "milk and eggs",
    ]  # fmt: skip
    assert {(event.channel, event.t_ns) for event in sense.posted} == {(Channel.CLIPBOARD, 7)}


def test_a_password_is_never_read_in(sense: Running) -> None:
    sense.clipboard.setMimeData(marked("hunter2", b"secret"))
    assert "hunter2" not in str(sense.posted)
    sense.clipboard.setMimeData(marked("who knows", b"public"))
    assert sense.kinds == ["text", "secret"]


def test_an_image_and_nothing_at_all_do_no_harm(sense: Running) -> None:
    image = QImage(300, 300, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    sense.clipboard.setImage(image)
    sense.clipboard.clear()
    assert sense.kinds == ["text", "image", "empty"]
    data = sense.posted[1].data
    assert isinstance(data, Copied)
    assert (data.width_px, data.height_px) == (300, 300)
    assert data.size_bytes > 300 * 300 * 3


def test_a_hundred_megabytes_are_shortened(sense: Running) -> None:
    sense.clipboard.setText("a" * 100_000_000)
    data = sense.posted[-1].data
    assert isinstance(data, Copied)
    assert (len(data.text), data.size_bytes) == (10_000, 100_000_000)


def test_files_are_told_by_their_paths(sense: Running) -> None:
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile("/tmp/a b"), QUrl.fromLocalFile("/tmp/ü")])
    sense.clipboard.setMimeData(held)
    data = sense.posted[-1].data
    assert isinstance(data, Copied)
    assert (data.kind, data.text, data.count) == ("files", "/tmp/a b\n/tmp/ü", 2)


def test_what_it_noticed_and_told_is_counted(sense: Running) -> None:
    sense.clipboard.setText("one")
    sense.clipboard.setText("two")
    counted = sense.made.statistics()
    assert (counted.accepted, counted.dropped) == (3, 0)


def test_the_hands_read_and_write_from_their_own_thread(application: QApplication) -> None:
    clipboard, stop = QtClipboard(application.clipboard()), threading.Event()

    def write_and_read() -> tuple[Copied | None, bool, bool]:
        before = clipboard.changes()
        clipboard.write("grüße ✓")
        return clipboard.read(), clipboard.changed(before, stop), clipboard.changed(before + 1, stop)

    with ThreadPoolExecutor(1) as hands:
        read = hands.submit(write_and_read)
        while not read.done():
            application.processEvents()
    assert read.result() == (Copied("text", "grüße ✓", 11), True, False)
