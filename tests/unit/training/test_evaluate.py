"""The figures mean what DESIGN says they mean."""

from pathlib import Path

import pytest

from model.stream.errors import BadTrace
from model.training.evaluate import Answer, Case, Early, by_source, confusions, known_before, read_cases, score


def case(accept: str, args: dict[str, tuple[str, ...]] | None = None, source: str = "s") -> Case:
    return Case("some words", tuple(accept.split()), args or {}, source=source)


def test_accuracy_counts_rows_that_ask_for_an_action() -> None:
    cases = [case("click open_file"), case("copy"), case("think none")]
    figures = score(cases, [Answer("open_file"), Answer("paste"), Answer("click")])
    assert figures.action_accuracy == 0.5
    assert figures.false_action_rate == 1.0


def test_an_open_ended_row_forgives_every_way_of_not_acting() -> None:
    figures = score([case("think")] * 3, [Answer("none"), Answer("web_search"), Answer("think")])
    assert figures.false_action_rate == 0.0
    assert figures.action_accuracy is None


def test_an_accepted_action_is_not_a_false_one() -> None:
    assert score([case("none click")], [Answer("click")]).false_action_rate == 0.0


def test_arguments_count_only_with_the_first_accepted_action() -> None:
    wanted = case("click open_file", {"target": ("april", "invoice")})
    answers = [Answer("click", {"target": "the April one"}), Answer("open_file", {"target": ""})]
    assert score([wanted, wanted], answers).args_accuracy == 0.5


@pytest.mark.parametrize(
    ("fragment", "found"),
    [("ctrl+shift+t", "control shift t"), ("Marguerite Duval", "marguerite duval."), ("don't", "I don't know")],
)
def test_writing_does_not_count(fragment: str, found: str) -> None:
    assert score([case("click", {"target": (fragment,)})], [Answer("click", {"target": found})]).args_accuracy == 1.0


def test_an_early_thought_is_the_right_action_before_the_last_word() -> None:
    early = (Early("paste", 3), Early("copy", 1))
    answers = [Answer("copy", early=early), Answer("copy", early=()), Answer("paste", early=(Early("copy", 2),))]
    assert score([case("copy")] * 3, answers).early_thought_rate == 0.5
    assert known_before(answers[:2], 3) == [0.5, 0, 0]


def test_confusions_count_what_was_asked_for_against_what_was_done() -> None:
    cases = [case("copy"), case("copy"), case("copy cut")]
    answers = [Answer("copy"), Answer("paste"), Answer("cut")]
    assert confusions(cases, answers) == {("copy", "copy"): 2, ("copy", "paste"): 1}


def test_figures_by_source() -> None:
    figures = by_source([case("copy", source="a"), case("copy", source="b")], [Answer("copy"), Answer("cut")])
    assert (figures["a"].action_accuracy, figures["b"].action_accuracy) == (1.0, 0.0)


def test_reading_cases(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"text": "a b", "accept": ["copy"], "args": {"x": "one"}, "screen": ["S"]}\n\n')
    assert read_cases(path) == [Case("a b", ("copy",), {"x": ("one",)}, ("S",))]


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "a"}', '{"text": "a", "accept": 3}'])
def test_a_row_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(line)
    with pytest.raises(BadTrace, match="line 1"):
        read_cases(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadTrace, match="cannot be read"):
        read_cases(tmp_path / "none.jsonl")
