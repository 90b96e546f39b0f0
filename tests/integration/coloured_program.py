"""A window with buttons of several colours, links and labels, which tells on standard output what was pressed."""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from desktop.probe import tell

WHITE_ON = "color: white; border: none; border-radius: 4px; background: "
LINK = "border: none; background: transparent; text-decoration: underline; color: #1a56db"
PLACED = (
    ("Buy now", 60, 40, WHITE_ON + "#0d6efd"),
    ("Compare", 560, 40, WHITE_ON + "#0d6efd"),
    ("Delete", 60, 160, WHITE_ON + "#dc3545"),
    ("Keep", 310, 160, WHITE_ON + "#198754"),
    ("Cancel", 560, 160, "color: black; background: #e2e3e5; border: 1px solid #888"),
    ("Change", 310, 280, "color: black; background: #e2e3e5; border: 1px solid #888"),
    ("Account", 60, 280, "color: black; background: transparent; border: none"),
    ("Read more", 60, 400, LINK),
    ("Terms of use", 310, 400, LINK),
)


class Painted(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, lambda: tell(ready=True))
            watched.removeEventFilter(self)
        return False


def main() -> int:
    app = QApplication([])
    window = QWidget()
    window.setWindowTitle("Colours")
    window.setStyleSheet("QWidget { background: #ffffff }")
    for label, x_px, y_px, style in PLACED:
        button = QPushButton(label, window)
        button.setFont(QFont("DejaVu Sans", 14))
        button.setStyleSheet(f"QPushButton {{ {style} }}")
        button.setGeometry(x_px, y_px, 180, 50)
        button.clicked.connect(lambda _=False, label=label: tell(pressed=label))
    painted = Painted()
    window.installEventFilter(painted)
    window.setGeometry(300, 200, 800, 500)
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
