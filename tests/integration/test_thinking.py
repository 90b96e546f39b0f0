"""The language model behind one request, and the questions by which one is checked."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from threading import Event as StopSignal

import pytest

from actions.bodies import Done, Halted
from desktop.deliberating import NO_ANSWER
from desktop.minds import shipped_catalogue
from desktop.model_check import CHECKS, check_model
from desktop.simulation import Scene, present, spoken
from desktop.thinking import Thinking
from model.deliberation.client import Running
from model.stream.errors import ModelFailed
from model.stream.sources import Sources
from model.stream.values import Action, Outcome, Status

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(120),
    pytest.mark.skipif(find_spec("llama_cpp") is None, reason="no engine for language models: scripts/setup --llm"),
]

TOY = Path(__file__).parents[1] / "data" / "toy_language_model.gguf"
RUNNING = Running(1, 2048)
POEM = "small drops fall and rivers grow"


class Hands:
    """Answers each action with the same status."""

    def __init__(self, status: Status) -> None:
        self.status = status
        self.done: list[Action] = []

    def __call__(self, action: Action) -> Outcome:
        self.done.append(action)
        return Outcome(action.name, self.status, "It is on the clipboard.", action.id)


def think(request: str, hands: Hands, model: Path = TOY) -> Done | Halted:
    scene = Scene(tuple(request.split()))
    sources, events = Sources(), (*present(scene), *spoken(scene))
    for event in events:
        sources.add(event)
    result = Thinking(model, RUNNING, shipped_catalogue(), sources, events, hands)({}, StopSignal())
    assert isinstance(result, Done | Halted)
    return result


def test_what_it_says_is_the_outcome() -> None:
    assert think("explain tea", Hands(Status.DONE)) == Done(
        "tea is made of leaves and water the water has to be nearly boiling wait three minutes before you drink it"
    )


def test_its_action_is_done_before_it_speaks_of_it() -> None:
    hands = Hands(Status.DONE)
    assert think("write a poem about rain", hands) == Done("i wrote you a poem")
    (action,) = hands.done
    assert (action.name, action.composed, action.utterance, action.words) == (
        "set_clipboard", {"text": POEM}, 1, (0, 5)
    )  # fmt: skip
    assert action.id < 0


def test_what_would_be_asked_about_ends_there() -> None:
    hands = Hands(Status.ASKS)
    assert think("write a poem about rain", hands) == Done("")
    assert len(hands.done) == 1


def test_no_answer_is_said_so() -> None:
    assert think("tell mum about rain", Hands(Status.DONE)) == Halted(NO_ANSWER)


def test_a_broken_model_is_a_sentence(tmp_path: Path) -> None:
    result = think("explain tea", Hands(Status.DONE), tmp_path / "missing.gguf")
    assert isinstance(result, Halted)
    assert "cannot be loaded" in result.text


def test_the_toy_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.model_check.WORD_S", 0.05)
    findings = check_model(TOY, RUNNING, tuple(shipped_catalogue().values()))
    first = next(findings)
    assert first.passed
    assert first.answer.said == ["the capital of france is paris"]
    assert first.answer.first_s > 0
    assert first.to_json()["check"] == CHECKS[0].title
    findings.close()


def test_a_model_that_cannot_be_loaded_is_not_checked(tmp_path: Path) -> None:
    with pytest.raises(ModelFailed, match="cannot be loaded"):
        next(check_model(tmp_path / "missing.gguf", RUNNING, ()))
