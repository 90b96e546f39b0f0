"""How reading is scored, on pages made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.legibility import assign, edits, measure, plain
from benchmarks.specimens import Page, Printed
from model.stream.values import Place

PAGE = Page(
    "p.png", "Hack", 12, "dark", (Printed("label", "Save as…", 10, 10, 80, 16), Printed("url", "a.b", 10, 40, 30, 16))
)


@pytest.mark.parametrize(
    ("wanted", "read", "changes"),
    [
        ("Save", "Save", []),
        ("Illness", "lllness", [("I", "l")]),
        ("all", "al", [("l", "")]),
        ("as", "as.", [("", ".")]),
        ("", "x", [("", "x")]),
    ],
)
def test_the_fewest_changes_are_counted(wanted: str, read: str, changes: list[tuple[str, str]]) -> None:
    assert edits(wanted, read) == changes


def test_words_belong_to_the_line_they_stand_on() -> None:
    read = [("as...", Place(60, 10, 30, 14)), ("Save", Place(10, 12, 40, 14)), ("|", Place(500, 500, 4, 20))]
    pairs, strays = assign(PAGE, read)
    assert [text for _, text in pairs] == ["Save as...", ""]
    assert strays == ["|"]
    assert plain("Save  as…") == plain(pairs[0][1])


def test_what_is_missing_and_what_is_made_up_both_count(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.legibility.cv2.imread", lambda name: np.zeros((20, 20, 3), np.uint8))
    read = [("Save as...", Place(10, 10, 80, 16)), ("|", Place(500, 500, 4, 20))]
    told: list[str] = []
    tallies = measure(tmp_path, [PAGE], lambda pixels: read, told.append)  # type: ignore[arg-type]
    assert (tallies["all", "all"].n_characters, tallies["all", "all"].n_wrong) == (13, 4)
    assert tallies["kind", "label"].right_percent == 100.0
    assert len(told) == 2
