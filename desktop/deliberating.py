"""The language model in the running program: what it is shown, when it is called, and where its phrases go."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Event as StopSignal
from typing import Protocol

from actions.bodies import Body, Done, Result
from actions.tracing import traced
from desktop.model_kinds import Kind
from desktop.model_store import ModelStore
from desktop.places import Places
from desktop.settings import Settings
from model.deliberation.client import Deliberation, Running
from model.deliberation.phrase import Phrase, Stream
from model.deliberation.tools import read_call
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
NO_ANSWER = "The language model has no answer to that."


class Shown(Protocol):
    """The live view, as far as what the model does is shown in it."""

    def begin(self, name: str, arguments: Sequence[tuple[str, Argument]]) -> None: ...
    def notify(self, text: str) -> None: ...


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
        act: Callable[[Action], None],
    ) -> None:
        self.client = Deliberation(
            model,
            self.take,
            running,
            tools=catalogue.values(),
            on_rest=self.rest,
        )
        self._catalogue, self._sources = catalogue, sources
        self._voice, self._live, self._post, self._act = voice, live, post, act
        self._lock = threading.Lock()  # guards what follows
        self._asked = self._spoke = self._complete = self._acted = False
        self._heard: list[str] = []
        self._question = Question(0, (0, 0))
        self._n_actions, self._awaited = 0, ""
        self._told = ""

    def state(self) -> str:
        """`ready`, or `loading` while it is not."""
        return "ready" if self.client.ready else "loading"

    def run(self, stop: StopSignal) -> None:
        """One life of its process. Raises `ModelFailed`, of which the user is told, if it ends by itself."""
        try:
            self.client.run(stop)
        except ModelFailed as error:
            with self._lock:
                asked, self._asked, self._spoke, self._awaited = self._asked, False, False, ""
            if asked:
                self._fail(str(error))
            elif str(error) != self._told:
                self._live.notify(str(error))
            self._told = str(error)
            raise

    def silence(self) -> None:
        """Nothing that it writes is spoken or done until it is asked again. Any thread."""
        with self._lock:
            if not (self._asked or self._spoke):
                return
            self._asked = self._spoke = False
            self._awaited = ""
            self.client.hush(" ".join(self._heard))

    def give_way(self) -> None:
        """The user speaks: what it has not said yet, it does not say. While an action of its own waits, perhaps for the
        yes that they speak, it has nothing to give up."""
        if not self._awaited or self._spoke:
            self.silence()

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        """What the loop saw is read at once. What was not heard of a reply that was cut off is taken back."""
        del tick, step
        for event in events:
            match event.data:
                case Played(text=text):
                    if self._spoke:
                        self._heard.append(text)
                case Silenced(cut=True):
                    self.give_way()
                case Silenced():
                    self._all_heard()
                case _ if event.channel in SHOWN:
                    if isinstance(event.data, Outcome):
                        self._learn(event.data)
                    self.client.see(event)
                case _:
                    pass

    def _learn(self, outcome: Outcome) -> None:
        """Of the action that it waits for, or of another of that name: then it waits in vain."""
        if outcome.action == self._awaited and outcome.status is not Status.ASKS:
            if outcome.action_id == self._n_actions:
                self._awaited = ""
            else:
                self.silence()

    def _all_heard(self) -> None:
        with self._lock:
            if self._spoke and self._complete:
                self._spoke = False
                self._heard.clear()
                self.client.turn()

    @property
    def bodies(self) -> Mapping[str, Body]:
        def think(values: Mapping[str, str], stop: StopSignal) -> Result:
            """The answer comes by itself, phrase by phrase, while the hands are free for other things."""
            del values, stop
            utterance, words = self._sources.utterance, self._sources.word_count
            with self._lock:
                self.client.floor()
                self._heard.clear()
                self._asked, self._spoke, self._acted, self._awaited = True, False, False, ""
                self._question = Question(utterance.number, (utterance.first_word, words))
            return Done("")

        return {"think": think}

    def take(self, phrase: Phrase) -> None:
        """On the client's thread."""
        with self._lock:
            asked = self._asked
            match phrase.stream:
                case Stream.SAY if asked and (phrase.text or self._spoke):
                    self._spoke, self._complete = True, phrase.last
                    self._voice.submit(Say(phrase.text, last=phrase.last), Tick(0, 0, 0.0))
                case Stream.DO if asked and phrase.text:
                    self._do(phrase.text)
                case _:
                    pass
        if asked or phrase.stream is Stream.THINK:
            now_ns = time.monotonic_ns()
            self._post(Event(now_ns, CHANNELS[phrase.stream], Written(phrase.text, phrase.last), Origin.SELF))

    def _do(self, written: str) -> None:
        """Hand an action to the executor, as an answer to what the user had said when the model was asked."""
        action = action_of(written, self._catalogue, self._sources, self._question, self._n_actions - 1)
        if action is None:
            return
        self._n_actions = action.id
        self._acted, self._awaited = True, action.name
        found = {slot: self._sources.resolve(span) for slot, span in action.spans.items()}
        arguments = {slot: argument for slot, argument in found.items() if argument}
        arguments |= {slot: Argument(text, COMPOSED) for slot, text in action.composed.items()}
        self._live.begin(action.name, tuple(arguments.items()))
        self._act(action)

    def rest(self) -> None:
        """It has said and done all. On the client's thread."""
        with self._lock:
            nothing = self._asked and not (self._spoke or self._acted)
            self._asked = False
        if nothing:
            self._fail(NO_ANSWER)

    def _fail(self, sentence: str) -> None:
        self._post(Event(time.monotonic_ns(), Channel.OUTCOME, Outcome("think", Status.FAILED, sentence), Origin.WORLD))


@dataclass(frozen=True, slots=True)
class Question:
    """What the model was asked to answer: the opening of the user's channel, and the words since."""

    utterance: int
    words: tuple[int, int]


def action_of(
    written: str, catalogue: Catalogue, sources: Sources, question: Question, action_id: int
) -> Action | None:
    """What the model wrote, as an answer to what it was asked; None where it is no action of ours. `action_id` is
    below zero: those of the reflex are above."""
    call = read_call(written)
    spec = catalogue.get(call.name) if call else None
    if call is None or spec is None:
        return None
    spans, composed = traced(spec, call.texts, sources, question.words[0])
    return Action(
        id=action_id,
        name=spec.name,
        spans=spans,
        t_ns=time.monotonic_ns(),
        utterance=question.utterance,
        words=question.words,
        composed=composed,
    )


def running(settings: Settings, places: Places) -> Running:
    """As the user wants it. What is no longer to be kept is deleted."""
    if not settings.keep_conversation:
        places.conversation.unlink(missing_ok=True)
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
