"""An open question, asked aloud and answered aloud by a language model that was added as a user adds one."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from desktop.probing import open_probe
from desktop.processes import wait_until
from model.stream import trace
from model.stream.values import Channel, Outcome, Played, Status, Written
from tests.e2e.conftest import configure
from tests.program import Ambidex

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(find_spec("llama_cpp") is None, reason="no engine for language models: scripts/setup --llm"),
]

TOY = Path(__file__).parents[1] / "data" / "toy_language_model.gguf"


@pytest.fixture
def recorded(ambidex: Ambidex, tmp_path: Path) -> Path:
    """A running program with the toy; the trace that it writes."""
    assert "ambidex models use toy" in ambidex.call("models", "add", str(TOY), "--name", "toy").stdout
    assert "uses the language model toy" in ambidex.call("models", "use", "toy").stdout
    configure(ambidex, prompt_hotkey="<ctrl>+<alt>+p")
    ambidex.start("--record", str(tmp_path / "trace"))
    wait_until(lambda: ambidex.status()["language_model"] == "ready", 30, "the language model")
    return tmp_path / "trace"


def test_a_question_asked_aloud_is_answered_aloud(ambidex: Ambidex, recorded: Path) -> None:
    ambidex.call("listen")
    ambidex.desktop.say("what is the capital of france")
    wait_until(lambda: "paris" in spoken(recorded), 30, "the answer")
    assert "capital of france is paris" in " ".join(spoken(recorded))


def test_what_it_composed_is_asked_about_done_and_taken_back(ambidex: Ambidex, recorded: Path) -> None:
    """The user asked for a poem and named no place for it: that it goes to the clipboard, they must want."""
    open_probe(ambidex.desktop, title="Notes")
    ambidex.desktop.copy("before")
    type_request(ambidex, "write a poem about rain")
    wait_until(lambda: bool(outcomes(recorded, Status.ASKS)), 30, "the question")
    question = outcomes(recorded, Status.ASKS)[0].text
    assert "The text is my own. Shall I set clipboard: small drops fall and rivers grow?" in question
    assert pasted(ambidex) == "before"
    type_request(ambidex, "yes")
    wait_until(lambda: spoke_of_what_was_done(recorded), 30, "that it may go on")
    assert pasted(ambidex) == "small drops fall and rivers grow"
    ambidex.call("journal", "undo")
    assert pasted(ambidex) == "before"
    written = [
        (event.channel, event.data.text) for event in trace.load(recorded).events if isinstance(event.data, Written)
    ]
    assert (Channel.ACTION, '{"action": "set_clipboard", "text": "small drops fall and rivers grow"}') in written
    ambidex.call("quit")
    assert ambidex.call("replay", str(recorded)).returncode == 0


def spoke_of_what_was_done(directory: Path) -> bool:
    """Whether it was asked for words behind the outcome; what a toy says of it depends on what comes in between."""
    events = trace.load(directory).events
    done = [n for n, event in enumerate(events) if isinstance(event.data, Outcome) and event.data.status is Status.DONE]
    later = events[done[0] :] if done else ()
    return any(isinstance(event.data, Written) and event.channel is Channel.SPEECH for event in later)


def type_request(program: Ambidex, text: str) -> None:
    before = program.desktop.xdotool("getactivewindow")
    program.desktop.xdotool("key", "ctrl+alt+p")
    wait_until(lambda: program.desktop.xdotool("getactivewindow") != before, 10, "The line to type into")
    time.sleep(0.5)  # the window has the keyboard a little before the line in it has
    program.desktop.xdotool("type", text)
    program.desktop.xdotool("key", "Return")


def pasted(program: Ambidex) -> str:
    return program.desktop.run("xclip", "-o", "-selection", "clipboard")


def outcomes(directory: Path, status: Status) -> list[Outcome]:
    found = (event.data for event in trace.load(directory).events)
    return [data for data in found if isinstance(data, Outcome) and data.status is status]


def spoken(directory: Path) -> list[str]:
    return [event.data.text for event in trace.load(directory).events if isinstance(event.data, Played)]
