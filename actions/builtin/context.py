"""What the built-in actions act on."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from actions.aim import Marker
from actions.clipboard import Clipboard
from actions.clipboard_history import ClipboardHistory
from actions.dictation import Dictation
from actions.facts import Facts
from actions.hands import Hands
from actions.launcher import launch
from actions.mixer import Mixer
from actions.players import Players
from actions.schedule import Schedule
from actions.windows import Windows
from model.stream.protocols import Look


class Speaker(Protocol):
    """The voice, as far as actions go."""

    def hush(self) -> None:
        """Stop speaking now."""
        ...

    def last_said(self) -> str:
        """What was last really heard; empty if nothing was."""
        ...

    def change_rate(self, factor: float) -> bool:
        """Speak that many times as fast from now on. False if it cannot go further that way."""
        ...


Start = Callable[[Sequence[str], Mapping[str, str]], None]
"""Starts a program: command line and environment. Raises `NotPermitted` if it does not start or fails at once."""


@dataclass(frozen=True, slots=True)
class Context:
    """Devices, what is kept, and the time. `env` is the environment that programs are looked for and started in."""

    hands: Hands
    windows: Windows
    look: Look
    clipboard: Clipboard
    speaker: Speaker
    marker: Marker
    mixer: Mixer
    players: Players
    schedule: Schedule
    dictation: Dictation
    facts: Facts
    files: Path
    """The directory of the lists, the notes and the calendar."""
    search_address: str = "https://duckduckgo.com/?q={}"
    now: Callable[[], datetime] = datetime.now
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    start: Start = launch
    clipboard_history: ClipboardHistory = field(default_factory=ClipboardHistory)
