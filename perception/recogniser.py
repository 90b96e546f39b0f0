"""Speech to words, while the person is still talking."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pocketsphinx

from model.stream.values import Word
from perception.language_model import arpa, words_of
from perception.pronunciation import phones
from perception.sphinx import Sphinx
from perception.tone import Block
from resources import ROOT

COMMANDS = ROOT / "speech" / "commands.arpa"
"""What people say to an assistant; made from the phrase grammar by `scripts/speech_model.py`."""
MAX_LEARNT_WORDS = 20_000
"""A dictionary cannot forget. Some megabytes, after weeks of reading screens."""
STABLE_REPEATS = 5
"""Measured on commands by three voices: half of the words are reported before the last is said, each 460 ms after its
end, and no more of them are wrong than at the end (4.3 %). With 4 it is 380 ms and 5.4 %, with 3 290 ms and 9.7 %."""
MAX_STATES = 4_000
"""Hidden Markov models that are followed in a frame. Of the words of 78 commands by three voices 4.6 % are wrong with
3,000 as with 30,000, the library's own bound, and 6.2 % with 2,000."""
BLOCKS_PER_LOOK = 50
"""In every 4 s of an utterance the words are looked at less often: at each block, at every second, every third, ..."""


Pronounce = Callable[[str], str]
"""How a word is said, in the International Phonetic Alphabet; empty where nobody knows."""


def unpronounced(word: str) -> str:
    """Leaves words unknown that the dictionary lacks."""
    return ""


@dataclass(frozen=True, slots=True)
class Weights:
    """What share each model of language has; the general one has the rest."""

    commands: float = 0.1
    phrases: float = 0.01
    """Of what is said to dictation, 31 of 39 phrases in three voices are heard exactly, and 6.6 % of the words of
    commands wrongly; with 0.1 it is 34 and 7.4 %, without the phrases 24 and 6.3 %."""
    expected: float = 0.05


SHIPPED_WEIGHTS = Weights()


class Recogniser(Protocol):
    """Turns one utterance at a time into words. Not safe for two threads at once."""

    def expect(self, phrases: Sequence[str]) -> None:
        """What is likelier to be said from now on than usual: labels on the screen, names. Replaces the last such list.

        Between utterances only; it may take a moment.
        """
        ...

    def start(self) -> None:
        """Begin an utterance."""
        ...

    def listen_ahead(self, piece: Block) -> None:
        """Take in audio of any length, of which no words are asked yet: what there is of the coming block."""
        ...

    def accept(self, block: Block) -> list[Word]:
        """Take in a block, or what of it was not listened to ahead; returns the words that have just become certain."""
        ...

    def finish(self) -> list[Word]:
        """End the utterance; returns the words not reported yet."""
        ...

    def partial(self) -> str:
        """The uncertain rest of what was heard so far, to be shown and not to be acted on."""
        ...

    def end_probability(self) -> float:
        """How probably nothing follows the words heard so far in this utterance, judged by the words alone: 0 to 1.

        0 where the recogniser has no idea.
        """
        ...


class StablePrefix:
    """Decides which words of a changing hypothesis will not change any more.

    A word is stable once it and all before it have been the same in some hypotheses in a row. What was reported stays
    reported: of later hypotheses only what follows the reported words is looked at.
    """

    def __init__(self, repeats: int = STABLE_REPEATS) -> None:
        self._repeats = repeats
        self.reset()

    def reset(self) -> None:
        self._reported: list[str] = []
        self._pending: list[str] = []
        self._ages: list[int] = []

    def merged(self, hypothesis: Sequence[str]) -> list[str]:
        """The words that were reported, and what of the hypothesis follows them."""
        return [*self._reported, *self.rest(hypothesis)]

    def update(self, hypothesis: Sequence[str]) -> list[str]:
        """Take in a new hypothesis; returns the words that have just become stable."""
        rest = self.rest(hypothesis)
        pairs = zip(rest, self._pending, strict=False)
        same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
        ages = [age + 1 for age in self._ages[:same]] + [0] * (len(rest) - same)
        stable = sum(1 for _ in itertools.takewhile(lambda age: age >= self._repeats, ages))
        self._reported += rest[:stable]
        self._pending, self._ages = rest[stable:], ages[stable:]
        return rest[:stable]

    def rest(self, hypothesis: Sequence[str]) -> list[str]:
        """What of the hypothesis follows the reported words, also where it now reads those differently."""
        distances = _distances(self._reported, hypothesis)
        split = min(range(len(distances)), key=lambda n: (distances[n], abs(n - len(self._reported))))
        return list(hypothesis[split:])


def _distances(reported: Sequence[str], hypothesis: Sequence[str]) -> list[int]:
    """How many words must be changed to turn `reported` into the first 0, 1, 2, ... words of the hypothesis."""
    row = list(range(len(hypothesis) + 1))
    for n, word in enumerate(reported, 1):
        diagonal, row[0] = row[0], n
        for k, other in enumerate(hypothesis, 1):
            diagonal, row[k] = row[k], min(row[k] + 1, row[k - 1] + 1, diagonal + (word != other))
    return row


class PocketsphinxRecogniser:
    """The recogniser that ships: US English, no network, and it decodes as fast as the audio comes in."""

    def __init__(
        self,
        phrases: Sequence[str] = (),
        pronounce: Pronounce = unpronounced,
        weights: Weights = SHIPPED_WEIGHTS,
    ) -> None:
        """`phrases` are likely to be said, beside our own commands and everyday English; `pronounce` tells how words
        are said that its dictionary lacks. Raises `ModelFailed`."""
        self._phrases = tuple(phrases)
        self._pronounce = pronounce
        self._expected: tuple[str, ...] = ()
        self._learnt = 0
        self._weights = weights
        self._sphinx = _decoder(weights.commands)
        self._bias()
        self._stable = StablePrefix()
        self._blocks = 0

    def expect(self, phrases: Sequence[str]) -> None:
        expected = tuple(dict.fromkeys(phrases))
        if expected != self._expected:
            self._expected = expected
            self._bias()

    def start(self) -> None:
        self._blocks = 0
        self._stable.reset()
        self._sphinx.start()

    def listen_ahead(self, piece: Block) -> None:
        self._sphinx.process(np.ascontiguousarray(piece, dtype=np.int16).tobytes())

    def accept(self, block: Block) -> list[Word]:
        self.listen_ahead(block)
        self._blocks += 1
        # The lattice grows with the utterance, and so does the time it takes: 20 ms after 4 s, 90 ms after 14 s.
        if self._blocks % (1 + self._blocks // BLOCKS_PER_LOOK):
            return []
        path = _words(self._sphinx.best_path())
        return [Word(word) for word in self._stable.update(path)] if path else []

    def finish(self) -> list[Word]:
        self._sphinx.end()
        rest = self._stable.rest(_words(self._sphinx.first_pass()))
        self._stable.reset()
        return [Word(word) for word in rest]

    def partial(self) -> str:
        return " ".join(self._stable.rest(_words(self._sphinx.first_pass())))

    def end_probability(self) -> float:
        words = self._stable.merged(_words(self._sphinx.first_pass()))
        return self._sphinx.end_probability(words) if words else 0.0

    def close(self) -> None:
        self._sphinx.close()

    def _bias(self) -> None:
        """Mix in what is likely to be said, with words that are learnt from their spelling."""
        written = {word.lower(): word for phrase in self._expected for word in words_of(phrase)}
        unknown = self._sphinx.lacks(list(written))[: MAX_LEARNT_WORDS - self._learnt]
        said = {word: phones(self._pronounce(written[word])) for word in unknown}
        learnt = {word: sounds for word, sounds in said.items() if sounds}
        self._learnt += len(learnt)
        extra = ((self._phrases, self._weights.phrases), (self._expected, self._weights.expected))
        self._sphinx.bias([(arpa(phrases), weight) for phrases, weight in extra if phrases and weight], learnt)


def _decoder(commands_weight: float) -> Sphinx:
    models = Path(pocketsphinx.get_model_path()) / "en-us"
    settings = {
        "hmm": str(models / "en-us"),
        "dict": str(models / "cmudict-en-us.dict"),
        "loglevel": "FATAL",
        "cmn": "live",
        "fwdflat": False,  # a second pass over the whole utterance at its end: late, and it contradicts reported words
        "bestpath": True,
        "maxhmmpf": MAX_STATES,
    }
    return Sphinx(settings, {models / "en-us.lm.bin": 1 - commands_weight, COMMANDS: commands_weight})


def _words(entries: Sequence[str]) -> list[str]:
    """Without silence and noise, and without the number of the pronunciation."""
    return [re.sub(r"\(\d+\)$", "", entry) for entry in entries if entry and entry[0] not in "<["]
