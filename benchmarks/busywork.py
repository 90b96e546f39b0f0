"""A window in which something happens by itself: what the screen benchmarks have the assistant look at.

`lines` shows a new line every second and tells when it was painted; `work` does what a person does: types, scrolls,
turns to another page; `film` shows another picture 12 times a second. The others do one thing each, as their names
say. Run as `python -m benchmarks.busywork KIND`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject, Qt, QTime, QTimer
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QProgressBar, QVBoxLayout, QWidget

LINE_EVERY_MS = 1_300
KEY_EVERY_MS = 180
SCROLL_EVERY_MS = 4_000
PAGE_EVERY_MS = 15_000
FRAME_EVERY_MS = 83
CLOCK_EVERY_MS = 1_000
PROGRESS_EVERY_MS = 200
SPINNER_EVERY_MS = 50
SPINNER_DEGREES = 15
WHEEL_EVERY_MS = 700
SWITCH_EVERY_MS = 5_000
NOTE_LINES = 25
FILM_WIDTH_PX, FILM_HEIGHT_PX = 32, 18
WORDS = (
    "market", "winter", "letter", "garden", "window", "answer", "number", "meeting", "river", "report", "harbour",
)  # fmt: skip


class LineWindow(QWidget):
    """One line of text that is replaced by another; tells the number in it when it stands on the screen."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = random.Random(seed)
        self._number = 0
        self._label = QLabel("Waiting for the first invoice", self)
        self._label.setFont(QFont("DejaVu Sans", 16))
        QVBoxLayout(self).addWidget(self._label)
        _every(LINE_EVERY_MS, self, self._change)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._number:
            number, self._number = self._number, 0
            QTimer.singleShot(0, lambda: tell(number=number))

    def _change(self) -> None:
        self._number = self._random.randrange(1000, 9999)
        self._label.setText(f"Invoice {self._number} for the {self._random.choice(WORDS)} was paid")
        self.update()


class WorkWindow(QPlainTextEdit):
    """A text somebody works on: mostly typing, now and then scrolling, rarely another page."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = random.Random(seed)
        self.setFont(QFont("DejaVu Sans", 12))
        self.setCursorWidth(0)  # its blinking is not work
        self._turn_page()
        _every(KEY_EVERY_MS, self, self._type)
        _every(SCROLL_EVERY_MS, self, self._scroll)
        _every(PAGE_EVERY_MS, self, self._turn_page)

    def _type(self) -> None:
        self.insertPlainText(self._random.choice("etaoin shrdlu "))

    def _scroll(self) -> None:
        bar = self.verticalScrollBar()
        bar.setValue((bar.value() + 5) % max(1, bar.maximum()))

    def _turn_page(self) -> None:
        lines = (" ".join(self._random.choices(WORDS, k=10)) for _ in range(80))
        self.setPlainText("\n".join(lines))


class FilmWindow(QLabel):
    """Pictures that move: coloured noise, coarse as a film's."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = random.Random(seed)
        self.setScaledContents(True)
        _every(FRAME_EVERY_MS, self, self._show_next)

    def _show_next(self) -> None:
        noise = self._random.randbytes(FILM_WIDTH_PX * FILM_HEIGHT_PX * 4)
        picture = QImage(noise, FILM_WIDTH_PX, FILM_HEIGHT_PX, QImage.Format.Format_RGB32)
        self.setPixmap(QPixmap.fromImage(picture))


class ClockWindow(QLabel):
    def __init__(self, seed: int) -> None:
        super().__init__()
        self.setFont(QFont("DejaVu Sans", 11))
        _every(CLOCK_EVERY_MS, self, lambda: self.setText(QTime.currentTime().toString("HH:mm:ss")))


class ProgressWindow(QProgressBar):
    """One that says how far it is, begins anew at its end, and never pauses."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        _every(PROGRESS_EVERY_MS, self, lambda: self.setValue((self.value() + 1) % 101))


class SpinnerWindow(QWidget):
    """The turning circle of something that loads."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._degrees = 0
        _every(SPINNER_EVERY_MS, self, self._turn)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor("#1a73e8"))
        for width_px in range(4):
            side_px = 40 - width_px
            painter.drawArc(20, 20, side_px, side_px, 16 * self._degrees, 16 * 270)
        painter.end()

    def _turn(self) -> None:
        self._degrees = (self._degrees + SPINNER_DEGREES) % 360
        self.update()


class TypingWindow(QPlainTextEdit):
    """A note that somebody types, in words and lines, with a cursor that blinks; with `keys` off, only the cursor."""

    def __init__(self, seed: int, keys: bool = True) -> None:
        super().__init__()
        self._random = random.Random(seed)
        self._left = ""
        self.setFont(QFont("DejaVu Sans", 12))
        self.setPlainText("Dear all,\n")
        self.moveCursor(self.textCursor().MoveOperation.End)
        if keys:
            _every(KEY_EVERY_MS, self, self._type)

    def _type(self) -> None:
        if not self._left:
            self._left = " ".join(self._random.choices(WORDS, k=10)) + "\n"
            if self.blockCount() > NOTE_LINES:
                self.clear()
        self.insertPlainText(self._left[0])
        self._left = self._left[1:]


class ReadingWindow(QPlainTextEdit):
    """A long text in which somebody turns the wheel all the time."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        chance = random.Random(seed)
        self.setFont(QFont("DejaVu Sans", 12))
        self.setPlainText("\n".join(f"{n} " + " ".join(chance.choices(WORDS, k=9)) for n in range(1000)))
        _every(WHEEL_EVERY_MS, self, self._turn)

    def _turn(self) -> None:
        bar = self.verticalScrollBar()
        bar.setValue((bar.value() + 3) % max(1, bar.maximum()))


class _StillWindow(ReadingWindow):
    def _turn(self) -> None:
        pass


class SwitchingWindow(_StillWindow):
    """Two windows full of text, one over the other, taking turns."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._other = _StillWindow(seed + 1)
        self._other.setWindowFlag(Qt.WindowType.Window)
        _every(SWITCH_EVERY_MS, self, self._switch)

    def _switch(self) -> None:
        upper = self if self._other.isActiveWindow() else self._other
        upper.setGeometry(self.geometry())
        upper.show()
        upper.raise_()
        upper.activateWindow()


def _every(interval_ms: int, owner: QObject, act: Callable[[], None]) -> None:
    timer = QTimer(owner)
    timer.timeout.connect(act)
    timer.start(interval_ms)


def tell(**what: object) -> None:
    sys.stdout.write(json.dumps({"t_ns": time.monotonic_ns(), **what}) + "\n")
    sys.stdout.flush()


KINDS: Mapping[str, tuple[Callable[..., QWidget], tuple[int, int, int, int]]] = {
    "lines": (LineWindow, (300, 150, 900, 120)),
    "work": (WorkWindow, (300, 150, 900, 600)),
    "film": (FilmWindow, (1250, 150, 640, 360)),
    "clock": (ClockWindow, (1250, 150, 120, 40)),
    "cursor": (partial(TypingWindow, keys=False), (300, 150, 900, 600)),
    "progress": (ProgressWindow, (1250, 150, 400, 40)),
    "spinner": (SpinnerWindow, (1250, 150, 80, 80)),
    "typing": (TypingWindow, (300, 150, 900, 600)),
    "scrolling": (ReadingWindow, (300, 150, 900, 600)),
    "switching": (SwitchingWindow, (300, 150, 900, 600)),
}
"""Each with its place on the screen, in pixels."""


def main() -> int:
    app = QApplication([])
    kind, place = KINDS[sys.argv[1]]
    window = kind(seed=7)
    window.setWindowTitle("Ledger")
    window.setGeometry(*place)
    window.show()
    tell(ready=True)
    return app.exec()


if __name__ == "__main__":
    raise SystemExit(main())
