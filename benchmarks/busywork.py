"""A window in which something happens by itself: what the screen benchmarks have the assistant look at.

`lines` shows a new line every second and tells when it was painted; `work` does what a person does: types, scrolls,
turns to another page. Run as `python -m benchmarks.busywork lines|work`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

LINE_EVERY_MS = 1_300
KEY_EVERY_MS = 180
SCROLL_EVERY_MS = 4_000
PAGE_EVERY_MS = 15_000
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


def _every(interval_ms: int, owner: QObject, act: Callable[[], None]) -> None:
    timer = QTimer(owner)
    timer.timeout.connect(act)
    timer.start(interval_ms)


def tell(**what: object) -> None:
    sys.stdout.write(json.dumps({"t_ns": time.monotonic_ns(), **what}) + "\n")
    sys.stdout.flush()


def main() -> int:
    app = QApplication([])
    window = {"lines": LineWindow, "work": WorkWindow}[sys.argv[1]](seed=7)
    window.setWindowTitle("Ledger")
    window.setGeometry(300, 150, 900, 120 if sys.argv[1] == "lines" else 600)
    window.show()
    tell(ready=True)
    return app.exec()


if __name__ == "__main__":
    raise SystemExit(main())
