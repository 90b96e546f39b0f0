"""Which line is which: a line keeps its number while it is edited or moves, and is reported only when it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from model.stream.values import Line, LineGone, Place
from perception.tiles import overlap

SAME_PLACE = 0.5
"""Of a line's height, how far it may seem to have moved without being reported: a blinking cursor widens it too."""
SAME_LINE = 0.5
"""Of the smaller line's area, the share that two lines have in common if one has become the other."""

Found = tuple[str, Place]


@dataclass(frozen=True, slots=True)
class _Match:
    old: Line
    new: Found


class LineBook:
    """The lines that are on the screen, as they were last reported."""

    def __init__(self, numbers: Iterator[int] | None = None) -> None:
        """`numbers` are for the lines to come; pass one that goes on where lines were reported before."""
        self._lines: dict[int, Line] = {}
        self._numbers = numbers if numbers is not None else count(1)

    def touching(self, area: Place) -> list[Line]:
        return [line for line in self._lines.values() if overlap(line.place, area) is not None]

    def update(self, area: Place, found: Sequence[Found]) -> list[Line | LineGone]:
        """What changed now that `area` was read and `found` is all that stands there."""
        old, new = self.touching(area), list(found)
        changes: list[Line | LineGone] = []
        for match in _matches(old, new):
            old.remove(match.old)
            new.remove(match.new)
            if not _alike(match.old, match.new):
                line = self._lines[match.old.line_id] = Line(match.old.line_id, *match.new)
                changes.append(line)
        gone = [self._remove(line) for line in old]
        return [*gone, *changes, *(self._add(line) for line in new)]

    def clear(self) -> list[LineGone]:
        return [self._remove(line) for line in list(self._lines.values())]

    def _add(self, found: Found) -> Line:
        number = next(self._numbers)
        line = self._lines[number] = Line(number, *found)
        return line

    def _remove(self, line: Line) -> LineGone:
        del self._lines[line.line_id]
        return LineGone(line.line_id)


def _matches(old: Iterable[Line], new: Iterable[Found]) -> list[_Match]:
    """Each line once: first those that did not change, then those that moved, then those that were edited."""
    left_old, left_new = list(old), list(new)
    matches: list[_Match] = []
    for same in (_alike, _moved, _edited):
        for found in list(left_new):
            line = next((line for line in left_old if same(line, found)), None)
            if line is not None:
                left_old.remove(line)
                left_new.remove(found)
                matches.append(_Match(line, found))
    return matches


def _alike(line: Line, found: Found) -> bool:
    text, place = found
    old = line.place
    near_px = SAME_PLACE * min(old.height_px, place.height_px)
    edges = (
        (old.x_px, place.x_px),
        (old.y_px, place.y_px),
        (old.x_px + old.width_px, place.x_px + place.width_px),
        (old.y_px + old.height_px, place.y_px + place.height_px),
    )
    return line.text == text and all(abs(before - now) <= near_px for before, now in edges)


def _moved(line: Line, found: Found) -> bool:
    return line.text == found[0]


def _edited(line: Line, found: Found) -> bool:
    common = overlap(line.place, found[1])
    smaller = min(_area(line.place), _area(found[1]))
    return common is not None and _area(common) >= SAME_LINE * smaller


def _area(place: Place) -> int:
    return place.width_px * place.height_px
