"""Text cursors that blink, so that a line does not seem to change twice a second."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from model.stream.values import Place
from perception.layout import Picture
from perception.tiles import NOISE, cut, different, moved, widened

MAX_WIDTH_PX, MIN_HEIGHT_PX = 4, 8
SLENDER = 4
"""A cursor is at least this many times higher than wide."""
MAX_REMEMBERED = 16


class Carets:
    """Knows a cursor by its looks, a slender bar of one colour, and by having vanished at the same place before.

    By its looks alone it could be a letter l that was just typed.
    """

    def __init__(self) -> None:
        self._vanished: OrderedDict[Place, None] = OrderedDict()

    def came_back(self, before: Picture, after: Picture, part: Place, at: Place) -> bool:
        """Whether all that changed in a part of the pictures, which show the place `at`, is that a cursor came back.

        True also where nothing changed: parts overlap, and it may have been taken in with another.
        """
        changed = different(cut(before, part), cut(after, part))
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if not len(rows):
            return True
        bar = moved(_spanning(rows, columns), part.x_px, part.y_px)
        if bar.width_px > MAX_WIDTH_PX or bar.height_px < max(MIN_HEIGHT_PX, SLENDER * bar.width_px):
            return False
        place = moved(bar, at.x_px, at.y_px)
        if _stands_out(after, bar):
            return place in self._vanished
        if _stands_out(before, bar):
            self._remember(place)
        return False

    def _remember(self, place: Place) -> None:
        self._vanished[place] = None
        self._vanished.move_to_end(place)
        if len(self._vanished) > MAX_REMEMBERED:
            self._vanished.popitem(last=False)


def _spanning(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Place:
    left, top = int(columns[0]), int(rows[0])
    return Place(left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)


def _stands_out(picture: Picture, bar: Place) -> bool:
    """Whether the bar is of one colour from top to bottom, and most of what stands left and right of it is not."""
    if bar.x_px == 0 or bar.x_px + bar.width_px == picture.shape[1]:
        return False
    around = cut(picture, widened(bar, 1, 0)).astype(np.int16)
    inside = around[:, 1:-1]
    apart = np.abs(around[:, [0, -1]] - inside[:, [0, -1]]) > NOISE
    return bool(np.ptp(inside, axis=0).max() <= NOISE and (apart.mean(axis=0) > 0.5).all())
