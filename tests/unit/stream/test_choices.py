"""Phrases written short, and which of them stand in what was said."""

import pytest

from model.stream import choices
from model.stream.choices import chosen, expanded


def test_alternatives_and_what_may_be_left_out():
    assert set(expanded(["[a lot of|some] (whole|skim) milk", "cream"])) == {
        "a lot of whole milk", "a lot of skim milk", "some whole milk", "some skim milk", "whole milk", "skim milk",
        "cream",
    }  # fmt: skip
    assert expanded(["Tea", "tea", "[sugar]"]) == ("tea", "sugar")


@pytest.mark.parametrize("text", ["(whole milk", "whole] milk", "a | b", "((a) b)c)"])
def test_a_bracket_too_many_or_too_few(text: str):
    with pytest.raises(ValueError, match="bracket"):
        expanded([text])


def test_too_many_phrases(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(choices, "MAX_PHRASES", 3)
    with pytest.raises(ValueError, match="more than 3"):
        expanded(["(a|b) (c|d)"])


ORDER = {
    "drink": ("coffee", "iced coffee"),
    "size": ("large",),
    "milk": ("milk", "some milk"),
    "more": ("coffee milk",),
}


def test_the_longest_is_found_first_and_once():
    assert chosen(ORDER, ["A", "large", "iced", "coffee,", "with", "some", "milk", "and", "milk", "please"]) == {
        "size": "large", "drink": "iced coffee", "milk": "some milk",
    }  # fmt: skip


def test_what_one_has_taken_is_no_part_of_another():
    assert chosen(ORDER, ["coffee", "milk"]) == {"more": "coffee milk"}


def test_of_the_same_phrase_the_first_name_has_it_and_then_the_second():
    both = {"first": ("tea",), "second": ("tea",)}
    assert chosen(both, ["tea"]) == {"first": "tea"}
    assert chosen(both, ["tea", "and", "tea"]) == {"first": "tea", "second": "tea"}


def test_who_corrects_themselves_means_what_they_said_last():
    said = "a small coffee no wait a large one"
    assert chosen({"size": ("small", "large")}, said.split()) == {"size": "large"}


def test_nothing_is_found_in_nothing():
    assert chosen(ORDER, []) == chosen({}, ["coffee"]) == chosen({"drink": ()}, ["coffee"]) == {}
