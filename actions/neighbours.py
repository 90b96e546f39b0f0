"""Which places lie next to, under, above, left or right of another, the nearest first. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from model.stream.values import Place

_RELATION = re.compile(
    r"^(?P<what>.*?)\b(?:to the |on the |just |right )?"
    r"(?P<how>next to|beside|close to|near|underneath|under|below|beneath|above|over|left of|right of) (?P<anchor>.+)$"
)
_SIDE = {
    "underneath": "under", "under": "under", "below": "under", "beneath": "under", "above": "above", "over": "above",
    "left of": "left", "right of": "right",
}  # fmt: skip
ASKEW = 2
"""How much a pixel off the straight line counts, against one along it."""
ASKEW_BESIDE = 4
"""The same where no side was named: what is next to something stands in its row."""
CLEARLY_FARTHER, CLEARLY_FARTHER_PX = 1.25, 6
"""How much farther the next one must be not to be meant as well."""


@dataclass(frozen=True, slots=True)
class Relation:
    """`the button` `next to` `the password field`. `side` is under, above, left, right, or empty for any."""

    what: str
    side: str
    anchor: str


def read_relation(target: str) -> Relation | None:
    match = _RELATION.match(" ".join(target.casefold().split()))
    if match is None:
        return None
    return Relation(match["what"].strip(), _SIDE.get(match["how"], ""), match["anchor"])


def nearest(side: str, anchor: Place, places: Sequence[Place]) -> list[int]:
    """The numbers of the places that lie there and are about equally near; empty if none does."""
    distances = {
        number: distance
        for number, place in enumerate(places)
        if (distance := _distance(side, anchor, place)) is not None
    }
    if not distances:
        return []
    least = min(distances.values())
    return [number for number, far in distances.items() if far <= least * CLEARLY_FARTHER + CLEARLY_FARTHER_PX]


def _distance(side: str, anchor: Place, place: Place) -> float | None:
    """None where the place does not lie on that side at all."""
    across = max(place.x_px - anchor.x_px - anchor.width_px, anchor.x_px - place.x_px - place.width_px, 0)
    down = max(place.y_px - anchor.y_px - anchor.height_px, anchor.y_px - place.y_px - place.height_px, 0)
    (x_px, y_px), (there_x_px, there_y_px) = anchor.centre, place.centre
    match side:
        case "under" | "above":
            lies = down > 0 and (there_y_px > y_px) == (side == "under")
            return down + ASKEW * across if lies else None
        case "left" | "right":
            lies = across > 0 and (there_x_px > x_px) == (side == "right")
            return across + ASKEW * down if lies else None
        case _:
            return across + ASKEW_BESIDE * down
