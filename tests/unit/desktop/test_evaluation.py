"""`ambidex eval commands`: what the outputs of a request amount to, and what is reported of them."""

import json
from pathlib import Path

import pytest

from desktop.evaluation import Evaluation, answer_of, evaluate_file
from desktop.outputs import Output
from desktop.settings import Settings
from model.stream.errors import BadTrace
from model.stream.values import Channel
from model.training.evaluate import Answer, Case, Early

CASES = (
    Case("type hello", ("type_text",), {"text": ("hello",)}, source="desk"),
    Case("how are you", ("none",), {}, source="talk"),
)


def action(name: str, **args: str) -> Output:
    return Output(0, Channel.ACTION, "", action=name, args=args)


def test_an_action_beside_doing_nothing_counts() -> None:
    assert answer_of([action("none"), action("click", target="save")], 0) == Answer("click", {"target": "save"})
    assert answer_of([action("none")], 0) == answer_of([], 0) == Answer("none")


def test_only_thoughts_before_the_last_word_are_early() -> None:
    thoughts = [Output(t_ms, Channel.THOUGHT, text) for t_ms, text in ((300, "click"), (900, "scroll"))]
    answer = answer_of([*thoughts, Output(950, Channel.SPEECH, "done")], 900)
    assert (answer.early, answer.thought, answer.reply) == ((Early("click", 2),), "click scroll", "done")


def test_the_report_has_the_figures_of_all_and_of_each_source() -> None:
    answers = (Answer("type_text", {"text": "hello"}), Answer("click"))
    report = Evaluation(CASES, answers, (Answer("none"), Answer("none"))).to_json()
    assert (report["n"], report["action_accuracy"], report["false_action_rate"]) == (2, 1.0, 1.0)
    assert report["by_source"]["talk"]["action_accuracy"] is None
    assert report["floor"]["action_accuracy"] == 0.0


def test_predictions_stand_in_the_order_of_the_rows() -> None:
    answers = (Answer("type_text", {"text": "hello"}, "done", "type_text"), Answer("none"))
    rows = [json.loads(row) for row in Evaluation(CASES, answers, answers).predictions()]
    assert [row["text"] for row in rows] == [case.text for case in CASES]
    assert rows[0] == {
        "text": "type hello",
        "action": "type_text",
        "args": {"text": "hello"},
        "reply": "done",
        "thought": "type_text",
    }


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadTrace, match="cannot be read"):
        evaluate_file(Settings(), tmp_path / "nowhere.jsonl", None, None, True, lambda line: None)
