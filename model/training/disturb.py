"""How requests reach a machine: with hesitations and misheard words, or typed with capitals, digits and slips."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from model.training.grammar import word_set
from model.training.mishearings import MAX_SAID, Mishearing, mishearings
from model.training.requests import Request, reworded
from model.training.spelling import typed_address, typed_keys, with_digits

TYPED = 0.2
FILLERS = ("um", "uh", "er", "uhm", "hmm", "ah", "like", "so", "okay", "please", "well", "you know", "let me see")
FILLER_WEIGHTS = (8, 8, 5, 3, 2, 2, 2, 1, 1, 3, 1, 2, 1)
OPENERS = ("um", "uh", "hey", "okay", "so", "well", "please", "ok so", "right", "er", "oh", "and", "hey computer")
DROPPED = word_set("the a an to of my me on it please can you i is for in at that this what's")
SPREAD = {
    "what's": "what is", "it's": "it is", "i'm": "i am", "i'd": "i would", "don't": "do not", "where's": "where is",
    "that's": "that is", "let's": "let us", "can't": "cannot", "i'll": "i will", "didn't": "did not",
}  # fmt: skip
EXACT = word_set("keys duration url direction button count amount time level expression quantity unit index")
"""Slots whose words must stay what they are: another word would be another value."""
WRITTEN = word_set("text body")
QUESTIONS = word_set("what where who how when which why is are do does did can could would will whose am")
PUNCTUATION = re.compile(r"^[^\w+#$£€/~@.-]+|[^\w+#$%°]+$")

Change = Callable[[Request, random.Random], Request]


def disturb(request: Request, rng: random.Random) -> Request:
    """The same request as it is really heard, or typed. The label stays; spans move with their words."""
    if rng.random() < TYPED:
        return _typed(request, rng)
    request = as_spoken(request)
    for change, chance in _SPOKEN_CHANGES:
        if rng.random() < chance:
            request = change(request, rng)
    return request


def as_spoken(request: Request) -> Request:
    """What a recogniser writes: lower case and no punctuation."""
    for index in reversed(range(len(request.words))):
        words = [
            word
            for part in request.words[index].replace("’", "'").split("-")
            if (word := PUNCTUATION.sub("", part.lower()))
        ]
        if words or _may_vanish(request, index):
            request = reworded(request, index, index + 1, words)
    return request


def _may_vanish(request: Request, index: int) -> bool:
    slot = request.slot_at(index)
    return len(request.words) > 1 and (slot is None or request.spans[slot][1] - request.spans[slot][0] > 1)


def _replace_one(
    request: Request, rng: random.Random, fits: Callable[[int], bool], new: Callable[[str], Sequence[str]]
) -> Request:
    """Change one word among those that fit."""
    places = [index for index in range(len(request.words)) if fits(index)]
    if not places:
        return request
    index = rng.choice(places)
    return reworded(request, index, index + 1, new(request.words[index]))


def _hesitate(request: Request, rng: random.Random) -> Request:
    """A filler between two words that are not both of one argument, never after the last."""
    gaps = [
        index
        for index in range(len(request.words))
        if index == 0 or request.slot_at(index) is None or request.slot_at(index) != request.slot_at(index - 1)
    ]
    index = rng.choice(gaps)
    filler = rng.choice(OPENERS) if index == 0 else rng.choices(FILLERS, FILLER_WEIGHTS)[0]
    return reworded(request, index, index, filler.split())


def _stutter(request: Request, rng: random.Random) -> Request:
    return _replace_one(request, rng, lambda index: request.slot_at(index) is None, lambda word: [word, word])


def _drop(request: Request, rng: random.Random) -> Request:
    """A short word goes missing, unless the request consists of little else."""

    def fits(index: int) -> bool:
        return request.words[index] in DROPPED and request.slot_at(index) is None and len(request.words) > 3

    return _replace_one(request, rng, fits, lambda _: [])


def _mishear(request: Request, rng: random.Random) -> Request:
    """A word or two come out as something else, as they did when such words were spoken to the recogniser.

    Of two words both are needed, and so are those that are a value.
    """
    places = list(_misheard(request)) if len(request.words) > 2 else []
    if not places:
        return request
    start, end, found = rng.choices(places, [found.chance for _, _, found in places])[0]
    return reworded(request, start, end, rng.choices(found.heard, found.times)[0].split())


def _misheard(request: Request) -> Iterator[tuple[int, int, Mishearing]]:
    table = mishearings()
    for start in range(len(request.words)):
        for end in range(start + 1, min(start + MAX_SAID, len(request.words)) + 1):
            found = table.get(" ".join(request.words[start:end]))
            slots = {request.slot_at(index) for index in range(start, end)}
            if found and len(slots) == 1 and slots.isdisjoint(EXACT) and ("" not in found.heard or slots == {None}):
                yield start, end, found


def _spread(request: Request, rng: random.Random) -> Request:
    return _replace_one(request, rng, lambda index: request.words[index] in SPREAD, lambda word: SPREAD[word].split())


_SPOKEN_CHANGES: tuple[tuple[Change, float], ...] = (
    (_spread, 0.1),
    (_hesitate, 0.2),
    (_hesitate, 0.06),
    (_stutter, 0.05),
    (_drop, 0.12),
    (_mishear, 0.2),
    (_mishear, 0.1),
)


# Typed ----------------------------------------------------------------------------------------------------------


def _typed(request: Request, rng: random.Random) -> Request:
    if rng.random() < 0.6:
        request = _as_figures(request, rng)
    if rng.random() < 0.4:
        request = _as_a_sentence(request, rng)
    if rng.random() < 0.08:
        request = _slip(request, rng)
    if rng.random() < 0.6:
        request = _capitals(request)
    return _full_stop(request) if rng.random() < 0.4 else request


def _as_figures(request: Request, rng: random.Random) -> Request:
    """Addresses, shortcuts and numbers the way they are typed: github.com, ctrl+s, 25."""
    for slot in tuple(request.spans):
        start, end = request.spans[slot]
        words = request.words[start:end]
        if slot == "url":
            words = typed_address(words)
        elif slot == "keys":
            words = typed_keys(words, rng)
        elif slot in EXACT:
            words = with_digits(words)
        request = reworded(request, start, end, words)
    return request


def _as_a_sentence(request: Request, rng: random.Random) -> Request:
    """What is to be written, with a capital and the mark that belongs to it."""
    for slot in WRITTEN & request.spans.keys():
        start, end = request.spans[slot]
        words = list(request.words[start:end])
        words[0] = words[0][:1].upper() + words[0][1:]
        words[-1] += rng.choice(("", "", ".", "!", "?", ","))
        request = reworded(request, start, end, words)
    return request


def _slip(request: Request, rng: random.Random) -> Request:
    """Two letters in the wrong order."""

    def swapped(word: str) -> list[str]:
        at = rng.randrange(1, len(word) - 1)
        return [word[:at] + word[at + 1] + word[at] + word[at + 2 :]]

    return _replace_one(
        request, rng, lambda index: request.slot_at(index) is None and len(request.words[index]) > 3, swapped
    )


def _capitals(request: Request) -> Request:
    words = ["I" + word[1:] if word == "i" or word.startswith("i'") else word for word in request.words]
    if request.slot_at(0) is None:
        words[0] = words[0][:1].upper() + words[0][1:]
    return replace(request, words=tuple(words))


def _full_stop(request: Request) -> Request:
    """A mark at the end, but never inside an argument."""
    last = len(request.words) - 1
    if request.slot_at(last) is not None or not request.words[last][-1].isalnum():
        return request
    mark = "?" if request.words[0].lower().split("'")[0] in QUESTIONS else "."
    words = (*request.words[:last], request.words[last] + mark)
    return replace(request, words=words)
