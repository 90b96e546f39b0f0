"""A request to learn from: the words, what they ask for, and which words or items its arguments are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from model.stream.values import Channel

WHOLE = "question"
"""The slot whose span is the request itself, so that its words may be changed like words outside every slot."""


@dataclass(frozen=True, slots=True)
class Order:
    """The second of two things that are asked for in one breath. Its action is empty where nobody knows which it is."""

    action: str
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])


@dataclass(frozen=True, slots=True)
class Request:
    """Spans are ranges of words, the end excluded; items are a channel and which of its entries.

    `source` names where the request comes from. The arguments of composed requests are complete; those of requests
    that people wrote are those their authors marked, and where there are none nothing is known about arguments.
    """

    words: tuple[str, ...]
    action: str
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    items: Mapping[str, tuple[Channel, int]] = field(default_factory=dict[str, tuple[Channel, int]])
    screen: tuple[str, ...] = ()
    clipboard: str | None = None
    source: str = ""
    then: Order | None = None

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def argument(self, slot: str) -> str | None:
        """The text of an argument, wherever it stands."""
        if slot in self.spans:
            start, end = self.spans[slot]
            return " ".join(self.words[start:end])
        if slot in self.items:
            channel, index = self.items[slot]
            return self.clipboard if channel is Channel.CLIPBOARD else self.screen[index]
        return None

    def slot_at(self, word: int) -> str | None:
        """The slot that this word belongs to; None for the words around the arguments."""
        for slot, (start, end) in [*self.spans.items(), *(self.then.spans.items() if self.then else ())]:
            if start <= word < end and slot != WHOLE:
                return slot
        return None


def reworded(request: Request, start: int, end: int, words: Sequence[str]) -> Request:
    """Replace the words from `start` to `end`, which lie inside one span or outside all of them, and move the spans.

    Words put in at the edge of a span stay outside it.
    """
    grown = len(words) - (end - start)

    def moved(span: tuple[int, int]) -> tuple[int, int]:
        first, last = span
        if end <= first:
            return first + grown, last + grown
        return span if start >= last else (first, last + grown)

    def all_moved(spans: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        return {slot: moved(span) for slot, span in spans.items()}

    then = replace(request.then, spans=all_moved(request.then.spans)) if request.then else None
    changed = (*request.words[:start], *words, *request.words[end:])
    return replace(request, words=changed, spans=all_moved(request.spans), then=then)
