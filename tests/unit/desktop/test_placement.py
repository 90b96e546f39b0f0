"""The overlay stands where it was put, on every screen, and never off it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.placement import BOTTOM_GAP_PX, Area, Spot, SpotFile, place, spot_of

SCREEN = Area(1920, 100, 1280, 800)


def test_the_usual_place_is_the_middle_of_the_lower_edge() -> None:
    assert place(SCREEN, 400, 200, Spot()) == (1920 + 440, 100 + 800 - BOTTOM_GAP_PX - 200)


def test_it_grows_upwards() -> None:
    low = place(SCREEN, 400, 50, Spot())
    high = place(SCREEN, 400, 300, Spot())
    assert low[1] + 50 == high[1] + 300


@pytest.mark.parametrize("spot", [Spot(0, 0), Spot(1, 1), Spot(0, 1), Spot(1, 0)])
def test_it_never_leaves_the_screen(spot: Spot) -> None:
    x, y = place(SCREEN, 400, 200, spot)
    assert 1920 <= x <= 1920 + 1280 - 400
    assert 100 <= y <= 100 + 800 - 200


def test_a_card_larger_than_the_screen_starts_at_its_corner() -> None:
    assert place(SCREEN, 2000, 2000, Spot()) == (1920, 100)


def test_where_it_was_dragged_to_is_where_it_stands() -> None:
    dragged = Area(2300, 333, 400, 200)
    assert place(SCREEN, 400, 200, spot_of(SCREEN, dragged)) == (2300, 333)


def test_the_place_is_remembered(tmp_path: Path) -> None:
    file = SpotFile(tmp_path / "state" / "overlay.json")
    assert file.load() == Spot()
    file.save(Spot(0.25, 0.5))
    assert file.load() == Spot(0.25, 0.5)


@pytest.mark.parametrize("text", ["", "[]", '{"x": "left"}', '{"x": 1}', "\x00"])
def test_a_damaged_file_costs_the_memory_only(tmp_path: Path, text: str) -> None:
    path = tmp_path / "overlay.json"
    path.write_text(text)
    assert SpotFile(path).load() == Spot()


def test_a_place_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    SpotFile(tmp_path / "file" / "overlay.json").save(Spot())
