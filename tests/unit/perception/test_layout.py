"""Lines of text found by their looks."""

from __future__ import annotations

import numpy as np
import pytest

from model.stream.values import Place
from perception.layout import MAX_LINES, Picture, find_lines, pieces_of
from perception.tiles import cut, overlap
from tests.unit.perception.pictures import BLACK, WHITE, blank, frame, width_of, write


def covers(line: Place, x_px: int, y_px: int) -> bool:
    return overlap(line, Place(x_px, y_px, 1, 1)) is not None


def test_nothing_stands_on_a_blank_screen() -> None:
    assert find_lines(blank()) == []


@pytest.mark.parametrize(("paper", "ink"), [(WHITE, BLACK), (40, 225), (255, 140)])
def test_a_line_is_one_line_whatever_its_colours(paper: int, ink: int) -> None:
    picture = blank(level=paper)
    text = "the meeting is on Tuesday"
    write(picture, text, 50, 100, ink)
    (line,) = find_lines(picture)
    assert line.x_px == pytest.approx(50, abs=3)
    assert line.width_px == pytest.approx(width_of(text), abs=5)
    assert covers(line, 60, 95)


def test_lines_come_from_top_to_bottom_and_tight_ones_are_told_apart() -> None:
    picture = blank()
    for row in range(10):
        write(picture, f"row {row} has glyphs pq and LT", 30, 40 + 13 * row, scale=0.4)
    lines = find_lines(picture)
    assert len(lines) == 10
    assert [line.y_px for line in lines] == sorted(line.y_px for line in lines)


def test_the_frame_of_a_button_is_no_part_of_its_label() -> None:
    picture = blank()
    for left in (40, 140):
        frame(picture, Place(left, 60, 80, 26))
        write(picture, "Submit", left + 12, 78)
    lines = find_lines(picture)
    assert len(lines) == 2
    assert all(line.height_px < 20 and line.width_px < 70 for line in lines)


def test_columns_are_apart_and_words_are_not() -> None:
    picture = blank()
    write(picture, "first column", 30, 50)
    write(picture, "second column", 300, 50)
    assert len(find_lines(picture)) == 2


def test_a_picture_full_of_noise_is_bounded() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (1080, 1920)).astype(np.uint8)
    assert len(find_lines(noise)) <= MAX_LINES


WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"


def line_of(text: str) -> Picture:
    picture = blank(1600, 26)
    write(picture, text, 5, 20, scale=1)
    return picture


def shown_in(picture: Picture) -> list[bytes]:
    return [picture[:, start:end].tobytes() for start, end in pieces_of(picture)]


def test_a_line_is_cut_between_words() -> None:
    picture = line_of(WORDS)
    pieces = pieces_of(picture)
    assert len(pieces) >= 6
    assert [start for start, _ in pieces[1:]] == [end for _, end in pieces[:-1]]
    assert (pieces[0][0], pieces[-1][1]) == (0, 1600)
    for _, end in pieces[:-1]:
        assert (cut(picture, Place(end, 0, 1, 26)) == WHITE).all(), "a letter was cut"


def test_what_is_added_at_the_end_of_a_line_changes_its_end_alone() -> None:
    before, after = shown_in(line_of(WORDS)), shown_in(line_of(WORDS + " and more"))
    assert before[:-2] == after[: len(before) - 2]


def test_what_is_added_at_the_beginning_of_a_line_leaves_the_words_behind_it_as_they_were() -> None:
    before, after = shown_in(line_of(WORDS)), shown_in(line_of("and so " + WORDS))
    assert len(set(before) & set(after)) >= len(before) - 2


def test_a_line_cut_off_by_the_edge_of_a_window_is_cut_between_words_too() -> None:
    whole = line_of(WORDS)
    (place,) = find_lines(whole)
    picture = whole[:16, place.x_px : place.x_px + place.width_px].copy()
    picture[14:] = [[184], [90]]
    assert len(pieces_of(picture)) >= 6


def test_short_words_are_not_read_alone() -> None:
    picture = line_of("a b c twelve d e thirteen f")
    assert len(pieces_of(picture)) == 2


def test_a_line_of_short_words_is_cut_nonetheless() -> None:
    assert len(pieces_of(line_of("a b " * 20))) >= 2


def bar(picture: Picture, x_px: int, y_px: int, height_px: int) -> None:
    """A letter l, or the side of a frame."""
    picture[y_px : y_px + height_px, x_px : x_px + 2] = BLACK


def test_letters_as_slender_as_the_side_of_a_frame_belong_to_their_line() -> None:
    picture = blank()
    write(picture, "nsert a", 50, 100, scale=0.8)
    right_px = 50 + width_of("nsert a", 0.8)
    bar(picture, 46, 82, 18)
    bar(picture, right_px + 4, 82, 18)
    bar(picture, right_px + 10, 82, 18)
    (line,) = find_lines(picture)
    assert line.x_px <= 46
    assert line.x_px + line.width_px >= right_px + 12


def test_a_text_cursor_and_the_side_of_a_frame_do_not_belong_to_the_line_beside_them() -> None:
    picture = blank()
    write(picture, "Insert", 50, 100, scale=0.8)
    (alone,) = find_lines(picture)
    bar(picture, 50 + width_of("Insert", 0.8) + 3, 80, 28)
    bar(picture, 40, 72, 40)
    assert find_lines(picture) == [alone]


def test_a_high_pile_of_lines_that_touch_is_not_taken_for_a_frame() -> None:
    picture = blank()
    for row in range(12):
        write(picture, f"lines {row} that jump and touch (fully)", 30, 40 + 10 * row, scale=0.35)
        bar(picture, 60, 32 + 10 * row, 10)
    assert len(find_lines(picture)) == 12


def test_two_lines_that_a_stroke_joins_are_parted() -> None:
    picture = blank()
    for row in range(6):
        write(picture, "first line", 94, 40 + 30 * row)
    write(picture, "one more", 94, 204)
    bar(picture, 95, 186, 12)
    assert len(find_lines(picture)) == 7
