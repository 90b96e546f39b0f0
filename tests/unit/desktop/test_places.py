"""Where files go, and that nobody else can read them."""

from pathlib import Path

import pytest

from desktop.places import find_places, make_private
from model.stream.errors import NotPermitted


def test_one_variable_moves_everything(tmp_path: Path) -> None:
    places = find_places({"AMBIDEX_HOME": str(tmp_path)})
    assert all(tmp_path in path.parents for path in (places.settings, places.socket, places.journal, places.held_keys))


def test_an_open_directory_is_closed_to_others(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    directory.mkdir(mode=0o755)
    make_private(directory)
    assert directory.stat().st_mode & 0o777 == 0o700


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotPermitted, match="belongs to somebody else"):
        make_private(tmp_path / "run")


def test_a_directory_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotPermitted, match="cannot be made"):
        make_private(tmp_path / "file" / "run")
