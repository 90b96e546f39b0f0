"""A program for tests: a window of Qt with all that an eye may be told of. Writes `ready`, and what is pressed.

F5 shows the password in plain letters, F6 adds another field with the same password.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QFont, QIcon, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)


def tell(what: str) -> None:
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


class Form(QWidget):
    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__()
        self.setWindowTitle(options.title)
        self._rows = QVBoxLayout(self)
        self._rows.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(QLabel(options.label))
        field = QLineEdit()
        field.setAccessibleName("E-mail")
        self._rows.addWidget(field)
        if options.password:
            field = self._add_password(options.password)
            self._on("F5", lambda: field.setEchoMode(QLineEdit.EchoMode.Normal))
            self._on("F6", lambda: self._add_password(options.password))
        page = QPlainTextEdit(options.text.replace("\\n", "\n"))
        self._rows.addWidget(page)
        self._rows.addWidget(self._picture_button("Save"))
        submit = QPushButton("Submit")
        submit.clicked.connect(lambda: tell("pressed Submit"))
        self._rows.addWidget(submit)
        if options.rows:
            rows = QListWidget()
            rows.addItems([f"entry {n}" for n in range(options.rows)])
            self._rows.addWidget(rows)
        page.setFocus()

    def _on(self, key: str, do: Callable[[], object]) -> None:
        QShortcut(QKeySequence(key), self).activated.connect(do)

    def _add_password(self, text: str) -> QLineEdit:
        field = QLineEdit(text)
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setAccessibleName("Password")
        self._rows.addWidget(field)
        return field

    def _picture_button(self, name: str) -> QToolButton:
        picture = QPixmap(16, 16)
        picture.fill(QColor("darkred"))
        button = QToolButton()
        button.setIcon(QIcon(picture))
        button.setAccessibleName(name)
        button.clicked.connect(lambda: tell(f"pressed {name}"))
        return button


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--title", default="Form")
    parser.add_argument("--label", default="Address")
    parser.add_argument("--text", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--place", default="300,150,700,600")
    options = parser.parse_args()
    app = QApplication([])
    app.setFont(QFont("DejaVu Sans", 13))
    form = Form(options)
    form.setGeometry(*(int(n) for n in options.place.split(",")))
    form.show()
    form.activateWindow()
    QTimer.singleShot(300, lambda: tell("ready"))  # painted by then
    return app.exec()


if __name__ == "__main__":
    raise SystemExit(main())
