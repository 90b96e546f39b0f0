"""A window in which something happens by itself: what the screen benchmarks have the assistant look at.

`lines` shows a new line every second and tells when it was painted; `work` does what a person does: types, scrolls,
turns to another page; `film` shows another picture 12 times a second. Run as `python -m benchmarks.busywork KIND`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QFont, QImage, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

LINE_EVERY_MS = 1_300
KEY_EVERY_MS = 180
SCROLL_EVERY_MS = 4_000
PAGE_EVERY_MS = 15_000
FRAME_EVERY_MS = 83
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
