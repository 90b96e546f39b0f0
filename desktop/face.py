"""Everything Qt shows and every key it hears, put together: overlay, prompt, tray, hotkeys and the bridge."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from desktop.bridge import Bridge
from desktop.card import ACTIVE, SENSE_NAMES
from desktop.chords import Chords, Surroundings, parse_chord
from desktop.hotkey import Hotkeys
from desktop.intents import Commands, Intents
from desktop.live import LiveState, LiveView, Mode
from desktop.marker import Marker
from desktop.overlay import Overlay
from desktop.placement import SpotFile
from desktop.presses import Presses
from desktop.prompt import Prompt
from desktop.score import TITLES
from desktop.theme import theme_for
from desktop.tray import Tray
from model.stream.errors import AmbidexError

log = logging.getLogger(__name__)

WAITING_FOR_PERSONS = frozenset({Mode.ASKING, Mode.PANICKED})
"""When something can be pressed that only a person may press."""


@dataclass(frozen=True)
class Appearance:
    """What of the settings concerns the face. `spot_file` remembers where the overlay was dragged to."""

    hotkey: str
    panic_hotkey: str
    prompt_hotkey: str = ""
    theme: str = "system"
    reduced_motion: bool = False
    spot_file: Path | None = None
    icon_file: Path | None = None


class Face:
    """Built, started and closed on the GUI thread. Run `intents.run` on a thread of the engine's.

    `ours` says whether our own hands are typing or clicking right now, `pressing` whether they press a shortcut: while
    they type, a person's keys count, for Esc and the hotkey are how one interrupts it. Raises `BadSettings` for a wrong
    hotkey.
    """

    def __init__(
        self,
        commands: Commands,
        live: LiveView,
        appearance: Appearance,
        ours: Callable[[], bool],
        pressing: Callable[[], bool],
    ) -> None:
        chords = Chords(
            parse_chord(appearance.hotkey),
            parse_chord(appearance.panic_hotkey),
            parse_chord(appearance.prompt_hotkey) if appearance.prompt_hotkey else None,
        )
        self._live = live
        self.bridge = Bridge(live)
        self._presses = Presses()
        by_person = self._presses.last_by_person
        self.intents = Intents(commands, ours, self.bridge.prompt, by_person, live.notify)
        submit = self.intents.submit_by_hand
        still = appearance.reduced_motion or desktop_wants_stillness()
        spots = SpotFile(appearance.spot_file)
        self.overlay = Overlay(submit, spots, appearance.theme, still, written(appearance.hotkey))
        self.prompt = Prompt(submit, theme_for(appearance.theme), ours)
        self.marker = Marker()
        self._marked = 0
        self.tray = Tray(submit, self.overlay.toggle_visible, self._tell_status)
        self.hotkeys = Hotkeys(chords, self.intents.submit, self._surroundings, pressing)
        self.bridge.drawn.connect(self._draw)
        self.bridge.prompted.connect(self._open_prompt)
        if appearance.icon_file is not None:
            QApplication.setWindowIcon(QIcon(str(appearance.icon_file)))
        QApplication.setQuitOnLastWindowClosed(False)

    def start(self) -> None:
        """Show everything. Without global hotkeys the buttons still work, so that is told and not raised."""
        self.overlay.show()
        self.tray.start()
        self._draw(self._live.state)
        try:
            complaints = self.hotkeys.start()
        except AmbidexError as error:
            complaints = (str(error),)
        for complaint in complaints:
            log.warning("%s", complaint)
            self._live.notify(complaint)

    def close(self) -> None:
        """Idempotent."""
        self.hotkeys.close()
        self._presses.watch(False)
        self.bridge.close()
        self.intents.close()
        self.tray.close()
        self.marker.close()
        self.prompt.close()
        self.overlay.close()

    def _surroundings(self) -> Surroundings:
        """Called on the key hook's thread: reads one frozen value."""
        state = self._live.state
        return Surroundings(state.listening is not None, state.mode in ACTIVE)

    def _draw(self, state: LiveState) -> None:
        self._presses.watch(state.mode in WAITING_FOR_PERSONS)
        self.overlay.show_state(state)
        self.tray.show_state(state)
        if state.marks.number != self._marked:
            self._marked = state.marks.number
            self.marker.show(state.marks.places)

    def _tell_status(self) -> None:
        self.tray.tell(status_sentence(self._live.state))

    def _open_prompt(self) -> None:
        self.prompt.set_theme(self.overlay.theme)
        self.prompt.open_above(self.overlay.geometry())


def status_sentence(state: LiveState) -> str:
    """What the tray's menu tells; `ambidex status` tells more."""
    on = [name for channel, name in SENSE_NAMES.items() if channel in state.captured]
    senses = f"On: {', '.join(on)}." if on else "No sense is on."
    return " ".join(part for part in (f"{TITLES[state.mode]}.", senses, state.notice) if part)


def desktop_wants_stillness() -> bool:
    """Whether the desktop asks programs to avoid motion; Qt before 6.11 does not know."""
    style = QGuiApplication.styleHints()  # kept by name: what it hands out dies with it
    hints = getattr(style, "accessibility", lambda: None)()
    preference = getattr(hints, "motionPreference", lambda: None)()
    wanted = getattr(getattr(Qt, "MotionPreference", None), "ReducedMotion", object())
    return preference == wanted


def written(hotkey: str) -> str:
    """`<ctrl>+<alt>+space` as people write it: Ctrl+Alt+Space."""
    return "+".join(part.strip(" <>").capitalize() for part in hotkey.split("+"))
