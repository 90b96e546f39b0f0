"""From a decision to a body and back: policy, journal, asking, undo, panic."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event as StopSignal

import pytest

from actions.bodies import Asks, Body, Done, Halted, Refused, Result, irrevocable
from actions.executor import Decision, Executor
from actions.journal import BEGUN, DONE, FAILED, UNDONE, Journal, read_journal
from actions.policy import Ruling
from model.stream.errors import DeviceLost, NotPermitted
from model.stream.sources import Sources
from model.stream.values import (
    Action,
    ActionSpec,
    Channel,
    Copied,
    Event,
    Item,
    Opened,
    Opening,
    Origin,
    Outcome,
    Risk,
    Slot,
    Span,
    Status,
    Tick,
    Word,
)

TEXT = (Slot("text"),)
CATALOGUE = {
    spec.name: spec
    for spec in (
        ActionSpec("type_text", "", Risk.REVERSIBLE, TEXT, undoable=True),
        ActionSpec("set_timer", "", Risk.REVERSIBLE, (Slot("duration", "duration"),)),
        ActionSpec("send", "", Risk.OUTWARD, TEXT),
        ActionSpec("mute", "", Risk.REVERSIBLE, missing="Ambidex cannot mute yet."),
        *(ActionSpec(name, "", Risk.LOOK) for name in ("stop", "confirm", "deny", "none")),
        ActionSpec("undo", "", Risk.REVERSIBLE),
        ActionSpec(
            "order",
            "",
            Risk.OUTWARD,
            (
                Slot("size", required=False, choices=("small", "large")),
                Slot("milk", required=False, choices=("milk", "some milk")),
                Slot("note", required=False),
            ),
        ),
    )
}
TICK = Tick(0, 0, 0.0)


@dataclass
class Rig:
    """An executor with the world around it in memory."""

    path: Path
    ran: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    posted: list[Outcome] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    released: int = 0
    now_ns: int = 0
    dry_run: bool = False
    body: Callable[[str, Mapping[str, str], StopSignal], Result] | None = None

    def __post_init__(self) -> None:
        self.sources = Sources()
        self.journal = Journal(self.path, lambda: 0.0)
        bodies: dict[str, Body] = {name: self._body(name) for name in ("type_text", "set_timer", "send", "stop")}
        self.executor = Executor(
            CATALOGUE,
            self.sources,
            bodies,
            self.journal,
            self.post,
            lambda: self.now_ns,
            dry_run=self.dry_run,
            release=self.release,
        )
        self.executor.on_decision(self.decisions.append)

    def _body(self, name: str) -> Body:
        def run(values: Mapping[str, str], stop: StopSignal) -> Result:
            self.ran.append((name, dict(values)))
            if self.body is not None:
                return self.body(name, values, stop)
            return Done(f"{name} done.", lambda stop: f"{name} undone.")

        return run

    def post(self, event: Event) -> None:
        assert event.channel is Channel.OUTCOME
        assert event.origin is Origin.WORLD
        assert isinstance(event.data, Outcome)
        self.posted.append(event.data)

    def release(self) -> None:
        self.released += 1

    def hear(self, words: str) -> tuple[int, int]:
        """The user says this. Returns the numbers of the first word and the one after the last."""
        if self.sources.utterance.number == 0:
            self.sources.add(Event(0, Channel.USER, Opened(Opening.HOLD), Origin.USER))
        first = self.sources.word_count
        for word in words.split():
            self.sources.add(Event(0, Channel.USER, Word(word), Origin.USER))
        return first, self.sources.word_count

    def action(self, name: str, slot: str = "", words: str = "", utterance: int = 1) -> Action:
        first, end = self.hear(words)
        spans = {slot: Span(Channel.USER, first, end)} if slot else {}
        return Action(7, name, spans, 0, utterance)

    def states(self) -> list[tuple[str, str]]:
        return [(entry.name, entry.state) for entry in read_journal(self.path)]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "journal.jsonl")


def test_what_the_user_asked_for_is_done_journaled_and_told(rig: Rig) -> None:
    outcome = rig.executor.execute(rig.action("type_text", "text", "hello world"))
    assert outcome == Outcome("type_text", Status.DONE, "type_text done.", 7)
    assert rig.ran == [("type_text", {"text": "hello world"})]
    assert rig.posted == [outcome]
    assert rig.states() == [("type_text", BEGUN), ("type_text", DONE)]
    assert rig.decisions[0].arguments["text"].provenance == "user"
    assert rig.decisions[0].verdict.decision is Ruling.ALLOW


def test_what_was_to_come_next_is_left_out_when_what_comes_before_it_is_not_done(rig: Rig) -> None:
    rig.body = lambda name, values, stop: Halted("No.") if name == "set_timer" else Done("Done.", None)
    first = rig.action("set_timer", "duration", "ten minutes")
    then = replace(rig.action("type_text", "text", "hello"), id=8, follows=7)
    after_that = replace(then, id=9, follows=8)
    assert [rig.executor.execute(a).status for a in (first, then, after_that)] == [
        Status.FAILED,
        Status.REFUSED,
        Status.REFUSED,
    ]
    assert "type text: hello" in rig.posted[1].text
    assert rig.executor.execute(replace(then, id=10, follows=0)).status is Status.DONE
    assert rig.executor.execute(replace(then, id=11, follows=10)).status is Status.DONE


def test_the_line_is_on_disk_before_the_body_runs(rig: Rig) -> None:
    seen: list[list[tuple[str, str]]] = []

    def body(name: str, values: Mapping[str, str], stop: StopSignal) -> Result:
        seen.append(rig.states())
        return Done("")

    rig.body = body
    rig.executor.execute(rig.action("type_text", "text", "x"))
    assert seen == [[("type_text", BEGUN)]]


def test_the_journal_never_holds_the_text_and_is_private(rig: Rig) -> None:
    rig.executor.execute(rig.action("type_text", "text", "swordfish"))
    rig.executor.undo()
    assert "swordfish" not in rig.path.read_text()
    assert rig.path.stat().st_mode & 0o777 == 0o600
    assert read_journal(rig.path)[0].provenance == {"text": "user"}


def test_what_is_one_of_a_few_choices_is_found_in_the_words_and_nowhere_else(rig: Rig) -> None:
    first, _ = rig.hear("order")
    _, end = rig.hear("a large tea with some milk")
    line = rig.sources.add(Event(0, Channel.SCREEN, Copied("text", "small", 5), Origin.WORLD))
    assert isinstance(line, Item)
    spans = {"size": Span(Channel.SCREEN, 0, None, line.id), "note": Span(Channel.USER, first, first + 1)}
    rig.executor.execute(Action(7, "order", spans, 0, 1, words=(first, end)))
    arguments = rig.decisions[0].arguments
    assert {slot: (each.text, each.provenance) for slot, each in arguments.items()} == {
        "size": ("large", "user"), "milk": ("some milk", "user"), "note": ("order", "user"),
    }  # fmt: skip


def test_provenance_is_found_and_not_claimed(rig: Rig) -> None:
    rig.hear("send that")
    copied = rig.sources.add(Event(0, Channel.CLIPBOARD, Copied("text", "from the page", 13), Origin.WORLD))
    assert isinstance(copied, Item)
    action = Action(1, "send", {"text": Span(Channel.USER, 0, None, copied.id)}, 0, 1)
    outcome = rig.executor.execute(action)
    assert rig.decisions[0].arguments["text"].provenance == "clipboard"
    assert "comes from the clipboard" in outcome.text


@pytest.mark.parametrize("utterance", [0, 2, -1])
def test_what_nobody_asked_for_is_not_done(rig: Rig, utterance: int) -> None:
    outcome = rig.executor.execute(rig.action("type_text", "text", "x", utterance=utterance))
    assert outcome.status is Status.REFUSED
    assert rig.decisions[0].verdict.decision is Ruling.NEVER
    assert not rig.ran
    assert not rig.states()


@pytest.mark.parametrize(
    ("action", "slot", "words", "sentence"),
    [
        ("type_text", "", "", "I did not catch which text you mean."),
        ("set_timer", "duration", "a while", "I cannot read “a while” as a length of time."),
        ("mute", "", "", "Ambidex cannot mute yet."),
        ("fly", "", "", "I know no action called fly."),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    rig: Rig, action: str, slot: str, words: str, sentence: str
) -> None:
    outcome = rig.executor.execute(rig.action(action, slot, words))
    assert (outcome.status, outcome.text) == (Status.REFUSED, sentence)
    assert not rig.ran
    assert not rig.states()


def test_a_pointer_to_what_is_no_longer_known_is_refused(rig: Rig) -> None:
    rig.hear("type it")
    outcome = rig.executor.execute(Action(1, "type_text", {"text": Span(Channel.SCREEN, 0, None, 99)}, 0, 1))
    assert outcome.status is Status.REFUSED


def test_a_fault_in_a_body_is_an_outcome_and_its_message_is_not_logged(
    rig: Rig, caplog: pytest.LogCaptureFixture, announce: Callable[[str], None]
) -> None:
    def body(name: str, values: Mapping[str, str], stop: StopSignal) -> Result:
        raise ValueError(values["text"])

    announce("the action type_text failed: ValueError")
    rig.body = body
    outcome = rig.executor.execute(rig.action("type_text", "text", "swordfish"))
    assert outcome.status is Status.FAILED
    assert "swordfish" not in caplog.text
    assert rig.states()[-1] == ("type_text", FAILED)


def test_a_lost_device_says_why(rig: Rig) -> None:
    def body(name: str, values: Mapping[str, str], stop: StopSignal) -> Result:
        raise DeviceLost("The screen went away.")

    rig.body = body
    outcome = rig.executor.execute(rig.action("type_text", "text", "x"))
    assert (outcome.status, outcome.text) == (Status.FAILED, "The screen went away.")


def test_without_a_journal_line_nothing_runs(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("actions.journal.os.fsync", full)
    outcome = rig.executor.execute(rig.action("type_text", "text", "x"))
    assert outcome.status is Status.FAILED
    assert "No space left" in outcome.text
    assert not rig.ran


def test_a_dry_run_executes_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "journal.jsonl", dry_run=True)
    outcome = rig.executor.execute(rig.action("type_text", "text", "hello"))
    assert (outcome.status, outcome.text) == (Status.DRY_RUN, "I would type text: hello.")
    assert rig.executor.execute(rig.action("send", "text", "x")).status is Status.DRY_RUN
    assert not rig.ran
    assert not rig.states()


def test_only_a_dry_run_goes_without_a_journal() -> None:
    with pytest.raises(NotPermitted):
        Executor(CATALOGUE, Sources(), {}, None, lambda event: None, lambda: 0)


def test_nothing_is_done_and_told_for_none(rig: Rig) -> None:
    assert rig.executor.execute(rig.action("none")).status is Status.DONE
    assert not rig.posted
    assert not rig.states()


# Asking ---------------------------------------------------------------------------------------------------------


def ask(rig: Rig) -> None:
    assert rig.executor.execute(rig.action("send", "text", "the letter")).status is Status.ASKS
    assert not rig.ran


def test_a_yes_from_the_user_lets_it_run(rig: Rig) -> None:
    ask(rig)
    rig.hear("yes please")
    rig.executor.execute(rig.action("confirm"))
    assert rig.ran == [("send", {"text": "the letter"})]
    sent = next(entry for entry in read_journal(rig.path) if entry.name == "send")
    assert (sent.utterance, sent.approved, sent.provenance) == (1, True, {"text": "user"})
    assert [outcome.status for outcome in rig.posted] == [Status.ASKS, Status.DONE]
    assert rig.executor.pending is None


@pytest.mark.parametrize("said", ["", "no", "yes no wait", "what does it say", "don't do it"])
def test_a_model_cannot_say_yes_for_the_user(rig: Rig, said: str) -> None:
    rig.hear("yes I said yes earlier")
    ask(rig)
    rig.hear(said)
    outcome = rig.executor.execute(rig.action("confirm"))
    assert outcome.status is Status.REFUSED
    assert not rig.ran


def test_a_second_question_does_not_take_the_place_of_the_first(rig: Rig) -> None:
    first, second = rig.action("send", "text", "first"), replace(rig.action("send", "text"), id=2)
    second = replace(second, spans=first.spans)
    assert rig.executor.execute(first).status is Status.ASKS
    assert rig.executor.execute(second).status is Status.REFUSED
    assert rig.executor.pending is not None
    assert rig.executor.pending.action == first
    rig.hear("the other one")
    assert rig.executor.execute(second).status is Status.ASKS


def test_a_no_drops_it(rig: Rig) -> None:
    ask(rig)
    rig.executor.execute(rig.action("deny", "", "no"))
    assert rig.executor.pending is None
    assert rig.posted[-1].status is Status.REFUSED
    assert not rig.executor.approve()


@pytest.mark.parametrize(("taken_for", "said"), [("none", "yes"), ("none", "yes please"), ("stop", "okay go ahead")])
def test_a_plain_yes_counts_whatever_the_mind_takes_it_for(rig: Rig, taken_for: str, said: str) -> None:
    ask(rig)
    rig.hear(said)
    rig.executor.execute(rig.action(taken_for))
    assert rig.ran == [("send", {"text": "the letter"})]


@pytest.mark.parametrize(("taken_for", "said"), [("stop", "no"), ("none", "nope"), ("stop", "no don't do that")])
def test_a_plain_no_counts_whatever_the_mind_takes_it_for(rig: Rig, taken_for: str, said: str) -> None:
    ask(rig)
    rig.hear(said)
    rig.executor.execute(rig.action(taken_for))
    assert rig.executor.pending is None
    assert rig.posted[-1].text == "All right, I will not."
    assert not rig.ran


@pytest.mark.parametrize("said", ["", "yes I told him that", "no idea what he meant", "sure that is what she said"])
def test_what_says_more_than_yes_or_no_is_not_taken_for_an_answer(rig: Rig, said: str) -> None:
    ask(rig)
    rig.hear(said)
    rig.executor.execute(rig.action("none"))
    assert rig.executor.pending is not None
    assert not rig.ran


def test_a_yes_that_nobody_said_answers_nothing(rig: Rig) -> None:
    ask(rig)
    rig.hear("yes")
    rig.executor.execute(rig.action("none", utterance=0))
    assert not rig.ran


def test_a_question_expires(rig: Rig) -> None:
    ask(rig)
    rig.now_ns = 31_000_000_000
    rig.hear("yes")
    assert rig.executor.pending is None
    assert rig.executor.execute(rig.action("confirm")).status is Status.REFUSED
    assert not rig.executor.approve()
    assert not rig.ran


@pytest.mark.parametrize("by_button", [True, False])
def test_a_yes_to_what_a_body_asks_does_what_it_asked_about(rig: Rig, by_button: bool) -> None:
    def unsure(name: str, values: Mapping[str, str], stop: StopSignal) -> Result:
        meant = {"text": "Delete all"}
        return Done("Deleted.") if values == meant else Asks("Do you mean Delete all?", meant)

    rig.body = unsure
    asked = rig.executor.execute(rig.action("type_text", "text", "delete"))
    assert (asked.status, asked.text) == (Status.ASKS, "Do you mean Delete all?")
    if by_button:
        assert rig.executor.approve()
        work_off(rig)
    else:
        rig.hear("yes")
        rig.executor.execute(rig.action("confirm"))
    assert rig.ran[-1] == ("type_text", {"text": "Delete all"})
    assert rig.posted[-1].text == "Deleted."
    assert rig.executor.pending is None


def test_the_approve_button_queues_it(rig: Rig) -> None:
    ask(rig)
    assert rig.executor.approve()
    work_off(rig)
    assert rig.ran == [("send", {"text": "the letter"})]


def test_there_is_nothing_to_confirm_or_deny_out_of_the_blue(rig: Rig) -> None:
    rig.hear("yes")
    assert rig.executor.execute(rig.action("confirm")).status is Status.REFUSED
    assert rig.executor.execute(rig.action("deny")).status is Status.REFUSED


# Undo -----------------------------------------------------------------------------------------------------------


def test_undo_takes_back_the_last_first(rig: Rig) -> None:
    rig.executor.execute(rig.action("type_text", "text", "x"))
    rig.executor.execute(rig.action("set_timer", "duration", "a minute"))
    rig.executor.execute(rig.action("undo"))
    assert rig.posted[-1] == Outcome("undo", Status.UNDONE, "set_timer undone.")
    assert rig.executor.undo(5).text == "type_text undone."
    assert rig.states().count(("type_text", UNDONE)) == 1
    assert rig.executor.undo().status is Status.REFUSED


def test_what_cannot_be_taken_back_is_said_and_what_came_before_it_can(rig: Rig) -> None:
    rig.executor.execute(rig.action("set_timer", "duration", "a minute"))
    rig.body = lambda name, values, stop: Done("Sent it.")
    assert rig.executor.execute(rig.action("send", "text", "the letter")).status is Status.ASKS
    assert rig.executor.approve()
    work_off(rig)
    rig.executor.execute(rig.action("type_text", "text", "x"))  # it changed nothing, or it would have an undo
    rig.executor.execute(rig.action("stop"))
    refused = rig.executor.undo()
    assert (refused.status, refused.text) == (Status.REFUSED, "This cannot be taken back: Sent it.")
    rig.executor.execute(rig.action("undo"))
    assert rig.posted[-1] == Outcome("undo", Status.UNDONE, "set_timer undone.")


def test_an_undo_that_comes_too_late_says_why(rig: Rig) -> None:
    rig.body = lambda name, values, stop: Done("Typed.", irrevocable("The window is gone."))
    rig.executor.execute(rig.action("type_text", "text", "x"))
    rig.executor.execute(rig.action("undo"))
    assert rig.posted[-1] == Outcome("undo", Status.REFUSED, "The window is gone.", 7)
    assert ("type_text", UNDONE) not in rig.states()


def test_what_was_refused_has_no_undo(rig: Rig) -> None:
    rig.body = lambda name, values, stop: Refused("No.")
    rig.executor.execute(rig.action("type_text", "text", "x"))
    assert rig.executor.undo().status is Status.REFUSED


# Stopping -------------------------------------------------------------------------------------------------------


def work_off(rig: Rig) -> None:
    """Run the hands' thread until it has told of one more action."""
    told = threading.Event()
    rig.executor.on_decision(lambda decision: told.set())
    thread = HandsThread(rig)
    assert told.wait(5)
    thread.finish()


class HandsThread:
    def __init__(self, rig: Rig) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=rig.executor.run, args=(self._stop,))
        self._thread.start()

    def finish(self) -> None:
        self._stop.set()
        self._thread.join(5)
        assert not self._thread.is_alive()


@pytest.fixture
def busy(rig: Rig) -> Callable[[], HandsThread]:
    """Starts the hands' thread on a body that goes on until it is stopped."""

    def start() -> HandsThread:
        began = threading.Event()

        def body(name: str, values: Mapping[str, str], stop: StopSignal) -> Result:
            if name != "type_text":
                return Done(f"{name} done.")
            began.set()
            assert stop.wait(5)
            return Halted("Stopped in the middle.", lambda stop: "Took back the half.")

        rig.body = body
        thread = HandsThread(rig)
        rig.executor.submit(rig.action("type_text", "text", "a long text"), TICK)
        assert began.wait(5)
        return thread

    return start


def test_panic_stops_releases_and_disarms(rig: Rig, busy: Callable[[], HandsThread]) -> None:
    thread = busy()
    rig.executor.submit(rig.action("set_timer", "duration", "a minute"), TICK)
    rig.executor.panic()
    assert rig.released == 1
    assert not rig.executor.armed
    thread.finish()
    assert [name for name, _ in rig.ran] == ["type_text"]
    assert rig.executor.execute(rig.action("set_timer", "duration", "a minute")).status is Status.REFUSED
    rig.executor.rearm()
    assert rig.executor.execute(rig.action("set_timer", "duration", "a minute")).status is Status.DONE


def test_panic_drops_what_was_asked(rig: Rig) -> None:
    ask(rig)
    rig.executor.panic()
    rig.executor.rearm()
    assert not rig.executor.approve()


LOCKED = "The screen is locked."


def test_a_lock_stops_what_runs_and_refuses_what_comes(rig: Rig, busy: Callable[[], HandsThread]) -> None:
    thread = busy()
    rig.executor.lock(LOCKED)
    thread.finish()
    assert rig.posted[-1].text == "Stopped in the middle."
    assert rig.executor.undo().text == LOCKED
    asked = rig.executor.execute(rig.action("set_timer", "duration", "a minute"))
    assert (asked.status, asked.text) == (Status.REFUSED, LOCKED)
    rig.executor.lock("")
    assert rig.executor.execute(rig.action("stop")).status is Status.DONE
    assert rig.executor.undo().text == "Took back the half."


def test_a_lock_drops_what_was_asked_for_good(rig: Rig) -> None:
    ask(rig)
    rig.executor.lock(LOCKED)
    assert not rig.executor.approve()
    rig.executor.lock("")
    rig.hear("yes")
    assert rig.executor.execute(rig.action("confirm")).status is Status.REFUSED
    assert not rig.executor.approve()
    assert not rig.ran


def test_what_asks_at_the_moment_of_the_lock_asks_nothing(rig: Rig) -> None:
    def slow(name: str, values: Mapping[str, str], stop: StopSignal) -> Result:
        rig.executor.lock(LOCKED)
        return Asks("Do you mean Delete all?", {"text": "Delete all"})

    rig.body = slow
    rig.executor.execute(rig.action("type_text", "text", "delete"))
    rig.executor.lock("")
    assert rig.executor.pending is None


def test_stop_does_not_wait_for_what_it_stops(rig: Rig, busy: Callable[[], HandsThread]) -> None:
    thread = busy()
    rig.executor.submit(rig.action("set_timer", "duration", "a minute"), TICK)
    stopped = threading.Event()
    rig.executor.on_decision(lambda decision: stopped.set() if decision.action.name == "stop" else None)
    rig.executor.submit(rig.action("stop", "", "stop"), TICK)
    assert stopped.wait(5)
    thread.finish()
    assert [outcome.text for outcome in rig.posted] == ["Stopped in the middle.", "stop done."]
    assert rig.executor.undo().text == "Took back the half."


def test_a_stop_that_nobody_said_stops_nothing(rig: Rig, busy: Callable[[], HandsThread]) -> None:
    thread = busy()
    rig.executor.submit(rig.action("stop", utterance=0), TICK)
    assert not rig.posted
    rig.executor.interrupt()
    thread.finish()


# Actions of the language model ------------------------------------------------------------------------------------


def composed(rig: Rig, number: int = -1, name: str = "type_text") -> Action:
    rig.hear("type something nice")
    return Action(number, name, {}, 0, 1, composed={"text": "a poem"})


def test_what_was_composed_is_done_and_its_provenance_written_down(rig: Rig) -> None:
    assert rig.executor.execute(composed(rig)).status is Status.DONE
    assert rig.ran == [("type_text", {"text": "a poem"})]
    assert read_journal(rig.path)[0].provenance == {"text": "composed"}


def test_what_it_withdraws_is_neither_done_nor_asked_about_any_more(rig: Rig) -> None:
    assert rig.executor.execute(composed(rig, -1, "send")).status is Status.ASKS
    rig.executor.submit(composed(rig, -2), TICK)
    rig.executor.withdraw(-2)
    assert not rig.executor.approve()
    assert rig.executor.execute(composed(rig, -2)).status is Status.REFUSED
    assert rig.ran == []
    assert [outcome.status for outcome in rig.posted] == [Status.ASKS]
    assert rig.executor.execute(composed(rig, -3)).status is Status.DONE
    assert rig.executor.execute(rig.action("type_text", "text", "hello")).status is Status.DONE


def test_a_question_about_what_was_withdrawn_meanwhile_is_not_asked(rig: Rig) -> None:
    def ask(name: str, values: Mapping[str, str], stop: StopSignal) -> Result:
        rig.executor.withdraw(-1)
        return Asks("This one?", {})

    rig.body = ask
    assert rig.executor.execute(composed(rig)).status is Status.REFUSED
    assert rig.executor.pending is None


def test_what_the_user_said_yes_to_is_known(rig: Rig) -> None:
    rig.executor.execute(composed(rig, -1, "send"))
    assert not rig.executor.was_approved(-1)
    assert rig.executor.approve()
    assert rig.executor.was_approved(-1)


def test_what_says_nothing_of_itself_is_told_to_who_waits_for_it(rig: Rig) -> None:
    rig.body = lambda name, values, stop: Done("", None)
    rig.executor.execute(rig.action("type_text", "text", "hello"))
    assert rig.posted == []
    rig.executor.execute(composed(rig))
    assert rig.posted == [Outcome("type_text", Status.DONE, "Done.", -1)]
