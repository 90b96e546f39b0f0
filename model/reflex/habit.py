"""Getting used to what changes all the time: clocks, progress bars, cursors that blink."""

from __future__ import annotations

import re
from collections import OrderedDict

from model.stream.values import Item

HALF_LIFE_NS = 30_000_000_000
"""After so long without a change half of the habit is gone."""
USED_TO = 3.0
"""Changes of one kind, the older ones counting less, from which on another is no news."""
CELL_PX = 16
"""Within so much it is the same place."""
MAX_REMEMBERED = 512

_NUMBER = re.compile(r"\d+")

Kind = tuple[str, tuple[int, int] | None]


class Habits:
    """How often, lately, a line came to its place with a text like that: the same but for its numbers."""

    def __init__(self) -> None:
        self._met: OrderedDict[Kind, tuple[float, int]] = OrderedDict()

    def meet(self, item: Item, t_ns: int) -> float:
        """How often such a change was met before, the older ones counting less; from now on once more."""
        place = item.place and (item.place.x_px // CELL_PX, item.place.y_px // CELL_PX)
        kind = _NUMBER.sub("0", item.text), place
        times, met_ns = self._met.pop(kind, (0.0, t_ns))
        times *= 0.5 ** ((t_ns - met_ns) / HALF_LIFE_NS)
        self._met[kind] = times + 1, t_ns
        while len(self._met) > MAX_REMEMBERED:
            self._met.popitem(last=False)
        return times
