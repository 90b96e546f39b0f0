"""Which of the user's words an action answers, and whether they point at something that the user did not say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from actions.numbers import words_of
from model.stream.sources import Sources
from model.stream.values import Action

MAX_WORDS = 24
"""Of the newest words: what was said longer ago licenses nothing any more."""
MIN_WORDS = 2
"""One word alone, behind what was answered already, can be anything."""
MAX_PER_WORDS = 3
"""Actions that the same words may set going, beside those that only look."""

_POINTING = frozenset(
    words_of(
        "this that these those it its them they here there clipboard screen window page copied selected selection "
        "marked highlighted shown shows displayed says written above below first second third last next top bottom"
    )
)
_NAMING = frozenset(
    words_of(
        "address addresses amount answer button caption code command date email error field file folder hash heading "
        "icon id item key label line link list message name number option paragraph password path phone picture price "
        "quote reference result sentence song tab text title total track url value version video website word words"
    )
)
"""What is named by its kind, as in "copy the number", and not by what it says."""


def points(words: Sequence[str], texts: Iterable[str]) -> bool:
    """Whether these words speak of something that is there, or say all of `texts` themselves."""
    said = set(_letters(" ".join(words)))
    foreign = [set(_letters(text)) for text in texts]
    return not said.isdisjoint(_POINTING | _NAMING) or all(each and each <= said for each in foreign)


def _letters(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


class Answered:
    """Follows which words have been answered, one allowed action after the other."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._until = 0
        self._last: tuple[int, int] = (0, 0)
        self._set_going: set[int] = set()

    def readings(self, action: Action) -> list[list[str]]:
        """What may have asked for the action: what was said since the last one that was allowed, and that together with
        what was said before, which it may correct."""
        start, end = action.words
        whole, new = self._sources.words(max(start, end - MAX_WORDS), end), self.new(action)
        return [whole, new] if MIN_WORDS <= len(new) < len(whole) else [whole]

    def new(self, action: Action) -> list[str]:
        """What was said since the last one that was allowed."""
        start, end = action.words
        return self._sources.words(max(start, end - MAX_WORDS, self._until_before(end)), end)

    def _until_before(self, end: int) -> int:
        """Where the words end that were answered last; for a second action of the same words, where these began."""
        return self._until if end != self._last[1] else self._last[0]

    def enough(self, action: Action) -> bool:
        """Whether the same words have set others going, as many as they may."""
        return action.words[1] == self._last[1] and len(self._set_going - {action.id}) >= MAX_PER_WORDS

    def goes(self, action: Action, *, counts: bool = True) -> None:
        """It is allowed. In the middle of a sentence that does not part its words. `counts`: as one of those that the
        same words may set going."""
        end = action.words[1]
        if end != self._last[1]:
            until = max(end, self._until) if action.finished else self._until
            self._last, self._until, self._set_going = (self._until, end), until, set()
        if counts:
            self._set_going.add(action.id)
