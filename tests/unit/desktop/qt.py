"""Qt without a screen, for tests of what is drawn. A warning of Qt's fails the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

KNOWN = ("This plugin does not support propagateSizeHints()", "This plugin does not support raise()")


@pytest.fixture
def application() -> Iterator[QApplication]:
    """One application for the whole run: Qt allows no second. What is shown goes nowhere."""
    said: list[str] = []

    def note(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        said.append(text)

    before = qInstallMessageHandler(note)
    found = QApplication.instance()
    yield found if isinstance(found, QApplication) else QApplication(["test", "-platform", "offscreen"])
    qInstallMessageHandler(before)
    assert [text for text in said if text not in KNOWN] == []
