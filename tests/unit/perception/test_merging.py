"""What programs say and what the pixels show, made one."""

from __future__ import annotations

import pytest

from model.stream.values import Place
from perception.merging import Element, Told, corrected, settled, unseen


def never() -> str:
    raise AssertionError("The pixels were read.")


def at(x_px: int, y_px: int = 0, width_px: int = 40, height_px: int = 20) -> Place:
    return Place(x_px, y_px, width_px, height_px)


def test_what_is_sure_needs_no_pixels() -> None:
    assert settled(Told(("https://example.org/Il1O0",), sure=True), never) == "https://example.org/Il1O0"


def test_a_secret_is_neither_told_nor_read() -> None:
    assert settled(Told(("hunter2",), sure=True, secret=True), never) is None


def test_where_nobody_says_anything_the_pixels_stand() -> None:
    assert settled(None, lambda: "as read") == "as read"
    assert settled(Told(), lambda: "as read") == "as read"
    assert settled(Told(("Save",)), lambda: None) is None


@pytest.mark.parametrize(
    ("read", "exact", "wanted"),
    [
        ("https://examp1e.org/I11O0", ("https://example.org/Il1O0",), "https://example.org/Il1O0"),
        ("Sav e", ("Save",), "Save"),
        ("more than one single Iine", ("A label that goes over more than one single line of text",),
         "more than one single line"),
        ("FiIe Edlt View", ("File", "Edit", "View"), "File Edit View"),
        ("File EditView", ("File", "Edit", "View"), "File EditView"),
        ("42 EUR", ("Total",), "42 EUR"),  # a name that is not what is shown
        ("Cut", ("Copy",), "Cut"),
        ("A very long na…", ("A very long name of a file.txt",), "A very long name"),  # to the end of the word
        ("12:59", ("13:00",), "12:59"),  # the pixels are newer, or older; they are what the user sees
        ("x = y", ("",), "x = y"),
        ("return II0", ("def f():\n    return Il0\n\nreturn later\n",), "return Il0"),
        ("https://I1.org/O", ("one\nhttps://Il.org/0\nthree",), "https://Il.org/0"),
        ("one", ("one\nonce",), "one"),
    ],
)  # fmt: skip
def test_misreadings_become_what_the_program_says(read: str, exact: tuple[str, ...], wanted: str) -> None:
    assert corrected(read, exact) == wanted


def test_an_element_without_text_is_told() -> None:
    save, field = Element("Save", "button", at(0)), Element("E-mail", "entry", at(100))
    assert list(unseen([save, field], [("Name", at(300))])) == [save, field]


def test_an_element_whose_text_is_shown_is_not_told_twice() -> None:
    inside = Element("Submit form", "button", at(0))
    beside = Element("Name:", "entry", at(100))
    again = Element("name", "entry", at(200))
    assert list(unseen([inside, beside, again], [("Submit", at(5, 5, 20, 10)), ("Name", at(60))])) == []


def test_a_sign_is_no_name() -> None:
    close = Element("Close", "button", at(0))
    assert list(unseen([close], [("×", at(10, 5, 10, 10))])) == [close]


def test_the_page_of_an_editor_is_no_thing_to_press() -> None:
    assert list(unseen([Element("Text", "entry", at(0, 0, 900, 500))], [])) == []
