"""The catalogue of actions: what a declaration means and how a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.stream.catalogue import load_catalogue
from model.stream.errors import BadSettings
from model.stream.values import Risk, Slot

CLICK = """
[click]
description = "Press something on the screen."
risk = "reversible"
slots = ["target: target", "button?", "count?: number"]
examples = ["click the submit button"]
"""


def write(directory: Path, text: str) -> Path:
    path = directory / "actions.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_declaration_is_read_with_its_slots(tmp_path: Path):
    click = load_catalogue(write(tmp_path, CLICK))["click"]
    assert click.risk is Risk.REVERSIBLE
    assert click.slots == (Slot("target", "target"), Slot("button", required=False), Slot("count", "number", False))
    assert (click.undoable, click.missing) == (False, "")


def test_a_slot_is_found_by_name(tmp_path: Path):
    click = load_catalogue(write(tmp_path, CLICK))["click"]
    assert click.slot("count") == Slot("count", "number", required=False)
    assert click.slot("colour") is None


def test_actions_keep_the_order_of_the_file(tmp_path: Path):
    names = ["paste", "click", "copy"]
    text = "".join(CLICK.replace("[click]", f"[{name}]") for name in names)
    assert list(load_catalogue(write(tmp_path, text))) == names


@pytest.mark.parametrize(
    ("mistake", "complaint"),
    [
        (CLICK.replace("reversible", "harmless"), "click.*harmless"),
        (CLICK.replace("description", "describes"), "click.*description"),
        (CLICK.replace("examples", "example"), "click.*examples"),
        ("[click", "cannot be read"),
    ],
)
def test_a_wrong_declaration_is_named(tmp_path: Path, mistake: str, complaint: str):
    with pytest.raises(BadSettings, match=complaint):
        load_catalogue(write(tmp_path, mistake))


def test_a_slot_may_have_choices(tmp_path: Path):
    row = (
        '[brew]\ndescription = "Make tea"\nrisk = "look"\nexamples = ["tea"]\nslots = ["kind", "cups?: number"]\n'
        '[brew.choices]\nkind = ["(green|black) tea"]\n'
    )
    (kind, cups) = load_catalogue(write(tmp_path, row))["brew"].slots
    assert (set(kind.choices), cups.choices) == ({"green tea", "black tea"}, ())
    with pytest.raises(BadSettings, match="choices for leaf, which is no slot"):
        load_catalogue(write(tmp_path, row.replace("\nkind = ", "\nleaf = ")))


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(BadSettings, match=r"nowhere\.toml cannot be read"):
        load_catalogue(tmp_path / "nowhere.toml")


def test_the_catalogue_that_ships_is_readable():
    path = Path(__file__).parents[3] / "resources" / "actions.toml"
    catalogue = load_catalogue(path)
    assert {"type_text", "click", "think", "none"} <= set(catalogue)
