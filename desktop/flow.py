"""Text that wraps word by word, each word in its own dress: plain, highlighted, or a pill with an icon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop.icons import paint_icon

PILL_PADDING_PX = 9.0
PILL_HEIGHT_PX = 24.0
ICON_PX = 13.0


@dataclass(frozen=True)
class Run:
    """One word or pill. `fill` paints behind it; a pill is one that has `pill` set and never breaks."""

    text: str
    colour: QColor
    font: QFont
    fill: QColor | None = None
    pill: bool = False
    icon: str = ""
    note: str = ""
    """Small print after a pill's text."""
    note_colour: QColor | None = None


@dataclass(frozen=True)
class Placed:
    """A run with the rectangle it got."""

    run: Run
    area: QRectF


def lay_out(runs: Sequence[Run], width_px: float, line_px: float) -> list[list[Placed]]:
    """Break runs into lines of at most `width_px`; a word longer than a line is shortened."""
    lines: list[list[Placed]] = []
    x = 0.0
    for run in runs:
        wide = min(run_width_px(run), width_px)
        if not lines or x + wide > width_px:
            lines.append([])
            x = 0.0
        lines[-1].append(Placed(run, QRectF(x, (len(lines) - 1) * line_px, wide, line_px)))
        x += wide + _gap_px(run)
    return lines


def run_width_px(run: Run) -> float:
    width = QFontMetricsF(run.font).horizontalAdvance(run.text)
    if not run.pill:
        return width
    icon = ICON_PX + 5 if run.icon else 0.0
    note = QFontMetricsF(_note_font(run)).horizontalAdvance(run.note) + 6 if run.note else 0.0
    return width + icon + note + 2 * PILL_PADDING_PX


def _gap_px(run: Run) -> float:
    return 6.0 if run.pill else QFontMetricsF(run.font).horizontalAdvance(" ")


def _note_font(run: Run) -> QFont:
    small = QFont(run.font)
    small.setPixelSize(max(9, run.font.pixelSize() - 2))
    small.setWeight(QFont.Weight.Normal)
    return small


class Flow(QWidget):
    """Shows runs on at most `max_lines` lines: those around the run in focus, else the last ones.

    Its width is fixed and its height follows from that: Qt's own height-for-width leaves gaps in top-level windows.
    """

    def __init__(self, width_px: int, line_px: float, max_lines: int, name: str) -> None:
        super().__init__()
        self.setFixedWidth(width_px)
        self.line_px = line_px
        self._max_lines = max_lines
        self._name = name
        self._runs: tuple[Run, ...] = ()
        self._focus: int | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_runs(self, runs: Sequence[Run], focus: int | None = None) -> None:
        """`focus` is the index of the run that must stay in sight."""
        if (tuple(runs), focus) == (self._runs, self._focus):
            return
        self._runs, self._focus = tuple(runs), focus
        self.setAccessibleName(f"{self._name}: {' '.join(run.text for run in runs)}")
        self.setFixedHeight(self._height_px())
        self.update()

    def _height_px(self) -> int:
        lines = min(self._max_lines, len(lay_out(self._runs, self.width(), self.line_px)))
        return round(max(1, lines) * self.line_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        shown = self.shown_lines(lay_out(self._runs, self.width(), self.line_px))
        if shown:
            painter.translate(0, -shown[0][0].area.top())
        for line in shown:
            for placed in line:
                _paint(painter, placed)
        painter.end()

    def shown_lines(self, lines: Sequence[Sequence[Placed]]) -> Sequence[Sequence[Placed]]:
        """Those of `lines` that there is room for."""
        first = self._first_line(lines)
        return lines[first : first + self._max_lines]

    def _first_line(self, lines: Sequence[Sequence[Placed]]) -> int:
        last_first = max(0, len(lines) - self._max_lines)
        if self._focus is None:
            return last_first
        upto = 0
        for number, line in enumerate(lines):
            upto += len(line)
            if self._focus < upto:
                # One line of what comes next stays in sight while reading along.
                return min(last_first, max(0, number - self._max_lines + 2))
        return last_first


def _paint(painter: QPainter, placed: Placed) -> None:
    if placed.run.pill:
        _paint_pill(painter, placed)
        return
    run, area = placed.run, placed.area
    if run.fill is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(run.fill)
        painter.drawRoundedRect(area.adjusted(-3.5, 0.5, 3.5, -0.5), 6, 6)
    painter.setPen(run.colour)
    painter.setFont(run.font)
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, _short(run, area.width() + 1))


def _paint_pill(painter: QPainter, placed: Placed) -> None:
    run, area = placed.run, QRectF(placed.area)
    area.setHeight(PILL_HEIGHT_PX)
    area.moveCenter(placed.area.center())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(run.fill or Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(area, PILL_HEIGHT_PX / 2, PILL_HEIGHT_PX / 2)
    inside = area.adjusted(PILL_PADDING_PX, 0, -PILL_PADDING_PX, 0)
    if run.icon:
        box = QRectF(0, 0, ICON_PX, ICON_PX)
        box.moveCenter(QPointF(inside.left() + ICON_PX / 2, inside.center().y()))
        paint_icon(painter, run.icon, box, run.colour)
        inside.setLeft(inside.left() + ICON_PX + 5)
    _paint_note(painter, run, inside)
    painter.setFont(run.font)
    painter.setPen(run.colour)
    painter.drawText(
        inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, _short(run, inside.width() + 1)
    )


def _paint_note(painter: QPainter, run: Run, inside: QRectF) -> None:
    """Paint the small print at the right end and take its room away from `inside`."""
    if not run.note:
        return
    small = _note_font(run)
    painter.setFont(small)
    painter.setPen(run.note_colour or run.colour)
    painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, run.note)
    inside.setRight(inside.right() - QFontMetricsF(small).horizontalAdvance(run.note) - 6)


def _short(run: Run, width_px: float) -> str:
    return QFontMetricsF(run.font).elidedText(run.text, Qt.TextElideMode.ElideRight, width_px)
