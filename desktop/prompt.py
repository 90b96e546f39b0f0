"""The line to type a request to the assistant: the one window of ours that takes the focus, while it is open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from desktop.intents import Intent, Wish
from desktop.surface import Surface
from desktop.theme import CARD_WIDTH_PX, SHADOW_PX, Theme, font

HEIGHT_PX = 54
ABOVE_PX = 10


class GuardedLine(QLineEdit):
    """A line edit that takes no keys while our own hands type: what is typed here has the user's authority."""

    def __init__(self, ours: Callable[[], bool]) -> None:
        super().__init__()
        self._ours = ours

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._ours():
            super().keyPressEvent(event)


class Prompt(Surface):
    """Opens above the overlay; Return sends, Esc or a click elsewhere closes."""

    def __init__(self, submit: Callable[[Intent], None], theme: Theme, ours: Callable[[], bool]) -> None:
        super().__init__(theme)
        self._submit = submit
        self.line = GuardedLine(ours)
        self.line.setPlaceholderText("Type a request and press Return")
        self.line.setAccessibleName("Request to Ambidex")
        self.line.setMaxLength(2000)
        self.line.setFont(font(16))
        self.line.returnPressed.connect(self._send)
        self.setWindowTitle("Ambidex, type a request")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(4 * (self.shadow_px,)))
        layout.addWidget(self.line)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.line.setStyleSheet(
            f"QLineEdit {{ border: none; background: transparent; padding: 0 18px; color: {theme.text.name()};"
            f" selection-background-color: {theme.accent.name()}; selection-color: {theme.on_accent.name()}; }}"
        )

    def open_above(self, overlay: QRect) -> None:
        """Show the line above the overlay's rectangle and take the focus."""
        margin = self.shadow_px
        width, height = CARD_WIDTH_PX + 2 * margin, HEIGHT_PX + 2 * margin
        corner = QPoint(overlay.center().x() - width // 2, overlay.top() - height - ABOVE_PX + (margin and SHADOW_PX))
        self.setGeometry(QRect(corner.x(), max(0, corner.y()), width, height))
        self.show()
        self.raise_()
        self.activateWindow()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ActivationChange and self.isVisible() and not self.isActiveWindow():
            self.hide()

    def _send(self) -> None:
        text = self.line.text().strip()
        self.line.clear()
        self.hide()  # first, so that the window the request is about has the focus again
        if text:
            self._submit(Intent(Wish.ASK, text))
