"""Choosing what is meant among what is there."""

from __future__ import annotations

import pytest

from actions.targets import Found, NotFound, choose, same_text
from model.stream.values import Place


def screen(*texts: str) -> list[tuple[str, Place]]:
    return [(text, Place(10, 30 * row, 10 * len(text), 20)) for row, text in enumerate(texts)]


LINES = screen(
    "File Edit View Help",
    "Submit",
    "Please read this before you submit the form",
    "Save As",
    "Save All",
    "Sign in",
    "OK",
    "OK",
    "Menü öffnen",
    "Now",
)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("the submit button", "Submit"),
        ("SUBMIT", "Submit"),
        ("summit", "Submit"),
        ("save as", "Save As"),
        ("the signin link", "Sign in"),
        ("menu offnen", "Menü öffnen"),
        ("edit", "Edit"),
        ("the view menu", "View"),
        ("button that says submit", "Submit"),
    ],
)
def test_the_best_line_wins(target: str, text: str) -> None:
    found = choose(target, LINES)
    assert isinstance(found, Found)
    assert found.text == text


def test_words_within_a_line_are_found_where_they_stand() -> None:
    found = choose("help", [("File Edit View Help", Place(100, 0, 190, 20))])
    assert found == Found("Help", Place(250, 0, 40, 20))


@pytest.mark.parametrize(("target", "row"), [("the first ok", 6), ("second ok button", 7), ("last ok", 7)])
def test_equals_are_told_apart_by_number(target: str, row: int) -> None:
    found = choose(target, LINES)
    assert isinstance(found, Found)
    assert found.place == LINES[row][1]


@pytest.mark.parametrize(
    ("target", "named"),
    [("ok", "2 times"), ("save", "Save As, Save All"), ("third ok", "only 2"), ("reply", "reply"), ("no", "no")],
)
def test_never_a_guess(target: str, named: str) -> None:
    refused = choose(target, LINES)
    assert isinstance(refused, NotFound)
    assert named in refused.reason


def test_an_empty_screen_holds_nothing() -> None:
    assert isinstance(choose("submit", []), NotFound)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Submit", "Submit ", True), ("Submit", "5ubmit", True), ("Submit", "Delete", False), ("OK", "", False)],
)
def test_a_second_look_forgives_a_misread_letter_only(one: str, other: str, same: bool) -> None:
    assert same_text(one, other) is same


@pytest.mark.parametrize(
    ("target", "label"),
    [
        ("delete", "Delete all"),
        ("save", "Don't Save"),
        ("deleted", "Delete"),
        ("send", "Spend"),
        ("reopen", "Open"),
        ("accept all", "Accept"),
    ],
)
def test_what_may_be_another_label_is_asked_about(target: str, label: str) -> None:
    found = choose(target, screen("Cancel", label))
    assert isinstance(found, Found)
    assert found.rather == label


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("delete", "Delete"),
        ("the inbox", "Inbox 12"),
        ("summit", "Submit"),
        ("help", "File Edit View Help"),
        ("the submit button", "Submit button"),
        ("save as", "Save as..."),
    ],
)
def test_what_is_clear_is_not_asked_about(target: str, line: str) -> None:
    found = choose(target, screen("Cancel", line))
    assert isinstance(found, Found)
    assert found.rather == ""


@pytest.mark.parametrize(("target", "line"), [("10246", "10245"), ("invoice 4711", "Invoice 4712")])
def test_numbers_are_right_or_not_found(target: str, line: str) -> None:
    assert isinstance(choose(target, screen(line)), NotFound)


def test_what_stands_in_one_row_is_counted_from_the_left() -> None:
    lines = [("OK", Place(300, 99, 40, 20)), ("OK", Place(100, 103, 40, 20)), ("OK", Place(50, 140, 40, 20))]
    texts = [choose(f"the {which} ok", lines) for which in ("first", "second", "third")]
    assert [found.place.x_px for found in texts if isinstance(found, Found)] == [100, 300, 50]
