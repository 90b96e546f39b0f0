"""What the built-in actions act on."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from actions.apps import launch
from actions.clipboard import Clipboard
from actions.clipboard_history import ClipboardHistory
from actions.hands import Hands
from actions.timers import Timers
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


Start = Callable[[Sequence[str], Mapping[str, str]], None]
"""Starts a program: command line and environment."""


@dataclass(frozen=True, slots=True)
class Context:
    """Devices, and the time. `env` is the environment that programs are looked for and started in."""

    hands: Hands
    windows: Windows
    look: Look
    clipboard: Clipboard
    speaker: Speaker
    timers: Timers
    now: Callable[[], datetime] = datetime.now
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    start: Start = launch
    clipboard_history: ClipboardHistory = field(default_factory=ClipboardHistory)
