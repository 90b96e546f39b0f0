"""A picture is read once; what is uncertain is not read out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.stream.errors import BadSettings, ModelFailed
from model.stream.values import Place
from perception import reading
from perception.layout import Picture
from perception.letters import TRUSTED
from perception.reading import LIKELY_L, Reader, Reading, read_picture, spelled
from tests.unit.perception.pictures import WHITE, blank, write


def test_the_same_pixels_are_recognised_once() -> None:
    seen: list[Picture] = []

    def recognise(picture: Picture) -> Reading:
        seen.append(picture)
        return Reading("word", 0.9)

    picture = blank()
    write(picture, "word", 30, 50)
    write(picture, "word", 30, 150)
    reader = Reader(recognise)
    assert [text for text, _ in reader.read(picture)] == ["word", "word"]
    assert [text for text, _ in reader.read(picture)] == ["word", "word"]
    assert len(seen) == 1


def test_letters_known_by_their_pixels_are_not_recognised() -> None:
    seen: list[Picture] = []

    def recognise(picture: Picture) -> Reading:
        seen.append(picture)
        return Reading("me", 0.99, (0.3, 0.8))

    reader = Reader(recognise)
    for column in range(2 * TRUSTED):
        picture = blank()
        write(picture, "me", 100, 60, scale=1)
        picture[41, 105] = WHITE - column  # what stands above is none of the letter's
        assert [text for text, _ in reader.read(picture)] == ["me"]
    assert len(seen) == TRUSTED


def test_lines_outside_are_not_recognised() -> None:
    picture = blank()
    write(picture, "above", 30, 50)
    write(picture, "below", 30, 250)
    lines = list(Reader(lambda crop: Reading("x", 1.0)).read(picture, Place(0, 200, 800, 200)))
    assert len(lines) == 1
    assert lines[0][1].y_px > 200


@pytest.mark.parametrize("reading", [Reading("X", 0.3), Reading("", 0.99)])
def test_what_may_be_no_text_is_left_out(reading: Reading) -> None:
    picture = blank()
    write(picture, "icon", 30, 50)
    assert list(Reader(lambda crop: reading).read(picture)) == []


def test_whoever_waits_gets_the_same_lines_in_the_same_order() -> None:
    picture = blank()
    for row in range(8):
        write(picture, "word " * (row % 3 + 1), 30, 40 + 40 * row)
    reader = Reader(lambda crop: Reading(f"{int((crop < 128).sum())}", 1.0))
    assert reader.read_soon(picture) == list(reader.read(picture))


def test_what_could_not_be_recognised_is_tried_again() -> None:
    picture = blank()
    write(picture, "word", 30, 50)
    faults = [ModelFailed("out of memory")]

    def recognise(crop: Picture) -> Reading:
        if faults:
            raise faults.pop()
        return Reading("word", 1.0)

    reader = Reader(recognise)
    with pytest.raises(ModelFailed):
        reader.read_soon(picture)
    assert [text for text, _ in reader.read_soon(picture)] == ["word"]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_REMEMBERED", 3)
    n_read = 0

    def recognise(picture: Picture) -> Reading:
        nonlocal n_read
        n_read += 1
        return Reading("x", 1.0)

    picture = blank()
    for row, text in enumerate(("one", "two", "three", "four")):
        write(picture, text, 30, 50 + 50 * row)
    reader = Reader(recognise)
    list(reader.read(picture))
    list(reader.read(picture))
    assert n_read == 8  # each had been forgotten when its turn came again


def test_the_network_reads_drawn_text(tmp_path: Path) -> None:
    picture = blank()
    write(picture, "Bring the report and 3 copies", 30, 100, scale=0.7)
    path = tmp_path / "screen.png"
    cv2.imwrite(str(path), np.asarray(picture))
    ((text, place),) = read_picture(path)
    assert text == "Bring the report and 3 copies"
    assert (place.x_px, place.y_px + place.height_px) == (pytest.approx(30, abs=4), pytest.approx(105, abs=6))


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    path = tmp_path / "screen.png"
    with pytest.raises(BadSettings, match=r"screen\.png"):
        read_picture(path)
    path.write_text("no picture")
    with pytest.raises(BadSettings, match=r"screen\.png"):
        read_picture(path)


ALPHABET = ["", *"Aply1s"]


def odds(*columns: dict[str, float]) -> NDArray[np.float32]:
    """[columns, characters], with a blank after each."""
    rows = [[column.get(letter, 0.0) for letter in ALPHABET] for column in columns]
    return np.array([row for shown in rows for row in (shown, [1.0, *[0.0] * (len(ALPHABET) - 1)])], np.float32)


def word_with(one: float, small_l: float, before: str = "p", after: str = "y") -> str:
    return spelled(odds({"A": 1.0}, {before: 1.0}, {"1": one, "l": small_l}, {after: 1.0}), ALPHABET).text


def test_repeats_are_one_letter_and_letters_apart_are_two() -> None:
    once = np.array([[0.0, 0.0, 1.0, 0, 0, 0, 0]] * 3, np.float32)
    assert spelled(once, ALPHABET).text == "p"
    assert spelled(odds({"p": 1.0}, {"p": 1.0}), ALPHABET).text == "pp"


def test_a_doubtful_one_between_small_letters_is_an_l() -> None:
    assert word_with(0.7, LIKELY_L + 0.05) == "Aply"
    assert word_with(0.9, LIKELY_L - 0.05) == "Ap1y"


def test_a_doubtful_one_elsewhere_is_a_one() -> None:
    assert word_with(0.7, 0.3, before="A") == "AA1y"
    assert word_with(0.7, 0.3, after="1") == "Ap11"
