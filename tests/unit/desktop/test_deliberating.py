"""The language model in the running program, without one."""

from __future__ import annotations

from pathlib import Path
from threading import Event as StopSignal

import pytest

from actions.bodies import Done
from desktop.deliberating import NO_ANSWER, NO_ENGINE, Deliberating, chosen_language_model
from desktop.live import LiveView
from desktop.model_store import ModelStore
from desktop.places import find_places
from model.deliberation.phrase import Phrase, Stream
from model.stream.errors import ModelFailed
from model.stream.sources import Sources
from model.stream.values import (
    Channel,
    Copied,
    Data,
    Effect,
    Event,
    Origin,
    Outcome,
    Played,
    Say,
    Silenced,
    Step,
    Tick,
    Tone,
    Word,
)
from model.stream.values import Seen as SeenTick
from tests.models import write_gguf

TICK = Tick(0, 0, 0.0)
STEP = Step(SeenTick(TICK))


class Rig:
    """The client notes what it is told; nothing is started."""

    def __init__(self) -> None:
        self.said: list[Effect] = []
        self.posted: list[Data] = []
        self.told: list[object] = []
        self.live = LiveView(Sources().resolve)
        self.deliberating = Deliberating(
            Path("none.gguf"), self, self.live, lambda event: self.posted.append(event.data)
        )
        client = self.deliberating.client
        client.see = lambda event: self.told.append(event.data)
        client.floor = lambda: self.told.append("floor")
        client.hush = lambda heard="": self.told.append(f"hush {heard}")

    def submit(self, effect: Effect, tick: Tick) -> None:
        self.said.append(effect)

    def see(self, *seen: Data, channel: Channel = Channel.USER) -> None:
        events = [Event(0, channel, data, Origin.WORLD) for data in seen]
        self.deliberating.record(TICK, events, STEP)

    def ask(self) -> None:
        assert self.deliberating.bodies["think"]({}, StopSignal()) == Done("")

    def phrase(self, text: str, *, last: bool = False, stream: Stream = Stream.SAY) -> None:
        self.deliberating.take(Phrase(stream, text, last))


def test_it_is_shown_what_was_perceived_and_not_how_it_sounded() -> None:
    rig = Rig()
    rig.see(Word("hello"))
    rig.see(Copied("text", "a", 1), channel=Channel.CLIPBOARD)
    rig.see(Tone(1, 0, 0, 0), channel=Channel.TONE)
    assert rig.told == [Word("hello"), Copied("text", "a", 1)]


def test_its_words_are_spoken_and_shown_once_it_was_asked() -> None:
    rig = Rig()
    rig.phrase("too early")
    rig.ask()
    rig.phrase("they ask", stream=Stream.THINK)
    rig.phrase("rain is")
    rig.phrase("water", last=True)
    rig.phrase("too late")
    assert rig.told == ["floor"]
    assert rig.said == [Say("rain is"), Say("water", last=True)]
    state = rig.live.state
    assert state.thought == ("they", "ask")


def test_an_interruption_tells_it_what_was_heard() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase("rain is water")
    rig.see(Played("rain"), Played("is"), Silenced(cut=True, unsaid="water"), channel=Channel.SELF)
    assert rig.told == ["floor", "hush rain is"]
    rig.phrase("that falls")
    assert rig.said == [Say("rain is water")]


def test_after_silence_nothing_of_it_is_spoken() -> None:
    rig = Rig()
    rig.deliberating.silence()
    assert rig.told == []
    rig.ask()
    rig.deliberating.silence()
    rig.phrase("rain is water", last=True)
    assert rig.told == ["floor", "hush "]
    assert rig.said == []


def test_an_interruption_of_what_others_say_later_is_none_of_its_own() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase("rain", last=True)
    rig.see(Played("rain"), Silenced(cut=False), Played("typed"), Silenced(cut=True), channel=Channel.SELF)
    assert rig.told == ["floor"]


def test_a_reply_that_is_not_its_own_is_none_of_its_business() -> None:
    rig = Rig()
    rig.see(Played("typed"), Silenced(cut=True), channel=Channel.SELF)
    assert rig.told == []


def test_no_answer_is_said_so() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase("", last=True)
    (outcome,) = rig.posted
    assert isinstance(outcome, Outcome)
    assert outcome.text == NO_ANSWER


def test_when_its_process_ends_the_user_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()

    def fail(stop: StopSignal) -> None:
        raise ModelFailed("It ended.")

    monkeypatch.setattr(rig.deliberating.client, "run", fail)
    with pytest.raises(ModelFailed):
        rig.deliberating.run(StopSignal())
    assert rig.live.state.notice == "It ended."
    rig.ask()
    with pytest.raises(ModelFailed):
        rig.deliberating.run(StopSignal())
    (outcome,) = rig.posted
    assert isinstance(outcome, Outcome)
    assert outcome.text == "It ended."


def test_without_the_engine_a_chosen_model_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = find_places({"AMBIDEX_HOME": str(tmp_path)})
    assert chosen_language_model(places) is None
    store = ModelStore(places.models)
    with store.making() as folder:
        from desktop.model_kinds import find_model

        write_gguf(folder / "small.gguf")
        store.keep("small", find_model(folder), "a test")
    store.choose("small")
    monkeypatch.setattr("desktop.deliberating.find_spec", {}.get)
    with pytest.raises(ModelFailed) as failed:
        chosen_language_model(places)
    assert str(failed.value) == NO_ENGINE
