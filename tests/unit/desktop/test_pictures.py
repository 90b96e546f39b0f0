"""Pictures show what was mistaken, and say how to get what they need."""

import sys
from pathlib import Path

import pytest
from matplotlib.image import imread

from desktop.pictures import MAX_ACTIONS, Album, most_mistaken
from model.stream.errors import BadSettings


def test_the_most_mistaken_actions_are_shown_and_all_if_none_is() -> None:
    many = {(f"action {n}", "none"): n for n in range(1, 40)}
    shown = most_mistaken({**many, ("paste", "paste"): 99})
    assert len(shown) == MAX_ACTIONS
    assert {"none", "action 39"} <= {*shown}
    assert not {"paste", "action 1"} & {*shown}
    assert most_mistaken({("paste", "paste"): 2, ("copy", "copy"): 1}) == ["copy", "paste"]


def test_what_is_drawn_is_a_picture_that_depends_on_what_was_done(tmp_path: Path) -> None:
    album = Album(tmp_path / "new" / "folder")
    album.confusions("few", {("copy", "copy"): 9, ("copy", "cut"): 1})
    album.confusions("many", {("copy", "copy"): 1, ("copy", "cut"): 9})
    album.curves("curve", {"a": [(1, 0.2), (2, 0.4)], "b": []}, "x", "y")
    drawn = {name: imread(tmp_path / "new" / "folder" / f"{name}.png") for name in ("few", "many", "curve")}
    assert all(min(picture.shape[:2]) > 300 for picture in drawn.values())
    assert (drawn["few"] != drawn["many"]).any()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSettings, match="cannot be written"):
        Album(tmp_path / "file")


def test_without_matplotlib_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(BadSettings, match=r"pip install 'ambidex\[pictures\]'"):
        Album(tmp_path)
