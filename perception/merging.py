"""What programs say of their windows and what the pixels show, made one. Pure functions; the pixels are the judge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Protocol

from model.stream.values import Place
from perception.tiles import overlap

SAME_TEXT = 0.75
"""Likeness from which what was read from the pixels is taken for a misreading of what the program says."""
MAX_WORDS = 200
"""Of one text that a program gives; more than that does not stand in a line."""
MAX_NAMED_PX = (800, 80)
"""Something larger, such as the page of an editor, is no thing to be pressed."""

SIGN_LETTERS = 2
"""A text of no more, such as × or +, is a picture of what a button does and not its name."""

Found = tuple[str, Place]


@dataclass(frozen=True, slots=True)
class Told:
    """What a program says of the place of a line: its `texts`, from left to right where there are several.

    `sure` if the text is known to stand exactly there, so that the pixels need not be read. `secret` if it is a
    password field: then neither is read.
    """

    texts: tuple[str, ...] = ()
    role: str = ""
    sure: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """Something on the screen with a name that the pixels may not show: a button with a picture, an empty field."""

    name: str
    role: str
    place: Place


class Telling(Protocol):
    """What is known of the screen from the programs themselves."""

    def lines(self, places: Sequence[Place]) -> Sequence[Told | None]:
        """What stands at each of the places where the pixels show a line; None where nobody says."""
        ...

    def named(self, area: Place) -> Sequence[Element]:
        """The things with a name in or across the area."""
        ...

    def shows(self, element: Element) -> bool:
        """Whether one of them can be seen at its place, with nothing in front of it."""
        ...


class NobodyTells:
    """Where there are only pixels."""

    def lines(self, places: Sequence[Place]) -> Sequence[Told | None]:
        return [None] * len(places)

    def named(self, area: Place) -> Sequence[Element]:
        del area
        return ()

    def shows(self, element: Element) -> bool:
        del element
        return False


def settled(told: Told | None, read: Callable[[], str | None]) -> str | None:
    """The text of a line; None if there is none to be told. `read` is called only where the pixels are needed."""
    if told is not None and told.secret:
        return None
    if told is not None and told.sure and told.texts:
        return told.texts[0]
    text = read()
    return text and corrected(text, told.texts if told else ())


def corrected(read: str, exact: Iterable[str]) -> str:
    """What was read from the pixels, with every part that one of the exact texts resembles replaced by it.

    The exact text may say more than the pixels show (a label of several lines, one that is cut off) or less (two
    labels side by side, read as one).
    """
    for text in exact:
        for paragraph in _paragraphs(read, text):
            read = _replaced(read, paragraph)
    return read


def unseen(elements: Iterable[Element], lines: Sequence[Found]) -> Iterator[Element]:
    """The elements that no line of text stands for: none inside them, none elsewhere that says the same."""
    texts = {_plain(text) for text, _ in lines}
    for element in elements:
        place = element.place
        small = place.width_px <= MAX_NAMED_PX[0] and place.height_px <= MAX_NAMED_PX[1]
        covered = any(len(text) > SIGN_LETTERS and overlap(place, line) is not None for text, line in lines)
        if small and not covered and _plain(element.name) not in texts:
            texts.add(_plain(element.name))
            yield element


def _paragraphs(read: str, text: str) -> list[str]:
    """Those of a text of several in which what was read may stand."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or read.strip() in lines:
        return lines if len(lines) < 2 else [read.strip()]
    words = set(read.casefold().split())
    sharing = [len(words.intersection(line.casefold().split())) for line in lines]
    if max(sharing):
        return [lines[sharing.index(max(sharing))]]
    matcher = SequenceMatcher(None, "", read, autojunk=False)  # what it has counted of `read` is kept
    return [max(lines, key=lambda line: _likeness(matcher, line))]


def _likeness(matcher: SequenceMatcher[str], text: str) -> float:
    matcher.set_seq1(text)
    return matcher.quick_ratio() if matcher.real_quick_ratio() >= SAME_TEXT else 0.0


def _replaced(read: str, exact: str) -> str:
    ours, theirs = _spans(read), _spans(exact)[:MAX_WORDS]
    if not ours or not theirs:
        return read
    if len(theirs) >= len(ours):
        start, end, likeness = _window_like(read, exact, theirs, len(ours))
        return exact[start:end] if likeness >= SAME_TEXT else read
    start, end, likeness = _window_like(exact, read, ours, len(theirs))
    return read[:start] + exact.strip() + read[end:] if likeness >= SAME_TEXT else read


def _window_like(wanted: str, text: str, spans: Sequence[tuple[int, int]], n_words: int) -> tuple[int, int, float]:
    """The run of about so many words in a text that is most like what is wanted: start, end, likeness."""
    best, matcher = (0, 0, 0.0), SequenceMatcher(None, "", wanted.strip(), autojunk=False)
    for size in (n_words, n_words - 1, n_words + 1):  # a space is lost or made up easily
        for first in range(len(spans) - size + 1 if size else 0):
            start, end = spans[first][0], spans[first + size - 1][1]
            matcher.set_seq1(text[start:end])
            if matcher.real_quick_ratio() > best[2] and matcher.quick_ratio() > best[2]:
                best = max(best, (start, end, matcher.ratio()), key=lambda found: found[2])
    return best


def _spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\S+", text)]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
