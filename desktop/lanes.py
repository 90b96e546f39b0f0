"""The input channels side by side: what each carried last, and how surprising that was."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.avatar import loudness_share
from desktop.live import LiveState
from desktop.theme import DARK, Theme, font
from model.stream.values import INPUTS, Channel

COLUMNS = 3
CELL_HEIGHT_PX = 37
GAP_PX = 14
FULL_SURPRISE_NATS = 10.0
METER_BARS = 16

NAMES = {
    Channel.USER: "You",
    Channel.TONE: "Tone",
    Channel.SCREEN: "Screen",
    Channel.CLIPBOARD: "Clipboard",
    Channel.SELF: "Own voice",
    Channel.OUTCOME: "Outcome",
}


@dataclass(frozen=True, slots=True)
class Lane:
    """What one channel shows."""

    channel: Channel
    text: str
    surprise: float
    """0 to 1."""
    level: float | None = None
    """0 to 1 for the level meter; None where there is text instead."""


def lanes_of(state: LiveState) -> tuple[Lane, ...]:
    level = loudness_share(state.loudness_dbfs) if state.listening else 0.0
    texts = {
        Channel.USER: state.uncertain.split()[-1] if state.uncertain else _last_heard(state),
        Channel.TONE: _tone_words(state),
        Channel.SCREEN: state.line or state.window,
        Channel.CLIPBOARD: " ".join(state.clipboard.split()),
        Channel.SELF: state.own_word,
        Channel.OUTCOME: state.outcome,
    }
    return tuple(
        Lane(
            channel,
            texts[channel],
            min(1.0, state.surprise.get(channel, 0.0) / FULL_SURPRISE_NATS),
            level if channel is Channel.TONE else None,
        )
        for channel in INPUTS
    )


def _last_heard(state: LiveState) -> str:
    return state.heard[-1].text if state.heard else ""


def _tone_words(state: LiveState) -> str:
    if state.listening is None:
        return "closed"
    return "voice" if state.voice >= 0.5 else "silence"


class Lanes(QWidget):
    """Six small cells, three to a row."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = DARK
        self._lanes: tuple[Lane, ...] = lanes_of(LiveState())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_state(self, state: LiveState) -> None:
        lanes = lanes_of(state)
        if lanes != self._lanes:
            self._lanes = lanes
            self.setAccessibleName("; ".join(f"{NAMES[lane.channel]}: {lane.text or 'nothing'}" for lane in lanes))
            self.update()

    def sizeHint(self) -> QSize:
        rows = -(-len(INPUTS) // COLUMNS)
        return QSize(300, rows * CELL_HEIGHT_PX + (rows - 1) * 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = (self.width() - GAP_PX * (COLUMNS - 1)) / COLUMNS
        for n, lane in enumerate(self._lanes):
            row, column = divmod(n, COLUMNS)
            area = QRectF(column * (width + GAP_PX), row * (CELL_HEIGHT_PX + 6), width, CELL_HEIGHT_PX)
            self._paint_lane(painter, lane, area)
        painter.end()

    def _paint_lane(self, painter: QPainter, lane: Lane, area: QRectF) -> None:
        colour = self._theme.source(lane.channel.value)
        label = font(10.5, QFont.Weight.DemiBold)
        painter.setFont(label)
        painter.setPen(colour)
        top = QRectF(area.left(), area.top(), area.width(), 14)
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, NAMES[lane.channel])
        middle = QRectF(area.left(), area.top() + 14, area.width(), 17)
        if lane.level is not None:
            self._paint_meter(painter, lane.level, middle)
        else:
            self._paint_text(painter, lane.text, middle)
        self._paint_surprise(painter, lane, QRectF(area.left(), area.bottom() - 3, area.width(), 2.5))

    def _paint_text(self, painter: QPainter, text: str, area: QRectF) -> None:
        small = font(12)
        painter.setFont(small)
        painter.setPen(self._theme.text if text else self._theme.faint)
        shown = QFontMetricsF(small).elidedText(text or "–", Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_meter(self, painter: QPainter, level: float, area: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        step = area.width() / METER_BARS
        for n in range(METER_BARS):
            lit = n < round(level * METER_BARS)
            painter.setBrush(self._theme.source(Channel.TONE.value) if lit else self._theme.track)
            painter.drawRoundedRect(QRectF(area.left() + n * step, area.top() + 4, step - 2.4, 9), 1.6, 1.6)

    def _paint_surprise(self, painter: QPainter, lane: Lane, area: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.track)
        painter.drawRoundedRect(area, 1.25, 1.25)
        if lane.surprise > 0.02:
            area.setWidth(max(area.height(), area.width() * lane.surprise))
            painter.setBrush(self._theme.source(lane.channel.value))
            painter.drawRoundedRect(area, 1.25, 1.25)
