"""Panic by voice: "stop everything" is heard for itself, outside every model, as soon as it is recognised."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from model.stream.values import Channel, ChannelClosed, Event, Opened, Pause, Word

PANIC_WORDS = ("stop", "everything")
_AROUND = frozenset((
    *PANIC_WORDS, "please", "no", "oh", "ambidex", "now", "hey", "just", "right", "immediately", "computer",
))  # fmt: skip
"""What may stand around it. Whoever says more is telling something, as in "then they stop everything they do"."""


class SpokenPanic:
    """Follows what the user says and calls `panic` once per sentence that is nothing but these words."""

    def __init__(self, panic: Callable[[], None]) -> None:
        self._panic = panic
        self._heard: list[str] = []
        self._told = False

    def notice(self, event: Event) -> None:
        """Every event on its way to the loop; in dictation too."""
        match event.data:
            case Word(text=text) if event.channel is Channel.USER:
                self._heard.append(text)
                self.guess("")
            case Opened() | Pause() | ChannelClosed() if event.channel is Channel.USER:
                self._heard.clear()
                self._told = False
            case _:
                pass

    def guess(self, partial: str) -> None:
        """What the recogniser takes the sound behind the last word for, before it is sure."""
        if not self._told and panics(" ".join([*self._heard, partial])):
            self._told = True
            self._panic()


def panics(sentence: str) -> bool:
    """Whether a sentence means it: "stop everything", "no no stop everything now"."""
    said = re.findall(r"[\w']+", sentence.casefold())
    return PANIC_WORDS in pairwise(said) and _AROUND.issuperset(said)
