"""What can go wrong in front of the eyes: each is survived, costs little, and is over when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event as StopSignal

import numpy as np
import pytest

from model.stream.errors import ModelFailed
from model.stream.values import Line, LineGone, Place
from perception.layout import MAX_LINES, Picture, find_lines
from perception.reading import Reader, Reading
from perception.tiles import changed_places
from perception.view import View
from perception.windows import SeenWindow, conceal
from tests.unit.perception.pictures import BLACK, blank, write

SCREEN = Place(0, 0, 800, 400)
N_VIDEO = 20


class Rig:
    """A view whose recogniser counts and can be made to fail or to be unsure."""

    def __init__(self) -> None:
        self.n_read = 0
        self.fault: Exception | None = None
        self.sure = 1.0
        self.there: dict[int, Place] = {}
        self._reader = Reader(self._recognise)
        self.restart()

    def restart(self) -> None:
        """As the owner of the sense does after a fault: the reader is that of the process."""
        self.there.clear()
        self.now_s = 0.0
        self.view = View(SCREEN, self._reader, self._report, now_s=lambda: self.now_s)

    def _recognise(self, picture: Picture) -> Reading:
        self.n_read += 1
        if self.fault:
            raise self.fault
        return Reading(f"{hash(picture.tobytes())}", self.sure)

    def _report(self, change: Line | LineGone) -> None:
        match change:
            case Line(line_id=number, place=place):
                self.there[number] = place
            case LineGone(line_id=number):
                del self.there[number]

    def look(self, picture: Picture, at: Place = SCREEN) -> int:
        """How much was recognised for it."""
        before = self.n_read
        self.now_s += 20.0
        self.view.look(picture, at, StopSignal())
        return self.n_read - before


def page(*texts: str) -> Picture:
    picture = blank()
    for row, text in enumerate(texts):
        write(picture, text, 40, 40 + 40 * row)
    return picture


def noise(seed: int, width_px: int = 800, height_px: int = 400) -> Picture:
    return np.random.default_rng(seed).integers(0, 255, (height_px, width_px)).astype(np.uint8)


def black() -> Picture:
    return blank(level=BLACK)


@pytest.mark.parametrize("interruption", [black, blank], ids=["black", "locked, with nothing on it"])
def test_a_screen_that_goes_dark_empties_and_comes_back_without_being_read_again(
    interruption: Callable[[], Picture],
) -> None:
    rig = Rig()
    rig.look(page("one", "two"))
    assert rig.look(interruption()) == 0
    assert rig.there == {}
    assert rig.look(page("one", "two")) == 0
    assert len(rig.there) == 2


def test_noise_is_not_told_and_leaves_nothing_behind() -> None:
    rig = Rig()
    rig.look(page("one", "two"))
    rig.sure = 0.3  # as the network is of noise
    rig.look(noise(1))
    assert rig.there == {}
    assert rig.look(page("one", "two")) == 0
    assert len(rig.there) == 2


def test_a_video_beside_text_leaves_the_text_alone() -> None:
    rig = Rig()
    rig.look(page("one", "two", "three"))
    before = dict(rig.there)
    rig.sure = 0.3
    for second in range(N_VIDEO):
        rig.look(noise(second, 256, 256), Place(500, 100, 256, 256))
    assert rig.there == before


def test_a_recogniser_that_fails_is_asked_again_about_the_same_pixels() -> None:
    rig = Rig()
    rig.fault = ModelFailed("out of memory")
    with pytest.raises(ModelFailed):
        rig.look(page("one", "two"))
    rig.fault = None
    rig.restart()
    assert rig.look(page("one", "two")) == 2


def test_a_huge_window_full_of_tiny_text_is_bounded() -> None:
    picture = blank(3840, 2160)
    for row in range(200):
        for column in range(16):
            write(picture, "tiny words in here", 10 + 240 * column, 14 + 10 * row, scale=0.3)
    began_s = time.process_time()
    lines = find_lines(picture)
    assert time.process_time() - began_s < 5.0
    assert len(lines) == MAX_LINES


@pytest.mark.parametrize("place", [Place(100, 100, 0, 0), Place(100, 100, 0, 50), Place(-500, -500, 100, 100)])
def test_a_window_without_size_or_outside_hides_nothing(place: Place) -> None:
    picture = page("one", "two")
    conceal(picture, SCREEN, [SeenWindow(place, "", "", hidden=True)])
    assert np.array_equal(picture, page("one", "two"))


@pytest.mark.parametrize(("width_px", "height_px"), [(1, 1), (3, 400), (800, 2)])
def test_a_sliver_of_a_screen_holds_no_text(width_px: int, height_px: int) -> None:
    sliver = noise(1, width_px, height_px)
    assert find_lines(sliver) == []
    assert len(changed_places(np.zeros_like(sliver), sliver)) <= 25


def test_a_picture_that_flickers_is_not_told_twice() -> None:
    rig = Rig()
    rig.look(page("one", "two"))
    before = dict(rig.there)
    faint = page("one", "two")
    faint[200:] -= 3
    for picture in (faint, page("one", "two")) * 3:
        assert rig.look(picture) == 0
    assert rig.there == before


def test_a_scrolled_page_is_known_and_only_what_came_into_sight_is_read() -> None:
    texts = [f"line {n} of a long page" for n in range(30)]
    rig = Rig()

    def from_line(first: int) -> Picture:
        return page(*texts[first : first + 8])

    rig.look(from_line(0))
    numbers = sorted(rig.there)
    assert rig.look(from_line(2)) == 2
    assert sorted(rig.there)[:6] == numbers[2:]
    assert rig.look(from_line(0)) == 0
