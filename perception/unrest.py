"""What changes again and again: films, clocks, spinners, a line that somebody types. Looks there are put off."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from model.stream.values import Place
from perception.tiles import TILE_PX, merged, overlap

REREAD_S = 1.0
"""What was just read is read again after so long at the earliest. A line is typed in this time rather than a letter."""
REST_S = 1.5
"""What has not changed for so long has come to rest, longer than a clock needs for its next second."""
PAUSE_S = 3.0
"""What changed after such a pause only is no longer what changes again and again."""
LONG_PAUSE = 1.5
"""The same in times of what a place has to wait for, where that is long."""
PATIENCE = 16
"""How often in a row a place is read after `REREAD_S`. Then it takes twice as long with every change."""
MAX_WAIT_S = 8.0
BESIDE_TILES = 4
"""Changes on one row with no more than twice this between them are looked at together: they are likely of one line, and
reading it for one would put off the other."""
_BESIDE = np.ones((1, 2 * BESIDE_TILES + 1), np.uint8)

Times = NDArray[np.float64]
Tiles = tuple[slice, slice]


class Unrest:
    """Keeps account of every tile of the screen. A change is read at once where nothing was read lately.

    All times are those of one clock, in seconds; none of them is waited for here.
    """

    def __init__(self, area: Place) -> None:
        self._area = area
        shape = (-(-area.height_px // TILE_PX), -(-area.width_px // TILE_PX))
        self._read_s = np.full(shape, -np.inf)
        self._stirred_s = np.full(shape, -np.inf)
        """When something was last said to have changed there, or near."""
        self._changed_s = np.full(shape, -np.inf)
        """When a change was last read there."""
        self._n_changes = np.zeros(shape, np.int32)
        """In a row, without a pause."""
        self._until_s = np.full(shape, np.inf)
        """When to look at what was put off; never where nothing was."""
        self._held_until_s = -np.inf

    def wanted(self, changed: Sequence[Place], now_s: float) -> list[Place]:
        """Where to look now, in whole tiles: what changed just now and is not put off, and what was and is due.

        What was put off and touches it is looked at with it, so that no line is seen half old and half new.
        """
        now = np.asarray(self._until_s <= now_s)
        for place in changed:
            if overlap(place, self._area) is None:
                continue
            self._stirred_s[self._tiles(place)] = now_s
            until_s = self.until_s(place, now_s)
            if until_s > now_s:
                self.leave(place, until_s)
            else:
                now[self._tiles(place)] = True
        if not now.any():
            return []
        waiting = now | (self._until_s < np.inf)
        _, labels = cv2.connectedComponents(cv2.dilate(np.asarray(waiting, np.uint8), _BESIDE), connectivity=8)
        parts = (np.argwhere(waiting & (labels == label)) for label in np.unique(np.asarray(labels)[now]))
        places = (_place(part.min(axis=0).tolist(), part.max(axis=0).tolist()) for part in parts)
        return merged([seen for place in places if (seen := overlap(place, self._area)) is not None])

    def next_s(self) -> float:
        """When the first of what was put off is to be looked at; infinite where nothing was."""
        return float(self._until_s.min())

    def hold(self, until_s: float) -> None:
        """Put off all looks until then."""
        self._held_until_s = until_s

    def release(self, now_s: float) -> None:
        """Nothing is held any more, and all that was put off is to be looked at now."""
        self._held_until_s = -np.inf
        self._until_s[self._until_s < np.inf] = now_s

    def until_s(self, place: Place, now_s: float) -> float:
        """When what changed there is to be looked at: now, or later."""
        tiles = self._tiles(place)
        # Most of its tiles decide: a window that opens over a film is new, a new corner of a film is not.
        ready_s = float(np.median(self._read_s[tiles] + _wait_s(self._n_changes[tiles])))
        rest_s = max(float(self._stirred_s[tiles].max()) + REST_S, float(self._read_s[tiles].max()) + REREAD_S)
        return max(now_s, self._held_until_s, min(ready_s, rest_s))

    def leave(self, place: Place, until_s: float) -> None:
        """Put off a look; `wanted` will name the place."""
        self._until_s[self._tiles(place)] = until_s

    def took_in(self, place: Place, now_s: float) -> None:
        """What changed there is being read."""
        tiles = self._tiles(place)
        n_changes, gap_s = self._n_changes[tiles], now_s - self._changed_s[tiles]
        in_a_row = gap_s < np.maximum(PAUSE_S, LONG_PAUSE * _wait_s(n_changes))
        self._n_changes[tiles] = np.where(in_a_row, n_changes + 1, 0)
        self._changed_s[tiles] = now_s

    def read(self, place: Place, now_s: float) -> None:
        """All that stands there was read, with what changed in it."""
        self._read_s[self._tiles(place)] = now_s

    def looked(self, place: Place) -> None:
        """Nothing is put off any more there. `place` is of whole tiles."""
        self._until_s[self._tiles(place)] = np.inf

    def _tiles(self, place: Place) -> Tiles:
        rows = slice(max(0, place.y_px // TILE_PX), -(-(place.y_px + place.height_px) // TILE_PX))
        columns = slice(max(0, place.x_px // TILE_PX), -(-(place.x_px + place.width_px) // TILE_PX))
        return rows, columns


def _place(first: list[int], last: list[int]) -> Place:
    """From the tile in row and column `first` to the one in `last`, with them."""
    (top, left), (bottom, right) = first, last
    return Place(*(TILE_PX * n for n in (left, top, right - left + 1, bottom - top + 1)))


def _wait_s(n_changes: NDArray[np.int32]) -> Times:
    doublings = np.clip(n_changes - PATIENCE + 1, 0, 8)
    return np.minimum(MAX_WAIT_S, REREAD_S * 2.0**doublings)
