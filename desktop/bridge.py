"""Where Qt meets the engine: the newest live state into the GUI thread, at most so often as an eye can see."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from desktop.live import LiveState, LiveView

DRAW_INTERVAL_MS = 33


class Bridge(QObject):
    """Lives on the GUI thread; `poke`, `prompt` and `end` may be called from any.

    Nothing is queued: whoever draws reads the newest state, and states in between are never seen. While nothing
    changes no timer runs.
    """

    drawn = Signal(object)
    """A new `LiveState` to draw."""
    prompted = Signal()
    """The user wants to type a request."""
    ended = Signal()
    """The engine has stopped."""
    _poked = Signal()

    def __init__(self, live: LiveView) -> None:
        super().__init__()
        self._live = live
        self._last: LiveState | None = None
        self._waiting = False
        self._closed = False
        self._timer = QTimer(self, singleShot=True, interval=DRAW_INTERVAL_MS)
        self._timer.timeout.connect(self._draw_what_came)
        self._poked.connect(self._on_poke, Qt.ConnectionType.QueuedConnection)
        live.watch(self.poke)

    def poke(self) -> None:
        """There is something new. Costs nothing when the last poke was not yet heard."""
        if not self._waiting:
            self._waiting = True
            self._poked.emit()

    def prompt(self) -> None:
        self.prompted.emit()

    def end(self) -> None:
        self.ended.emit()

    def close(self) -> None:
        """Look away from the engine; pokes that are still under way draw nothing."""
        self._live.watch(lambda: None)
        self._timer.stop()
        self._closed = True

    def _on_poke(self) -> None:
        if not self._closed and not self._timer.isActive():
            self._draw_what_came()

    def _draw_what_came(self) -> None:
        """Draw if there is something new, and then not again for one interval."""
        self._waiting = False  # before reading: a change from here on pokes again
        state = self._live.state
        if state is not self._last:
            self._last = state
            self._timer.start()
            self.drawn.emit(state)
