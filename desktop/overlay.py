"""The overlay: a card above all windows that shows what every channel carries and never takes the focus."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QCursor, QGuiApplication, QMouseEvent, QScreen
from PySide6.QtWidgets import QLayout, QVBoxLayout

from desktop.avatar import Avatar
from desktop.card import ACTIVE, Card, Pill, Submit
from desktop.intents import Intent, Wish
from desktop.live import LiveState, Mode
from desktop.placement import Area, SpotFile, place, spot_of
from desktop.surface import FLAGS, Surface
from desktop.theme import theme_for

LINGER_MS = 7000
"""How long the card stays to be read once nothing goes on any more."""
DRAG_PX = 6


class Overlay(Surface):
    """Lives on the GUI thread. `submit` takes what the user asks for by button."""

    def __init__(
        self,
        submit: Submit,
        spots: SpotFile | None = None,
        theme: str = "system",
        reduced_motion: bool = False,
        hotkey: str = "Ctrl+Alt+Space",
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(theme_for(theme), FLAGS | Qt.WindowType.WindowDoesNotAcceptFocus)
        self._submit = submit
        self._spots = spots or SpotFile(None)
        self._spot = self._spots.load()
        self._theme_choice = theme
        self._drag_from: QPoint | None = None
        self._dragged = False
        self._screen: QScreen | None = None
        self._state = LiveState()
        self.card = Card(submit, Avatar(58, now_s, reduced_motion), hotkey)
        self.pill = Pill(Avatar(28, now_s, reduced_motion))
        self._linger = QTimer(self, singleShot=True, interval=LINGER_MS)
        self._linger.timeout.connect(self.shrink)
        self._build()

    def _build(self) -> None:
        self.setWindowTitle("Ambidex")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_AlwaysShowToolTips)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(4 * (self.shadow_px,)))
        layout.setSpacing(0)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # _fit does it, also downwards
        layout.addWidget(self.card)
        layout.addWidget(self.pill)
        self.card.hide()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_desktop)
        self._follow_desktop()

    # What is shown ------------------------------------------------------------------------------------------------

    def show_state(self, state: LiveState) -> None:
        """Show a new state; grows when something happens and shrinks some time after it is over."""
        told = state.notice not in ("", self._state.notice) or state.hint not in ("", self._state.hint)
        self._state = state
        active = state.mode in ACTIVE or state.mode is Mode.PANICKED
        if active or told:
            self._linger.stop()
            self._grow()
        if not active and self.grown and not self._linger.isActive():
            self._linger.start()
        if state.mode is Mode.ASKING and not self.isVisible():
            self.show()  # hidden or not: a question that nobody sees cannot be answered
        self._fill()

    @property
    def grown(self) -> bool:
        return self.card.isVisibleTo(self)

    def shrink(self) -> None:
        self.card.hide()
        self.pill.show()
        self._fill()

    def toggle_visible(self) -> None:
        self.setVisible(not self.isVisible())

    def _grow(self) -> None:
        if not self.grown:
            self._screen = QGuiApplication.screenAt(QCursor.pos())
            self.pill.hide()
            self.card.show()

    def _fill(self) -> None:
        (self.card if self.grown else self.pill).show_state(self._state)
        self._fit()

    def _follow_desktop(self) -> None:
        theme = theme_for(self._theme_choice)
        self.set_theme(theme)
        self.card.set_theme(theme)
        self.pill.set_theme(theme)
        self._fill()

    # Where it stands ----------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        """Take the size that the content needs, at the remembered spot."""
        layout = self.layout()
        assert layout is not None
        # Rows that changed have asked for it by event; waiting for those would show one wrong size in between.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        size = layout.sizeHint()
        if size != self.size():
            margin = self.shadow_px
            inner = size.shrunkBy(layout.contentsMargins())
            x, y = place(self._screen_area(), inner.width(), inner.height(), self._spot)
            self.setGeometry(x - margin, y - margin, size.width(), size.height())

    def _screen_area(self) -> Area:
        screen = self._screen or QGuiApplication.screenAt(QCursor.pos()) or QGuiApplication.primaryScreen()
        area = screen.availableGeometry()
        return Area(area.x(), area.y(), area.width(), area.height())

    # What the mouse does ------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag_from = event.globalPosition().toPoint() - self.pos()
            self._dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is None:
            return
        target = event.globalPosition().toPoint() - self._drag_from
        if self._dragged or (target - self.pos()).manhattanLength() >= DRAG_PX:
            self._dragged = True
            self.move(target)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is None:
            return
        self._drag_from = None
        if self._dragged:
            self._remember_spot()
        elif not self.grown:
            self._submit(Intent(Wish.RESUME if self._state.mode is Mode.PAUSED else Wish.PROMPT))

    def _remember_spot(self) -> None:
        self._screen = QGuiApplication.screenAt(self.geometry().center()) or self._screen
        body = self.body.translated(self.pos())
        self._spot = spot_of(self._screen_area(), Area(body.x(), body.y(), body.width(), body.height()))
        self._spots.save(self._spot)
