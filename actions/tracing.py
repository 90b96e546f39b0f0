"""From the texts that a language model wrote back to where they stand: only what stands somewhere can point there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from actions.arguments import Unreadable, read
from model.stream.sources import Sources
from model.stream.values import ActionSpec, Channel, Slot, Span

MAX_VALUE = 12
"""Words of a number, a duration or an address."""
MAX_WORDS = 60
"""Of the user's, the newest, among which a text is looked for."""


def traced(
    spec: ActionSpec, texts: Mapping[str, str], sources: Sources, words: tuple[int, int], own: Collection[str] = ()
) -> tuple[dict[str, Span], dict[str, str]]:
    """Pointers to the arguments that stand among the user's `words`, from one to another, or in an item of the field,
    letter by letter; and the rest, which is composed. What is no slot of the action is left out.

    The user's words are spoken: beside the same letters the same value will do, as of "example dot com". `own` are the
    texts that the same model composed before: by being asked about, copied or typed they do not become somebody else's.
    """
    spans, composed = dict[str, Span](), dict[str, str]()
    for slot in spec.slots:
        text = texts.get(slot.name, "").strip()
        if not text:
            continue
        span = _said(slot, text, sources, words) or _shown(text, sources, own)
        if span is None:
            composed[slot.name] = text
        else:
            spans[slot.name] = span
    return spans, composed


def _said(slot: Slot, text: str, sources: Sources, among: tuple[int, int]) -> Span | None:
    """The newest and, of these, the shortest run of words that means it."""
    first_word, until = among
    words, value = sources.words(max(first_word, until - MAX_WORDS), until), _value(slot, text)
    first, longest = until - len(words), len(words) if value is None else MAX_VALUE
    for start in range(len(words) - 1, -1, -1):
        for end in range(start + 1, min(len(words), start + longest) + 1):
            said = " ".join(words[start:end])
            if said == text or (value is not None and _value(slot, said) == value):
                return Span(Channel.USER, first + start, first + end)
    return None


def _value(slot: Slot, text: str) -> str | None:
    """None where only the letters count: what is to be written down is to be written so."""
    if slot.kind == "text":
        return None
    value = read(slot.kind, text)
    return None if isinstance(value, Unreadable) else value.casefold()


def _shown(text: str, sources: Sources, own: Collection[str]) -> Span | None:
    """In the newest item where it stands as whole words. What became of actions may say again what they were given."""
    pattern = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    for item in sorted(sources.field(), key=lambda item: -item.t_ns):
        if item.channel is Channel.OUTCOME or any(each in item.text or item.text in each for each in own):
            continue
        found = pattern.search(item.text)
        if found is not None:
            return Span(item.channel, found.start(), found.end(), item.id)
    return None
