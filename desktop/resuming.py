"""Goes on speaking where the mind gave way to somebody who only hummed along."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from model.stream.values import ChannelClosed, Event, Opened, Tone, Word

BACKCHANNELS = frozenset(
    {"uh", "huh", "uh-huh", "um", "hm", "hmm", "mm", "mmm", "mhm", "mm-hmm", "mm-hm", "ah", "oh", "aha"}
    | {"yeah", "yep", "okay", "ok", "right", "i", "see", "go", "on", "wow", "nice"}
)
"""What a listener says without wanting the floor. Yes and no are not among them: they answer."""
SETTLED_MS = 320
"""By then the last words of somebody who fell silent have been told."""
MAX_WORDS = 20


class Resumable(Protocol):
    """A voice that can go on where it was stopped."""

    def resume(self) -> bool: ...


class Resuming:
    """Watches what the user says, on its way to the inbox, and is told when the mind yields the floor to them.

    The mind has to stop before it can know what they want; whether they wanted anything is known when they are silent.
    """

    def __init__(self, voice: Resumable) -> None:
        self._voice = voice
        self._words: deque[str] = deque(maxlen=MAX_WORDS)
        self._silent = True
        self._yielded = False

    def yielded(self) -> None:
        """The mind gave way; it may take so long over it that they are silent again."""
        self._yielded = True

    def notice(self, event: Event) -> None:
        match event.data:
            case Word(text=text):
                self._words.append(text.casefold().strip(".,!?"))
            case Opened():
                self._begin()
            case Tone(silence_ms=0) if self._silent:
                self._begin()
            case Tone(silence_ms=silence_ms) if silence_ms >= SETTLED_MS:
                self._settle()
            case ChannelClosed():
                self._settle()
            case _:
                pass

    def _begin(self) -> None:
        self._silent = self._yielded = False
        self._words.clear()

    def _settle(self) -> None:
        """They are silent: all that they said while they talked over us is known."""
        self._silent = True
        if self._yielded:
            self._yielded = False
            if all(word in BACKCHANNELS for word in self._words):
                self._voice.resume()
