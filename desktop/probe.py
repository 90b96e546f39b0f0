"""A plain window with a text field and buttons that tells on standard output what was done to it.

The demonstration, the tests and the benchmarks open it with `open_probe` and operate it as somebody else's program.
Each line it writes is one JSON object: `ready`, `text`, `pressed`, `key` with `down`, or `closed`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget


def tell(**what: object) -> None:
    sys.stdout.write(json.dumps({"t_ns": time.monotonic_ns(), **what}) + "\n")
    sys.stdout.flush()


class ProbeWindow(QWidget):
    """Reports what reaches its text field and its buttons."""

    def __init__(self, title: str, text: str, buttons: Sequence[str]) -> None:
        super().__init__()
        self.setWindowTitle(title)
        self._ready = False
        self._field = QPlainTextEdit(text)
        self._field.setFont(QFont("DejaVu Sans", 15))
        self._field.setAccessibleName("Text")
        self._field.textChanged.connect(self._tell_text)
        self._field.installEventFilter(self)  # its keys
        self._field.viewport().installEventFilter(self)  # its painting
        layout = QVBoxLayout(self)
        layout.addWidget(self._field)
        row = QHBoxLayout()
        for label in buttons:
            row.addWidget(self._button(label))
        layout.addLayout(row)
        self._field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._field.hasFocus() and not self._ready:
            self._ready = True
            QTimer.singleShot(0, lambda: tell(ready=self.windowTitle()))  # once it is painted
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            down = event.type() == QEvent.Type.KeyPress
            if not event.isAutoRepeat():
                tell(key=_name(event), down=down)
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        tell(closed=True)
        super().closeEvent(event)

    def _button(self, label: str) -> QPushButton:
        button = QPushButton(label)
        button.setFont(QFont("DejaVu Sans", 15))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the text field keeps the keyboard
        button.clicked.connect(lambda: tell(pressed=label))
        return button

    def _tell_text(self) -> None:
        tell(text=self._field.toPlainText())


def _name(event: QKeyEvent) -> str:
    try:
        return Qt.Key(event.key()).name.removeprefix("Key_")
    except ValueError:  # a character that Qt has no name for
        return event.text()


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    app = QApplication([])
    window = ProbeWindow(options.title, options.text, options.buttons)
    x_px, y_px, width_px, height_px = (int(number) for number in options.place.split(","))
    window.setGeometry(x_px, y_px, width_px, height_px)
    window.show()
    window.activateWindow()
    return app.exec()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desktop.probe", description=__doc__)
    parser.add_argument("--title", default="Notes")
    parser.add_argument("--text", default="", help="what stands in the text field at first")
    parser.add_argument("--buttons", nargs="*", default=["Submit", "Cancel"])
    parser.add_argument("--place", default="300,150,900,500", help="x,y,width,height in pixels")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
