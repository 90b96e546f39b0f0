"""What changed is read, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event as StopSignal

from model.stream.values import Line, LineGone, Place
from perception.carets import MAX_REMEMBERED
from perception.layout import Picture
from perception.merging import Element, Told
from perception.reading import Reader, Reading
from perception.tiles import overlap
from perception.view import View
from tests.unit.perception.pictures import blank, width_of, write

SCREEN = Place(0, 0, 800, 400)


class Rig:
    """A view of a drawn screen; a "text" is how many pixels of its picture are dark, so equal pictures read alike."""

    def __init__(
        self, attended: Callable[[], bool] = lambda: True, used_s: Callable[[], float] = time.thread_time
    ) -> None:
        self.n_read = 0
        self.reports: list[Line | LineGone] = []
        self.stop = StopSignal()
        self.now_s = 0.0
        self.view = View(
            SCREEN,
            Reader(self.recognise),
            self.reports.append,
            attended=attended,
            now_s=lambda: self.now_s,
            used_s=used_s,
        )

    def recognise(self, picture: Picture) -> Reading:
        self.n_read += 1
        return Reading(f"{int((picture < 128).sum())}", 1.0)

    def look(self, picture: Picture, after_s: float = 20.0) -> list[Line | LineGone]:
        self.reports.clear()
        self.now_s += after_s
        self.view.look(picture, SCREEN, self.stop)
        return list(self.reports)

    def lines(self, picture: Picture, after_s: float = 20.0) -> list[int]:
        return [change.line_id for change in self.look(picture, after_s) if isinstance(change, Line)]


def page(*texts: str, height_px: int = 40) -> Picture:
    picture = blank()
    for row, text in enumerate(texts):
        write(picture, text, 40, 40 + height_px * row)
    return picture


def test_a_page_is_read_once() -> None:
    rig = Rig()
    assert len(rig.look(page("one", "two", "three"))) == 3
    n_read = rig.n_read
    assert rig.look(page("one", "two", "three")) == []
    assert rig.n_read == n_read


def test_a_change_inside_the_rectangle_of_another_is_taken_in_once() -> None:
    """As in a film: what changes is no rectangle, and the rectangles round it overlap."""
    rig = Rig()
    rig.look(blank())
    changed = blank()
    changed[0:320, 0:20] = 0  # an angle of tiles, whose rectangle holds the tile below
    changed[300:320, 0:320] = 0
    changed[130:150, 200:220] = 0
    rig.look(changed)
    n_read = rig.n_read
    rig.look(changed)
    assert rig.n_read == n_read


def test_one_line_that_changes_is_read_alone() -> None:
    rig = Rig()
    rig.look(page("one", "two", "three"))
    n_read = rig.n_read
    assert rig.lines(page("one", "two and a half", "three")) == [2]
    assert rig.n_read == n_read + 1


def end_of(text: str) -> int:
    return 40 + width_of(text) + 2


def with_caret(picture: Picture, x_px: int, level: int = 0) -> Picture:
    shown = picture.copy()
    shown[26:44, x_px : x_px + 2] = level
    return shown


def test_a_blinking_cursor_is_told_once() -> None:
    rig = Rig()
    hidden = page("one", "two")
    shown = with_caret(hidden, end_of("one"))
    rig.look(shown)
    assert len(rig.look(hidden)) > 0
    n_read = rig.n_read
    for _ in range(5):
        assert rig.look(shown) == []
        assert rig.look(hidden) == []
    assert rig.n_read == n_read


def test_what_is_typed_at_a_blinking_cursor_is_told() -> None:
    rig = Rig()
    hidden = page("one", "two")
    rig.look(with_caret(hidden, end_of("one")))
    rig.look(hidden)
    rig.look(with_caret(hidden, end_of("one")))
    typed = with_caret(page("ones", "two"), end_of("ones"))
    assert len(rig.lines(typed)) == 1
    assert len(rig.lines(page("ones", "two"))) == 1


def test_a_letter_as_slender_as_a_cursor_is_told() -> None:
    rig = Rig()
    rig.look(page("one", "two"))
    assert len(rig.lines(with_caret(page("one", "two"), end_of("one")))) == 1


def test_a_pale_cursor_on_a_dark_page_blinks_too() -> None:
    rig = Rig()
    hidden = page("one", "two")
    hidden[:] = 255 - hidden
    rig.look(with_caret(hidden, end_of("one"), level=200))
    assert len(rig.look(hidden)) == 1
    assert rig.look(with_caret(hidden, end_of("one"), level=200)) == []


def test_many_cursors_are_not_remembered_for_ever() -> None:
    rig = Rig()
    hidden = page("one", "two")
    for number in range(MAX_REMEMBERED + 1):
        rig.look(with_caret(hidden, end_of("one") + 10 * number))
        rig.look(hidden)
    assert len(rig.look(with_caret(hidden, end_of("one")))) == 1


def test_neighbours_of_a_change_are_known_by_their_pixels() -> None:
    rig = Rig()
    texts = [f"line {number} of a paragraph" for number in range(8)]
    rig.look(page(*texts, height_px=22))
    n_read = rig.n_read
    texts[3] = "this one is another"
    assert rig.lines(page(*texts, height_px=22)) == [4]
    assert rig.n_read == n_read + 1


def test_a_line_that_is_typed_is_read_once_a_second() -> None:
    rig = Rig()
    rig.look(page("on", "two"))
    texts = [("one and a half of it"[:length], "two") for length in range(3, 20)]
    assert [bool(rig.lines(page(*text), after_s=0.25)) for text in texts[:8]] == [False, False, False, True] * 2
    assert rig.look(page("onward", "two"), after_s=0.1) == []
    assert rig.view.wanted([]) == []
    rig.now_s += 1.0
    assert len(rig.view.wanted([])) == 1
    assert rig.lines(page("onward", "two"), after_s=0) == [1]
    assert rig.view.wanted([]) == []


def test_what_is_put_off_beside_it_keeps_no_line_from_being_read() -> None:
    rig = Rig()
    rig.look(page("one", "two", "three", "four"))
    rig.look(page("one more", "two", "three", "four"))
    assert rig.look(page("one mores", "two", "three", "four"), 0.1) == []
    assert rig.lines(page("one mores", "two", "three", "four five"), 0.1) == [4]


def test_everything_means_at_once() -> None:
    rig = Rig()
    rig.look(page("one", "two"))
    rig.reports.clear()
    rig.view.look(blank(), SCREEN, rig.stop, everything=True)
    assert rig.reports == [LineGone(1), LineGone(2)]


def test_lines_go() -> None:
    rig = Rig()
    rig.look(page("one", "two"))
    assert rig.look(page("one")) == [LineGone(2)]
    assert rig.look(blank()) == [LineGone(1)]


def test_a_look_at_a_part_leaves_the_rest_alone() -> None:
    rig = Rig()
    rig.look(page("one", "two"))
    rig.reports.clear()
    rig.now_s += 20
    rig.view.look(blank(400, 64), Place(0, 0, 400, 64), rig.stop)
    assert rig.reports == [LineGone(1)]


def test_it_stops_when_told_to() -> None:
    rig = Rig()
    rig.stop.set()
    assert rig.look(page("one", "two")) == []


def test_clearing_reports_every_line_gone() -> None:
    rig = Rig()
    rig.look(page("one", "two"))
    rig.reports.clear()
    rig.view.clear()
    assert rig.reports == [LineGone(1), LineGone(2)]


class Program:
    """Says the same of every line, and that there is one thing with a name."""

    def __init__(self, told: Told, *elements: Element) -> None:
        self.told = told
        self.elements = elements

    def lines(self, places: Sequence[Place]) -> Sequence[Told | None]:
        return [self.told] * len(places)

    def named(self, area: Place) -> Sequence[Element]:
        return [element for element in self.elements if overlap(element.place, area)]

    def shows(self, element: Element) -> bool:
        return element in self.elements


def told_rig(program: Program) -> Rig:
    rig = Rig()
    rig.view = View(SCREEN, Reader(rig.recognise), rig.reports.append, telling=program, now_s=lambda: rig.now_s)
    return rig


def test_what_a_program_is_sure_of_is_not_read() -> None:
    rig = told_rig(Program(Told(("exact",), role="entry", sure=True)))
    (line,) = rig.look(page("one"))
    assert isinstance(line, Line)
    assert (line.text, line.role) == ("exact", "entry")
    assert rig.n_read == 0


def test_a_secret_line_is_neither_read_nor_reported() -> None:
    rig = told_rig(Program(Told(secret=True)))
    assert rig.look(page("one")) == []
    assert rig.n_read == 0


def test_a_button_with_a_picture_is_reported_once_and_goes() -> None:
    place = Place(600, 300, 24, 24)
    rig = told_rig(Program(Told(), Element("Save", "button", place)))
    picture = page("one")
    picture[304:307, 604:620] = 0  # nothing that could be text
    changes = rig.look(picture)
    assert [(line.text, line.role) for line in changes if isinstance(line, Line) and line.place == place] == [
        ("Save", "button")
    ]
    assert rig.look(picture) == []
    assert [type(change) for change in rig.look(page("one"))] == [LineGone]


def test_a_button_of_which_nothing_is_to_be_seen_is_not_reported() -> None:
    rig = told_rig(Program(Told(), Element("Save", "button", Place(600, 300, 24, 24))))
    assert len(rig.look(page("one"))) == 1


def test_a_button_that_becomes_known_later_is_reported_then() -> None:
    place = Place(600, 300, 24, 24)
    program = Program(Told(sure=True, texts=("one",)))
    rig = told_rig(program)
    picture = page("one")
    picture[304:306, 604:606] = 0  # too small to be taken for text
    assert len(rig.look(picture)) == 1
    program.elements = (Element("Save", "button", place),)
    rig.reports.clear()
    rig.view.look_again([place], rig.stop)
    assert [line.text for line in rig.reports if isinstance(line, Line)] == ["Save"]
