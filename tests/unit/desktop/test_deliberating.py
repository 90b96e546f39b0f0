"""The language model in the running program, without one."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event as StopSignal
from unittest.mock import patch

import pytest

from actions.approval import EXPIRES_NS
from actions.bodies import Done, Halted
from desktop.deliberating import NO_ANSWER, NO_ENGINE, Deliberating, chosen_language_model
from desktop.live import Doing, LiveView, Mode
from desktop.minds import shipped_catalogue
from desktop.model_store import ModelStore
from desktop.places import find_places
from model.deliberation.client import Running
from model.deliberation.phrase import Phrase, Stream
from model.stream.errors import ModelFailed
from model.stream.sources import Sources
from model.stream.values import (
    Action,
    Argument,
    Call,
    Channel,
    Copied,
    Data,
    Effect,
    Event,
    Go,
    Line,
    Opened,
    Opening,
    Origin,
    Outcome,
    Place,
    Played,
    Say,
    Silenced,
    Span,
    Status,
    Step,
    Tick,
    Tone,
    Word,
    Written,
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
        self.done: list[Action] = []
        self.sources = Sources()
        self.live = LiveView(self.sources.resolve)
        self.deliberating = Deliberating(
            Path("none.gguf"),
            Running(),
            shipped_catalogue(),
            self.sources,
            self,
            self.live,
            self.post,
        )
        self.deliberating.connect(self)
        self.withdrawn: list[int] = []
        self.approved = 0
        self.turn = 0
        client = self.deliberating.client
        client.heard = lambda: self.told.append("heard")
        client.see = lambda event: self.told.append(event.data)
        client.floor = self.floor
        client.hush = lambda heard="": self.told.append(f"hush {heard}")

    def post(self, event: Event) -> None:
        self.posted.append(event.data)
        self.live.record(TICK, [event], STEP)

    def floor(self) -> int:
        self.told.append("floor")
        self.turn += 1
        return self.turn

    def submit(self, effect: Effect, tick: Tick) -> None:
        """As the voice, and as the executor."""
        if isinstance(effect, Action):
            self.done.append(effect)
        else:
            self.said.append(effect)

    def withdraw(self, action_id: int) -> None:
        self.withdrawn.append(action_id)

    def was_approved(self, action_id: int) -> bool:
        return action_id == self.approved

    def rest(self) -> None:
        self.deliberating.rest(self.turn)

    def see(self, *seen: Data, channel: Channel = Channel.USER) -> None:
        events = [Event(0, channel, data, Origin.WORLD) for data in seen]
        self.deliberating.record(TICK, events, STEP)

    def ask(self) -> None:
        utterance = self.sources.utterance
        words = (utterance.first_word, self.sources.word_count)
        self.deliberating.decided(Action(1, "think", {}, 0, utterance.number, words=words))
        assert self.deliberating.bodies["think"]({}, StopSignal()) == Done("")

    def phrase(self, text: str, *, last: bool = False, stream: Stream = Stream.SAY) -> None:
        self.deliberating.take(Phrase(stream, text, last, self.turn))


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
    rig.rest()
    rig.phrase("too late")
    assert rig.told == ["floor"]
    assert rig.posted == [Written("they ask", False), Written("rain is", False), Written("water", True)]
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


def test_it_is_seen_to_think_until_it_has_said_all() -> None:
    rig = Rig()
    rig.live.record(TICK, [], Step(SeenTick(TICK), action=Call("think")))
    rig.live.record(TICK, [], Step(SeenTick(TICK), action=Go()))
    rig.ask()
    assert rig.live.state.mode is Mode.THINKING
    rig.phrase(CALL, stream=Stream.DO)
    assert rig.live.state.mode is Mode.ACTING
    rig.live.record(
        TICK, [Event(0, Channel.OUTCOME, Outcome("set_clipboard", Status.DONE, "Done."), Origin.WORLD)], STEP
    )
    assert rig.live.state.mode is Mode.THINKING
    rig.rest()
    assert rig.live.state.mode is Mode.IDLE


def test_interrupted_it_is_not_seen_to_think_any_more() -> None:
    rig = Rig()
    rig.live.record(TICK, [], Step(SeenTick(TICK), action=Call("think")))
    rig.live.record(TICK, [], Step(SeenTick(TICK), action=Go()))
    rig.ask()
    rig.deliberating.silence()
    assert rig.live.state.mode is Mode.IDLE
    assert rig.live.state.doing == Doing("think", sent=True, status=Status.DONE)


def test_after_silence_nothing_of_it_is_spoken() -> None:
    rig = Rig()
    rig.deliberating.silence()
    assert rig.told == []
    rig.ask()
    rig.deliberating.silence()
    rig.phrase("rain is water", last=True)
    rig.phrase(CALL, stream=Stream.DO)
    rig.rest()
    assert rig.told == ["floor", "hush "]
    assert rig.said == []
    assert rig.done == []
    assert rig.posted == []


def test_an_interruption_of_what_others_say_later_is_none_of_its_own() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase("rain", last=True)
    rig.rest()
    rig.see(Played("rain"), Silenced(cut=False), Played("typed"), Silenced(cut=True), channel=Channel.SELF)
    assert rig.told == ["floor", "heard"]


def test_what_was_heard_of_an_answer_in_two_parts_is_counted_from_the_second() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase("i will", last=True)
    rig.phrase(CALL, stream=Stream.DO)
    rig.see(Played("i"), Played("will"), Silenced(cut=False), channel=Channel.SELF)
    rig.see(Played("done"), Silenced(cut=False), channel=Channel.SELF)  # what came of it is told by somebody else
    rig.phrase("it is on your clipboard")
    rig.see(Played("it"), Silenced(cut=True), channel=Channel.SELF)
    assert rig.told == ["floor", "heard", "hush it"]


def test_an_answer_that_waits_for_its_next_phrase_is_not_over() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase("rain is")
    rig.see(Played("rain"), Played("is"), Silenced(cut=False), channel=Channel.SELF)
    rig.phrase("water")
    rig.see(Played("water"), Silenced(cut=True), channel=Channel.SELF)
    assert rig.told == ["floor", "hush rain is water"]


CALL = '{"action": "set_clipboard", "text": "a poem"}'


def test_an_action_goes_to_the_executor_with_what_the_user_had_said() -> None:
    rig = Rig()
    rig.sources.add(Event(0, Channel.USER, Opened(Opening.HOLD), Origin.USER))
    for word in ["write", "a", "poem"]:
        rig.sources.add(Event(0, Channel.USER, Word(word), Origin.USER))
    rig.ask()
    rig.sources.add(Event(0, Channel.USER, Word("later"), Origin.USER))
    rig.phrase('{"action": "set_clipboard", "text": "roses"}', stream=Stream.DO)
    rig.phrase(CALL, stream=Stream.DO)
    first, second = rig.done
    assert (first.name, first.composed, first.spans) == ("set_clipboard", {"text": "roses"}, {})
    assert (first.utterance, first.words) == (1, (0, 3))
    assert second.spans == {"text": Span(Channel.USER, 1, 3)}
    assert first.id != second.id
    assert rig.live.state.doing == Doing("set_clipboard", (("text", Argument("a poem", "user")),), sent=True)
    assert rig.posted[-1] == Written(CALL, False)
    rig.rest()
    assert not [data for data in rig.posted if isinstance(data, Outcome)]


def test_the_users_yes_is_no_interruption_of_what_waits_for_it() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase(CALL, stream=Stream.DO)
    rig.deliberating.give_way()
    rig.see(Silenced(cut=True, unsaid="shall I"), channel=Channel.SELF)
    assert rig.told == ["floor"]
    done = Outcome("set_clipboard", Status.DONE, "Done.", rig.done[0].id)
    rig.see(done, channel=Channel.OUTCOME)
    rig.phrase("it is on your clipboard", last=True)
    assert rig.said == [Say("it is on your clipboard", last=True)]
    rig.deliberating.give_way()
    assert rig.told == ["floor", done, "hush "]


def test_another_action_of_that_name_is_not_what_it_waits_for() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase(CALL, stream=Stream.DO)
    other = Outcome("set_clipboard", Status.DONE, "Done.", 7)
    rig.see(other, channel=Channel.OUTCOME)
    assert rig.told == ["floor", "hush ", other]


def test_a_panic_ends_what_waits() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase(CALL, stream=Stream.DO)
    rig.deliberating.silence()
    assert rig.told == ["floor", "hush "]


def test_once_all_was_heard_the_end_of_it_is_no_lack_of_an_answer() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase("paris", last=True)
    rig.see(Played("paris"), Silenced(cut=False), channel=Channel.SELF)
    rig.rest()
    assert not [data for data in rig.posted if isinstance(data, Outcome)]


def test_what_belongs_to_an_earlier_question_counts_for_none() -> None:
    rig = Rig()
    rig.ask()
    rig.ask()
    rig.deliberating.take(Phrase(Stream.SAY, "rain is water", True, 1))
    rig.deliberating.take(Phrase(Stream.DO, CALL, False, 1))
    rig.deliberating.rest(1)
    assert (rig.said, rig.done, rig.posted) == ([], [], [])
    rig.phrase("paris", last=True)
    assert rig.said == [Say("paris", last=True)]


def test_the_end_of_what_somebody_else_said_is_no_interruption_of_an_answer() -> None:
    rig = Rig()
    rig.ask()
    rig.see(Silenced(cut=True, unsaid="typed"), channel=Channel.SELF)
    rig.phrase("paris", last=True)
    assert rig.told == ["floor"]
    assert rig.said == [Say("paris", last=True)]


def test_a_question_that_nobody_answers_is_over() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase(CALL, stream=Stream.DO)
    rig.see(Outcome("set_clipboard", Status.ASKS, "Shall I?", rig.done[0].id), channel=Channel.OUTCOME)
    rig.deliberating.look_at_the_clock()
    assert rig.live.state.deliberating
    later_ns = time.monotonic_ns() + 2 * EXPIRES_NS
    with patch("desktop.deliberating.time.monotonic_ns", lambda: later_ns):
        rig.deliberating.look_at_the_clock()
    assert not rig.live.state.deliberating
    assert rig.withdrawn == [rig.done[0].id]


def test_a_question_that_was_answered_does_not_run_out() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase(CALL, stream=Stream.DO)
    rig.see(Outcome("set_clipboard", Status.ASKS, "Shall I?", rig.done[0].id), channel=Channel.OUTCOME)
    rig.approved = rig.done[0].id
    later_ns = time.monotonic_ns() + 2 * EXPIRES_NS
    with patch("desktop.deliberating.time.monotonic_ns", lambda: later_ns):
        rig.deliberating.look_at_the_clock()
    assert rig.withdrawn == []
    assert rig.live.state.deliberating


def test_the_users_yes_into_its_own_words_is_no_refusal() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase(CALL, stream=Stream.DO)
    rig.phrase("i wrote you a poem", last=True)
    rig.see(Outcome("set_clipboard", Status.ASKS, "Shall I?", rig.done[0].id), channel=Channel.OUTCOME)
    rig.deliberating.give_way()
    assert rig.withdrawn == []


def test_the_next_question_ends_the_answer_to_the_last() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase(CALL, stream=Stream.DO)
    rig.live.record(
        TICK, [Event(0, Channel.OUTCOME, Outcome("set_clipboard", Status.ASKS, "Shall I?"), Origin.WORLD)], STEP
    )
    assert rig.live.state.mode is Mode.ASKING
    rig.ask()
    assert rig.withdrawn == [rig.done[0].id]
    assert rig.told == ["floor", "hush ", "floor"]
    assert rig.live.state.mode is Mode.THINKING


def test_the_end_of_its_first_words_is_not_that_of_its_second() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase("i will", last=True)
    rig.see(Played("i"), Played("will"), channel=Channel.SELF)
    rig.phrase("it is done", last=True)
    rig.rest()
    rig.see(Silenced(cut=False), Played("it"), Silenced(cut=True), channel=Channel.SELF)
    assert rig.told == ["floor", "hush i will it"]


def test_what_it_composed_stays_composed_wherever_it_comes_to_stand() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase(CALL, stream=Stream.DO)
    for channel, data in (
        (Channel.CLIPBOARD, Copied("text", "a poem", 6)),
        (Channel.OUTCOME, Outcome("set_clipboard", Status.REFUSED, "Shall I set clipboard: a poem?")),
        (Channel.SCREEN, Line(1, "she typed a poem there", Place(0, 0, 9, 9))),
    ):
        rig.sources.add(Event(1, channel, data, Origin.WORLD))
    rig.phrase('{"action": "type_text", "text": "a poem"}', stream=Stream.DO)
    assert rig.done[1].composed == {"text": "a poem"}


def test_stopped_before_it_was_asked_it_is_not_asked() -> None:
    rig, stop = Rig(), StopSignal()
    stop.set()
    assert isinstance(rig.deliberating.bodies["think"]({}, stop), Halted)
    assert rig.told == []


def test_what_was_handed_over_and_not_done_yet_is_withdrawn() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase("i put it on your clipboard", last=True)
    rig.phrase(CALL, stream=Stream.DO)
    rig.deliberating.give_way()
    assert rig.withdrawn == [rig.done[0].id]


def test_its_answer_is_to_what_was_said_when_it_was_asked() -> None:
    rig = Rig()
    rig.deliberating.decided(Action(1, "think", {}, 0, 4, words=(3, 9)))
    rig.deliberating.decided(Action(2, "click", {}, 0, 5, words=(9, 12)))
    assert rig.deliberating.bodies["think"]({}, StopSignal()) == Done("")
    rig.phrase(CALL, stream=Stream.DO)
    assert (rig.done[0].utterance, rig.done[0].words) == (4, (3, 9))


@pytest.mark.parametrize(
    "written", ['{"action": "undo"}', "{", '{"action": "no_such_action"}', '{"text": "a"}', "[]", '{"action": 3}']
)
def test_what_is_no_action_is_not_done(written: str) -> None:
    rig = Rig()
    rig.ask()
    rig.phrase(written, stream=Stream.DO)
    assert rig.done == []


def test_a_reply_that_is_not_its_own_is_none_of_its_business() -> None:
    rig = Rig()
    rig.see(Played("typed"), Silenced(cut=True), channel=Channel.SELF)
    assert rig.told == []


def test_no_answer_is_said_so() -> None:
    rig = Rig()
    rig.ask()
    rig.phrase("", last=True)
    rig.rest()
    outcome = rig.posted[-1]
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
