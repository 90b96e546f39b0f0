"""What every synthesiser promises: sound piece by piece, and where in the sound each word begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from actions.reading_aloud import pieces
from model.stream.values import Manner

Samples = NDArray[np.int16]

SLOWEST_WPM, FASTEST_WPM = 80, 450
"""Beyond these nobody understands a word."""


@dataclass(frozen=True, slots=True)
class Style:
    """How the voice sounds. `voice` is a name the synthesiser knows, empty for its own choice."""

    voice: str = ""
    rate_wpm: int = 170
    pitch_percent: int = 50
    liveliness_percent: int = 60
    """How much the pitch moves within a sentence."""
    loudness_percent: int = 100
    whispered: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """How a manner differs from the way the user has chosen for the voice."""

    rate: float = 1.0
    pitch_percent: int = 0
    liveliness_percent: int = 0
    loudness: float = 1.0
    whispered: bool = False


TURNS: Mapping[Manner, Turn] = {
    Manner.PLAIN: Turn(),
    Manner.CALM: Turn(rate=0.92, pitch_percent=-10, liveliness_percent=-25, loudness=0.8),
    Manner.BRIGHT: Turn(rate=1.05, pitch_percent=15, liveliness_percent=30, loudness=1.15),
    Manner.SLOW: Turn(rate=0.75),
    Manner.FAST: Turn(rate=1.35),
    Manner.WHISPER: Turn(rate=0.92, loudness=0.5, whispered=True),
}


def in_manner(style: Style, manner: Manner) -> Style:
    """The user's own style, turned that way."""
    turn = TURNS[manner]
    return replace(
        style,
        rate_wpm=round(min(FASTEST_WPM, max(SLOWEST_WPM, style.rate_wpm * turn.rate))),
        pitch_percent=min(99, max(0, style.pitch_percent + turn.pitch_percent)),
        liveliness_percent=min(99, max(0, style.liveliness_percent + turn.liveliness_percent)),
        loudness_percent=round(style.loudness_percent * turn.loudness),
        whispered=style.whispered or turn.whispered,
    )


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of speech. `words` holds the index of the sample at which each word begins, and the word as written."""

    samples: Samples
    words: tuple[tuple[int, str], ...] = ()


class Synthesiser(Protocol):
    sample_rate: int

    def synthesise(self, text: str, style: Style) -> Iterator[Chunk]:
        """Speech for `text`, made as it is asked for: a book costs no more memory than a sentence.

        The words of all chunks together are `reading_aloud.written_words(text)`, each once and in order.
        Raises `BadSettings` if the style names a voice that does not exist.
        """
        ...


class SilentSynthesiser:
    """Stands in where no voice can be loaded: it says nothing, and takes as long over it as a person would."""

    sample_rate = 8_000

    def synthesise(self, text: str, style: Style) -> Iterator[Chunk]:
        samples_per_word = self.sample_rate * 60 // style.rate_wpm
        for piece in pieces(text):
            words = tuple((n * samples_per_word, word) for n, word in enumerate(piece.words))
            yield Chunk(np.zeros(len(words) * samples_per_word, np.int16), words)
