"""What is meant by how it looks or what it stands by."""

from __future__ import annotations

import pytest

from actions.colours import Colour, looks, names_of
from actions.neighbours import nearest
from actions.targets import Found, NotFound, describe
from model.stream.values import Place

WHITE, GREY, BLUE, RED, GREEN = (255, 255, 255), (239, 239, 239), (30, 100, 220), (200, 30, 40), (40, 160, 70)


def at(x_px: int, y_px: int, width_px: int = 80) -> Place:
    return Place(x_px, y_px, width_px, 20)


SCREEN: dict[str, tuple[Place, tuple[Colour, ...]]] = {
    "Buy now": (at(100, 100), (BLUE, WHITE)),
    "Compare": (at(700, 100), (BLUE, WHITE)),
    "Delete": (at(100, 300), (RED, WHITE)),
    "Keep": (at(300, 300), (GREEN, WHITE)),
    "Cancel": (at(500, 300), (GREY, (20, 20, 20))),
    "User name": (at(100, 500), (WHITE, (0, 0, 0))),
    "Forgot it?": (at(300, 500), (WHITE, (40, 60, 200))),
    "Password": (at(100, 560), (WHITE, (0, 0, 0))),
    "Show": (at(300, 560), (GREY, (0, 0, 0))),
    "Read more": (at(100, 700), (WHITE, (20, 70, 210))),
    "The sky is blue today": (at(100, 800, 200), (WHITE, (0, 0, 0))),
}
LINES = [(text, place) for text, (place, _) in SCREEN.items()]
COLOURS = dict(SCREEN.values())


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("the blue button on the left", "Buy now"),
        ("the second blue button", "Compare"),
        ("the last blue one", "Compare"),
        ("the red button", "Delete"),
        ("green one", "Keep"),
        ("the blue compare button", "Compare"),
        ("the first link", "Forgot it?"),
        ("the second link", "Read more"),
        ("the show button next to password", "Show"),
        ("keep to the right of delete", "Keep"),
        ("the green button left of cancel", "Keep"),
        ("password under user name", "Password"),
        ("cancel", "Cancel"),
        ("the sky is blue today", "The sky is blue today"),
    ],
)
def test_a_description_finds_what_it_describes(target: str, text: str) -> None:
    found = describe(target, LINES, COLOURS.__getitem__)
    assert isinstance(found, Found), found
    assert (found.text, found.rather) == (text, "")


def test_several_that_fit_are_asked_about() -> None:
    found = describe("the blue button", LINES, COLOURS.__getitem__)
    assert isinstance(found, NotFound)
    assert [each.text for each in found.among] == ["Buy now", "Compare"]


@pytest.mark.parametrize(
    ("target", "text"), [("the button next to password", "Show"), ("the one under delete", "User name")]
)
def test_what_is_known_by_its_place_alone_is_asked_about(target: str, text: str) -> None:
    found = describe(target, LINES, COLOURS.__getitem__)
    assert isinstance(found, Found), found
    assert (found.text, found.rather) == (text, text)


@pytest.mark.parametrize(
    "target",
    ["the yellow button", "the purple one", "the red cancel button", "the button next to the abyss", "third link"],
)
def test_what_is_not_there_is_not_guessed(target: str) -> None:
    found = describe(target, LINES, COLOURS.__getitem__)
    assert isinstance(found, NotFound) or found.rather or target == "the red cancel button", found


def test_a_label_that_names_a_colour_is_a_label() -> None:
    asked: list[Place] = []
    lines = [("Blue", at(0, 0)), ("Red", at(100, 0))]
    found = describe("blue", lines, lambda place: asked.append(place) or [RED])
    assert isinstance(found, Found)
    assert found.text == "Blue"
    assert asked == []


def test_pixels_are_asked_for_their_colour_only_where_one_is_named() -> None:
    asked: list[Place] = []
    for target in ("submit", "the first ok", "save on the left", "password under user name"):
        describe(target, LINES, lambda place: asked.append(place) or [RED])
    assert asked == []


@pytest.mark.parametrize(
    ("colour", "names"),
    [
        ((255, 255, 255), {"white"}), ((0, 0, 0), {"black"}), ((128, 128, 128), {"grey"}), ((255, 0, 0), {"red"}),
        ((0, 128, 0), {"green"}), ((13, 110, 253), {"blue"}), ((220, 53, 69), {"red"}), ((25, 135, 84), {"green"}),
        ((255, 193, 7), {"orange", "yellow"}), ((255, 255, 0), {"yellow"}), ((139, 69, 19), {"brown"}),
        ((128, 0, 128), {"purple", "pink"}), ((255, 105, 180), {"pink"}), ((239, 239, 239), {"white"}),
    ],
)  # fmt: skip
def test_colours_have_the_names_that_people_give_them(colour: Colour, names: set[str]) -> None:
    assert names_of(colour) & names
    assert not names_of(colour) & ({"red", "green", "blue", "white", "black"} - names)


def test_ink_counts_on_a_ground_without_colour_only() -> None:
    assert looks("blue", [BLUE, WHITE]) == 2
    assert looks("blue", [WHITE, BLUE]) == 1
    assert looks("blue", [RED, BLUE]) == 0
    assert looks("white", [RED, WHITE]) == 0
    assert looks("blue", []) == 0


def test_the_nearest_is_the_one_in_line() -> None:
    anchor = at(100, 100)
    assert nearest("under", anchor, [at(100, 160), at(300, 130), at(100, 40)]) == [0]
    assert nearest("above", anchor, [at(100, 160), at(100, 40)]) == [1]
    assert nearest("left", anchor, [at(200, 100), at(0, 100)]) == [1]
    assert nearest("", anchor, [at(200, 100), at(0, 100)]) == [0, 1]
    assert nearest("right", anchor, []) == []
