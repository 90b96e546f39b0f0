"""An open question, asked aloud and answered aloud by a language model that was added as a user adds one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from desktop.processes import wait_until
from model.stream import trace
from model.stream.values import Played
from tests.program import Ambidex

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(find_spec("llama_cpp") is None, reason="no engine for language models: scripts/setup --llm"),
]

TOY = Path(__file__).parents[1] / "data" / "toy_language_model.gguf"


def test_a_question_asked_aloud_is_answered_aloud(ambidex: Ambidex, tmp_path: Path) -> None:
    assert "ambidex models use toy" in ambidex.call("models", "add", str(TOY), "--name", "toy").stdout
    assert "uses the language model toy" in ambidex.call("models", "use", "toy").stdout
    ambidex.start("--record", str(tmp_path / "trace"))
    wait_until(lambda: ambidex.status()["language_model"] == "ready", 30, "the language model")
    ambidex.call("listen")
    ambidex.desktop.say("what is the capital of france")
    wait_until(lambda: "paris" in spoken(tmp_path / "trace"), 30, "the answer")
    assert "capital of france is paris" in " ".join(spoken(tmp_path / "trace"))


def spoken(directory: Path) -> list[str]:
    return [event.data.text for event in trace.load(directory).events if isinstance(event.data, Played)]
