"""The tray icon: the mode at a glance, and a menu that works when nothing else does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from desktop.icons import tray_icon
from desktop.intents import Intent, Wish
from desktop.live import LiveState, Mode, Standing
from desktop.score import TITLES


class Tray:
    """Lives on the GUI thread. On a desktop without a tray it shows nothing and everything else works."""

    def __init__(
        self, submit: Callable[[Intent], None], toggle_overlay: Callable[[], None], show_status: Callable[[], None]
    ) -> None:
        self._submit = submit
        self._state = LiveState()
        self._shown: object = None
        self._icons = {mode: tray_icon(mode) for mode in Mode}
        self.menu = QMenu()
        self._title = self._add("Ready", lambda: None)
        self._title.setEnabled(False)
        self.menu.addSeparator()
        self.listen = self._add("Listen", self._toggle_listening)
        self.prompt = self._add("Type a request…", lambda: submit(Intent(Wish.PROMPT)))
        self.pause = self._add("Pause", self._toggle_pause)
        self.panic = self._add("Stop everything", self._panic_or_rearm)
        self.menu.addSeparator()
        self.overlay = self._add("Show or hide the overlay", toggle_overlay)
        self.status = self._add("Status", show_status)
        self.menu.addSeparator()
        self.quit = self._add("Quit", lambda: submit(Intent(Wish.QUIT)))
        self._icon = QSystemTrayIcon(self._icons[Mode.IDLE])
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._clicked)
        self.show_state(self._state)

    @staticmethod
    def available() -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def icon(self) -> QIcon:
        return self._icon.icon()

    def start(self) -> None:
        if self.available():
            self._icon.show()

    def close(self) -> None:
        self._icon.hide()

    def show_state(self, state: LiveState) -> None:
        shown = (state.mode, state.listening, state.standing)
        self._state = state
        if shown == self._shown:
            return
        self._shown = shown
        title = TITLES[state.mode]
        self._icon.setIcon(self._icons[state.mode])
        self._icon.setToolTip(f"Ambidex: {title}")
        self._title.setText(title)
        self.listen.setText("Stop listening" if state.listening else "Listen")
        self.listen.setEnabled(state.standing is Standing.READY)
        self.pause.setText("Resume" if state.standing is Standing.PAUSED else "Pause")
        self.pause.setEnabled(state.standing is not Standing.PANICKED)
        self.panic.setText("Switch on again" if state.standing is Standing.PANICKED else "Stop everything")

    def tell(self, text: str) -> None:
        """A notification, where there is a tray to show it."""
        self._icon.showMessage("Ambidex", text, self.icon, 8000)

    def _add(self, text: str, triggered: Callable[[], None]) -> QAction:
        action = QAction(text, self.menu)
        action.triggered.connect(lambda: triggered())
        self.menu.addAction(action)
        return action

    def _toggle_listening(self) -> None:
        self._submit(Intent(Wish.CLOSE_LISTENING if self._state.listening else Wish.LISTEN_TOGGLE))

    def _toggle_pause(self) -> None:
        self._submit(Intent(Wish.RESUME if self._state.standing is Standing.PAUSED else Wish.PAUSE))

    def _panic_or_rearm(self) -> None:
        self._submit(Intent(Wish.REARM if self._state.standing is Standing.PANICKED else Wish.PANIC))

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._toggle_listening()
