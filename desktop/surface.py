"""A frameless rounded window with a soft shadow: what the overlay and the prompt are painted on."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop.compositor import has_compositor
from desktop.theme import CARD_RADIUS_PX, SHADOW_PX, Theme, faded, opaque

FLAGS = (
    Qt.WindowType.Tool
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.NoDropShadowWindowHint
)


class Surface(QWidget):
    """Its content belongs into `body`; around that is room for the shadow where the desktop can blend one."""

    def __init__(self, theme: Theme, flags: Qt.WindowType = FLAGS) -> None:
        super().__init__(None, flags)
        self.theme = theme
        self.shadow_px = SHADOW_PX if has_compositor() else 0
        self.paints = 0
        """How often the window was painted; nothing is painted while nothing changes."""
        self._shadow: QPixmap | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._shadow = None
        self.update()

    @property
    def body(self) -> QRect:
        margin = self.shadow_px
        return self.rect().adjusted(margin, margin, -margin, -margin)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if not self.shadow_px:
            self.setMask(_rounded_region(self.rect(), self._radius_px()))

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paints += 1
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.shadow_px:
            painter.drawPixmap(0, 0, self._cast_shadow())
        painter.setPen(QPen(self.theme.border, 1))
        painter.setBrush(self.theme.card if self.shadow_px else opaque(self.theme.card))
        radius = self._radius_px()
        painter.drawRoundedRect(QRectF(self.body).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()

    def _radius_px(self) -> float:
        return min(CARD_RADIUS_PX, self.body.height() / 2)

    def _cast_shadow(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        if self._shadow is None or self._shadow.size() != size:
            self._shadow = _shadow(QRectF(self.body), size, ratio, self._radius_px(), self.theme)
        return self._shadow


def _rounded_region(area: QRect, radius: float) -> QRegion:
    """The shape of the window where there is no compositor to blend its corners."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(area), radius, radius)
    return QRegion(path.toFillPolygon().toPolygon())


def _shadow(body: QRectF, size: QSize, ratio: float, radius: float, theme: Theme) -> QPixmap:
    """A soft shadow, painted once: a blur effect on the window would repaint everything at every change."""
    made = QPixmap(size)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    steps = SHADOW_PX - 8
    for n in range(steps):
        grow = steps - n
        painter.setBrush(faded(theme.shadow, 0.011 + 0.09 * (n / steps) ** 3))
        painter.drawRoundedRect(body.adjusted(-grow, 6 - grow, grow, 6 + grow), radius + grow, radius + grow)
    painter.end()
    return made
