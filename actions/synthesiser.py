"""What every synthesiser promises: sound piece by piece, and where in the sound each word begins."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, tee
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from actions.reading_aloud import Piece, pieces, written_words
from model.stream.errors import ModelFailed
from model.stream.values import Manner

log = logging.getLogger(__name__)

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


def mark_last(whole: Iterator[Piece]) -> Iterator[tuple[Piece, bool]]:
    """Each piece, and whether none follows."""
    one_by_one, ahead = tee(whole)
    return zip(one_by_one, chain((False for _ in islice(ahead, 1, None)), (True,)), strict=False)


def place_words(piece: Piece, starts: Sequence[tuple[int, int]], n_samples: int) -> tuple[tuple[int, str], ...]:
    """Where each written word begins, from the first sample and the first character of each spoken one.

    Words that are passed over in silence begin with the next one.
    """
    words: list[tuple[int, str]] = []
    for sample, character in starts:
        upto = piece.word_at(character) + 1
        words += [(sample, word) for word in piece.words[len(words) : upto]]
    words += [(n_samples, word) for word in piece.words[len(words) :]]
    return tuple(words)


class SilentSynthesiser:
    """Stands in where no voice can be loaded: it says nothing, and takes as long over it as a person would."""

    sample_rate = 8_000

    def synthesise(self, text: str, style: Style) -> Iterator[Chunk]:
        samples_per_word = self.sample_rate * 60 // style.rate_wpm
        for piece in pieces(text):
            words = tuple((n * samples_per_word, word) for n, word in enumerate(piece.words))
            yield Chunk(np.zeros(len(words) * samples_per_word, np.int16), words)


class BackedSynthesiser:
    """A voice that may fail, and one that takes over from the word at which it did; at the rate of the first."""

    def __init__(self, first: Synthesiser, second: Synthesiser) -> None:
        self.sample_rate = first.sample_rate
        self._first: Synthesiser | None = first
        self._second = second

    def synthesise(self, text: str, style: Style) -> Iterator[Chunk]:
        n_said = 0
        try:
            for chunk in self._first.synthesise(text, style) if self._first else ():
                yield chunk
                n_said += len(chunk.words)
            if self._first is not None:
                return
        except ModelFailed as error:
            log.warning("%s Until Ambidex starts again, the built-in voice speaks.", error)
            self._first = None
        rest = " ".join(written_words(text)[n_said:]) if n_said else text
        for chunk in self._second.synthesise(rest, style):
            yield resampled(chunk, self._second.sample_rate, self.sample_rate)


def resampled(chunk: Chunk, from_hz: int, to_hz: int) -> Chunk:
    """The same sound at another rate; a straight line between two samples is enough for speech."""
    if from_hz == to_hz or not len(chunk.samples):
        return chunk
    n_samples = len(chunk.samples) * to_hz // from_hz
    at = np.arange(n_samples) * (from_hz / to_hz)
    samples = np.interp(at, np.arange(len(chunk.samples)), chunk.samples).astype(np.int16)
    return Chunk(samples, tuple((start * to_hz // from_hz, word) for start, word in chunk.words))
