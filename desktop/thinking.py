"""The language model behind one request of `ambidex ask`: it is shown what there was, and waited for in real time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event as StopSignal

from rich.console import Console

from actions.bodies import Done, Halted, Result
from desktop.deliberating import NO_ANSWER, Question, action_of, not_known
from model.deliberation.client import Deliberation, Running
from model.deliberation.phrase import Phrase, Stream
from model.stream.catalogue import Catalogue
from model.stream.errors import ModelFailed
from model.stream.sources import Sources
from model.stream.values import Action, Channel, Event, Origin, Outcome, Status

ANSWERS_WITHIN_S = 600.0
LOOK_S = 0.1


class Thinking:
    """The body of `think`. Its actions are carried out before it ends, and what it said is the outcome."""

    def __init__(
        self,
        model: Path,
        running: Running,
        catalogue: Catalogue,
        sources: Sources,
        seen: Sequence[Event],
        execute: Callable[[Action], Outcome],
    ) -> None:
        """`seen`: what the request is about, and its words."""
        self._model, self._running = model, running
        self._catalogue, self._sources, self._seen, self._execute = catalogue, sources, seen, execute
        self._n_actions = 0

    def __call__(self, values: Mapping[str, str], stop: StopSignal) -> Result:
        del values
        self._told: queue.Queue[Phrase | None] = queue.Queue()
        self._client = Deliberation(
            self._model,
            self._told.put,
            self._running,
            tools=self._catalogue.values(),
            on_rest=lambda turn: self._told.put(None),
        )
        self._over, self._fault = threading.Event(), ""
        self._said: list[str] = []
        n_before = self._n_actions
        thread = threading.Thread(target=self._run, name="deliberation", daemon=True)
        thread.start()
        try:
            with Console(stderr=True).status("The language model thinks …"):
                self._answer(stop)
        except ModelFailed as error:
            return Halted(str(error))
        finally:
            self._over.set()
            thread.join()
        return Done(" ".join(self._said)) if self._said or self._n_actions > n_before else Halted(NO_ANSWER)

    def _run(self) -> None:
        try:
            self._client.run(self._over)
        except ModelFailed as error:
            self._fault = str(error)

    def _answer(self, stop: StopSignal) -> None:
        utterance, words = self._sources.utterance, self._sources.word_count
        question = Question(utterance.number, (utterance.first_word, words))
        for event in self._seen:
            self._client.see(event)
        asked, until_s = False, time.monotonic() + ANSWERS_WITHIN_S
        while not stop.is_set():
            if self._fault:
                raise ModelFailed(self._fault)
            if time.monotonic() > until_s:
                raise ModelFailed(f"The language model had no end within {ANSWERS_WITHIN_S:.0f} seconds.")
            if not asked and self._client.ready:
                self._client.floor()
                asked = True
            with suppress(queue.Empty):
                phrase = self._told.get(timeout=LOOK_S)
                if phrase is None:
                    return
                self._take(phrase, question)

    def _take(self, phrase: Phrase, question: Question) -> None:
        if phrase.stream is Stream.SAY and phrase.text:
            self._said.append(phrase.text)
        if phrase.stream is Stream.DO and phrase.text:
            action = action_of(phrase.text, self._catalogue, self._sources, question, -self._n_actions - 1)
            if action is None:
                self._client.see(not_known(phrase.text))
            else:
                self._n_actions += 1
                outcome = self._execute(action)
                if outcome.status is Status.ASKS:  # nobody is there to answer
                    self._client.hush()
                    self._told.put(None)
                else:
                    self._client.see(Event(time.monotonic_ns(), Channel.OUTCOME, outcome, Origin.WORLD))
