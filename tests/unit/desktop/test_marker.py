"""Borders round places: where they are, and that what they surround stays free."""

from __future__ import annotations

from PySide6.QtCore import QRect

from desktop.live import LiveView
from desktop.marker import GAP_PX, THICK_PX, border
from model.stream.values import Place

PLACE = Place(200, 100, 80, 20)


def test_the_border_surrounds_the_place_and_leaves_it_free() -> None:
    inside = QRect(200, 100, 80, 20)
    sides = border(PLACE, 1.0)
    assert not any(side.intersects(inside.adjusted(-GAP_PX, -GAP_PX, GAP_PX, GAP_PX)) for side in sides)
    reach = GAP_PX + THICK_PX
    outline = sides[0]
    for side in sides[1:]:
        outline = outline.united(side)
    assert outline == inside.adjusted(-reach, -reach, reach, reach)
    assert not any(one.intersects(other) for one in sides for other in sides if one is not other)


def test_pixels_become_the_units_of_a_dense_screen() -> None:
    assert border(PLACE, 2.0)[0].top() == 50 - GAP_PX - THICK_PX


def test_the_same_place_marked_twice_is_two_marks() -> None:
    changes: list[int] = []
    live = LiveView(lambda span: None)
    live.watch(lambda: changes.append(live.state.marks.number))
    live.mark([PLACE])
    live.mark([PLACE])
    assert changes == [1, 2]
    assert live.state.marks.places == (PLACE,)
