"""Which of the lines on the screen a spoken target means. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from actions.colours import Colour, colour_named, looks
from actions.neighbours import Relation, nearest, read_relation
from actions.numbers import read_ordinal, words_of
from model.stream.values import Place

FUZZY_AT_LEAST = 0.8
"""Similarity below which a line is taken for another word rather than for a misheard or misread one."""
FUZZY_FROM_LETTERS = 4
"""Shorter words must be right: "no" is 80 % of "now"."""
LABEL_WORDS = 3
"""A line of no more words is the label of one thing: "delete" alone does not mean "Delete all"."""
CLEARLY_SHORTER = 2
"""How many times the words of the best line another must have not to count as its rival."""


@dataclass(frozen=True, slots=True)
class Found:
    """The words that are meant, as they stand on the screen, and where.

    `rather` is the whole label where it says more than was asked for and may be another thing: who presses it asks
    first.
    """

    text: str
    place: Place
    rather: str = ""


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing on the screen is clearly meant; `reason` is a sentence for the user.

    `among` are the things that fit equally well, from the top left on.
    """

    reason: str
    among: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class _Match:
    found: Found
    tier: int
    """2 the whole line, 1 some of its words, 0 something similar."""
    likeness: float
    line: str

    @property
    def line_words(self) -> int:
        return len(self.line.split())


_DROPPED = frozenset(
    words_of(
        "the a an on at to that this says saying labelled labeled called named please "
        "there button radio icon link menu tab field box checkbox item entry option label text word line one thing key "
        "tile links buttons"
    )
)
_REPLIED = frozenset(words_of("the a number one i mean click press choose take it please"))
_COUNTED = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|\d+(?:st|nd|rd|th))\b"
)
_SIDED = re.compile(
    r"\b(?:(?:on|at|in|to)\s+)?(?:the\s+)?(left|right|top|bottom|upper|lower)(?:\s+(?:left|right|side|corner|one|hand))*\b"
)
_DIRECTIONS: Mapping[str, tuple[int, int]] = {
    "left": (-1, 0), "right": (1, 0), "top": (0, -1), "upper": (0, -1), "bottom": (0, 1), "lower": (0, 1),
}  # fmt: skip
_KINDS = frozenset(words_of("button buttons link links one thing icon box tile"))
_LINKED = ("blue", "purple")
"""What the text of a link looks like where nothing else tells."""
MAX_AMONG = 9

ColoursAt = Callable[[Place], Sequence[Colour]]
"""The colour of the ground at a place and, if there is one, that of what is written on it."""


def describe(
    target: str, lines: Sequence[tuple[str, Place]], colours_at: ColoursAt, window: Place | None = None
) -> Found | NotFound:
    """What is meant, by its label, its colour or what it stands by: "the blue button on the left".

    A description is looked for in the `window` that has the focus first, and only then elsewhere: title bars have
    colours too.

    A label that is exactly what was said goes before a description, and a description before words within a text. The
    pixels are asked for their colour only where a colour is named.
    """
    relation = read_relation(target)
    described = relation is not None or _colour_in(target) is not None or _is_link(target)
    said = "".join(_essential(target))
    if not described or any(said in (_compact(text), "".join(_essential(text))) for text, _ in lines):
        return choose(target, lines)
    within = [line for line in lines if window is None or _holds(window, line[1].centre)]
    found = _described(target, relation, within, colours_at)
    if isinstance(found, NotFound) and not found.among and len(within) < len(lines):
        found = _described(target, relation, lines, colours_at)
    if isinstance(found, NotFound) and not found.among and (_named(target) or not _KINDS & set(_words(target))):
        chosen = choose(target, lines)
        return found if isinstance(chosen, NotFound) and not chosen.among else chosen
    return found


def choose(target: str, lines: Sequence[tuple[str, Place]]) -> Found | NotFound:
    """The best line: the whole line before some of its words before something similar; never a guess among equals."""
    matches = _best(_matches(target, lines))
    if matches:
        return _only(target, matches, None)
    which = _COUNTED.search(target.casefold())
    if which:
        matches = _best(_matches(_COUNTED.sub(" ", target.casefold()), lines))
        if matches:
            return _only(target, matches, read_ordinal(which[0]))
    side = _SIDED.search(target.casefold())
    if side:
        matches = _best(_matches(_SIDED.sub(" ", target.casefold()), lines))
        if matches:
            return _outermost([match.found for match in matches], side[0]) or _only(target, matches, None)
    return NotFound(f"I cannot find {_spoken(target)} on the screen.")


def choose_among(reply: str, among: Sequence[Found]) -> Found | None:
    """`two`, `the second one`, `the left one`: which of those that were shown; None if that is unclear."""
    words = [word for word in words_of(reply) if word not in _REPLIED]
    side = _SIDED.search(reply.casefold())
    if side and not _SIDED.sub(" ", " ".join(words)).strip():
        return _outermost(among, side[0])
    number = read_ordinal(reply) if len(words) <= 1 else None
    if number is None or not -len(among) <= number <= len(among):
        return None
    return among[number if number < 0 else number - 1]


def _described(
    target: str, relation: Relation | None, lines: Sequence[tuple[str, Place]], colours_at: ColoursAt
) -> Found | NotFound:
    return _related(relation, lines, colours_at) if relation else _coloured(target, lines, colours_at)


def _related(relation: Relation, lines: Sequence[tuple[str, Place]], colours_at: ColoursAt) -> Found | NotFound:
    """What stands nearest there. Where all that was said of it is where it stands, it is asked about."""
    anchor = describe(relation.anchor, lines, colours_at)
    if isinstance(anchor, NotFound):
        return NotFound(anchor.reason)
    others = [line for line in lines if not _holds(line[1], anchor.place.centre)]
    matches = _candidates(relation.what, others, colours_at)
    near = [matches[number] for number in nearest(relation.side, anchor.place, [each.found.place for each in matches])]
    if not near:
        return NotFound(f"I see nothing like that there: {anchor.text} stands by itself.")
    found = _only(relation.what, near, None)
    if isinstance(found, NotFound) or _named(relation.what) or _colour_in(relation.what):
        return found
    return replace(found, rather=found.text)


def _coloured(target: str, lines: Sequence[tuple[str, Place]], colours_at: ColoursAt) -> Found | NotFound:
    matches = _candidates(target, lines, colours_at)
    if not matches:
        return NotFound(f"I cannot find {_spoken(target)} on the screen.")
    which, side = _COUNTED.search(target.casefold()), _SIDED.search(target.casefold())
    if which:
        return _only(target, matches, read_ordinal(which[0]))
    if side and len(matches) > 1:
        outermost = _outermost([match.found for match in matches], side[0])
        return outermost or _only(target, matches, None)
    return _only(target, matches, None)


def _candidates(what: str, lines: Sequence[tuple[str, Place]], colours_at: ColoursAt) -> list[_Match]:
    """Everything that fits but for its position: by its label if it has one here, by its colour if it has one."""
    label, colour = _named(what), _colour_in(what)
    matches = _best(_matches(label, lines)) if label else [_whole(text, place) for text, place in lines]
    names = (colour,) if colour else _LINKED if _is_link(what) and not label else ()
    if not names:
        return matches
    shown = [max(looks(name, colours_at(match.found.place)) for name in names) for match in matches]
    if not colour:
        return [match for match, how in zip(matches, shown, strict=True) if how == 1]
    return [match for match, how in zip(matches, shown, strict=True) if how and how == max(shown)]


def _whole(text: str, place: Place) -> _Match:
    return _Match(Found(text.strip(), place), 0, 1.0, text.strip())


def _named(what: str) -> str:
    """What is left of a description once colour, number, side and kind are taken away: a label, or nothing."""
    rest = _SIDED.sub(" ", _COUNTED.sub(" ", what.casefold()))
    return " ".join(word for word in _words(rest) if word not in _DROPPED and not colour_named(word))


def _colour_in(target: str) -> str | None:
    return next((name for word in _words(target) if (name := colour_named(word))), None)


def _is_link(target: str) -> bool:
    return bool({"link", "links"} & set(_words(target))) and not _named(target)


def _holds(place: Place, point: tuple[int, int]) -> bool:
    across = place.x_px <= point[0] < place.x_px + max(1, place.width_px)
    return across and place.y_px <= point[1] < place.y_px + max(1, place.height_px)


def same_text(one: str, other: str) -> bool:
    """Whether two readings of the same place say the same, up to a misread letter."""
    return SequenceMatcher(None, _compact(one), _compact(other)).ratio() >= FUZZY_AT_LEAST


def _matches(target: str, lines: Sequence[tuple[str, Place]]) -> list[_Match]:
    wanted = _essential(target)
    return [match for text, place in lines for match in [_match(wanted, text, place)] if match] if wanted else []


def _match(wanted: list[str], text: str, place: Place) -> _Match | None:
    spans = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    words = ["".join(_words(text[start:end])) for start, end in spans]
    said = "".join(wanted)
    if said in ("".join(words), "".join(_essential(text))):
        return _Match(Found(text.strip(), place), 2, 1.0, text.strip())
    likeness, first, last = max(_windows(words, len(wanted), said), default=(0.0, 0, 0))
    if likeness < (FUZZY_AT_LEAST if len(said) >= FUZZY_FROM_LETTERS else 1.0):
        return None
    start, end = spans[first][0], spans[last][1]
    there = words[first : last + 1]
    if likeness < 1.0 and _numbers(said) != _numbers("".join(there)):
        return None
    another = _is_longer_label(words, there) or (likeness < 1.0 and _is_longer_word(said, "".join(there)))
    rather = text.strip() if another else ""
    found = Found(text[start:end].strip(" .,:;|"), _part_of(place, text, start, end), rather)
    return _Match(found, 1 if likeness == 1.0 else 0, likeness, text.strip())


def _is_longer_label(words: list[str], there: list[str]) -> bool:
    """Whether a label says more than what was asked for: "Don't save", but not a count as in "Inbox 12"."""
    n_words, n_there = (sum(bool(word) and not word.isdigit() for word in part) for part in (words, there))
    return n_there < n_words <= LABEL_WORDS


def _is_longer_word(one: str, other: str) -> bool:
    """Whether one is the other with letters added: "deleted" for "delete", "spend" for "send".

    What was misheard or misread has other letters instead.
    """
    short, long = sorted((one, other), key=len)
    rest = iter(long)
    return all(letter in rest for letter in short)


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _windows(words: list[str], length: int, said: str) -> list[tuple[float, int, int]]:
    """How like `said` each run of about `length` words is: (likeness, first word, last word)."""
    windows: list[tuple[float, int, int]] = []
    for size in {max(1, length - 1), length, length + 1}:
        for first in range(len(words) - size + 1):
            there = "".join(words[first : first + size])
            matcher = SequenceMatcher(None, there, said, autojunk=False)
            if there and matcher.real_quick_ratio() >= FUZZY_AT_LEAST:
                windows.append((matcher.ratio(), first, first + size - 1))
    return windows


def _best(matches: list[_Match]) -> list[_Match]:
    """The matches between which nothing but their position decides."""
    if not matches:
        return []
    top = max(match.tier for match in matches)
    tier = [match for match in matches if match.tier == top]
    likest = max(match.likeness for match in tier)
    tier = [match for match in tier if match.likeness == likest]
    shortest = min(match.line_words for match in tier)
    return [match for match in tier if match.line_words < CLEARLY_SHORTER * shortest]


def _only(target: str, matches: list[_Match], which: int | None) -> Found | NotFound:
    ordered = _as_read([match.found for match in matches])
    if which is None and len(matches) > 1:
        return NotFound(_ambiguous(target, matches), tuple(ordered[:MAX_AMONG]))
    index = 0 if which is None else which if which < 0 else which - 1
    if index >= len(ordered):
        return NotFound(f"I see only {len(ordered)} of them: {ordered[0].text}.")
    return ordered[index]


def _as_read(found: Sequence[Found]) -> list[Found]:
    """Row by row. What overlaps the first of a row is in it: the tops of words differ by their letters."""
    rows: list[list[Found]] = []
    for each in sorted(found, key=lambda one: one.place.centre[1]):
        if not rows or each.place.centre[1] >= rows[-1][0].place.y_px + rows[-1][0].place.height_px:
            rows.append([])
        rows[-1].append(each)
    return [each for row in rows for each in sorted(row, key=lambda one: one.place.x_px)]


def _outermost(found: Sequence[Found], side: str) -> Found | None:
    """The one farthest to that side; None if there are two."""
    across = sum(_DIRECTIONS[word][0] for word in words_of(side) if word in _DIRECTIONS)
    down = sum(_DIRECTIONS[word][1] for word in words_of(side) if word in _DIRECTIONS)
    reach = [across * each.place.centre[0] + down * each.place.centre[1] for each in found]
    return found[reach.index(max(reach))] if reach and reach.count(max(reach)) == 1 else None


def _ambiguous(target: str, matches: list[_Match]) -> str:
    lines = list(dict.fromkeys(match.line for match in matches))
    if len(lines) == 1:
        return f"I see {lines[0]} {len(matches)} times. Say the first or the last {_spoken(target)}."
    return f"Which one do you mean: {', '.join(lines[:4])}?"


def _part_of(place: Place, text: str, start: int, end: int) -> Place:
    """Where characters `start` to `end` stand, taking all characters for equally wide: good enough to hit a word."""
    left = place.width_px * start // len(text)
    right = place.width_px * end // len(text)
    return Place(place.x_px + left, place.y_px, max(1, right - left), place.height_px)


def _essential(text: str) -> list[str]:
    """The words without "the" and "button"; all of them if nothing else is left."""
    words = _words(text)
    return [word for word in words if word not in _DROPPED] or words


def _words(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain)


def _compact(text: str) -> str:
    return "".join(_words(text))


def _spoken(target: str) -> str:
    return " ".join(word for word in target.split() if word.casefold() not in ("the", "a", "an")) or target
