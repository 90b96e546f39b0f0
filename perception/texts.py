"""Lines of text as a program has them: which stands at a point of the screen, and from where to where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.stream.values import Place
from perception.atspi import TEXT, Node, Programs, Question, property_of

SCREEN = 0
"""Places are those of the screen, not of the window."""
_LINE = 3
MAX_LINE = 2000
"""Letters of a line; longer ones are left to the pixels."""
MAX_WHOLE = 20_000
"""Letters of a text that is taken as a whole."""

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Said:
    """A text and where it stands, if its program says so."""

    text: str
    place: Place | None = None


def lines_at(programs: Programs, asked: Sequence[tuple[Node, Point]]) -> list[Said | None]:
    """The line that each text has at a point. Never ask it of a password field."""
    questions = [Question(node, TEXT, "GetOffsetAtPoint", "iiu", (*point, SCREEN)) for node, point in asked]
    offsets = [int(answer[0]) if answer else -1 for answer in programs.ask(questions)]
    certain = [n for n, offset in enumerate(offsets) if offset >= 0]
    found = dict(zip(certain, _lines(programs, [(asked[n][0], offsets[n]) for n in certain]), strict=True))
    whole = _whole(programs, [node for (node, _), offset in zip(asked, offsets, strict=True) if offset < 0])
    return [found.get(n) or whole.get(node) for n, (node, _) in enumerate(asked)]


def _lines(programs: Programs, asked: Sequence[tuple[Node, int]]) -> list[Said | None]:
    """The lines in which letters stand, with their places."""
    lines = programs.ask([Question(node, TEXT, "GetStringAtOffset", "iu", (at, _LINE)) for node, at in asked])
    spans = [_stripped(*line) if line else ("", 0, 0) for line in lines]
    extents = programs.ask([_extents(node, *span[1:]) for (node, _), span in zip(asked, spans, strict=True)])
    return [
        Said(text, Place(*extent) if extent else None) if 0 < len(text) <= MAX_LINE else None
        for (text, _, _), extent in zip(spans, extents, strict=True)
    ]


def _whole(programs: Programs, nodes: Sequence[Node]) -> dict[Node, Said]:
    """All that stands in texts that do not know what is at a point, such as Qt's plain texts, unless it is too much."""
    distinct = list(dict.fromkeys(nodes))
    counts = programs.ask([property_of(node, "CharacterCount", TEXT) for node in distinct])
    short = [n for n, count in zip(distinct, counts, strict=True) if count and 0 < count[0][1] <= MAX_WHOLE]
    texts = programs.ask([Question(node, TEXT, "GetText", "ii", (0, -1)) for node in short])
    return {node: Said(str(text[0])) for node, text in zip(short, texts, strict=True) if text}


def _extents(node: Node, start: int, end: int) -> Question:
    return Question(node, TEXT, "GetRangeExtents", "iiu", (start, end, SCREEN))


def _stripped(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Without the spaces around it, which pixels do not show."""
    left = len(text) - len(text.lstrip())
    return text.strip(), start + left, max(start + left, end - (len(text) - len(text.rstrip())))
