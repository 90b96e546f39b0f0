"""A window of Qt with known text that can be asked what it shows: `python -m benchmarks.accessible_window TEXT.json`.

The file holds `labels`, one line each, `page`, the lines of a text, and `more`, a number of buttons that are scrolled
out of sight for the most part. Tells on standard output what stands where, once it is painted.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QFont, QTextCursor
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

SETTLED_MS = 3000
"""By then the window manager has put it where it stays."""
Row = dict[str, object]


class Window(QWidget):
    def __init__(self, texts: dict[str, list[str]], n_more: int) -> None:
        super().__init__()
        self.setWindowTitle("Known text")
        columns, left = QHBoxLayout(self), QVBoxLayout()
        self._labels = [QLabel(text) for text in texts["labels"]]
        for label in self._labels:
            left.addWidget(label)
        columns.addLayout(left)
        self.page = QTextEdit()
        self.page.setPlainText("\n".join(texts["page"]))
        self.page.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        columns.addWidget(self.page, 1)
        if n_more:
            columns.addWidget(_buttons(n_more))
        self.page.setFocus()

    def printed(self) -> list[Row]:
        labels = [
            _row(each.text(), each.mapToGlobal(QPoint(0, 0)), each.width(), each.height()) for each in self._labels
        ]
        cursor, lines = QTextCursor(self.page.document()), list[Row]()
        for _ in range(self.page.document().blockCount()):
            where = self.page.cursorRect(cursor)
            corner = self.page.viewport().mapToGlobal(where.topLeft())
            lines.append(_row(cursor.block().text(), corner, self.page.viewport().width(), where.height()))
            cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        return [*labels, *lines]


def _buttons(count: int) -> QScrollArea:
    inside = QWidget()
    rows = QVBoxLayout(inside)
    for n in range(count):
        rows.addWidget(QPushButton(f"Button {n}"))
    area = QScrollArea()
    area.setWidget(inside)
    return area


def _row(text: str, corner: QPoint, width_px: int, height_px: int) -> Row:
    return {"text": text, "place": (corner.x(), corner.y(), width_px, height_px)}


def main() -> int:
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    app = QApplication([])
    font = QFont("DejaVu Sans")
    font.setPixelSize(given["size_px"])
    app.setFont(font)
    window = Window(given, given["more"])
    window.setGeometry(50, 60, 1800, 980)
    window.show()
    window.activateWindow()

    def tell() -> None:
        sys.stdout.write(json.dumps(window.printed()) + "\n")
        sys.stdout.flush()

    QTimer.singleShot(SETTLED_MS, tell)
    return app.exec()


if __name__ == "__main__":
    raise SystemExit(main())
