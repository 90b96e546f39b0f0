"""Windows full of buttons with similar labels, one window on each monitor; tells which button was pressed.

F5 shows the next page. Run as `python -m benchmarks.buttons SEED LEFT,TOP,WIDTH,HEIGHT ...`, a place for each window.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from benchmarks.specimens import FONTS, THEMES

FAMILIES = (
    ("Save", "Save as", "Save all", "Safe"),
    ("Delete", "Delete all", "Deleted", "Select"),
    ("Open", "Open file", "Open folder", "Reopen"),
    ("Send", "Sent", "Spend"),
    ("Accept", "Accept all", "Except"),
    ("Sign in", "Sign out", "Sign up"),
    ("Reply", "Reply all", "Apply"),
    ("1024", "1025", "10245", "10246"),
    ("Item 1", "Item 7", "Item 11", "Item 17"),
    ("Fill", "File", "Fail", "Full"),
    ("Import", "Export", "Important"),
    ("Cancel", "Channel", "Cancel all"),
)
N_FAMILIES = 6
SIZES_PX = (12, 13, 14, 16, 18)
TRIES = 200


def tell(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class ButtonWindows(QObject):
    """The windows, and what they show: a page is some families of labels, not all of each, at random places."""

    def __init__(self, seed: int, places: Sequence[QRect]) -> None:
        super().__init__()
        self._random = random.Random(seed)
        self._windows = [QWidget(None, Qt.WindowType.FramelessWindowHint) for _ in places]
        for window, place in zip(self._windows, places, strict=True):
            window.setGeometry(place)
            window.installEventFilter(self)
            window.show()
        self._page = 0
        self.turn()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_F5:
            self.turn()
        return super().eventFilter(watched, event)

    def turn(self) -> None:
        self._page += 1
        families = self._random.sample(FAMILIES, N_FAMILIES)
        labels = [label for family in families for label in family]
        shown = sorted(self._random.sample(labels, 2 * len(labels) // 3))
        taken: dict[QWidget, list[QRect]] = {window: [] for window in self._windows}
        style = self._style()
        for window in self._windows:
            for old in window.findChildren(QPushButton):
                old.setParent(None)
            window.setStyleSheet(style)
        placed = [label for label in shown if self._place(label, taken)]
        # Once it is painted, which Qt does when nothing else is to be done.
        QTimer.singleShot(50, lambda: tell(page=self._page, shown=placed, absent=sorted({*labels} - {*placed})))

    def _style(self) -> str:
        theme = THEMES[self._random.choice(list(THEMES))]
        font, size_px = self._random.choice(list(FONTS)), self._random.choice(SIZES_PX)
        return (
            f"QWidget {{ background: {theme.paper}; }} QPushButton {{ background: {theme.button}; color: {theme.ink};"
            f" border: 1px solid {theme.border}; border-radius: 3px; padding: 4px 12px;"
            f" font-family: '{font}'; font-size: {size_px}px; }}"
        )

    def _place(self, label: str, taken: dict[QWidget, list[QRect]]) -> bool:
        window = self._random.choice(self._windows)
        button = QPushButton(label, window)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: tell(pressed=label))
        size = button.sizeHint()
        for _ in range(TRIES):
            left = self._random.randrange(window.width() - size.width())
            top = self._random.randrange(window.height() - size.height())
            place = QRect(left, top, size.width(), size.height())
            if not any(place.adjusted(-4, -4, 4, 4).intersects(other) for other in taken[window]):
                taken[window].append(place)
                button.setGeometry(place)
                button.show()
                return True
        button.setParent(None)
        return False


def main() -> int:
    app = QApplication([])
    places = [QRect(*(int(n) for n in place.split(","))) for place in sys.argv[2:]]
    windows = ButtonWindows(int(sys.argv[1]), places)
    code = app.exec()
    windows.deleteLater()
    return code


if __name__ == "__main__":
    raise SystemExit(main())
