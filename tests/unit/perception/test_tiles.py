"""Which parts of the screen changed, and rectangles."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.stream.values import Place
from perception.tiles import TILE_PX, around, changed_places, cut, merged, moved, overlap, widened
from tests.unit.perception.pictures import blank

sizes = st.integers(1, 40)
places = st.builds(Place, st.integers(0, 80), st.integers(0, 80), sizes, sizes)


def test_the_same_picture_has_not_changed() -> None:
    assert changed_places(blank(), blank()) == []


def test_what_nobody_sees_has_not_changed() -> None:
    assert changed_places(blank(level=250), blank(level=252)) == []


def test_a_dot_changes_its_tile() -> None:
    after = blank()
    after[70, 100] = 0
    assert changed_places(blank(), after) == [Place(96, 64, TILE_PX, TILE_PX)]


def test_changes_far_apart_are_two_and_the_last_tiles_end_with_the_picture() -> None:
    after = blank(810, 401)
    after[0, 0] = 0
    after[400, 809] = 0
    assert changed_places(blank(810, 401), after) == [Place(0, 0, 32, 32), Place(800, 384, 10, 17)]


@given(before=st.integers(0, 255), x_px=st.integers(0, 99), y_px=st.integers(0, 69), level=st.integers(0, 255))
def test_every_visible_change_lies_in_a_place(before: int, x_px: int, y_px: int, level: int) -> None:
    old = blank(100, 70, before)
    new = old.copy()
    new[y_px, x_px] = level
    found = changed_places(old, new)
    assert (len(found) == 1) == (abs(level - before) > 6)
    assert all(overlap(place, Place(x_px, y_px, 1, 1)) for place in found)


@given(st.lists(places, max_size=8))
def test_merged_places_do_not_overlap_and_cover_the_same(given_places: list[Place]) -> None:
    apart = merged(given_places)
    assert all(overlap(one, other) is None for one in apart for other in apart if one is not other)
    assert all(any(overlap(place, part) == place for part in apart) for place in given_places)


@given(places, places)
def test_the_overlap_is_what_both_pictures_share(one: Place, other: Place) -> None:
    canvas = np.zeros((150, 150), np.uint8)
    cut(canvas, one)[:] += 1
    cut(canvas, other)[:] += 1
    common = overlap(one, other)
    assert int((canvas == 2).sum()) == (common.width_px * common.height_px if common else 0)


def test_rectangles_around_wider_and_elsewhere() -> None:
    assert around([]) is None
    assert around([Place(5, 5, 10, 10), Place(30, 0, 5, 5)]) == Place(5, 0, 30, 15)
    assert widened(Place(5, 5, 10, 10), 2, 1) == Place(3, 4, 14, 12)
    assert moved(Place(5, 5, 10, 10), -5, 3) == Place(0, 8, 10, 10)
