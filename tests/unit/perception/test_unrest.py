"""What changes again and again is looked at ever more rarely, and at once when it is new."""

from __future__ import annotations

from model.stream.values import Place
from perception.tiles import TILE_PX, overlap
from perception.unrest import MAX_WAIT_S, PATIENCE, REREAD_S, REST_S, Unrest

SCREEN = Place(0, 0, 1910, 1070)
FILM = Place(640, 640, 320, 160)
LINE = Place(320, 320, 640, 32)


class Sight:
    """A place that changes, looked at as the view looks."""

    def __init__(self) -> None:
        self.unrest = Unrest(SCREEN)
        self.now_s = 100.0
        self.reads_s: list[float] = []

    def change(self, place: Place) -> None:
        self._look(self.unrest.wanted([place], self.now_s))

    def pass_time(self, seconds: float) -> None:
        """Nothing changes meanwhile; what was put off is read when it is due."""
        end_s = self.now_s + seconds
        while self.now_s < end_s - 1e-6:
            self.now_s += 0.1
            self._look(self.unrest.wanted([], self.now_s))

    def keep_changing(self, place: Place, every_s: float, seconds: float) -> None:
        for _ in range(round(seconds / every_s)):
            self.change(place)
            self.pass_time(every_s)

    def _look(self, places: list[Place]) -> None:
        for place in places:
            self.unrest.looked(place)
            until_s = self.unrest.until_s(place, self.now_s)
            if until_s > self.now_s:
                self.unrest.leave(place, until_s)
                continue
            self.unrest.took_in(place, self.now_s)
            self.unrest.read(LINE if overlap(place, LINE) else place, self.now_s)
            self.reads_s.append(self.now_s)


def test_what_is_new_is_read_at_once() -> None:
    sight = Sight()
    sight.change(LINE)
    assert sight.reads_s == [sight.now_s]


def test_a_line_that_changes_now_and_then_is_read_at_once_each_time() -> None:
    sight = Sight()
    for _ in range(2 * PATIENCE):
        sight.change(LINE)
        assert sight.reads_s[-1] == sight.now_s
        sight.pass_time(3.5)


def test_a_line_that_is_typed_is_read_about_once_a_second_and_when_it_comes_to_rest() -> None:
    sight = Sight()
    for letter in range(40):
        sight.change(Place(LINE.x_px + 10 * letter, LINE.y_px, 10, 20))
        sight.pass_time(0.2)
    assert 4 <= len(sight.reads_s) <= 9
    typed_s = sight.now_s
    sight.pass_time(5)
    assert sight.reads_s[-1] <= typed_s + REST_S + 0.2
    assert sight.unrest.wanted([], sight.now_s + 100) == []


def test_a_film_is_looked_at_ever_more_rarely() -> None:
    sight = Sight()
    sight.keep_changing(FILM, 0.1, 60)
    settled_s = sight.now_s
    sight.reads_s.clear()
    sight.keep_changing(FILM, 0.1, 60)
    assert 60 / MAX_WAIT_S - 1 <= len(sight.reads_s) <= 60 / MAX_WAIT_S + 1
    assert sight.reads_s[0] <= settled_s + MAX_WAIT_S + 0.2


def test_a_clock_backs_off_too() -> None:
    sight = Sight()
    sight.keep_changing(Place(1800, 10, 60, 20), 1.0, 60)
    sight.reads_s.clear()
    sight.keep_changing(Place(1800, 10, 60, 20), 1.0, 60)
    assert len(sight.reads_s) <= 60 / MAX_WAIT_S + 1


def test_a_clock_backs_off_also_where_what_is_painted_anew_is_larger_than_what_changes() -> None:
    sight = Sight()
    painted, digits = Place(1280, 128, 256, 64), Place(1376, 160, 32, 32)
    reads_s: list[float] = []
    for second in range(120):
        for place in sight.unrest.wanted([painted], sight.now_s):
            until_s = sight.unrest.until_s(digits, sight.now_s)
            sight.unrest.looked(place)
            if until_s > sight.now_s:
                sight.unrest.leave(digits, until_s)
            else:
                sight.unrest.took_in(digits, sight.now_s)
                sight.unrest.read(digits, sight.now_s)
                reads_s.append(second)
        sight.now_s += 1.0
    assert len([second for second in reads_s if second >= 60]) <= 60 / MAX_WAIT_S + 1


def test_a_film_that_ends_is_read_once_more_and_what_follows_at_once() -> None:
    sight = Sight()
    sight.keep_changing(FILM, 0.1, 60)
    ended_s = sight.now_s
    sight.pass_time(30)
    assert ended_s < sight.reads_s[-1] <= ended_s + REST_S + 0.2
    sight.change(FILM)
    assert sight.reads_s[-1] == sight.now_s
    sight.pass_time(REREAD_S + 0.2)
    sight.change(FILM)
    assert sight.reads_s[-1] == sight.now_s


def test_a_window_that_opens_over_a_film_is_read_at_once() -> None:
    sight = Sight()
    sight.keep_changing(FILM, 0.1, 60)
    sight.change(Place(320, 384, 1200, 640))
    assert sight.reads_s[-1] == sight.now_s


def test_what_happens_beside_a_film_is_read_at_once() -> None:
    sight = Sight()
    sight.keep_changing(FILM, 0.1, 60)
    sight.change(Place(64, 64, 300, 20))
    assert sight.reads_s[-1] == sight.now_s


def test_what_was_put_off_is_looked_at_with_what_touches_it() -> None:
    sight = Sight()
    sight.change(LINE)
    sight.pass_time(0.2)
    sight.change(LINE)
    beside = Place(LINE.x_px + LINE.width_px, LINE.y_px, 200, 32)
    (place,) = sight.unrest.wanted([beside], sight.now_s)
    assert overlap(place, LINE) == LINE
    assert overlap(place, beside) == beside


def test_places_grow_to_whole_tiles_of_the_screen() -> None:
    unrest = Unrest(SCREEN)
    assert unrest.wanted([Place(40, 70, 10, 10)], 1.0) == [Place(TILE_PX, 2 * TILE_PX, TILE_PX, TILE_PX)]
    assert unrest.wanted([Place(1900, 1060, 100, 100)], 1.0) == [Place(1888, 1056, 22, 14)]
    assert unrest.wanted([Place(-100, -100, 50, 50)], 1.0) == []


def test_when_the_next_look_is_due_is_known() -> None:
    """A look that comes late makes the next one come late as well: of a line that changes every 1.3 s, for ever."""
    sight = Sight()
    assert sight.unrest.next_s() == float("inf")
    sight.change(LINE)
    sight.now_s += 0.4
    sight.change(LINE)
    assert sight.unrest.next_s() == sight.now_s - 0.4 + REREAD_S
    sight.pass_time(1.0)
    assert sight.unrest.next_s() == float("inf")


def test_two_words_of_one_line_are_looked_at_together() -> None:
    unrest = Unrest(SCREEN)
    unrest.leave(Place(384, 192, 64, 32), 5.0)
    unrest.leave(Place(512, 192, 224, 32), 5.0)
    (place,) = unrest.wanted([], 5.0)
    assert overlap(place, Place(384, 192, 352, 32)) == Place(384, 192, 352, 32)
    assert unrest.wanted([], 4.0) == []
