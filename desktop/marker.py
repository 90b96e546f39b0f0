"""Draws the eye to places on the screen: a bright border round each, for a moment."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from model.stream.values import Place

SHOWN_MS = 3_000
NUMBERED_MS = 10_000
"""Numbers are there to be read and said."""
GAP_PX, THICK_PX = 8, 4
"""Between the text and its border, and how thick that is."""
NUMBER_PX = 24
_FLAGS = (
    Qt.WindowType.ToolTip
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.WindowTransparentForInput
    | Qt.WindowType.WindowDoesNotAcceptFocus
)
_COLOUR = QColor("#ff7a00")
"""Seen on light and on dark ground."""


class Marker:
    """On the GUI thread. Each border is four thin windows, so that what it surrounds can still be read and clicked."""

    def __init__(self) -> None:
        self._bars: list[QWidget] = []
        self._timer = QTimer(singleShot=True)
        self._timer.timeout.connect(self.hide)

    def show(self, places: Sequence[Place]) -> None:
        """Instead of what was shown before. `places` are in pixels of the screen."""
        self.hide()
        self._bars = [_bar(side) for place in places for side in border(place, _ratio())]
        if len(places) > 1:
            self._bars += [_number(n, border(place, _ratio())[0]) for n, place in enumerate(places, 1)]
        self._timer.start(SHOWN_MS if len(places) == 1 else NUMBERED_MS)

    def hide(self) -> None:
        self._timer.stop()
        for bar in self._bars:
            bar.close()
            bar.deleteLater()
        self._bars = []

    close = hide


def border(place: Place, ratio: float) -> list[QRect]:
    """The four sides, in Qt's units of `ratio` pixels."""
    left, top = round(place.x_px / ratio) - GAP_PX - THICK_PX, round(place.y_px / ratio) - GAP_PX - THICK_PX
    width = round(place.width_px / ratio) + 2 * (GAP_PX + THICK_PX)
    height = round(place.height_px / ratio) + 2 * (GAP_PX + THICK_PX)
    return [
        QRect(left, top, width, THICK_PX),
        QRect(left, top + height - THICK_PX, width, THICK_PX),
        QRect(left, top + THICK_PX, THICK_PX, height - 2 * THICK_PX),
        QRect(left + width - THICK_PX, top + THICK_PX, THICK_PX, height - 2 * THICK_PX),
    ]


def _bar(side: QRect) -> QWidget:
    bar = QWidget(None, _FLAGS)
    bar.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    palette = bar.palette()
    palette.setColor(QPalette.ColorRole.Window, _COLOUR)
    bar.setPalette(palette)
    bar.setGeometry(side)
    bar.show()
    return bar


def _number(number: int, top: QRect) -> QWidget:
    """Above the border: beside it, the eyes would read it as part of what is inside."""
    badge = QLabel(str(number), None, _FLAGS)
    badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
    badge.setStyleSheet(f"background: {_COLOUR.name()}; color: black; font: bold 16px;")
    badge.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    badge.setGeometry(top.left(), max(0, top.top() - NUMBER_PX), NUMBER_PX, NUMBER_PX)
    badge.show()
    return badge


def _ratio() -> float:
    return QGuiApplication.primaryScreen().devicePixelRatio()
