"""Which one is meant, as people say it."""

from __future__ import annotations

import pytest

from actions.arguments import Unreadable, read


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("two", "2"), ("second", "2"), ("the second", "2"), ("the second one", "2"), ("2nd", "2"), ("2", "2"),
        ("number two", "2"), ("number two please", "2"), ("the third thing", "3"), ("twenty first", "21"), ("3", "3"),
        ("one", "1"), ("the first", "1"), ("number one", "1"),
        ("last", "-1"), ("the last one", "-1"), ("the latest", "-1"), ("the most recent", "-1"), ("newest", "-1"),
        ("second last", "-2"), ("the second last", "-2"), ("second to last", "-2"), ("second from last", "-2"),
        ("2nd last", "-2"), ("third most recent", "-3"), ("the third last thing i copied", "-3"),
        ("last but one", "-2"), ("last but two", "-3"), ("next to last", "-2"), ("the one before last", "-2"),
        ("the one before", "-2"), ("before that", "-2"), ("the previous one", "-2"), ("penultimate", "-2"),
        ("two copies ago", "-3"), ("3 ago", "-4"), ("one copy ago", "-2"), ("a copy ago", "-2"),
    ],
)  # fmt: skip
def test_an_index(said: str, value: str) -> None:
    assert read("index", said) == value


@pytest.mark.parametrize("said", ["", "banana", "0", "zero", "that thing", "the other one"])
def test_no_index(said: str) -> None:
    assert isinstance(read("index", said), Unreadable)
