"""The language model in the running program: what it is shown, when it is called, and where its phrases go."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Event as StopSignal
from typing import Protocol

from actions.bodies import Body, Done, Result
from desktop.model_kinds import Kind
from desktop.model_store import ModelStore
from desktop.places import Places
from model.deliberation.client import Deliberation
from model.deliberation.phrase import Phrase, Stream
from model.stream.errors import ModelFailed
from model.stream.protocols import Effector, Post
from model.stream.values import Channel, Event, Origin, Outcome, Played, Say, Silenced, Status, Step, Tick

SHOWN = frozenset({Channel.USER, Channel.SCREEN, Channel.CLIPBOARD, Channel.OUTCOME})
NO_ENGINE = "The engine for language models is not installed. Run `scripts/setup --llm` in Ambidex's folder."
NO_ANSWER = "The language model has no answer to that."


class Shown(Protocol):
    """The live view, as far as the model is shown in it."""

    def deliberated(self, phrase: Phrase) -> None: ...
    def notify(self, text: str) -> None: ...


class Deliberating:
    """Records the loop for the model, does the action `think`, and has the model's words spoken and shown."""

    def __init__(self, model: Path, voice: Effector, live: Shown, post: Post) -> None:
        self.client = Deliberation(model, self.take, n_threads=max(1, (os.cpu_count() or 2) - 1))
        self._voice, self._live, self._post = voice, live, post
        self._lock = threading.Lock()  # guards the three below
        self._heard: list[str] = []
        self._asked = self._spoke = False
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
                asked, self._asked, self._spoke = self._asked, False, False
            if asked:
                self._fail(str(error))
            elif str(error) != self._told:
                self._live.notify(str(error))
            self._told = str(error)
            raise

    def silence(self) -> None:
        """Nothing that it writes is spoken until it is asked again. Any thread."""
        with self._lock:
            if not (self._asked or self._spoke):
                return
            self._asked = self._spoke = False
            self.client.hush(" ".join(self._heard))

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        """What the loop saw is read at once. What was not heard of a reply that was cut off is taken back."""
        del tick, step
        for event in events:
            match event.data:
                case Played(text=text):
                    if self._spoke:
                        self._heard.append(text)
                case Silenced(cut=True):
                    self.silence()
                case Silenced():
                    self._spoke = self._spoke and self._asked
                case _ if event.channel in SHOWN:
                    self.client.see(event)
                case _:
                    pass

    @property
    def bodies(self) -> Mapping[str, Body]:
        def think(values: Mapping[str, str], stop: StopSignal) -> Result:
            """The answer comes by itself, phrase by phrase, while the hands are free for other things."""
            del values, stop
            with self._lock:
                self.client.floor()
                self._heard.clear()
                self._asked, self._spoke = True, False
            return Done("")

        return {"think": think}

    def take(self, phrase: Phrase) -> None:
        """On the client's thread."""
        self._live.deliberated(phrase)
        if phrase.stream is not Stream.SAY:
            return
        with self._lock:
            asked, no_answer = self._asked, phrase.last and not phrase.text and not self._spoke
            if asked and (phrase.text or self._spoke):
                self._spoke = True
                self._voice.submit(Say(phrase.text, last=phrase.last), Tick(0, 0, 0.0))
            self._asked = asked and not phrase.last
        if asked and no_answer:
            self._fail(NO_ANSWER)

    def _fail(self, sentence: str) -> None:
        self._post(Event(time.monotonic_ns(), Channel.OUTCOME, Outcome("think", Status.FAILED, sentence), Origin.WORLD))


def chosen_language_model(places: Places) -> Path | None:
    """The model that the user chose; None where there is none. Raises `ModelFailed` if it cannot be used."""
    model = ModelStore(places.models).chosen(Kind.LANGUAGE)
    if model is not None and find_spec("llama_cpp") is None:
        raise ModelFailed(NO_ENGINE)
    return model
