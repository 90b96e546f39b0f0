"""The language model behind one request of `ambidex ask`: it is shown what there was, and waited for in real time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event as StopSignal

from rich.console import Console

from actions.bodies import Done, Halted, Result
from desktop.deliberating import NO_ANSWER, Question, action_of, not_known
from desktop.waited_model import WaitedModel
from model.deliberation.client import Running
from model.deliberation.phrase import Stream
from model.stream.catalogue import Catalogue
from model.stream.errors import ModelFailed
from model.stream.sources import Sources
from model.stream.values import Action, Channel, Event, Origin, Outcome, Status


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
        self._last_id = 0
        self._own: list[str] = []

    def __call__(self, values: Mapping[str, str], stop: StopSignal) -> Result:
        del values
        utterance, last_id = self._sources.utterance, self._last_id
        question = Question(utterance.number, (utterance.first_word, self._sources.word_count))
        try:
            with Console(stderr=True).status("The language model thinks …"):
                said = self._answer(question, stop)
        except ModelFailed as error:
            return Halted(str(error))
        return Done(said) if said or self._last_id != last_id else Halted(NO_ANSWER)

    def _answer(self, question: Question, stop: StopSignal) -> str:
        said: list[str] = []
        with WaitedModel(self._model, self._running, self._catalogue.values()) as model:
            for event in self._seen:
                model.client.see(event)
            for phrase in model.answer(stop):
                if phrase.stream is Stream.SAY and phrase.text:
                    said.append(phrase.text)
                if phrase.stream is Stream.DO and phrase.text:
                    event = self._do(phrase.text, question)
                    if event is None:
                        break
                    model.client.see(event)
        return " ".join(said)

    def _do(self, written: str, question: Question) -> Event | None:
        """What came of it; None where it would be asked about, and nobody is there to answer."""
        action = action_of(written, self._catalogue, self._sources, question, self._last_id - 1, self._own)
        if action is None:
            return not_known(written)
        self._last_id = action.id
        self._own += action.composed.values()
        outcome = self._execute(action)
        return (
            None
            if outcome.status is Status.ASKS
            else Event(time.monotonic_ns(), Channel.OUTCOME, outcome, Origin.WORLD)
        )
