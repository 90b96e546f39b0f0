"""Deliberation on llama.cpp, whatever is interrupted, killed or broken."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from threading import Event as StopSignal

import pytest

from benchmarks.model_shapes import TINY, write_adapter, write_shape
from desktop.minds import shipped_catalogue
from desktop.processes import wait_until
from model.deliberation.client import Deliberation, Running
from model.deliberation.phrase import Phrase, Stream
from model.stream.errors import ModelFailed
from model.stream.values import Channel, Data, Event, Opened, Opening, Origin, Outcome, Pause, Status, Word

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        find_spec("llama_cpp") is None, reason="there is no engine for language models: scripts/setup --llm"
    ),
]

TOY = Path(__file__).parents[1] / "data" / "toy_language_model.gguf"
N_CONTEXT = 2048
RUNNING = Running(1, N_CONTEXT)
WITHIN_S = 30.0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shape(tmp_path_factory.mktemp("models") / "tiny.gguf", TINY)


def test_the_streams_in_a_process_of_their_own() -> None:
    """The library and the voice detector bring the same library in two versions: one process can have only one."""
    checks = Path(__file__).with_name("streams_checks.py")
    done = subprocess.run((sys.executable, "-m", "pytest", "-q", str(checks)), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


# Files that are no models ---------------------------------------------------------------------------------------


def broken(model: Path, folder: Path, kind: str) -> Path:
    path, whole = folder / f"{kind}.gguf", model.read_bytes()
    match kind:
        case "missing":
            return path
        case "empty":
            path.write_bytes(b"")
        case "no-model":
            path.write_bytes(b"<html>not found</html>" * 100)
        case "cut-off":
            path.write_bytes(whole[: len(whole) // 2])
        case "cut-in-its-index":
            path.write_bytes(whole[:2_000])
        case "unknown-architecture":
            path.write_bytes(whole.replace(b"llama", b"lamla"))
        case _:
            path.write_bytes(whole[:8] + b"\xff" * 64 + whole[72:])
    return path


KINDS = ["missing", "empty", "no-model", "cut-off", "cut-in-its-index", "unknown-architecture", "hostile-counts"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_a_sentence(model: Path, tmp_path: Path, kind: str) -> None:
    deliberation = Deliberation(broken(model, tmp_path, kind), lambda phrase: None, Running(1))
    with pytest.raises(ModelFailed, match=r"cannot be loaded|ended by itself") as failed:
        deliberation.run(StopSignal())
    assert "Traceback" not in str(failed.value)
    with pytest.raises(ModelFailed):
        deliberation.floor()


def test_a_template_without_end_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    monkeypatch.setattr("benchmarks.model_shapes.CHAT_TEMPLATE", loops)
    monkeypatch.setattr("model.deliberation.client.LOADS_WITHIN_S", 3.0)
    deliberation = Deliberation(write_shape(tmp_path / "loop.gguf", TINY), lambda phrase: None, Running(1))
    with pytest.raises(ModelFailed, match="does not react"):
        deliberation.run(StopSignal())


# The process ----------------------------------------------------------------------------------------------------


class Conversation:
    """A client with its thread, run again after each failure as the program does."""

    def __init__(self, model: Path, running: Running = RUNNING) -> None:
        self.phrases: list[Phrase] = []
        self.faults: list[str] = []
        self.rests = 0
        self.client = Deliberation(
            model, self.phrases.append, running, tools=shipped_catalogue().values(), on_rest=self._rest
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Conversation:
        self._thread.start()
        wait_until(lambda: self.client.ready, WITHIN_S, "the model")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(WITHIN_S)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.client.run(self._stop)
            except ModelFailed as error:
                self.faults.append(str(error))

    def _rest(self, turn: int) -> None:
        del turn
        self.rests += 1

    def say(self, text: str) -> None:
        self.hear(Opened(Opening.HOLD), *map(Word, text.split()), Pause())

    def hear(self, *said: Data) -> None:
        for data in said:
            self.client.see(Event(0, Channel.USER, data, Origin.USER))


@pytest.fixture
def conversation(model: Path) -> Iterator[Conversation]:
    with Conversation(model) as conversation:
        yield conversation


def spoken(conversation: Conversation) -> list[str]:
    return [phrase.text for phrase in conversation.phrases if phrase.stream is Stream.SAY]


def test_it_answers_once_it_is_given_the_floor_and_stops_when_told(conversation: Conversation) -> None:
    conversation.say("what is it")
    time.sleep(0.5)
    assert not spoken(conversation)
    conversation.client.floor()
    wait_until(lambda: len(spoken(conversation)) > 1, WITHIN_S, "an answer")
    conversation.client.hush(spoken(conversation)[0])
    time.sleep(0.3)
    count = len(conversation.phrases)
    time.sleep(0.5)
    assert len(conversation.phrases) == count


def test_killed_in_the_middle_of_a_sentence_it_comes_back_by_itself(conversation: Conversation) -> None:
    conversation.say("what is it")
    conversation.client.floor()
    wait_until(lambda: bool(spoken(conversation)), WITHIN_S, "an answer")
    os.kill(conversation.client.pid, signal.SIGKILL)
    wait_until(lambda: bool(conversation.faults), WITHIN_S, "the news of it")
    assert "ended by itself; it is started again" in conversation.faults[0]
    wait_until(lambda: conversation.client.ready, WITHIN_S, "the model again")
    conversation.phrases.clear()
    conversation.client.floor()
    wait_until(lambda: bool(spoken(conversation)), WITHIN_S, "an answer again")
    assert len(conversation.faults) == 1


def test_one_that_hangs_does_not_hold_up_the_end(model: Path) -> None:
    with Conversation(model) as conversation:
        os.kill(conversation.client.pid, signal.SIGSTOP)
        for _ in range(3_000):
            conversation.say("far more than a pipe can hold")
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 10


def test_its_process_ends_with_ours(model: Path) -> None:
    with Conversation(model) as conversation:
        process = conversation.client.pid
    wait_until(lambda: not Path(f"/proc/{process}").exists(), WITHIN_S, "the end of it")


# What it says ---------------------------------------------------------------------------------------------------


@pytest.fixture
def toy() -> Iterator[Conversation]:
    """A conversation with the toy model, which knows capitals, can count and explain (scripts/toy_language.py)."""
    with Conversation(TOY) as conversation:
        yield conversation


def answered(conversation: Conversation, *expected: str) -> bool:
    return spoken(conversation)[-len(expected) :] == [*expected]


def test_it_has_understood_before_the_sentence_is_over_and_answers_after_it(toy: Conversation) -> None:
    toy.hear(Opened(Opening.HOLD), *map(Word, ("what", "is", "the", "capital", "of", "peru")))
    wait_until(lambda: "they want the capital of peru" in thoughts(toy), WITHIN_S, "the thought")
    assert not spoken(toy)
    toy.hear(Pause())
    toy.client.floor()
    wait_until(lambda: answered(toy, "the capital of peru is lima"), WITHIN_S, "the answer")


def test_an_interruption_is_answered_and_the_old_answer_not_gone_on_with(toy: Conversation) -> None:
    toy.say("explain rain")
    toy.client.floor()
    wait_until(lambda: bool(spoken(toy)), WITHIN_S, "the first phrase")
    toy.client.hush("rain is water")
    toy.say("what is the capital of kenya")
    toy.client.floor()
    wait_until(lambda: answered(toy, "the capital of kenya is nairobi"), WITHIN_S, "the answer")
    toy.client.floor()
    time.sleep(0.5)
    said = spoken(toy)
    assert not any(said[said.index("the capital of kenya is nairobi") + 1 :])


def test_after_a_kill_it_knows_what_it_was_told_and_what_it_has_said(toy: Conversation) -> None:
    toy.say("explain snow")
    toy.client.floor()
    wait_until(lambda: len(spoken(toy)) == 3, WITHIN_S, "the explanation")
    os.kill(toy.client.pid, signal.SIGKILL)
    wait_until(lambda: bool(toy.faults) and toy.client.ready, WITHIN_S, "the model again")
    toy.client.floor()
    time.sleep(1.0)
    assert len([text for text in spoken(toy) if text]) == 3  # all was said: nothing is to be added
    toy.client.hush("snow is made of")
    os.kill(toy.client.pid, signal.SIGKILL)
    wait_until(lambda: len(toy.faults) == 2 and toy.client.ready, WITHIN_S, "the model once more")
    toy.say("what is the capital of kenya")
    toy.client.floor()
    wait_until(lambda: answered(toy, "the capital of kenya is nairobi"), WITHIN_S, "the answer")


def test_it_acts_and_speaks_of_what_came_of_it(toy: Conversation) -> None:
    toy.say("write a poem about rain")
    toy.client.floor()
    wait_until(lambda: bool(done(toy)), WITHIN_S, "the action")
    assert done(toy) == ['{"action": "set_clipboard", "text": "small drops fall and rivers grow"}']
    time.sleep(0.5)
    assert toy.rests == 0
    assert not any(spoken(toy))
    outcome = Outcome("set_clipboard", Status.DONE, "It is on the clipboard.")
    toy.client.see(Event(0, Channel.OUTCOME, outcome, Origin.WORLD))
    wait_until(lambda: answered(toy, "i wrote you a poem"), WITHIN_S, "the answer")
    wait_until(lambda: toy.rests == 1, WITHIN_S, "the end of it")
    assert len(done(toy)) == 1


def test_a_conversation_goes_on_after_a_restart_where_it_is_kept(tmp_path: Path) -> None:
    running = Running(1, N_CONTEXT, keep=tmp_path / "conversation")
    with Conversation(TOY, running) as first:
        first.hear(Opened(Opening.HOLD), Word("explain"), Word("snow"))
        wait_until(lambda: "they want to know about snow" in thoughts(first), WITHIN_S, "the thought")
        first.hear(Pause())
    assert (tmp_path / "conversation").stat().st_mode & 0o777 == 0o600
    with Conversation(TOY, running) as second:
        second.client.floor()
        wait_until(lambda: answered(second, "it melts when the days get warm again"), WITHIN_S, "the answer")
    with Conversation(TOY) as other:
        other.client.floor()
        wait_until(lambda: other.rests == 1, WITHIN_S, "the end of it")
        assert not any(spoken(other))


def test_an_adapter_that_does_not_fit_is_a_sentence(tmp_path: Path) -> None:
    deliberation = Deliberation(TOY, lambda phrase: None, Running(1, adapter=write_adapter(tmp_path / "a.gguf", TINY)))
    with pytest.raises(ModelFailed, match="does not fit the model"):
        deliberation.run(StopSignal())


def done(conversation: Conversation) -> list[str]:
    return [phrase.text for phrase in conversation.phrases if phrase.stream is Stream.DO and phrase.text]


def thoughts(conversation: Conversation) -> list[str]:
    return [phrase.text for phrase in conversation.phrases if phrase.stream is Stream.THINK]
