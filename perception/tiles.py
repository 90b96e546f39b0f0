"""Which parts of a picture of the screen are different from the picture before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.stream.values import Place
from perception.layout import Picture

Pixel = TypeVar("Pixel", np.uint8, np.bool_)
TILE_PX = 32
NOISE = 6
"""A difference in brightness that nobody sees, as of a picture that was compressed."""


def different(before: Picture, after: Picture) -> NDArray[np.bool_]:
    """[height, width] of two pictures of the same size."""
    return np.asarray(cv2.absdiff(before, after) > NOISE)


def changed_places(before: Picture, after: Picture) -> list[Place]:
    """Rectangles of whole tiles, tiles that touch taken together. Both pictures have the same size."""
    changed = different(before, after)
    if not changed.any():
        return []
    height_px, width_px = after.shape
    rows, columns = -(-height_px // TILE_PX), -(-width_px // TILE_PX)
    padded = np.zeros((rows * TILE_PX, columns * TILE_PX), np.bool_)
    padded[:height_px, :width_px] = changed
    tiles = np.asarray(padded.reshape(rows, TILE_PX, columns, TILE_PX).any(axis=(1, 3)), np.uint8)
    _, _, statistics, _ = cv2.connectedComponentsWithStats(tiles, connectivity=8)
    whole = Place(0, 0, width_px, height_px)
    scaled = (Place(*(int(n) * TILE_PX for n in part[:4])) for part in statistics[1:])
    return [place for part in scaled if (place := overlap(part, whole)) is not None]


def overlap(one: Place, other: Place) -> Place | None:
    left, top = max(one.x_px, other.x_px), max(one.y_px, other.y_px)
    right = min(one.x_px + one.width_px, other.x_px + other.width_px)
    bottom = min(one.y_px + one.height_px, other.y_px + other.height_px)
    return Place(left, top, right - left, bottom - top) if right > left and bottom > top else None


def around(places: Iterable[Place]) -> Place | None:
    """The smallest rectangle that holds them all; None if there are none."""
    found = list(places)
    if not found:
        return None
    left, top = min(place.x_px for place in found), min(place.y_px for place in found)
    right = max(place.x_px + place.width_px for place in found)
    bottom = max(place.y_px + place.height_px for place in found)
    return Place(left, top, right - left, bottom - top)


def widened(place: Place, x_px: int, y_px: int) -> Place:
    return Place(place.x_px - x_px, place.y_px - y_px, place.width_px + 2 * x_px, place.height_px + 2 * y_px)


def in_whole_tiles(place: Place) -> Place:
    left, top = place.x_px // TILE_PX * TILE_PX, place.y_px // TILE_PX * TILE_PX
    right = -(-(place.x_px + place.width_px) // TILE_PX) * TILE_PX
    bottom = -(-(place.y_px + place.height_px) // TILE_PX) * TILE_PX
    return Place(left, top, right - left, bottom - top)


def moved(place: Place, x_px: int, y_px: int) -> Place:
    return Place(place.x_px + x_px, place.y_px + y_px, place.width_px, place.height_px)


def merged(places: Sequence[Place]) -> list[Place]:
    """The same area in rectangles that do not overlap each other."""
    apart: list[Place] = []
    for place in places:
        grown = place
        while touching := [other for other in apart if overlap(grown, other) is not None]:
            apart = [other for other in apart if other not in touching]
            grown = around([grown, *touching]) or grown
        apart.append(grown)
    return apart


def stands_out(picture: Picture, place: Place) -> bool:
    """Whether there is anything to be seen at a place but one even colour."""
    seen = overlap(place, Place(0, 0, picture.shape[1], picture.shape[0]))
    return seen is not None and int(np.ptp(cut(picture, seen))) > NOISE


def cut(picture: NDArray[Pixel], place: Place) -> NDArray[Pixel]:
    """A view of that part of the picture, not a copy."""
    return picture[place.y_px : place.y_px + place.height_px, place.x_px : place.x_px + place.width_px]
