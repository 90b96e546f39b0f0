"""What every synthesiser promises: sound piece by piece, and where in the sound each word begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from actions.reading_aloud import pieces

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Style:
    """How the voice sounds. `voice` is a name the synthesiser knows, empty for its own choice."""

    voice: str = ""
    rate_wpm: int = 170
    pitch_percent: int = 50
    liveliness_percent: int = 60
    """How much the pitch moves within a sentence."""


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
