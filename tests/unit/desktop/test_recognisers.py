"""Which recogniser listens, and when a better one is offered."""

from pathlib import Path

import pytest

from desktop.live import LiveView
from desktop.model_kinds import Kind
from desktop.model_sources import gather
from desktop.model_store import ModelStore
from desktop.places import Places, find_places
from desktop.probes import recogniser as probe
from desktop.recognisers import BETTER, SHIPPED, first_offer, open_recogniser
from desktop.score import fault_runs
from desktop.theme import DARK
from model.stream.errors import ModelFailed
from model.stream.values import Channel, Event, Opened, Opening, Origin, Seen, Step, Tick
from perception.recogniser import PocketsphinxRecogniser
from perception.sherpa import SherpaRecogniser
from tests.models import TINY, write_voice


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return find_places({"AMBIDEX_HOME": str(tmp_path)})


@pytest.fixture
def store(places: Places) -> ModelStore:
    """With the model of the tests, chosen."""
    store = ModelStore(places.models)
    with store.making() as folder:
        store.keep("tiny", gather(TINY, folder), str(TINY))
    store.choose("tiny")
    return store


def test_the_one_that_ships_listens_and_the_doctor_offers_a_better_one(places: Places) -> None:
    listener = open_recogniser(places, ["hello"])
    assert isinstance(listener.recogniser, PocketsphinxRecogniser)
    assert (listener.name, listener.fault) == (SHIPPED, "")
    told = probe(places)
    assert f"ambidex models add {BETTER}" in told
    assert "73 MB" in told
    assert "we have not measured it" in told


def test_the_chosen_one_listens(places: Places, store: ModelStore) -> None:
    listener = open_recogniser(places, ["hello"])
    assert isinstance(listener.recogniser, SherpaRecogniser)
    assert listener.fault == ""
    assert probe(places) == "Speech is recognised by sherpa-onnx with the model tiny."


def test_a_chosen_one_that_would_end_the_app_does_not(places: Places, store: ModelStore) -> None:
    """Damaged since: its engine crashes on it, in a process of its own."""
    folder = store.chosen(Kind.RECOGNISER)
    assert folder is not None
    other = folder / "decoder.onnx"
    (folder / "encoder.onnx").write_bytes(other.read_bytes())
    listener = open_recogniser(places, [])
    assert isinstance(listener.recogniser, PocketsphinxRecogniser)
    assert "The recogniser tiny does not load: Its engine " in listener.fault
    assert listener.fault.endswith("`ambidex models use --built-in recogniser`. Until then pocketsphinx listens.")
    with pytest.raises(ModelFailed, match="does not load"):
        probe(places)


def test_without_the_engine_the_one_that_ships_listens(
    places: Places, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sherpa_onnx", None)
    listener = open_recogniser(places, [])
    assert isinstance(listener.recogniser, PocketsphinxRecogniser)
    assert "-m pip install 'sherpa-onnx" in listener.fault


def test_the_offer_is_made_once(places: Places) -> None:
    assert BETTER in first_offer(places)
    assert first_offer(places) == ""


@pytest.mark.parametrize("what", ["settings", "models"])
def test_who_has_set_something_up_is_offered_nothing(places: Places, tmp_path: Path, what: str) -> None:
    if what == "settings":
        places.config.mkdir()
        places.settings.touch()
    else:
        with ModelStore(places.models).making() as folder:
            ModelStore(places.models).keep("anna", gather(write_voice(tmp_path / "anna.onnx"), folder), "")
    assert first_offer(places) == ""


def test_an_offer_that_cannot_be_noted_is_not_made(places: Places) -> None:
    places.state.write_text("in the way")
    assert first_offer(places) == ""


def test_a_hint_stands_until_the_user_speaks_and_below_every_fault() -> None:
    view = LiveView(lambda span: None)
    view.hint("Something better exists.")
    assert [run.text for run in fault_runs(view.state, DARK)] == ["Something", "better", "exists."]
    assert all(run.colour == DARK.dim for run in fault_runs(view.state, DARK))
    view.notify("Broken.")
    assert [run.text for run in fault_runs(view.state, DARK)] == ["Broken."]
    opened = Event(0, Channel.USER, Opened(Opening.HOLD), Origin.USER)
    tick = Tick(0, 0, 0)
    view.record(tick, [opened], Step(Seen(tick)))
    assert view.state.hint == ""
