"""What a slot may hold where it holds one of a few things: phrases, written short.

`(whole|skim) milk` is one of the two, `[a lot of|some] sugar` may do without what stands in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

MAX_PHRASES = 5_000

_GROUP = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")


def expanded(written: Iterable[str]) -> tuple[str, ...]:
    """Every phrase, each once. Raises `ValueError` for what cannot be read, or is more than `MAX_PHRASES`."""
    phrases: dict[str, None] = {}
    for text in written:
        waiting = [text]
        while waiting:
            form = waiting.pop()
            group = _GROUP.search(form)
            if group is None:
                if re.search(r"[()\[\]|]", form):
                    raise ValueError(f"{text!r} has a bracket too many or too few")
                phrases[" ".join(form.casefold().split())] = None
            else:
                ways = (group[1] if group[1] is not None else f"{group[2]}|").split("|")
                waiting += [form[: group.start()] + way + form[group.end() :] for way in ways]
            if len(phrases) + len(waiting) > MAX_PHRASES:
                raise ValueError(f"there are more than {MAX_PHRASES} phrases in it")
    return tuple(phrase for phrase in phrases if phrase)


def chosen(choices: Mapping[str, Sequence[str]], words: Sequence[str]) -> dict[str, str]:
    """For each name the phrase of its own that stands in `words`, as it was said. The longest are found first, of two
    the one that was said last, and what one has taken is no part of another."""
    said = [word.casefold().strip(".,;:!?\"'") for word in words]
    names: dict[tuple[str, ...], list[str]] = {}
    for name, own in choices.items():
        for phrase in own:
            names.setdefault(tuple(phrase.split()), []).append(name)
    free, found = [True] * len(said), dict[str, str]()
    for length in range(max(map(len, names), default=0), 0, -1):
        for start in range(len(said) - length, -1, -1):
            those = names.get(tuple(said[start : start + length]), ())
            name = next((name for name in those if name not in found), None)
            if name is not None and all(free[start : start + length]):
                found[name] = " ".join(said[start : start + length])
                free[start : start + length] = [False] * length
    return found
