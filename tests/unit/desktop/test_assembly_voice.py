"""Which voice speaks: the one that was added, and the one that ships where that cannot be used."""

import shutil
from pathlib import Path

from actions.espeak import EspeakSynthesiser
from actions.synthesiser import BackedSynthesiser
from desktop.assembly import open_chosen_synthesiser, open_synthesiser
from desktop.model_kinds import Found, Kind
from desktop.model_store import ModelStore
from desktop.places import find_places

TINY_VOICE = Path(__file__).parents[2] / "data" / "tiny_voice" / "tiny.onnx"


def test_a_voice_that_was_added_speaks_backed_by_the_one_that_ships() -> None:
    synthesiser, fault = open_synthesiser(TINY_VOICE)
    assert isinstance(synthesiser, BackedSynthesiser)
    assert synthesiser.sample_rate == 16_000
    assert fault == ""


def test_a_voice_that_cannot_be_used_is_a_sentence_and_the_one_that_ships_speaks(tmp_path: Path) -> None:
    synthesiser, fault = open_synthesiser(tmp_path / "gone.onnx")
    assert isinstance(synthesiser, EspeakSynthesiser)
    assert fault.endswith("Until then the built-in voice speaks.")


def test_without_one_the_voice_that_ships_speaks() -> None:
    synthesiser, fault = open_synthesiser()
    assert isinstance(synthesiser, EspeakSynthesiser)
    assert fault == ""


def test_the_voice_that_was_chosen_speaks_until_it_is_gone(tmp_path: Path) -> None:
    places = find_places()
    store = ModelStore(places.models)
    with store.making() as folder:
        files = tuple(Path(shutil.copy(path, folder)) for path in sorted(TINY_VOICE.parent.iterdir()))
        store.keep("hum", Found(Kind.VOICE, files[0], files), "a test")
    store.choose("hum")
    assert isinstance(open_chosen_synthesiser(places)[0], BackedSynthesiser)
    shutil.rmtree(places.models / "hum")
    synthesiser, fault = open_chosen_synthesiser(places)
    assert isinstance(synthesiser, EspeakSynthesiser)
    assert "hum is gone" in fault
