"""Letters are known by their pixels once they were read a few times, and only then."""

from __future__ import annotations

import numpy as np
import pytest

from perception.layout import Picture
from perception.letters import DOUBT, TRUSTED, Letters

LETTER_PX, GAP_PX, SPACE_PX = 6, 2, 7


def drawn(text: str, shapes: str | None = None, gap_px: int = GAP_PX) -> tuple[Picture, list[float]]:
    """A piece of a line in letters made up, drawn as those of `shapes`, and where each stands, 0 to 1."""
    columns, at = [np.full((16, 2), 255, np.uint8)], []
    width_px = 2
    for letter in shapes or text:
        if letter == " ":
            part = np.full((16, SPACE_PX - GAP_PX), 255, np.uint8)
        else:
            part = np.full((16, LETTER_PX + gap_px), 255, np.uint8)
            part[:, :LETTER_PX] = np.random.default_rng(ord(letter)).integers(0, 200, (16, LETTER_PX))
        columns.append(part)
        at.append(width_px + LETTER_PX / 2)
        width_px += part.shape[1]
    return np.hstack(columns), [x_px / width_px for x_px in at]


def taught(*words: str, times: int = TRUSTED) -> Letters:
    letters = Letters()
    for word in words * times:
        piece, at = drawn(word)
        letters.learn(piece, word, at)
    return letters


def test_a_word_is_known_by_its_letters() -> None:
    letters = taught("garden", "meet in")
    assert letters.read(drawn("grained")[0]) == "grained"
    assert letters.read(drawn("garden meet")[0]) == "garden meet"


def test_a_letter_never_seen_is_left_to_the_network() -> None:
    assert taught("garden").read(drawn("gardens")[0]) is None


def test_what_was_read_too_rarely_is_not_known() -> None:
    assert taught("garden", times=TRUSTED - 1).read(drawn("garden")[0]) is None


def test_a_single_misreading_is_outvoted_and_a_second_meaning_is_not() -> None:
    letters = taught("garden", times=DOUBT)
    piece, at = drawn("garden")
    letters.learn(piece, "gorden", at)
    assert letters.read(piece) == "garden"
    for _ in range(DOUBT):
        letters.learn(piece, "gorden", at)
    assert letters.read(piece) is None


def test_what_looks_the_same_in_some_fonts_depends_on_what_is_beside_it() -> None:
    letters = Letters()
    for _ in range(TRUSTED):
        for word in ("hello", "I"):
            piece, at = drawn(word, word.replace("I", "l"))
            letters.learn(piece, word, at)
    assert letters.read(drawn("hell")[0]) is None  # the same pixels were read as I and as l
    assert taught("hello").read(drawn("hell")[0]) == "hell"
    assert taught("hello").read(drawn("leh")[0]) is None  # it may as well be a capital


def test_a_letter_between_two_shapes_teaches_neither() -> None:
    letters = Letters()
    piece, at = drawn("garden")
    between = (2 + LETTER_PX + GAP_PX / 2) / piece.shape[1]
    for _ in range(TRUSTED):
        letters.learn(piece, "garden", [between, *at[1:]])
    assert letters.read(piece) is None
    assert letters.read(drawn("dene")[0]) == "dene"


@pytest.mark.parametrize("text", ["", "garden"])
def test_a_reading_without_places_and_an_empty_piece_teach_nothing(text: str) -> None:
    letters = Letters()
    for piece in (drawn("garden")[0], np.full((16, 40), 255, np.uint8), np.zeros((0, 0), np.uint8)):
        letters.learn(piece, text, [])
        assert letters.read(piece) is None
