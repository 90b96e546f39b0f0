"""The licence: a second judgement of what the user's words ask for, by the words and nothing else.

It uses what the reflex has for words as a whole, and none of its stream: neither screen, clipboard nor earlier talk can
reach it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import torch
from torch import Tensor

from model.reflex.network import Tables, Writing
from model.reflex.texts import TextEncoder
from model.reflex.vocabulary import Pieces

MARGIN = 4.0
"""Nats by which an action may be less likely than the likeliest. Of requests that the weights never learned from 97.9
to 99.4 % are then licensed (docs/log.md)."""
MOST = 3
"""Actions that the words as a whole license. In the middle of a sentence it is one, and for each part of it, too."""
REMEMBERED = 64
MAX_READINGS = 12
_PARTING = frozenset({"and", "then", "but", "no", "wait", "sorry", "actually", "rather", "instead", "also", "plus"})
"""Words between what is asked for and what else is, or what is meant instead."""


class WordsLicence:
    """A `Licence`. For one thread: it has the layers of the reflex in common, but remembers for itself."""

    def __init__(
        self,
        writing: Writing,
        tables: Tables,
        actions: Sequence[str],
        pieces: Pieces,
        utterances: TextEncoder,
        items: TextEncoder,
    ) -> None:
        self._writing, self._tables, self._actions = writing, tables, tuple(actions)
        self._none = self._actions.index("none")
        self._pieces, self._utterances, self._items = pieces, utterances.apart(), items.apart()

        self._judged = lru_cache(REMEMBERED)(self._judge)

    def __call__(self, words: Sequence[str], finished: bool) -> frozenset[str]:
        return self._judged(tuple(words), finished)

    @torch.inference_mode()
    def _judge(self, words: tuple[str, ...], finished: bool) -> frozenset[str]:
        """Where nothing is likelier to be meant than anything else, nothing is licensed."""
        rows = [row for reading in _readings(words) if (row := self._encoded(reading))]
        if not rows:
            return frozenset()
        best = self._scores(rows).topk(MOST, -1)  # [n, MOST]
        near = (best.values >= best.values[:, :1] - MARGIN) & (best.indices[:, :1] != self._none)
        near[0 if not finished else 1 :, 1:] = False
        return frozenset(self._actions[n] for n in best.indices[near].tolist())

    def _scores(self, rows: Sequence[tuple[int, ...]]) -> Tensor:
        said, plain = self._utterances.encode_pieces(rows), self._items.encode_pieces(rows)
        return self._writing.by_words(said, plain, self._tables)

    def _encoded(self, words: Sequence[str]) -> tuple[int, ...]:
        return tuple(piece for word in words for piece, _ in self._pieces.encode(word))


def _readings(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """All of it, and each part that may be a request of its own."""
    yield words
    parts: list[list[str]] = [[]]
    for word in words:
        if word.casefold().strip(".,;!?") in _PARTING:
            parts.append([])
        else:
            parts[-1].append(word)
            if word[-1] in ".,;!?":
                parts.append([])
    if len(parts) > 1:
        yield from [part for part in parts if part][-MAX_READINGS:]
