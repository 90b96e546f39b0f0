"""Asking before acting: the one action that waits for a yes, and which words of the user's are a yes or a no."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from actions.numbers import words_of
from model.stream.values import Action

EXPIRES_NS = 30_000_000_000

_YES = frozenset(words_of("yes yeah yep yup sure ok okay confirm confirmed approve approved affirmative proceed"))
_YES_PHRASES = ("go ahead", "do it", "do that", "of course", "please do", "go for it", "that's right", "fine by me")
_NO = frozenset(["don't", *words_of("no nope nah dont not never cancel deny denied refuse stop wait")])
_FILLERS = frozenset(words_of("please do it that go ahead of course thanks thank you fine by me for that's right"))


@dataclass(frozen=True, slots=True)
class Pending:
    """An action waiting for the user's answer. `first_word` is the number of the first word they can answer with.

    `values` are what it is to be done with, where that is not what was said.
    """

    action: Action
    question: str
    asked_ns: int
    first_word: int
    values: Mapping[str, str] = field(default_factory=dict[str, str])

    def expired(self, now_ns: int) -> bool:
        return now_ns - self.asked_ns > EXPIRES_NS


def assents(words: Sequence[str]) -> bool:
    """Whether these words of the user's say yes, and none says no: "yes", "go ahead", but not "yes no wait"."""
    said, each = _heard(words)
    return not each & _NO and (bool(each & _YES) or any(phrase in said for phrase in _YES_PHRASES))


def plain_answer(words: Sequence[str]) -> bool | None:
    """Whether all of it says yes, or all of it says no: "yes", "yes please", "no don't"; None for anything more."""
    _, each = _heard(words)
    if each <= _YES | _FILLERS and assents(words):
        return True
    return False if each <= _NO | _FILLERS and each & _NO else None


def _heard(words: Sequence[str]) -> tuple[str, set[str]]:
    said = " ".join(words).casefold().replace("’", "'")
    return said, set(re.findall(r"[\w']+", said))
