"""The settings file: what is accepted, and what a mistake in it is answered with."""

from dataclasses import fields
from pathlib import Path

import pytest

import resources
from desktop.settings import Settings, load_settings, template
from model.stream.errors import BadSettings


def write(directory: Path, text: str) -> Path:
    path = directory / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_every_setting_has_its_default(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == Settings()


def test_what_the_file_says_replaces_the_default(tmp_path: Path) -> None:
    path = write(tmp_path, 'hotkey = "<ctrl>+<alt>+a"\nsense_screen = false\nvoice_rate_wpm = 200\n')
    assert load_settings(path) == Settings(hotkey="<ctrl>+<alt>+a", sense_screen=False, voice_rate_wpm=200)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('# one\nhotky = "x"\n', "line 2: there is no setting hotky. Did you mean hotkey?"),
        ("zebra = 1\n", "line 1: there is no setting zebra. Delete the line."),
        ("[voice]\nrate = 1\n", "line 1: there is no setting voice"),
        ("sense_screen = 1\n", "line 1: sense_screen must be true or false, such as true."),
        ("voice_rate_wpm = true\n", "line 1: voice_rate_wpm must be a whole number, such as 170."),
        ('\n\nvoice_rate_wpm = "fast"\n', "line 3: voice_rate_wpm must be a whole number"),
        ("voice_rate_wpm = 5000\n", "line 1: voice_rate_wpm lies between 80 and 450, not at 5000."),
        ('theme = "pink"\n', "line 1: theme is one of system, light, dark, not 'pink'."),
        ("hotkey = \n", "are not TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_its_cure(tmp_path: Path, text: str, expected: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(BadSettings) as caught:
        load_settings(path)
    assert expected in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_text_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSettings, match="cannot be read"):
        load_settings(path)


def test_the_shipped_template_names_every_setting_and_changes_none(tmp_path: Path) -> None:
    shipped = (resources.ROOT / "settings.toml").read_text(encoding="utf-8")
    assert shipped == template()
    assert load_settings(write(tmp_path, shipped)) == Settings()
    switched_on = "\n".join(line.removeprefix("# ") for line in shipped.splitlines() if " = " in line)
    assert load_settings(write(tmp_path, switched_on)) == Settings()
    assert all(f"\n# {f.name} = " in shipped for f in fields(Settings))
