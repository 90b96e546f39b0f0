"""The language model in the running program: what it is shown, when it is called, and where its phrases go."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from threading import Event as StopSignal
from typing import Protocol

from actions.approval import EXPIRES_NS
from actions.bodies import Body, Done, Halted, Result
from actions.reading_aloud import written_words
from actions.tracing import traced
from desktop.model_kinds import Kind
from desktop.model_store import ModelStore
from desktop.places import Places
from desktop.settings import Settings
from model.deliberation.client import Deliberation, Running
from model.deliberation.phrase import Phrase, Stream
from model.deliberation.tools import is_offered, read_call
from model.stream.catalogue import Catalogue
from model.stream.errors import ModelFailed
from model.stream.protocols import Effector, Post
from model.stream.sources import COMPOSED, Sources
from model.stream.values import (
    Action,
    Argument,
    Channel,
    Event,
    Origin,
    Outcome,
    Played,
    Say,
    Silenced,
    Status,
    Step,
    Tick,
    Written,
)

SHOWN = frozenset({Channel.USER, Channel.SCREEN, Channel.CLIPBOARD, Channel.OUTCOME})
NO_ENGINE = "The engine for language models is not installed. Run `scripts/setup --llm` in Ambidex's folder."
CHANNELS = {Stream.THINK: Channel.THOUGHT, Stream.SAY: Channel.SPEECH, Stream.DO: Channel.ACTION}
NOW = Tick(0, 0, 0.0)
LOOK_AHEAD = 3
"""Words that the voice may leave out."""
MAX_OWN = 200
"""Texts that it composed, the newest, by which they are known when they come back."""
NO_ANSWER = "The language model has no answer to that."


class Hands(Effector, Protocol):
    """The executor, as the model uses it."""

    def withdraw(self, action_id: int) -> None: ...
    def was_approved(self, action_id: int) -> bool: ...


class Shown(Protocol):
    """The live view, as far as what the model does is shown in it."""

    def deliberate(self, on: bool) -> None: ...
    def withdraw(self, name: str) -> None: ...
    def begin(self, name: str, arguments: Sequence[tuple[str, Argument]]) -> None: ...
    def notify(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What the model was asked to answer: the opening of the user's channel, and the words since."""

    utterance: int
    words: tuple[int, int]


@dataclass
class _Reply:
    """What the model was asked, and how far its answer is."""

    turn: int
    question: Question
    answered: bool = False
    """Whether it has said or done anything."""
    said_all: bool = True
    """Whether its words end for now."""
    unheard: deque[str] = field(default_factory=deque[str])
    """Those that have not been played yet."""
    heard: list[str] = field(default_factory=list[str])
    """Those that have, since all was heard before."""
    awaited: Action | None = None
    """Its action of which it is not known yet what came of it."""
    expires_ns: int = 0
    """When the question that this action waits for runs out; 0 where it waits for none."""
    at_rest: bool = False
    """Whether it has given the floor back; what it said may still be playing."""


class Deliberating:
    """Records the loop for the model, does the action `think`, has its words spoken and its actions carried out.

    What it writes is posted, too: so it is shown, and recorded in a trace.
    """

    def __init__(
        self,
        model: Path,
        running: Running,
        catalogue: Catalogue,
        sources: Sources,
        voice: Effector,
        live: Shown,
        post: Post,
    ) -> None:
        self.client = Deliberation(
            model, self.take, running, tools=catalogue.values(), on_rest=self.rest, on_beat=self.look_at_the_clock
        )
        self._catalogue, self._sources = catalogue, sources
        self._voice, self._live, self._post = voice, live, post
        self._hands: Hands | None = None
        self._lock = threading.RLock()  # guards the four below
        self._reply: _Reply | None = None
        self._question = Question(0, (0, 0))
        self._last_id = 0
        self._own: deque[str] = deque(maxlen=MAX_OWN)
        self._told = ""

    def connect(self, hands: Hands) -> None:
        """Who does its actions. Before anything runs; without it there are none."""
        self._hands = hands

    def state(self) -> str:
        """`ready`, or `loading` while it is not."""
        return "ready" if self.client.ready else "loading"

    def run(self, stop: StopSignal) -> None:
        """One life of its process. Raises `ModelFailed`, of which the user is told, if it ends by itself."""
        try:
            self.client.run(stop)
        except ModelFailed as error:
            with self._lock:
                waits = self._reply is not None and not self._reply.at_rest
                self.silence()
            if waits:
                self._fail(str(error))
            elif str(error) != self._told:
                self._live.notify(str(error))
            self._told = str(error)
            raise

    def _end(self) -> _Reply | None:
        reply, self._reply = self._reply, None
        self._live.deliberate(False)
        return reply

    def silence(self) -> None:
        """Nothing that it writes is spoken or done until it is asked again, and what waits to be done is not. Any
        thread."""
        with self._lock:
            reply = self._end()
            if reply is None:
                return
            self.client.hush(" ".join(reply.heard))
            if reply.awaited is not None and self._hands is not None:
                self._hands.withdraw(reply.awaited.id)
                self._live.withdraw(reply.awaited.name)

    def give_way(self) -> None:
        """The user speaks: what it has not said yet, it does not say. While a question about an action of its own
        waits, for the yes that they speak perhaps, it is not given up; nor is an action after which it has said all."""
        with self._lock:
            reply = self._reply
            if reply is None:
                return
            if reply.expires_ns:
                reply.unheard.clear()
            elif reply.awaited is None or reply.unheard:
                self.silence()

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        """What the loop saw is read at once. What was not heard of a reply that was cut off is taken back."""
        del tick, step
        for event in events:
            with self._lock:
                self._notice(event)
            if event.channel in SHOWN:
                self.client.see(event)

    def _notice(self, event: Event) -> None:
        reply = self._reply
        if reply is None:
            return
        match event.data:
            case Played(text=text) if text in islice(reply.unheard, LOOK_AHEAD):
                while (word := reply.unheard.popleft()) != text:
                    reply.heard.append(word)
                reply.heard.append(text)
            case Silenced(cut=True) if reply.unheard or reply.heard:
                self.give_way()
            case Silenced(cut=False) if reply.heard and not reply.unheard and reply.said_all:
                reply.heard.clear()
                self.client.heard()
                if reply.at_rest:
                    self._end()
            case Outcome() if reply.awaited is not None and event.data.action == reply.awaited.name:
                self._learn(reply, event.data)
            case _:
                pass

    def _learn(self, reply: _Reply, outcome: Outcome) -> None:
        """Of the action that it waits for, or of another of that name: then it waits in vain."""
        assert reply.awaited is not None
        if outcome.action_id != reply.awaited.id:
            self.silence()
        elif outcome.status is Status.ASKS:
            reply.expires_ns = time.monotonic_ns() + EXPIRES_NS
        else:
            reply.awaited, reply.expires_ns = None, 0

    def look_at_the_clock(self) -> None:
        """A question that nobody answered is over; so is the answer that waits for it."""
        with self._lock:
            reply = self._reply
            if reply is None or reply.awaited is None or not 0 < reply.expires_ns < time.monotonic_ns():
                return
            if self._hands is not None and self._hands.was_approved(reply.awaited.id):
                reply.expires_ns = 0
            else:
                self.silence()

    def decided(self, action: Action) -> None:
        """The reflex has decided on an action: `think`, perhaps, which is then about what has been said by now."""
        if action.name == "think":
            with self._lock:
                self._question = Question(action.utterance, action.words)

    @property
    def bodies(self) -> Mapping[str, Body]:
        def think(values: Mapping[str, str], stop: StopSignal) -> Result:
            """The answer comes by itself, phrase by phrase, while the hands are free for other things."""
            del values
            with self._lock:
                if stop.is_set():
                    return Halted("I was stopped.")
                self.silence()  # an answer that was under way
                self._reply = _Reply(self.client.floor(), self._question)
                self._live.deliberate(True)
            return Done("")

        return {"think": think}

    def take(self, phrase: Phrase) -> None:
        """On the client's thread."""
        action = self._read(phrase)
        with self._lock:
            reply = self._of(phrase.turn)
            match phrase.stream:
                case Stream.THINK:
                    pass
                case _ if reply is None:
                    return
                case Stream.SAY if phrase.text or not reply.said_all:
                    reply.answered |= bool(phrase.text)
                    reply.unheard += written_words(phrase.text)
                    reply.said_all = phrase.last
                    self._voice.submit(Say(phrase.text, last=phrase.last), NOW)
                case Stream.DO if action is not None and self._hands is not None:
                    reply.answered, reply.awaited = True, action
                    self._last_id = action.id
                    self._own.extend(action.composed.values())
                    self._live.begin(action.name, arguments_of(action, self._sources))
                    self._hands.submit(action, NOW)
                case _:
                    pass
        now_ns = time.monotonic_ns()
        self._post(Event(now_ns, CHANNELS[phrase.stream], Written(phrase.text, phrase.last), Origin.SELF))

    def _of(self, turn: int) -> _Reply | None:
        """The reply of that turn, where it is still being written."""
        reply = self._reply
        return reply if reply is not None and reply.turn == turn and not reply.at_rest else None

    def _read(self, phrase: Phrase) -> Action | None:
        """The action that was written. To find where its words came from takes a while: nobody waits for it."""
        reply = self._of(phrase.turn)
        if phrase.stream is not Stream.DO or reply is None or not phrase.text:
            return None
        action = action_of(
            phrase.text, self._catalogue, self._sources, reply.question, self._last_id - 1, tuple(self._own)
        )
        if action is None:
            self.client.see(not_known(phrase.text))
        return action

    def rest(self, turn: int) -> None:
        """It has said and done all of that turn. On the client's thread."""
        with self._lock:
            reply = self._of(turn)
            if reply is None:
                return
            reply.at_rest = True
            if reply.unheard or reply.heard:
                self._live.deliberate(False)
            else:
                self._end()
        if not reply.answered:
            self._fail(NO_ANSWER)

    def _fail(self, sentence: str) -> None:
        self._post(Event(time.monotonic_ns(), Channel.OUTCOME, Outcome("think", Status.FAILED, sentence), Origin.WORLD))


def action_of(
    written: str, catalogue: Catalogue, sources: Sources, question: Question, action_id: int, own: Collection[str]
) -> Action | None:
    """What the model wrote, as an answer to what it was asked; None where it is no action of ours. `action_id` is
    below zero: those of the reflex are above. `own`: what it composed before."""
    call = read_call(written)
    spec = catalogue.get(call.name) if call else None
    if call is None or spec is None or not is_offered(spec):
        return None
    spans, composed = traced(spec, call.texts, sources, question.words, own)
    return Action(
        id=action_id,
        name=spec.name,
        spans=spans,
        t_ns=time.monotonic_ns(),
        utterance=question.utterance,
        words=question.words,
        composed=composed,
    )


def arguments_of(action: Action, sources: Sources) -> tuple[tuple[str, Argument], ...]:
    """What it is given, and from where, as it is shown."""
    found = {slot: sources.resolve(span) for slot, span in action.spans.items()}
    composed = {slot: Argument(text, COMPOSED) for slot, text in action.composed.items()}
    return tuple((slot, argument) for slot, argument in (found | composed).items() if argument is not None)


def not_known(written: str) -> Event:
    """The outcome of what is no action, for the model that waits for one."""
    call = read_call(written)
    outcome = Outcome(call.name if call else "", Status.REFUSED, "There is no such action.")
    return Event(time.monotonic_ns(), Channel.OUTCOME, outcome, Origin.WORLD)


def running(settings: Settings, places: Places) -> Running:
    """As the user wants it."""
    adapter = Path(settings.language_adapter).expanduser() if settings.language_adapter else None
    return Running(
        n_context=settings.language_context,
        n_gpu_layers=settings.language_gpu_layers,
        adapter=adapter,
        keep=places.conversation if settings.keep_conversation else None,
    )


def chosen_or_why(places: Places) -> tuple[Path | None, str]:
    """The language model that the user chose, and what is wrong with it."""
    try:
        return chosen_language_model(places), ""
    except ModelFailed as error:
        return None, str(error)


def chosen_language_model(places: Places) -> Path | None:
    """The model that the user chose; None where there is none. Raises `ModelFailed` if it cannot be used."""
    model = ModelStore(places.models).chosen(Kind.LANGUAGE)
    if model is not None:
        require_engine()
    return model


def require_engine() -> None:
    """Raises `ModelFailed` where llama.cpp is not installed."""
    if find_spec("llama_cpp") is None:
        raise ModelFailed(NO_ENGINE)
