"""Goes on speaking where the mind gave way to somebody who only hummed along."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from model.stream.values import ChannelClosed, Event, Opened, Opening, Tone, Word
from perception.tone import BLOCK_MS

BACKCHANNELS = frozenset(
    {"uh", "huh", "uh-huh", "um", "hm", "hum", "hmm", "mm", "mmm", "mhm", "mm-hmm", "mm-hm", "ah", "oh", "ha", "aha"}
    | {"yeah", "yep", "okay", "ok", "right", "i", "see", "go", "on", "wow", "nice"}
)
"""What a listener says without wanting the floor. Yes and no are not among them: they answer."""
WANTS_THE_FLOOR = frozenset(
    {"stop", "wait", "no", "not", "don't", "hold", "hey", "enough", "quiet", "cancel", "mind", "never", "pause", "yes"}
    | {"what", "what's", "why", "where", "when", "who", "how", "which", "open", "close", "click", "undo", "sorry"}
)
HUM_MS, HUM_WORDS = 560, 3
"""So short a sound is a hum whatever words it is taken for, unless one of them wants the floor: recognisers know no
hums. A longer one is where half of its words are."""
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
        self._voiced_ms = 0
        self._typed = False
        self._silent = True
        self._yielded = False

    def yielded(self) -> None:
        """The mind gave way; it may take so long over it that they are silent again."""
        self._yielded = True

    def acted(self) -> None:
        """What they said was a request: they have had their answer, and the rest of ours is of no interest."""
        self._yielded = False

    def notice(self, event: Event) -> None:
        match event.data:
            case Word(text=text):
                self._words.append(text.casefold().strip(".,!?"))
            case Opened(by=by):
                self._begin()
                self._typed = by is Opening.TYPED
            case Tone(silence_ms=0):
                if self._silent:
                    self._begin()
                self._voiced_ms += BLOCK_MS
            case Tone(silence_ms=silence_ms) if silence_ms >= SETTLED_MS:
                self._settle()
            case ChannelClosed():
                self._settle()
            case _:
                pass

    def _begin(self) -> None:
        self._silent = self._yielded = False
        self._voiced_ms = 0
        self._words.clear()

    def _settle(self) -> None:
        """They are silent: all that they said while they talked over us is known."""
        self._silent = True
        if self._yielded:
            self._yielded = False
            if self._hummed():
                self._voice.resume()

    def _hummed(self) -> bool:
        n_hums, n_words = sum(word in BACKCHANNELS for word in self._words), len(self._words)
        if n_hums == n_words:
            return True
        short = self._voiced_ms <= HUM_MS and n_words <= HUM_WORDS and not self._typed
        return WANTS_THE_FLOOR.isdisjoint(self._words) and (short or 2 * n_hums >= n_words)
