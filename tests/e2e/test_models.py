"""Models from the command line to the running program: a second recogniser listens, and a broken one does no harm."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from desktop.processes import wait_until
from model.stream import trace
from model.stream.values import Channel, Word
from tests.e2e.conftest import configure
from tests.models import TINY
from tests.program import Ambidex

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def whole(ambidex: Ambidex, untrained: Path) -> Ambidex:
    configure(ambidex, reflex_directory=untrained)
    return ambidex


def say_and_listen(program: Ambidex, text: str, record: Path) -> list[str]:
    """The words that a run of the program hears."""
    program.start("--headless", "--dry-run", "--record", str(record))
    assert program.call("listen").returncode == 0
    program.desktop.say(text, voice="slt")
    wait_until(lambda: len(words_in(record)) >= len(text.split()), 20, "the words")
    program.call("toggle")
    program.call("quit")
    assert program.program is not None
    program.program.process.wait(30)
    return words_in(record)


def words_in(record: Path) -> list[str]:
    events = trace.load(record).events
    return [event.data.text for event in events if event.channel is Channel.USER and isinstance(event.data, Word)]


def test_an_added_recogniser_hears_what_is_said(whole: Ambidex, tmp_path: Path) -> None:
    added = whole.call("models", "add", str(TINY), "--name", "tiny")
    assert added.stdout.startswith("Added the recogniser tiny"), added
    assert whole.call("models", "use", "tiny").returncode == 0
    heard = say_and_listen(whole, "search music", tmp_path / "trace")
    assert heard == ["search", "music"]


def test_a_recogniser_damaged_since_is_a_sentence_and_the_other_listens(whole: Ambidex, tmp_path: Path) -> None:
    whole.call("models", "add", str(TINY), "--name", "tiny")
    whole.call("models", "use", "tiny")
    (listed,) = json.loads(whole.call("models", "list", "--json").stdout)["models"]
    encoder = Path(listed["path"]) / "encoder.onnx"
    encoder.write_bytes((Path(listed["path"]) / "decoder.onnx").read_bytes())
    whole.expect("The recogniser tiny does not load")
    whole.start("--headless")
    faults = whole.status()["faults"]
    assert any("Until then pocketsphinx listens" in fault for fault in faults), faults
    assert whole.call("listen").returncode == 0


def test_a_first_run_offers_a_better_recogniser_once(ambidex: Ambidex) -> None:
    first = ambidex.start("--headless")
    assert any("ambidex models add" in line for line in first.lines)
    ambidex.call("quit")
    first.process.wait(30)
    second = ambidex.start("--headless")
    assert not any("ambidex models add" in line for line in second.lines)


def test_a_kill_while_adding_leaves_nothing_half(ambidex: Ambidex) -> None:
    adding = ambidex.launch("models", "add", str(TINY), "--name", "tiny")
    store = Path(ambidex.env["AMBIDEX_HOME"]) / "data" / "models"
    wait_until(lambda: any(store.glob(".unfinished-*/encoder.onnx")), 60, "it to be under way")
    adding.process.send_signal(signal.SIGKILL)
    adding.process.wait(30)
    assert json.loads(ambidex.call("models", "list", "--json").stdout)["models"] == []
    assert ambidex.call("models", "add", str(TINY), "--name", "tiny").returncode == 0
    assert not list(store.glob(".unfinished-*"))
