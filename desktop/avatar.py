"""The assistant's face and two hands: poses are pure numbers, drawn on a square of 100 by 100."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.live import LiveState, Mode
from desktop.theme import DARK, Theme, faded, mixed, opaque

ANIMATION_MS = 33
SETTLE_S = 0.09
"""Time constant with which a pose eases into the next."""
NOD_S = 0.55
STILL_S = 0.17
"""The moment of each movement that stands for it where motion is reduced."""
MOVING = frozenset({Mode.THINKING, Mode.SPEAKING, Mode.ACTING})
"""Modes that move by themselves. Listening moves with the voice it hears, and silence costs nothing."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where everything is. All are floats, so that any pose can ease into any other."""

    head_y: float = 46.0
    tilt_deg: float = 0.0
    eye_x: float = 0.0
    eye_y: float = 0.0
    eye_open: float = 1.0
    mouth_open: float = 0.0
    mouth_curve: float = 0.6
    left_x: float = 15.0
    left_y: float = 78.0
    right_x: float = 85.0
    right_y: float = 78.0
    halo: float = 0.0
    dots: float = 0.0
    colour: float = 1.0
    """1 in full colour, 0 asleep."""


RESTING = Pose()
POSES: dict[Mode, Pose] = {
    Mode.IDLE: RESTING,
    Mode.LISTENING: replace(RESTING, left_x=11, left_y=46, right_x=89, right_y=46, eye_open=1.15, mouth_curve=0.35),
    Mode.THINKING: replace(RESTING, right_x=64, right_y=80, eye_x=5, eye_y=-6, tilt_deg=5, mouth_curve=0.05, dots=1),
    Mode.SPEAKING: replace(RESTING, left_x=12, left_y=70, right_x=88, right_y=70, mouth_curve=0.8),
    Mode.ACTING: replace(RESTING, left_x=36, left_y=86, right_x=64, right_y=86, eye_y=6, mouth_curve=0.3),
    Mode.ASKING: replace(RESTING, right_x=90, right_y=38, tilt_deg=-8, eye_y=-2, eye_open=1.1, mouth_curve=0.1),
    Mode.PAUSED: replace(RESTING, eye_open=0.08, mouth_curve=0.15, colour=0, head_y=49),
    Mode.PANICKED: replace(
        RESTING, left_x=9, left_y=34, right_x=91, right_y=34, eye_open=1.2, mouth_curve=-0.3, colour=0
    ),
}


def pose_at(mode: Mode, t_s: float, voice: float = 0.0, nod: float = 0.0) -> Pose:
    """The pose at `t_s` seconds into a mode. `voice` 0 to 1 is how loud the user is, `nod` 0 to 1 how far a nod is."""
    pose = POSES[mode]
    match mode:
        case Mode.LISTENING:
            pose = replace(pose, halo=voice)
        case Mode.THINKING:
            pose = replace(pose, eye_x=pose.eye_x + 1.5 * math.sin(1.7 * t_s), dots=1 + (2.2 * t_s) % 3)
        case Mode.SPEAKING:
            swing = abs(math.sin(8.5 * t_s)) * (0.65 + 0.35 * math.sin(2.9 * t_s))
            pose = replace(pose, mouth_open=0.15 + 0.75 * swing, head_y=pose.head_y - 0.8 * math.sin(4.2 * t_s))
        case Mode.ACTING:
            beat = math.sin(11 * t_s)
            pose = replace(pose, left_y=pose.left_y + 3 * max(beat, 0), right_y=pose.right_y + 3 * max(-beat, 0))
        case _:
            pass
    return replace(pose, head_y=pose.head_y + 7 * math.sin(2 * math.pi * nod)) if 0 < nod < 1 else pose


def eased(a: Pose, b: Pose, dt_s: float) -> Pose:
    """`a` on its way to `b`, `dt_s` later. What moves by itself (mouth, dots, halo) follows at once."""
    share = 1 - math.exp(-dt_s / SETTLE_S)
    between = {f.name: _between(getattr(a, f.name), getattr(b, f.name), share) for f in fields(Pose)}
    return replace(Pose(**between), mouth_open=b.mouth_open, dots=b.dots)


def _between(a: float, b: float, share: float) -> float:
    return b if abs(a - b) < 0.02 else a + (b - a) * share


def paint_avatar(painter: QPainter, area: QRectF, pose: Pose, theme: Theme) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.topLeft())
    painter.scale(area.width() / 100, area.height() / 100)
    _paint_halo(painter, pose, theme)
    _paint_head(painter, pose, theme)
    for x, y in ((pose.left_x, pose.left_y), (pose.right_x, pose.right_y)):
        _paint_hand(painter, x, y, pose, theme)
    _paint_dots(painter, pose, theme)
    painter.restore()


def _tones(pose: Pose, theme: Theme) -> tuple[QColor, QColor]:
    """Top and bottom of the gradient."""
    asleep = QColor("#8d93a3") if theme.dark else QColor("#9aa1b0")
    return mixed(asleep, QColor("#8fa2ff"), pose.colour), mixed(asleep.darker(118), QColor("#7a55f0"), pose.colour)


def _paint_halo(painter: QPainter, pose: Pose, theme: Theme) -> None:
    """Two soft discs behind the head, as wide as the voice is loud."""
    if pose.halo <= 0.02:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    for reach, strength in ((11.0, 0.16), (6.0, 0.3)):
        radius = 34 + reach * pose.halo
        painter.setBrush(faded(theme.source("user"), strength))
        painter.drawEllipse(QPointF(50, pose.head_y), radius + 1, radius)


def _paint_head(painter: QPainter, pose: Pose, theme: Theme) -> None:
    top, bottom = _tones(pose, theme)
    painter.save()
    painter.translate(50, pose.head_y)
    painter.rotate(pose.tilt_deg)
    gradient = QLinearGradient(0, -34, 0, 34)
    gradient.setColorAt(0, top)
    gradient.setColorAt(1, bottom)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRoundedRect(QRectF(-35, -34, 70, 68), 32, 32)
    _paint_eyes(painter, pose)
    _paint_mouth(painter, pose)
    painter.restore()


def _paint_eyes(painter: QPainter, pose: Pose) -> None:
    painter.setBrush(QColor("white"))
    height = max(3.0, 17 * pose.eye_open)
    for side in (-1, 1):
        area = QRectF(0, 0, 10, height)
        area.moveCenter(QPointF(14 * side + pose.eye_x, -5 + pose.eye_y))
        painter.drawRoundedRect(area, 5, min(5.0, height / 2))


def _paint_mouth(painter: QPainter, pose: Pose) -> None:
    x, y = pose.eye_x * 0.6, 14 + pose.eye_y * 0.5
    if pose.mouth_open > 0.05:
        area = QRectF(0, 0, 17 - 3 * pose.mouth_open, 4 + 11 * pose.mouth_open)
        area.moveCenter(QPointF(x, y + 1))
        painter.drawRoundedRect(area, min(7.0, area.height() / 2), min(7.0, area.height() / 2))
        return
    path = QPainterPath(QPointF(x - 8, y - 2 * pose.mouth_curve))
    path.quadTo(QPointF(x, y + 9 * pose.mouth_curve), QPointF(x + 8, y - 2 * pose.mouth_curve))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("white"), 3.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPath(path)


def _paint_hand(painter: QPainter, x: float, y: float, pose: Pose, theme: Theme) -> None:
    """A rim in the card's colour sets a hand off from the head when it is in front of it."""
    top, bottom = _tones(pose, theme)
    painter.setPen(QPen(opaque(theme.card), 3.2))
    painter.setBrush(mixed(top, bottom, 0.35))
    painter.drawEllipse(QPointF(x, y), 10.5, 10.5)


def _paint_dots(painter: QPainter, pose: Pose, theme: Theme) -> None:
    """Three dots rising beside the head; the count of full ones walks."""
    if pose.dots < 1:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    for n, (x, y, radius) in enumerate(((80, 22, 3.0), (87, 14, 3.8), (95, 5, 4.6))):
        near = max(0.25, 1 - abs(pose.dots - 1.5 - n))
        painter.setBrush(faded(theme.dim, near))
        painter.drawEllipse(QPointF(x, y), radius, radius)


class Avatar(QWidget):
    """Shows the avatar in the pose that fits the state; its clock runs only while something moves."""

    def __init__(self, size_px: int, now_s: Callable[[], float], reduced_motion: bool = False) -> None:
        super().__init__()
        self._size_px = size_px
        self._now_s = now_s
        self._reduced_motion = reduced_motion
        self._theme = DARK
        self._mode = Mode.IDLE
        self._mode_since_s = self._last_s = now_s()
        self._voice = 0.0
        self._nod_since_s = -math.inf
        self._gesture: object = None
        self._pose = RESTING
        self._timer = QTimer(self, interval=ANIMATION_MS)
        self._timer.timeout.connect(self._animate)
        self.setFixedSize(size_px, size_px)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Ambidex, idle")

    @property
    def animating(self) -> bool:
        return self._timer.isActive()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_state(self, state: LiveState) -> None:
        now_s = self._now_s()
        if state.mode is not self._mode:
            self._mode, self._mode_since_s = state.mode, now_s
            self.setAccessibleName(f"Ambidex, {state.mode.value}")
        self._voice = loudness_share(state.loudness_dbfs) if state.listening else 0.0
        if state.gesture is not self._gesture:
            self._gesture = state.gesture
            if state.gesture is not None and state.gesture.kind == "nod":
                self._nod_since_s = now_s
        self._animate()

    def settle(self) -> None:
        """Take the final pose of the mode at once, as for a picture."""
        self._pose = self._target(self._now_s())
        self.update()

    def _target(self, now_s: float) -> Pose:
        if self._reduced_motion:
            return pose_at(self._mode, STILL_S, voice=self._voice)
        return pose_at(self._mode, now_s - self._mode_since_s, self._voice, (now_s - self._nod_since_s) / NOD_S)

    def _animate(self) -> None:
        now_s = self._now_s()
        target = self._target(now_s)
        moved = target if self._reduced_motion else eased(self._pose, target, min(0.1, now_s - self._last_s))
        self._last_s = now_s
        if moved != self._pose:
            self._pose = moved
            self.update()
        self._run_clock(moving=not self._reduced_motion and self._moving(now_s, target))

    def _moving(self, now_s: float, target: Pose) -> bool:
        return self._mode in MOVING or self._pose != target or now_s - self._nod_since_s < NOD_S

    def _run_clock(self, moving: bool) -> None:
        moving = moving and self.isVisible()
        if moving and not self._timer.isActive():
            self._timer.start()
        elif not moving:
            self._timer.stop()

    def sizeHint(self) -> QSize:
        return QSize(self._size_px, self._size_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_avatar(painter, QRectF(self.rect()), self._pose, self._theme)
        painter.end()


def loudness_share(loudness_dbfs: float) -> float:
    """Loudness as a share of the meter: nothing at -60 dBFS, full at -12."""
    return max(0.0, min(1.0, (loudness_dbfs + 60) / 48))
