"""Requests that people wrote: rows of a JSON-lines file, their arguments located among the words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from model.stream.catalogue import Catalogue
from model.training.grammar import word_set
from model.training.phrases import shipped_phrases
from model.training.requests import WHOLE, Order, Request

ANSWERS = word_set("confirm deny")
ANSWER_WORDS = word_set(
    "yes yeah yep yup yeap sure correct right exactly affirmative absolutely definitely confirm confirmed true "
    "no nope nah nay not never negative false wrong don't"
)
MAX_ANSWER_WORDS = 4
NOT_SPOKEN = re.compile(r"[^\w]+")


def from_row(row: Mapping[str, Any], catalogue: Catalogue | None = None) -> Request | None:
    """Read `{text, accept, args, then, source}`; None where the arguments cannot be found in the text.

    `catalogue` is the one that comes with the app if it is not given.

    `then` is the action and the arguments of a second thing that is asked for, its action empty where it is unknown.

    `args` holds, for some slots, fragments that the argument must contain; the span covers from the first of them to
    the last.
    """
    catalogue = catalogue or shipped_phrases().catalogue
    words = tuple(str(row["text"]).split())
    action = _action(row["accept"], words)
    if not words or action not in catalogue:
        return None
    spans = _spans(words, action, row.get("args") or {}, catalogue)
    if spans is None:
        return None
    order = row.get("then")
    then = _order(words, order, catalogue) if order else None
    return Request(
        words=words,
        action=action,
        spans=spans,
        screen=tuple(row.get("screen") or ()),
        clipboard=row.get("clipboard"),
        source=str(row.get("source", "")),
        then=then,
    )


def _order(words: Sequence[str], order: Mapping[str, Any], catalogue: Catalogue) -> Order:
    action = str(order["action"])
    spans = _spans(words, action, order.get("args") or {}, catalogue) if action in catalogue else None
    return Order(action, spans) if spans is not None else Order("")


def _action(accept: Sequence[str], words: Sequence[str]) -> str:
    """The label, but for bare answers, which such collections label as nothing because nothing was asked there."""
    answers = [action for action in accept if action in ANSWERS]
    plain = [_plain(word) for word in words]
    if accept[0] == "none" and answers and len(words) <= MAX_ANSWER_WORDS and ANSWER_WORDS.intersection(plain):
        return answers[0]
    return accept[0]


def _spans(
    words: Sequence[str], action: str, args: Mapping[str, Sequence[str]], catalogue: Catalogue
) -> dict[str, tuple[int, int]] | None:
    if catalogue[action].slot(WHOLE):
        return {WHOLE: (0, len(words))}
    spans: dict[str, tuple[int, int]] = {}
    for slot, fragments in args.items():
        found = [_locate(words, fragment) for fragment in fragments]
        if None in found or catalogue[action].slot(slot) is None:
            return None
        ranges = [span for span in found if span is not None]
        if ranges:
            start, end = min(start for start, _ in ranges), max(end for _, end in ranges)
            spans[slot] = start, end + (slot == "list" and _is_list(words, end))
    return spans


def _is_list(words: Sequence[str], index: int) -> bool:
    """A list is called "shopping list", as in composed requests; some collections mark "shopping" alone."""
    return index < len(words) and _plain(words[index]) in ("list", "lists")


def _locate(words: Sequence[str], fragment: str) -> tuple[int, int] | None:
    """The words that together are the fragment, whatever its spaces, hyphens, capitals and punctuation."""
    wanted = "".join(_plain(word) for word in fragment.split())
    plain = [_plain(word) for word in words]
    for start in range(len(words)):
        joined = ""
        for end in range(start, len(words)):
            joined += plain[end]
            if joined == wanted and wanted:
                return start, end + 1
            if len(joined) >= len(wanted):
                break
    return None


def _plain(word: str) -> str:
    """Only letters and digits, without the genitive's s."""
    return NOT_SPOKEN.sub("", re.sub(r"['’]s\b", "", word.casefold()))
