"""What is private is not in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from model.stream.values import Place
from perception.windows import PRIVATE, SeenWindow, conceal
from tests.unit.perception.pictures import blank

SCREEN = Place(0, 0, 800, 400)
VAULT = SeenWindow(Place(100, 100, 200, 100), "Passwords", "KeePassXC", hidden=True)
NOTES = SeenWindow(Place(150, 150, 300, 200), "Notes", "gedit")


def test_a_hidden_window_is_black() -> None:
    picture = blank()
    conceal(picture, SCREEN, [NOTES, VAULT])
    assert (picture[100:200, 100:300] == 0).all()
    assert int((picture == 0).sum()) == 200 * 100


def test_what_covers_a_hidden_window_is_seen() -> None:
    picture = blank()
    conceal(picture, SCREEN, [VAULT, NOTES])
    assert (picture[150:200, 150:300] == 255).all()
    assert (picture[100:150, 100:300] == 0).all()


def test_a_part_of_the_screen_is_concealed_as_the_whole_is() -> None:
    whole, part = blank(), blank(120, 90)
    conceal(whole, SCREEN, [VAULT, NOTES])
    conceal(part, Place(70, 80, 120, 90), [VAULT, NOTES])
    assert np.array_equal(part, whole[80:170, 70:190])


@pytest.mark.parametrize(
    "title", ["Passwords.kdbx - KeePassXC", "New Tab - Google Chrome (Incognito)", "Mozilla Firefox Private Browsing"]
)
def test_private_windows_are_known_by_their_titles(title: str) -> None:
    assert PRIVATE.search(title)


def test_other_windows_are_not() -> None:
    assert not any(
        PRIVATE.search(title) for title in ("Notes", "How private is my browser? - Firefox", "Passing words")
    )
