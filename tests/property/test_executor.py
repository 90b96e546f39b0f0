"""Executor, judge, policy and journal together, against a mind that may want anything at any moment.

What may run is stated here a second time, from what the user said, pressed and had in front of them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event as StopSignal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actions.approval import EXPIRES_NS, Pending
from actions.bodies import Body, Done, Halted, Refused, Result, irrevocable
from actions.executor import Executor
from actions.hands import Focus
from actions.journal import BEGUN, Journal, read_journal
from actions.judging import Judge, Surroundings
from actions.licence import MAX_PER_WORDS
from actions.policy import Rule, Ruling
from model.stream.sources import Sources
from model.stream.values import (
    Action,
    ActionSpec,
    Channel,
    ChannelClosed,
    Copied,
    Data,
    Event,
    Item,
    Line,
    Opened,
    Opening,
    Origin,
    Outcome,
    Pause,
    Place,
    Risk,
    Slot,
    Span,
    Status,
    Word,
)

TEXT = (Slot("text", required=False),)
CATALOGUE = {
    spec.name: spec
    for spec in (
        ActionSpec("look", "", Risk.LOOK, TEXT),
        ActionSpec("type_text", "", Risk.REVERSIBLE, TEXT, undoable=True),
        ActionSpec("press_keys", "", Risk.REVERSIBLE, (Slot("keys", "keys", required=False),)),
        ActionSpec("paste", "", Risk.REVERSIBLE, undoable=True),
        ActionSpec("send", "", Risk.OUTWARD, TEXT),
        ActionSpec("wipe", "", Risk.DESTRUCTIVE, TEXT),
        *(ActionSpec(name, "", Risk.LOOK) for name in ("confirm", "deny", "none")),
        ActionSpec("undo", "", Risk.REVERSIBLE),
    )
}
CALLED = {"type_text": "type", "press_keys": "press"}
"""The word that asks for it, where that is not its name."""
FOCUSES = [
    None, Focus(1, "Notes", "mousepad"), Focus(2, "sh", "xterm"), Focus(3, "Run", "anything"),
    Focus(4, "Ambidex", "ambidex"), Focus(13, "Log in", "firefox"),
]  # fmt: skip
SECRET_WINDOW = 13
REQUESTS = st.lists(
    st.sampled_from([
        "type hello", "type that", "press enter", "paste that", "send hello", "send that", "wipe all", "look", "hello",
        "yes", "yes", "no", "type hello and send hello",
    ]),
    min_size=1, max_size=2,
).map(" ".join)  # fmt: skip
COMPOSED = ("hello", "rm", "enter", "made up")
Wish = tuple[str, Span | int | str | None, int, int]
"""An action's name; what it points at: words, or the item seen so many items ago, or what it spells itself; how many
utterances ago it was asked for; and how many actions ago what it follows."""
SPANS = st.one_of(
    st.none(),
    st.builds(lambda start, length: Span(Channel.USER, start, start + length), st.integers(0, 9), st.integers(0, 3)),
    st.integers(0, 4),
    st.integers(0, 1),
    st.sampled_from(COMPOSED),
)
NAMES = st.sampled_from([*CATALOGUE, "type_text", "press_keys", "paste", "send", "wipe", "confirm", "confirm"])
WISHES = st.lists(
    st.tuples(NAMES, SPANS, st.sampled_from([0] * 8 + [1, -1, 9]), st.sampled_from([0] * 8 + [1, 2])),
    min_size=1, max_size=4,
)  # fmt: skip
RULES: list[tuple[Rule, ...]] = [
    (),
    (Rule(Ruling.ALLOW, "", frozenset({Risk.OUTWARD})),),
    (Rule(Ruling.ASK, "Tell me first.", actions=("type_*",)),),
    (Rule(Ruling.NEVER, "Not here.", actions=("type_text", "look"), apps=("mousepad",)),),
    (Rule(Ruling.ALLOW, ""),),
]


@dataclass
class Question:
    """What the user was asked last, and whether they have said yes to it since."""

    name: str
    words: Sequence[str]
    """What it answers."""
    asked_ns: int
    n_said: int
    yes: bool = False


class ExecutorMachine(RuleBasedStateMachine):
    """The rules are what may happen; every body checks that it may run."""

    @initialize(rules=st.sampled_from(RULES), asked=st.sampled_from([False, True, True, True]))
    def begin(self, rules: tuple[Rule, ...], asked: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "journal.jsonl"
        self.journal = Journal(self.path, lambda: 0.0)
        self.rules, self.sources = rules, Sources()
        self.now_ns = self.actions = self.begun = 0
        self.ready, self.opened = True, False
        self.focus: Focus | None = None
        self.said: list[str] = []
        self.opened_at = 0
        self.truth: dict[int, tuple[str, str]] = {}
        self.question: Question | None = None
        self.runs: dict[int, set[int]] = {}
        self.faults: list[Exception] = []
        self.acting = Action(0, "none", {}, 0, 0)
        self.waiting: Pending | None = None
        surroundings = Surroundings(focus=lambda: self.focus, secret=lambda window: window == SECRET_WINDOW)
        judge = Judge(self.sources, self.licence, rules, surroundings, lambda: self.now_ns)
        bodies = {name: self.body(name) for name in ("look", "type_text", "press_keys", "paste", "send", "wipe")}
        self.executor = Executor(
            CATALOGUE, self.sources, bodies, self.journal, self.told, lambda: self.now_ns, judge=judge
        )
        self.executor.on_decision(lambda decision: self.note(decision.outcome, decision.action.name))
        if asked:
            self.user_opens_and_speaks(Opening.HOLD, "look", pauses=False)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.journal.close()
            self.folder.cleanup()

    @staticmethod
    def licence(words: Sequence[str], finished: bool) -> frozenset[str]:
        return frozenset(name for name in CATALOGUE if CALLED.get(name, name) in words)

    # What happens -------------------------------------------------------------------------------------------------

    @rule(by=st.sampled_from(Opening), words=REQUESTS, pauses=st.booleans())
    def user_opens_and_speaks(self, by: Opening, words: str, pauses: bool) -> None:
        self.perceive(Channel.USER, Opened(by), Origin.USER)
        self.opened, self.opened_at = True, len(self.said)
        self.user_speaks(words, pauses)

    @rule(words=REQUESTS, pauses=st.booleans())
    def user_speaks(self, words: str, pauses: bool) -> None:
        if self.opened:
            for word in words.split():
                self.perceive(Channel.USER, Word(word), Origin.USER)
            self.said += words.split()
            if self.question is not None and "yes" in words.split():
                self.question.yes = True
            if pauses:
                self.perceive(Channel.USER, Pause(), Origin.USER)

    @rule()
    def user_closes(self) -> None:
        self.perceive(Channel.USER, ChannelClosed(), Origin.USER)

    @rule(text=st.sampled_from(["rm", "hello", "yes", "send that", "enter"]), copied=st.booleans())
    def something_is_seen(self, text: str, copied: bool) -> None:
        channel = Channel.CLIPBOARD if copied else Channel.SCREEN
        data = Copied("text", text, len(text)) if copied else Line(len(self.truth), text, Place(0, 0, 9, 9))
        item = self.perceive(channel, data, Origin.WORLD)
        assert isinstance(item, Item)
        self.truth[item.id] = (text, channel.value)

    @rule(focus=st.sampled_from(FOCUSES))
    def another_window_comes_in_front(self, focus: Focus | None) -> None:
        self.focus = focus

    @rule(seconds=st.sampled_from([1, 31, 601]))
    def time_passes(self, seconds: int) -> None:
        self.now_ns += seconds * 1_000_000_000

    @rule(wishes=WISHES)
    def mind_acts(self, wishes: list[Wish]) -> None:
        for name, pointed, late, follows in wishes:
            self.actions += 1
            newest = max(self.truth, default=0)
            span = Span(Channel.USER, 0, None, newest - pointed) if isinstance(pointed, int) else pointed
            slots = [slot.name for slot in CATALOGUE[name].slots]
            composed = dict.fromkeys(slots, span) if isinstance(span, str) else {}
            spans = dict.fromkeys(slots, span) if isinstance(span, Span) else {}
            utterance = self.sources.utterance.number - late
            words, finished = (self.opened_at, len(self.said)), not self.sources.in_sentence
            action = Action(
                self.actions, name, spans, self.now_ns, utterance, max(0, self.actions - follows) if follows else 0,
                words, finished, composed,
            )  # fmt: skip
            self.acting, self.waiting = action, self.executor.pending
            self.executor.execute(action)

    @rule(wishes=WISHES, allows=st.booleans())
    def user_presses_a_button(self, wishes: list[Wish], allows: bool) -> None:
        """The mind may be quicker than the hands."""
        pending = self.executor.pending
        if not allows:
            self.executor.deny()
            self.question = None
        elif self.executor.approve():
            assert pending is not None
            assert self.question is not None
            self.question.yes = True
            self.acting = pending.action
            self.work_off()
        self.mind_acts(wishes)

    @rule(n=st.integers(1, 3))
    def user_takes_back(self, n: int) -> None:
        self.executor.undo(n)

    @rule(wishes=WISHES, panics=st.booleans())
    def user_panics_or_locks_the_screen(self, wishes: list[Wish], panics: bool) -> None:
        if panics:
            self.executor.panic()
        else:
            self.executor.lock("The screen is locked.")
        self.ready, self.question = False, None
        self.mind_acts(wishes)
        self.executor.approve()
        self.work_off()
        self.executor.rearm()
        self.executor.lock("")
        self.ready = True

    # What must hold -----------------------------------------------------------------------------------------------

    def body(self, name: str) -> Body:
        def run(values: Mapping[str, str], stop: StopSignal) -> Result:
            try:
                self.may_run(name, values)
            except Exception as error:  # noqa: BLE001 - the executor takes a fault in a body for an outcome
                self.faults.append(error)
            match self.begun % 4:
                case 0:
                    return Done("Done.", lambda stop: "Undone.")
                case 1:
                    return Halted("Half.", irrevocable("Too late."))
                case 2:
                    return Refused("Not possible.")
                case _:
                    return Done("Done.")

        return run

    def may_run(self, name: str, values: Mapping[str, str]) -> None:
        action = self.acting
        if action.name != name:  # it confirmed the one that waited
            assert self.waiting is not None
            action = self.waiting.action
        assert self.ready
        assert self.opened
        assert 0 < action.utterance <= self.sources.utterance.number
        entry = read_journal(self.path)[-1]
        self.begun += 1
        assert (entry.state, entry.name, entry.utterance) == (BEGUN, name, action.utterance)
        foreign = any(source != "user" for source in entry.provenance.values())
        for slot, source in entry.provenance.items():
            assert values[slot] in self.texts_from(source)
        self.no_denial(name, foreign)
        if name == "look":
            return
        risk, words = CATALOGUE[name].risk, self.said[self.opened_at :]
        if entry.approved:
            assert self.question is not None
            assert self.question.yes
            assert self.question.name == name
            assert self.now_ns - self.question.asked_ns <= EXPIRES_NS
            words, self.question = self.question.words, None  # one yes, one time
        if CALLED.get(name, name) not in words:
            assert entry.approved
            assert risk is Risk.REVERSIBLE
        if foreign and "that" not in words and not set(values[next(iter(values))].split()) <= set(words):
            assert entry.approved
        allowed = any(each.ruling is Ruling.ALLOW for each in self.rules)
        if risk is Risk.DESTRUCTIVE or risk is Risk.OUTWARD:
            assert entry.approved or (allowed and self.rules[0].fits(CATALOGUE[name], {}, ""))
        if not entry.approved:
            self.runs.setdefault(len(self.said), set()).add(action.id)

    def no_denial(self, name: str, foreign: bool) -> None:
        app, title = (self.focus.app, self.focus.title) if self.focus else ("", "")
        if name in ("type_text", "press_keys", "paste"):
            assert app != "ambidex"
            assert self.focus is None or self.focus.window != SECRET_WINDOW
            if app == "xterm" or title == "Run":
                assert not foreign
                assert name != "paste"
        if self.rules and self.rules[0].ruling is Ruling.NEVER and app == "mousepad":
            assert name not in ("type_text", "look")

    @invariant()
    def nothing_ran_that_may_not(self) -> None:
        for fault in getattr(self, "faults", ()):
            raise fault

    @invariant()
    def no_words_set_more_going_than_they_may(self) -> None:
        for ids in getattr(self, "runs", {}).values():
            assert len(ids) <= MAX_PER_WORDS

    # Helpers ------------------------------------------------------------------------------------------------------

    def perceive(self, channel: Channel, data: Data, origin: Origin) -> int | Item | None:
        return self.sources.add(Event(self.now_ns, channel, data, origin))

    def work_off(self) -> None:
        """Let the hands' thread do what is queued, on this one."""
        queue = self.executor._queue  # `run` would not end by itself
        while (job := queue.get(timeout_s=0)) is not None:
            self.executor._execute(job.action, job.approved)

    def texts_from(self, source: str) -> set[str]:
        if source == "user":
            every = range(len(self.said) + 1)
            return {" ".join(self.said[i:j]) for i in every for j in every if i < j}
        if source == "composed":
            return {*COMPOSED}
        return {text for text, channel in self.truth.values() if channel == source}

    def told(self, event: Event) -> None:
        assert isinstance(event.data, Outcome)
        item = self.perceive(event.channel, event.data, event.origin)
        assert isinstance(item, Item)
        self.truth[item.id] = (event.data.text, event.channel.value)

    def note(self, outcome: Outcome, name: str) -> None:
        if name == "deny" and outcome.status is Status.DONE:
            self.question = None
        if outcome.status is Status.ASKS:
            before = self.question
            if before is not None and before.n_said == len(self.said) and not before.yes:
                assert self.now_ns - before.asked_ns > EXPIRES_NS, "another question took its place"
            self.question = Question(name, self.said[self.opened_at :], self.now_ns, len(self.said))


TestExecutor = ExecutorMachine.TestCase
TestExecutor.settings = settings(max_examples=500, stateful_step_count=40, deadline=None)
