"""What the executor acts on: hands, clipboard, timers and journal, as far as this machine has them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event as StopSignal

from actions.aim import Marker
from actions.bodies import Body
from actions.builtin import Context, Speaker, builtin_bodies
from actions.clipboard import Clipboard
from actions.clipboard_history import ClipboardHistory
from actions.dictation import Dictation
from actions.facts import Facts
from actions.journal import Journal
from actions.judging import Surroundings
from actions.mixer import PulseMixer
from actions.players import MprisPlayers
from actions.schedule import Schedule
from actions.x11 import X11Hands
from actions.x11_clipboard import open_clipboard
from actions.x11_windows import X11Windows
from desktop.absent import AbsentClipboard, AbsentHands, AbsentWindows
from desktop.places import Places, make_private
from desktop.settings import Settings
from model.stream.errors import AmbidexError
from model.stream.protocols import Look
from perception.accessibility import Accessibility
from perception.screen import Eyes


@dataclass(frozen=True)
class Desk:
    """Everything that acts. `absent` has a sentence for each device that is missing."""

    hands: X11Hands | AbsentHands
    windows: X11Windows | AbsentWindows
    clipboard: Clipboard
    journal: Journal
    files: Path
    search_address: str
    absent: tuple[str, ...] = ()
    clipboard_history: ClipboardHistory = field(default_factory=ClipboardHistory)

    def ours(self) -> bool:
        """Whether what the keyboard and the pointer do at this moment may be our own doing."""
        return self.hands.recently_active()

    def pressing(self) -> bool:
        """Whether a shortcut that is pressed at this moment may be our own doing."""
        return self.hands.recently_pressed()

    def bodies(
        self, look: Look, speaker: Speaker, marker: Marker, schedule: Schedule, dictation: Dictation
    ) -> Mapping[str, Body]:
        """What each action does here."""
        context = Context(
            self.hands,
            self.windows,
            look,
            self.clipboard,
            speaker,
            marker,
            PulseMixer(),
            MprisPlayers(os.environ),
            schedule,
            dictation,
            Facts(time.monotonic),
            self.files,
            self.search_address,
            clipboard_history=self.clipboard_history,
        )
        return builtin_bodies(context)

    def close(self) -> None:
        """Let go of every key. Idempotent."""
        self.hands.close()
        self.windows.close()
        self.clipboard.close()
        self.journal.close()


def open_desk(settings: Settings, places: Places, clipboard: Clipboard | None = None) -> Desk:
    """Raises `NotPermitted` if there can be no journal; without one nothing may be executed."""
    make_private(places.state)
    make_private(places.runtime)
    journal = Journal(places.journal, time.time)
    hands, windows, no_hands = _open_hands(places)
    clipboard, no_clipboard = (clipboard, "") if clipboard else _open_clipboard()
    absent = tuple(reason for reason in (no_hands, no_clipboard) if reason)
    return Desk(hands, windows, clipboard, journal, places.files, settings.search_address, absent)


def open_eyes(settings: Settings, attended: Callable[[], bool] = lambda: True) -> Eyes:
    """As `Eyes`, which says what `attended` is for."""
    return Eyes(accessibility=Accessibility() if settings.sense_accessibility else None, attended=attended)


def surroundings(desk: Desk, eyes: Eyes | None) -> Surroundings:
    """Where keys would go. Without eyes nobody knows which fields are for passwords."""
    hands = desk.hands
    known = Surroundings(lambda: hands.ready(StopSignal()), hands.active_window)
    return replace(known, secret=eyes.types_secret) if eyes else known


def _open_hands(places: Places) -> tuple[X11Hands | AbsentHands, X11Windows | AbsentWindows, str]:
    display = os.environ.get("DISPLAY")
    try:
        return X11Hands(display, places.runtime), X11Windows(display), ""
    except AmbidexError as error:
        return AbsentHands(str(error)), AbsentWindows(str(error)), str(error)


def _open_clipboard() -> tuple[Clipboard, str]:
    try:
        return open_clipboard(), ""
    except AmbidexError as error:
        return AbsentClipboard(str(error)), str(error)
