"""A line keeps its number, and is reported only when it changes."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from model.stream.values import Line, LineGone, Place
from perception.lines import LineBook

WHOLE = Place(0, 0, 800, 600)
MILK, EGGS = ("milk", Place(10, 10, 60, 14)), ("eggs", Place(10, 30, 60, 14))


def test_new_lines_are_reported_once() -> None:
    book = LineBook()
    assert book.update(WHOLE, [MILK, EGGS]) == [Line(1, *MILK), Line(2, *EGGS)]
    assert book.update(WHOLE, [EGGS, MILK]) == []


def test_an_edited_line_keeps_its_number() -> None:
    book = LineBook()
    book.update(WHOLE, [MILK])
    longer = ("milk and bread", Place(10, 10, 150, 14))
    assert book.update(WHOLE, [longer]) == [Line(1, *longer)]


def test_a_line_that_scrolls_keeps_its_number_also_onto_the_place_of_another() -> None:
    book = LineBook()
    book.update(WHOLE, [MILK, EGGS])
    scrolled = ("eggs", MILK[1])
    assert book.update(WHOLE, [scrolled]) == [LineGone(1), Line(2, *scrolled)]


def test_only_lines_in_the_area_that_was_read_can_be_gone() -> None:
    book = LineBook()
    book.update(WHOLE, [MILK, EGGS])
    assert book.update(Place(0, 0, 800, 26), []) == [LineGone(1)]
    assert book.clear() == [LineGone(2)]
    assert book.clear() == []


def test_a_cursor_that_blinks_beside_a_line_reports_nothing() -> None:
    book = LineBook()
    book.update(WHOLE, [MILK])
    assert book.update(WHOLE, [("milk", Place(10, 6, 62, 22))]) == []


def test_slow_scrolling_is_reported_in_the_end() -> None:
    book = LineBook()
    book.update(WHOLE, [MILK])
    changes = [change for y_px in range(11, 21) for change in book.update(WHOLE, [("milk", Place(10, y_px, 60, 14))])]
    assert changes == [Line(1, "milk", Place(10, 18, 60, 14))]


def test_equal_texts_are_two_lines() -> None:
    book = LineBook()
    delete = [("Delete", Place(10, y_px, 60, 14)) for y_px in (10, 40)]
    assert [change.line_id for change in book.update(WHOLE, delete)] == [1, 2]
    assert book.update(WHOLE, delete[1:]) == [LineGone(1)]


def test_numbers_go_on_from_where_another_book_ended() -> None:
    numbers = count(1)
    LineBook(numbers).update(WHOLE, [MILK])
    assert LineBook(numbers).update(WHOLE, [MILK]) == [Line(2, *MILK)]


rows = st.lists(
    st.tuples(st.sampled_from(["a", "b", "milk", "eggs"]), st.integers(0, 20)),
    max_size=10,
    unique_by=lambda row: row[1],
)


@given(st.lists(rows, max_size=6))
def test_whoever_follows_the_reports_knows_what_is_there(screens: list[list[tuple[str, int]]]) -> None:
    book, known = LineBook(), dict[int, Line]()
    for screen in screens:
        found = [(text, Place(0, 20 * row, 50, 14)) for text, row in screen]
        for change in book.update(WHOLE, found):
            if isinstance(change, Line):
                known[change.line_id] = change
            else:
                del known[change.line_id]
        assert sorted((line.text, line.place.y_px) for line in known.values()) == sorted(
            (text, place.y_px) for text, place in found
        )
