"""Icons drawn in code: crisp at every size, in every theme, nothing to ship."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from desktop.live import Mode

Draw = Callable[[QPainter, QColor], None]
"""Draws on a square of 24 by 24, its origin at the top left."""


def paint_icon(painter: QPainter, name: str, area: QRectF, colour: QColor) -> None:
    """Draw the icon `name` into `area`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width() / 24, area.height() / 24)
    pen = QPen(colour, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ICONS[name](painter, colour)
    painter.restore()


def pixmap(name: str, size_px: int, colour: QColor, ratio: float = 1.0) -> QPixmap:
    made = QPixmap(round(size_px * ratio), round(size_px * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    paint_icon(painter, name, QRectF(0, 0, size_px, size_px), colour)
    painter.end()
    return made


def icon(name: str, colour: QColor) -> QIcon:
    """At the usual sizes of buttons, menus and trays."""
    made = QIcon()
    for size_px in (16, 22, 24, 32, 48, 64):
        made.addPixmap(pixmap(name, size_px, colour))
    return made


TRAY_COLOURS: Mapping[Mode, str] = {
    Mode.IDLE: "#9aa1b0",
    Mode.LISTENING: "#4d9bff",
    Mode.THINKING: "#9b8cff",
    Mode.SPEAKING: "#ff7aa8",
    Mode.ACTING: "#3fc98f",
    Mode.ASKING: "#f0a93a",
    Mode.PAUSED: "#9aa1b0",
    Mode.PANICKED: "#f05252",
}


def tray_icon(mode: Mode) -> QIcon:
    """Each mode has a shape of its own and a colour of its own, so that either tells it."""
    return icon(f"tray_{mode.value}", QColor(TRAY_COLOURS[mode]))


def _filled(painter: QPainter, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)


def _lines(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.drawPolyline([QPointF(x, y) for x, y in points])


def _check(painter: QPainter, colour: QColor) -> None:
    _lines(painter, (5, 12.5), (10, 17.5), (19, 7))


def _cross(painter: QPainter, colour: QColor) -> None:
    _lines(painter, (6.5, 6.5), (17.5, 17.5))
    _lines(painter, (17.5, 6.5), (6.5, 17.5))


def _question(painter: QPainter, colour: QColor) -> None:
    path = QPainterPath(QPointF(8, 8.6))
    path.cubicTo(QPointF(8, 3.2), QPointF(16.4, 3.4), QPointF(16.2, 8.6))
    path.cubicTo(QPointF(16, 11.6), QPointF(12, 11.6), QPointF(12, 15))
    painter.drawPath(path)
    _filled(painter, colour)
    painter.drawEllipse(QPointF(12, 19.6), 1.6, 1.6)


def _undo(painter: QPainter, colour: QColor) -> None:
    painter.drawArc(QRectF(6, 7, 13, 12), -70 * 16, 200 * 16)
    _lines(painter, (10.5, 3.6), (6.4, 7.3), (10.5, 11))


def _dots(painter: QPainter, colour: QColor) -> None:
    _filled(painter, colour)
    for x in (5, 12, 19):
        painter.drawEllipse(QPointF(x, 12), 2.3, 2.3)


def _play(painter: QPainter, colour: QColor) -> None:
    painter.setBrush(colour)
    painter.drawPolygon([QPointF(8, 6), QPointF(18, 12), QPointF(8, 18)])


def _stop(painter: QPainter, colour: QColor) -> None:
    _filled(painter, colour)
    painter.drawRoundedRect(QRectF(6, 6, 12, 12), 2.6, 2.6)


def _pause(painter: QPainter, colour: QColor) -> None:
    _filled(painter, colour)
    painter.drawRoundedRect(QRectF(6.5, 5, 4, 14), 1.6, 1.6)
    painter.drawRoundedRect(QRectF(13.5, 5, 4, 14), 1.6, 1.6)


def _bell(painter: QPainter, colour: QColor) -> None:
    path = QPainterPath(QPointF(5, 17))
    path.cubicTo(QPointF(9, 14), QPointF(5, 5), QPointF(12, 5))
    path.cubicTo(QPointF(19, 5), QPointF(15, 14), QPointF(19, 17))
    path.closeSubpath()
    painter.drawPath(path)
    _lines(painter, (10.5, 20), (13.5, 20))


def _warning(painter: QPainter, colour: QColor) -> None:
    painter.drawPolygon([QPointF(12, 4), QPointF(21, 19.5), QPointF(3, 19.5)])
    _lines(painter, (12, 10), (12, 14))
    _filled(painter, colour)
    painter.drawEllipse(QPointF(12, 17), 1.2, 1.2)


def _microphone(painter: QPainter, colour: QColor) -> None:
    painter.drawArc(QRectF(5.5, 6, 13, 12), 180 * 16, 180 * 16)
    _lines(painter, (12, 18), (12, 21.5))
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(9.2, 3, 5.6, 11), 2.8, 2.8)


def _screen(painter: QPainter, colour: QColor) -> None:
    painter.drawRoundedRect(QRectF(3, 5, 18, 12), 2.2, 2.2)
    _lines(painter, (8.5, 20.5), (15.5, 20.5))


def _clipboard(painter: QPainter, colour: QColor) -> None:
    painter.drawRoundedRect(QRectF(5, 5, 14, 16), 2.4, 2.4)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(9, 2.8, 6, 4), 1.4, 1.4)


def _keyboard(painter: QPainter, colour: QColor) -> None:
    painter.drawRoundedRect(QRectF(2.5, 6, 19, 12), 2.4, 2.4)
    _lines(painter, (8.5, 14.5), (15.5, 14.5))
    _filled(painter, colour)
    for x in (6.6, 10.2, 13.8, 17.4):
        painter.drawEllipse(QPointF(x, 10), 1.1, 1.1)


def _head(painter: QPainter, colour: QColor) -> None:
    """The assistant's outline, the ground of every tray icon: a head between two hands."""
    painter.drawEllipse(QPointF(12, 11), 7.6, 7.6)
    _filled(painter, colour)
    painter.drawEllipse(QPointF(3.6, 19), 2.5, 2.5)
    painter.drawEllipse(QPointF(20.4, 19), 2.5, 2.5)


def _eyes(painter: QPainter, colour: QColor) -> None:
    _filled(painter, colour)
    painter.drawRoundedRect(QRectF(8.3, 8.6, 2.4, 4.6), 1.2, 1.2)
    painter.drawRoundedRect(QRectF(13.3, 8.6, 2.4, 4.6), 1.2, 1.2)


def _tray_idle(painter: QPainter, colour: QColor) -> None:
    _head(painter, colour)
    _eyes(painter, colour)


def _on_disc(painter: QPainter, colour: QColor, inside: Draw) -> None:
    """A white sign on a coloured disc: a mode in which something happens."""
    _filled(painter, colour)
    painter.drawEllipse(QPointF(12, 12), 11, 11)
    white = QColor("white")
    painter.translate(12, 12)
    painter.scale(0.66, 0.66)
    painter.translate(-12, -12)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(white, 2.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    inside(painter, white)


def _waves(painter: QPainter, colour: QColor) -> None:
    for n, x in enumerate((3.5, 9.2, 14.8, 20.5)):
        reach = 8 * abs(math.sin(1.1 + 1.7 * n)) + 1
        _lines(painter, (x, 12 - reach), (x, 12 + reach))


def _disc(inside: Draw) -> Draw:
    return lambda painter, colour: _on_disc(painter, colour, inside)


def _tray_paused(painter: QPainter, colour: QColor) -> None:
    painter.drawEllipse(QPointF(12, 12), 10, 10)
    painter.translate(12, 12)
    painter.scale(0.66, 0.66)
    painter.translate(-12, -12)
    _pause(painter, colour)


ICONS: Mapping[str, Draw] = {
    "check": _check,
    "cross": _cross,
    "question": _question,
    "undo": _undo,
    "dots": _dots,
    "play": _play,
    "stop": _stop,
    "pause": _pause,
    "bell": _bell,
    "warning": _warning,
    "user": _microphone,
    "screen": _screen,
    "clipboard": _clipboard,
    "keyboard": _keyboard,
    "tray_idle": _tray_idle,
    "tray_listening": _disc(_microphone),
    "tray_thinking": _disc(_dots),
    "tray_speaking": _disc(_waves),
    "tray_acting": _disc(_play),
    "tray_asking": _disc(_question),
    "tray_paused": _tray_paused,
    "tray_panicked": _disc(_stop),
}
