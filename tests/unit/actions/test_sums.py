"""Sums and conversions, from the words people say."""

from __future__ import annotations

from threading import Event as StopSignal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.builtin.sums import sum_bodies
from actions.sums import calculate
from actions.units import convert


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("what is two plus two", "4"),
        ("calculate fifteen percent of eighty", "12"),
        ("eighty minus ten percent", "72"),
        ("twenty percent off sixty", "48"),
        ("square root of one hundred and forty four", "12"),
        ("divide one hundred by seven", "about 14.2857"),
        ("subtract five from twenty", "15"),
        ("two to the power of eight", "256"),
        ("five squared", "25"),
        ("half of ten", "5"),
        ("minus five plus three", "-2"),
        ("one hundred and five plus twenty", "125"),
        ("ten minus four minus three", "3"),
        ("12,000 / 5", "2400"),
        ("12 x 12", "144"),
        ("(2+3)*4", "20"),
        ("ten factorial", "3,628,800"),
    ],
)
def test_works_out_what_is_said(said: str, result: str) -> None:
    assert calculate(said) == result


@pytest.mark.parametrize(
    "said",
    [
        "",
        "the dog plus two",
        "ten divided by zero",
        "9**9**9",
        "__import__('os')",
        "1" * 500,
        "().__class__",
        "2 +",
        "9" * 40 + "!",
    ],
)
def test_refuses_what_is_no_sum_or_too_large(said: str) -> None:
    assert calculate(said) is None


@given(st.text(max_size=60))
def test_no_text_does_harm(said: str) -> None:
    assert calculate(said) is None or calculate(said) == calculate(said)


@given(st.integers(0, 999_999), st.integers(0, 999_999), st.sampled_from("+-*"))
def test_agrees_with_python(one: int, other: int, sign: str) -> None:
    result = calculate(f"{one} {sign} {other}")
    assert result is not None
    expected = {"+": one + other, "-": one - other, "*": one * other}[sign]
    assert float(result.removeprefix("about ").replace(",", "")) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("quantity", "unit", "result"),
    [
        ("five miles", "kilometres", "8.04672"),
        ("twenty celsius", "fahrenheit", "68"),
        ("20°C", "fahrenheit", "68"),
        ("minus forty degrees celsius", "degrees fahrenheit", "-40"),
        ("six feet two inches", "centimetres", "187.96"),
        ("two and a half cups", "millilitres", "about 591.471"),
        ("100 kilometers per hour", "miles per hour", "about 62.1371"),
        ("two square metres", "square feet", "about 21.5278"),
        ("three imperial gallons", "litres", "about 13.6383"),
        ("a litre", "cups", "about 4.22675"),
        ("half a mile", "metres", "804.672"),
    ],
)
def test_converts_what_is_said(quantity: str, unit: str, result: str) -> None:
    assert convert(quantity, unit) == result


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [("five apples", "miles"), ("two hours", "metres"), ("", "miles"), ("5", "miles"), ("a mile", "")],
)
def test_units_that_do_not_fit_are_refused(quantity: str, unit: str) -> None:
    assert convert(quantity, unit) is None


def test_says_why_it_knows_no_exchange_rates() -> None:
    refused = sum_bodies()["convert"]({"quantity": "fifty dollars", "unit": "euros"}, StopSignal())
    assert "exchange rates" in refused.text
