"""The actions as a language model is shown them, and what it may write of them."""

from __future__ import annotations

import json

import pytest

from desktop.minds import shipped_catalogue
from model.deliberation.tools import (
    ALWAYS,
    MAX_FOUND,
    Toolbox,
    Wanted,
    grammar_of,
    line_of,
    read_call,
    spec_from_json,
    spec_to_json,
)
from model.stream.values import ActionSpec, Risk, Slot


def test_an_action_is_shown_on_a_line() -> None:
    spec = ActionSpec("brew", "Make coffee", Risk.OUTWARD, (Slot("size"), Slot("milk", required=False)))
    assert line_of(spec) == "brew(size, milk?): Make coffee"
    assert all("\n" not in line_of(spec) for spec in shipped_catalogue().values())


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("wake me up at seven", "set_alarm"),
        ("put milk on the shopping list", "list_add"),
        ("open the page", "open_url"),
    ],
)
def test_what_was_said_finds_actions(words: str, name: str) -> None:
    offered = [spec.name for spec in Toolbox(shipped_catalogue().values()).relevant(words.split())]
    assert name in offered
    assert offered[: len(ALWAYS)] == [*ALWAYS]
    assert len(offered) <= len(ALWAYS) + MAX_FOUND


def test_what_only_the_user_may_say_is_never_offered() -> None:
    offered = Toolbox(shipped_catalogue().values()).relevant(["yes", "no", "stop", "undo", "think"])
    assert {spec.name for spec in offered}.isdisjoint({"confirm", "deny", "stop", "undo", "think", "start_dictation"})


def test_with_a_thousand_actions_a_few_are_offered() -> None:
    many = [ActionSpec(f"act_{n}", f"Do thing {n}", Risk.LOOK) for n in range(1_000)]
    offered = Toolbox([*many, *shipped_catalogue().values()]).relevant(["thing", "731"])
    assert offered[len(ALWAYS)].name == "act_731"
    assert len(offered) == len(ALWAYS) + MAX_FOUND


def test_nothing_to_offer() -> None:
    assert Toolbox([]).relevant(["hello"]) == []


def test_a_call_is_read() -> None:
    assert read_call('{"action": "open_url", "url": "a.b"}') == Wanted("open_url", {"url": "a.b"})


def test_a_slot_that_is_called_action_does_not_replace_the_name() -> None:
    assert read_call('{"action": "home_do", "action": "undo"}') == Wanted("home_do", {"action": "undo"})


def test_what_no_key_can_write_is_left_out() -> None:
    assert read_call('{"action": "a", "b": "one\\u0000\\ntwo\\u001b"}') == Wanted("a", {"b": "one\ntwo"})


@pytest.mark.parametrize(
    "written",
    [
        '{"action": "a", "b": "\\ud800"}',
        '{"action": "a", "b": {"c": "d"}}',
        "{}",
        '"ab"',
        "",
        "{",
        "[]",
        "3",
        '{"url": "a"}',
        '{"action": 3}',
        '{"action": "a", "b": null}',
    ],
)
def test_what_is_no_call_is_none(written: str) -> None:
    assert read_call(written) is None


def test_an_action_goes_through_the_pipe() -> None:
    for spec in (*shipped_catalogue().values(), ActionSpec("a", "b", Risk.LOOK, (Slot("c", choices=("d", "e")),))):
        assert spec_from_json(json.loads(json.dumps(spec_to_json(spec)))) == spec


def test_a_text_that_ends_its_quotation_marks_stays_a_text_in_the_grammar() -> None:
    evil = ActionSpec("brew", "", Risk.LOOK, (Slot('size" | root ::= "', choices=('"} anything',)),))
    assert grammar_of([evil]).count("::=") == 3 + 1  # root, the call, string; and what stands within quotation marks
