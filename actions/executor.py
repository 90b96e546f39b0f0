"""The executor: the only way from a decision to a device. Pointers to texts, policy, journal, body, outcome, undo."""

from __future__ import annotations

import logging
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event as StopSignal

from actions.approval import Pending, assents, plain_answer
from actions.arguments import Unreadable, read
from actions.bodies import Asks, Body, Done, Halted, Refused, Result, Undo
from actions.journal import DONE, FAILED, UNDONE, Entry, Journal
from actions.judging import Judge
from actions.policy import Ruling, Verdict
from model.stream.catalogue import Catalogue
from model.stream.choices import chosen
from model.stream.errors import AmbidexError, NotPermitted
from model.stream.protocols import Post
from model.stream.queues import BoundedQueue, QueueStatistics
from model.stream.sources import COMPOSED, Sources
from model.stream.values import (
    Action,
    ActionSpec,
    Argument,
    Channel,
    Effect,
    Event,
    Origin,
    Outcome,
    Risk,
    Status,
    Tick,
)

log = logging.getLogger(__name__)

MAX_WAITING = 16
MAX_UNDO = 20

ENDING = frozenset({"stop", "stop_dictation"})
"""Actions that do not wait for what runs: they end it."""

Arguments = Mapping[str, Argument]


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything about one action: what it was given and from where, what the policy said, what became of it."""

    action: Action
    arguments: Arguments
    verdict: Verdict
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class _Job:
    action: Action
    approved: Pending | None = None


@dataclass(frozen=True, slots=True)
class _Deed:
    """Something that was changed. `said` is what the user was told of it."""

    entry: Entry
    said: str
    undo: Undo | None


class Executor:
    """Runs one action at a time: at once with `execute`, or on the thread of `run` after `submit`.

    `journal` may be None only where nothing is executed. `release` lets go of every held key and button.
    """

    OWN = frozenset({"none", "undo", "confirm", "deny"})
    """Actions that are about other actions: they need no body."""

    def __init__(
        self,
        catalogue: Catalogue,
        sources: Sources,
        bodies: Mapping[str, Body],
        journal: Journal | None,
        post: Post,
        now_ns: Callable[[], int],
        dry_run: bool = False,
        release: Callable[[], None] = lambda: None,
        judge: Judge | None = None,
    ) -> None:
        if journal is None and not dry_run:
            raise NotPermitted("Nothing is executed without a journal; give one or use a dry run.")
        own: dict[str, Body] = {"undo": self._undo_body, "confirm": self._confirm_body, "deny": self._deny_body}
        self._catalogue = catalogue
        self._sources = sources
        self._bodies = {**bodies, **own}
        self._journal = journal
        self._post = post
        self._now_ns = now_ns
        self._dry_run = dry_run
        self._release = release
        self._judge = judge or Judge(sources)
        self._observers: list[Callable[[Decision], None]] = []
        self._queue: BoundedQueue[_Job] = BoundedQueue("actions", MAX_WAITING)
        self._deeds: deque[_Deed] = deque(maxlen=MAX_UNDO)
        self._pending: Pending | None = None
        self._withdrawn = 0
        """The newest action of the language model's that is not to be done any more, nor are those before it."""
        self._approved = 0
        """The last action that the user said yes to."""
        self._not_done = 0
        """The last action that was not done; what was to follow it is not done either."""
        self._turn = threading.RLock()  # held while an action runs
        self._state = threading.Lock()  # guards the three below; panic takes this one only, so it never waits
        self._armed = True
        self._locked = ""
        self._stops: list[StopSignal] = []

    # From the loop --------------------------------------------------------------------------------------------

    def submit(self, effect: Effect, tick: Tick) -> None:
        """Queue an action; never blocks. The user's "stop" does not wait for what it is to stop."""
        del tick
        if not isinstance(effect, Action):
            return
        if effect.name in ENDING and self._judge.authority(effect):
            self.interrupt()
        self._queue.put(_Job(effect))

    def run(self, stop: StopSignal) -> None:
        """Work off the queue until `stop` is set: the hands' thread."""
        while not stop.is_set():
            job = self._queue.get(timeout_s=0.5)
            if job is not None:
                self._execute(job.action, job.approved)
        self.interrupt()

    def execute(self, action: Action) -> Outcome:
        """Do it now, on this thread."""
        return self._execute(action, None)

    def _execute(self, action: Action, approved: Pending | None) -> Outcome:
        """`approved` is what the user was asked about and said yes to."""
        with self._turn:
            decision = self._decide(action, approved)
            if decision.outcome.status not in (Status.DONE, Status.DRY_RUN):
                self._not_done = self._not_done if action.is_written else action.id
        self._tell(decision)
        return decision.outcome

    # From people ----------------------------------------------------------------------------------------------

    @property
    def pending(self) -> Pending | None:
        """The action that waits for a yes, if one does."""
        pending = self._pending
        return None if pending is None or pending.expired(self._now_ns()) else pending

    def approve(self) -> bool:
        """The user pressed Approve: queue the pending action. False if none waits any more."""
        pending, self._pending = self.pending, None
        if pending is not None:
            self._approved = pending.action.id
            self._queue.put(_Job(pending.action, pending))
        return pending is not None

    def deny(self) -> bool:
        """The user pressed Deny. False if no action waits any more."""
        pending, self._pending = self.pending, None
        if pending is not None:
            self._announce(_outcome(pending.action, Status.REFUSED, "All right, I will not."))
        return pending is not None

    def undo(self, n: int = 1) -> Outcome:
        """Take back the last `n` changes, the newest first, up to one that cannot be, and say why."""
        if self._locked:
            return Outcome("undo", Status.REFUSED, self._locked)
        texts: list[str] = []
        status = Status.REFUSED
        with self._turn:
            for _ in range(min(n, len(self._deeds))):
                try:
                    texts.append(self._take_back(self._deeds.pop()))
                    status = Status.UNDONE
                except AmbidexError as error:
                    texts.append(str(error))
                    break  # what came before it would be taken back out of order
        outcome = Outcome("undo", status, " ".join(texts) or "There is nothing to take back.")
        if status is Status.UNDONE:
            self._announce(outcome)
        return outcome

    def withdraw(self, action_id: int) -> None:
        """The language model was told to stop: this action of its, and all before it, are not done any more, nor asked
        about. Ids of its actions are below zero, and go down."""
        with self._state:
            self._withdrawn = min(self._withdrawn, action_id)
            if self._pending is not None and self._is_withdrawn(self._pending.action):
                self._pending = None

    def was_approved(self, action_id: int) -> bool:
        """Whether the user's last yes was to this one."""
        return self._approved == action_id

    def _is_withdrawn(self, action: Action) -> bool:
        return action.is_written and self._withdrawn <= action.id

    def interrupt(self) -> None:
        """Stop what is running and forget what waits, but stay ready."""
        with self._state:
            self._queue.clear()
            for stop in self._stops:
                stop.set()

    def panic(self) -> None:
        """Stop everything, let go of every key, and refuse all actions until `rearm`. Never waits for a body."""
        with self._state:
            self._armed = False
        self._pending = None
        self.interrupt()
        self._release()

    def rearm(self) -> None:
        """Only a person calls this."""
        with self._state:
            self._armed = True

    def lock(self, reason: str) -> None:
        """Refuse all actions, with this sentence, until told so with an empty one. What waits for a yes is dropped."""
        with self._state:
            self._locked = reason
        if reason:
            self._pending = None
            self.interrupt()

    @property
    def armed(self) -> bool:
        return self._armed

    # For those who watch --------------------------------------------------------------------------------------

    def on_decision(self, observer: Callable[[Decision], None]) -> None:
        """Call `observer` after each action, on the thread that ran it."""
        self._observers.append(observer)

    def statistics(self) -> QueueStatistics:
        return self._queue.statistics()

    # Deciding -------------------------------------------------------------------------------------------------

    def _decide(self, action: Action, approved: Pending | None) -> Decision:
        action = self._answering(action)
        spec = self._catalogue.get(action.name)
        if spec is None:
            text = f"I know no action called {action.name}."
            return Decision(action, {}, Verdict(Ruling.NEVER, text), _outcome(action, Status.REFUSED, text))
        arguments = self._resolve(spec, action)
        values = _values(spec, arguments)
        verdict = self._judge(spec, action, arguments, {} if isinstance(values, Unreadable) else values)
        return Decision(action, arguments, verdict, self._follow(spec, action, arguments, values, verdict, approved))

    def _answering(self, action: Action) -> Action:
        """A plain yes or no to what was asked is an answer, though the mind may take it for chatter or for "stop"."""
        pending = self.pending
        if pending is None or action.name not in ("none", "stop") or not self._judge.authority(action):
            return action
        yes = plain_answer(self._sources.words(pending.first_word))
        return action if yes is None else replace(action, name="confirm" if yes else "deny", spans={})

    def _resolve(self, spec: ActionSpec, action: Action) -> Arguments:
        """Texts and provenance, found from the pointers and never taken from a model. What is one of a few choices is
        found in the user's words, wherever the model points."""
        choices = {slot.name: slot.choices for slot in spec.slots if slot.choices}
        spans = {slot: span for slot, span in action.spans.items() if slot not in choices}
        found = {slot: self._sources.resolve(span) for slot, span in spans.items()}
        said = chosen(choices, self._judge.words(action)) if choices else {}
        found |= {slot: Argument(text, COMPOSED) for slot, text in action.composed.items() if slot not in choices}
        found |= {slot: Argument(text, Channel.USER.value) for slot, text in said.items()}
        return {slot: argument for slot, argument in found.items() if argument is not None}

    def _follow(
        self,
        spec: ActionSpec,
        action: Action,
        arguments: Arguments,
        values: dict[str, str] | Unreadable,
        verdict: Verdict,
        approved: Pending | None,
    ) -> Outcome:
        if action.name == "none":
            return _outcome(action, Status.DONE, "")
        if self._is_withdrawn(action):
            return _outcome(action, Status.REFUSED, "")
        if not self._armed:
            return _outcome(action, Status.REFUSED, "I was stopped. Switch me on again first.")
        if self._locked:
            return _outcome(action, Status.REFUSED, self._locked)
        if action.follows and action.follows == self._not_done:
            text = f"I left out “{_spoken(action, arguments)}”, as what was to come before it was not done."
            return _outcome(action, Status.REFUSED, text)
        if verdict.decision is Ruling.NEVER:
            return _outcome(action, Status.REFUSED, verdict.reason)
        if spec.missing:
            return _outcome(action, Status.REFUSED, spec.missing)
        if isinstance(values, Unreadable):
            return _outcome(action, Status.REFUSED, values.reason)
        if self._dry_run:
            return _outcome(action, Status.DRY_RUN, f"I would {_spoken(action, arguments)}.")
        if verdict.decision is Ruling.ASK:
            if not approved:
                return self._ask(action, arguments, verdict)
            self._judge.approved(verdict)
        return self._carry_out(spec, action, arguments, values, approved)

    def _ask(self, action: Action, arguments: Arguments, verdict: Verdict) -> Outcome:
        return self._await_answer(action, f"{verdict.reason} Shall I {_spoken(action, arguments)}?", {})

    def _await_answer(self, action: Action, question: str, values: Mapping[str, str]) -> Outcome:
        other = self.pending
        if other is not None and other.action.id != action.id and self._sources.word_count == other.first_word:
            return _outcome(action, Status.REFUSED, "One question at a time: answer the other one first.")
        pending = Pending(action, question, self._now_ns(), self._sources.word_count, values)
        with self._state:
            if self._is_withdrawn(action):
                return _outcome(action, Status.REFUSED, "")
            self._pending = None if self._locked else pending
        return _outcome(action, Status.ASKS, question)

    # Doing ----------------------------------------------------------------------------------------------------

    def _carry_out(
        self,
        spec: ActionSpec,
        action: Action,
        arguments: Arguments,
        values: Mapping[str, str],
        approved: Pending | None,
    ) -> Outcome:
        assert self._journal is not None  # the constructor refused it
        body = self._bodies.get(action.name)
        if body is None:
            return _outcome(action, Status.REFUSED, f"{_title(action.name)} is not available here.")
        try:
            provenance = {slot: argument.provenance for slot, argument in arguments.items()}
            asked = approved is not None
            entry = self._journal.begin(action.name, spec.risk, provenance, action.utterance, approved=asked)
            result = self._run_body(body, action.name, {**values, **approved.values} if approved else values)
            self._journal.end(entry, DONE if isinstance(result, Done) else FAILED)
        except AmbidexError as error:
            return _outcome(action, Status.FAILED, str(error))
        if isinstance(result, Asks):
            return self._await_answer(action, result.text, result.values)
        if isinstance(result, Done | Halted) and (result.undo is not None or self._stays(spec, result)):
            self._deeds.append(_Deed(entry, result.text, result.undo))
        return _outcome(action, _STATUS[type(result)], result.text)

    def _run_body(self, body: Body, name: str, values: Mapping[str, str]) -> Result:
        with self._stoppable() as stop:
            try:
                return body(values, stop)
            except AmbidexError as error:
                return Halted(str(error))
            except Exception as error:  # noqa: BLE001 - a body may be a plugin
                _log_fault(name, error)
                return Halted(f"{_title(name)} failed because of a fault in it.")

    @contextmanager
    def _stoppable(self) -> Generator[StopSignal]:
        """A stop signal that `panic` and `interrupt` reach; set from the start if a panic or a lock came first."""
        stop = StopSignal()
        with self._state:
            self._stops.append(stop)
            if self._locked or not self._armed:
                stop.set()
        try:
            yield stop
        finally:
            with self._state:
                self._stops.remove(stop)

    def _stays(self, spec: ActionSpec, result: Done | Halted) -> bool:
        """Whether something was changed for good. Without an undo, what has one by declaration changed nothing."""
        changes = spec.risk is not Risk.LOOK and not spec.undoable and spec.name not in self.OWN
        return changes and isinstance(result, Done)

    def _take_back(self, deed: _Deed) -> str:
        """Raises `NotPermitted` where that is not possible, or no longer."""
        if deed.undo is None:
            raise NotPermitted(f"This cannot be taken back: {deed.said}")
        with self._stoppable() as stop:
            text = deed.undo(stop)
        if self._journal is not None:
            self._journal.end(deed.entry, UNDONE)
        return text

    # Actions about actions; the outcome is that of the other action -------------------------------------------

    def _undo_body(self, values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        outcome = self.undo()
        return Refused(outcome.text) if outcome.status is Status.REFUSED else Done("")

    def _confirm_body(self, values: Mapping[str, str], stop: StopSignal) -> Result:
        """A yes counts only if the user's own words, heard since the question, say it: no model can say it for them."""
        del values, stop
        pending = self.pending
        if pending is None:
            return Refused("There is nothing to confirm.")
        if not assents(self._sources.words(pending.first_word)):
            return Refused("I did not hear a yes.")
        self._pending, self._approved = None, pending.action.id
        self._execute(pending.action, pending)
        return Done("")

    def _deny_body(self, values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        return Done("") if self.deny() else Refused("There is nothing to refuse.")

    # Telling --------------------------------------------------------------------------------------------------

    def _tell(self, decision: Decision) -> None:
        for observer in self._observers:
            observer(decision)
        outcome = decision.outcome
        if outcome.action_id < 0 and outcome.status is Status.DONE and not outcome.text:
            outcome = replace(outcome, text="Done.")  # a language model waits for it
        if outcome.text:
            self._announce(outcome)

    def _announce(self, outcome: Outcome) -> None:
        self._post(Event(self._now_ns(), Channel.OUTCOME, outcome, Origin.WORLD))


_STATUS: Mapping[type[Result], Status] = {Done: Status.DONE, Halted: Status.FAILED, Refused: Status.REFUSED}


def _values(spec: ActionSpec, arguments: Arguments) -> dict[str, str] | Unreadable:
    """The value of every slot that was filled; the first that is missing or cannot be read."""
    values: dict[str, str] = {}
    for slot in spec.slots:
        argument = arguments.get(slot.name)
        if argument is None:
            if slot.required:
                return Unreadable(f"I did not catch which {slot.name} you mean.")
            continue
        value = read(slot.kind, argument.text)
        if isinstance(value, Unreadable):
            return value
        values[slot.name] = value
    return values


def _outcome(action: Action, status: Status, text: str) -> Outcome:
    return Outcome(action.name, status, text, action.id)


def _spoken(action: Action, arguments: Arguments) -> str:
    """`open url: github dot com`."""
    name = action.name.replace("_", " ")
    texts = ", ".join(argument.text for argument in arguments.values())
    return f"{name}: {texts}" if texts else name


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _log_fault(name: str, error: Exception) -> None:
    """Where it happened, and not what the error says: its message may hold the user's text."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    log.error("the action %s failed: %s at %s:%s", name, type(error).__name__, last.filename, last.lineno)
