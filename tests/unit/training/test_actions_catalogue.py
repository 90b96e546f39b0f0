import pytest

from model.stream.catalogue import Catalogue, load_catalogue
from model.stream.values import Risk
from resources import ROOT

KINDS = {
    "text", "name", "keys", "number", "direction", "button", "target", "duration", "time", "url", "path", "level",
    "expression", "unit", "index",
}  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "actions.toml")


def test_every_slot_is_of_a_known_kind(catalogue: Catalogue):
    assert {slot.kind for spec in catalogue.values() for slot in spec.slots} <= KINDS


def test_every_action_has_five_examples_of_its_own(catalogue: Catalogue):
    examples = [example for spec in catalogue.values() for example in spec.examples]
    assert all(len(spec.examples) == 5 for spec in catalogue.values())
    assert len(set(examples)) == len(examples)


def test_what_cannot_be_done_yet_is_said_in_a_sentence(catalogue: Catalogue):
    assert all(spec.missing.endswith(".") for spec in catalogue.values() if spec.missing)


def test_what_leaves_the_machine_or_destroys_is_declared(catalogue: Catalogue):
    risky = {name: spec.risk for name, spec in catalogue.items() if spec.risk in (Risk.OUTWARD, Risk.DESTRUCTIVE)}
    assert risky == {
        "close_window": Risk.DESTRUCTIVE,
        "remove_event": Risk.DESTRUCTIVE,
        "forget": Risk.DESTRUCTIVE,
        "home_on": Risk.OUTWARD,
        "home_off": Risk.OUTWARD,
        "home_set": Risk.OUTWARD,
    }
