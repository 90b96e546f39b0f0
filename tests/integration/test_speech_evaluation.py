"""`ambidex eval speech` on a synthetic voice: words, actions, arguments, and what is said of bad files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import resources
from actions.plugins.manifest import load_manifest
from desktop.places import find_places
from desktop.settings import Settings
from desktop.speech_evaluation import Spoken, Understood, evaluate_speech, read_labels, score
from model.stream.errors import BadTrace

pytestmark = pytest.mark.integration

ROWS = (
    {"file": "0.wav", "transcript": "type hello world", "action": "type_text", "args": {"text": "hello world"}},
    {"file": "1.wav", "transcript": "what time is it", "action": "tell_time", "args": {}},
    {"file": "2.wav", "action": "order_drink", "args": {"size": "five minutes"}},
)
SAID = ("type hello world", "what time is it", "set a timer for five minutes")


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    for number, text in enumerate(SAID):
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", str(tmp_path / f"{number}.wav")], check=True)
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return tmp_path


def test_spoken_requests_are_heard_and_carried_out(recordings: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    evaluate_speech(Settings(), find_places(), recordings, tmp_path / "out.jsonl", as_json=True, write=lines.append)
    assert json.loads(lines[-1]) == {"n": 3, "exact": 1.0, "slot_recall": 1.0, "word_error_rate": 0.0}
    heard = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["text"] for row in heard] == [*SAID]
    assert heard[0]["args"] == {"text": "hello world"}


def test_with_a_plugin_its_orders_are_understood_with_all_they_hold(tmp_path: Path) -> None:
    said = ("can i get a large latte with some milk", "a small dark roast cappuccino please")
    args = ({"coffeeDrink": "latte", "size": "large", "milkAmount": "some milk"},
            {"coffeeDrink": "cappuccino", "size": "small", "roast": "dark roast"})  # fmt: skip
    for number, text in enumerate(said):
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", str(tmp_path / f"{number}.wav")], check=True)
    rows = [{"file": f"{n}.wav", "action": "order_drink", "args": each} for n, each in enumerate(args)]
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    barista = load_manifest(resources.ROOT / "plugins" / "barista")
    figures: list[dict[str, float]] = []
    for bias in (True, False):
        lines: list[str] = []
        evaluate_speech(Settings(), find_places(), tmp_path, None, True, lines.append, barista, bias)
        figures.append(json.loads(lines[-1]))
    assert figures[0]["exact"] >= 0.5
    assert figures[0]["slot_recall"] > 0.8
    assert figures[1]["slot_recall"] < figures[0]["slot_recall"]


def test_an_argument_counts_where_it_was_put_and_of_unknown_actions_where_it_was_heard() -> None:
    known = Spoken(Path("a"), "type hello", "type_text", {"text": "hello"})
    unknown = Spoken(Path("b"), "", "order_drink", {"size": "large", "milk": "oat milk"})
    understood = [Understood("type hullo", "type_text", {"text": "hullo"}), Understood("a large with milk", "none", {})]
    figures = score([known, unknown], understood, ["type_text"])
    assert figures == {"n": 2, "exact": 0.0, "slot_recall": pytest.approx(1 / 3), "word_error_rate": 0.5}


def test_where_nothing_is_known_nothing_is_scored() -> None:
    figures = score([Spoken(Path("a"))], [Understood("hello", "none", {})], ["type_text"])
    assert figures == {"n": 1, "exact": None, "slot_recall": None, "word_error_rate": None}


@pytest.mark.parametrize("labels", [None, "", "no json\n", '{"transcript": "x"}\n', '{"file": "a", "args": 3}\n'])
def test_labels_that_are_no_good_are_a_sentence(tmp_path: Path, labels: str | None) -> None:
    if labels is not None:
        (tmp_path / "labels.jsonl").write_text(labels)
    with pytest.raises(BadTrace, match=r"labels\.jsonl"):
        read_labels(tmp_path)
