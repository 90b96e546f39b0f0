"""What the user asked to have remembered, in memory only: nothing is written anywhere."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from actions.numbers import words_of

MAX_FACTS = 500
_IDLE = frozenset(
    words_of(
        "a about all am an and any are at be by can could did do does for from had has have how i in is it its know me "
        "my of on or our please remember said say so tell that the them they this to told us was we were what when "
        "where which who why will with would you your there here put"
    )
)
_EVERYTHING = frozenset(("everything", "anything", "all"))


@dataclass(frozen=True, slots=True)
class Fact:
    text: str
    told_s: float


class Facts:
    """Safe for several threads. The oldest are dropped when there are too many. `now_s` may count from anywhere."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._facts: list[Fact] = []

    def remember(self, text: str) -> Fact:
        fact = Fact(text, self._now_s())
        with self._lock:
            self._facts = [*self._facts, fact][-MAX_FACTS:]
        return fact

    def about(self, query: str) -> list[Fact]:
        """The facts that share the most words with the query, the newest first; all where it has none of its own."""
        wanted = _stems(query)
        facts = self._facts[::-1]
        if not wanted or _EVERYTHING & set(words_of(query)):
            return facts
        shared = [len(wanted & _stems(fact.text)) for fact in facts]
        most = max(shared, default=0)
        return [fact for fact, count in zip(facts, shared, strict=True) if count == most > 0]

    def since(self, age_s: float) -> list[Fact]:
        """Those of the last `age_s` seconds, the newest first."""
        return [fact for fact in self._facts[::-1] if self._now_s() - fact.told_s <= age_s]

    def forget(self, facts: Sequence[Fact]) -> None:
        with self._lock:
            self._facts = [fact for fact in self._facts if not any(fact is gone for gone in facts)]


def _stems(text: str) -> set[str]:
    """The words that carry meaning, without their endings: `parked` and `parking` are one."""
    words = re.findall(r"\w+", text.casefold().replace("'s", "").replace("’s", ""))
    return {re.sub(r"(?<=\w{3})(?:ing|ed|es|s)$", "", word) for word in words if word not in _IDLE}
