"""The names that people have for colours. Pure functions."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

_ALSO_CALLED = {"gray": "grey", "violet": "purple", "magenta": "pink", "turquoise": "cyan", "teal": "cyan"}
_HUES = (
    ("red", 345, 375), ("orange", 12, 48), ("brown", 12, 45), ("yellow", 42, 70), ("green", 70, 170),
    ("cyan", 165, 200), ("blue", 190, 262), ("purple", 255, 312), ("pink", 300, 350),
)  # fmt: skip
"""In degrees, overlapping where people do not agree."""
NAMES = frozenset([*_ALSO_CALLED, *(name for name, _, _ in _HUES), "white", "black", "grey"])

GREY_BELOW = 0.12
"""Saturation under which nobody speaks of a colour."""
_DARK, _LIGHT = 0.22, 0.90
_BROWN_BELOW = 0.68


def colour_named(word: str) -> str | None:
    """The one name for it that `names_of` uses; None for other words."""
    return _ALSO_CALLED.get(word, word) if word in NAMES else None


def names_of(colour: Colour) -> frozenset[str]:
    """What people may call it: one name or two."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in colour))
    if value < _DARK:
        return frozenset(("black",))
    if saturation < GREY_BELOW:
        return frozenset(("white",)) if value > _LIGHT else frozenset(("grey",))
    degrees = hue * 360
    names = {name for name, low, high in _HUES if low <= degrees <= high or low <= degrees + 360 <= high}
    return frozenset(names - {"brown"} if value > _BROWN_BELOW else names - {"orange", "yellow"} or names)


def looks(name: str, colours: Sequence[Colour]) -> int:
    """2 where the ground has that colour, 1 where what is written on a colourless ground has it, else 0.

    `colours` are the ground and, if there is one, the ink.
    """
    if not colours:
        return 0
    ground, *ink = colours
    if name in names_of(ground):
        return 2
    colourless = not names_of(ground) - {"white", "grey", "black"}
    return int(colourless and name not in ("white", "grey", "black") and any(name in names_of(each) for each in ink))
