"""Sums as people say them. Pure functions; None where the words cannot be worked out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import simpleeval

from actions.numbers import read_number

EXACT_DIGITS = 12
SPOKEN_DIGITS = 6
"""A result with more significant digits is rounded to these, and said to be "about" so much."""
LONGEST_WORDS = 60
LARGEST = 1e300
LARGEST_FACTORIAL = 170

# What is said for an operator, the longer before what it contains. `<` marks what stands behind its operand.
_SAID = {
    "to power of": "**", "raised to": "**", "multiplied by": "*", "divided by": "/", "square root of": "sqrt",
    "cube root of": "cbrt", "root of": "sqrt", "added to": "+", "modulo": "mod", "half of": "0.5 *", "pi": "pi",
    "a third of": "1 / 3 *", "a quarter of": "0.25 *", "squared": "**2", "cubed": "**3", "factorial": "!",
    "plus": "+", "minus": "-", "times": "*", "over": "/", "and": "+", "open bracket": "(", "close bracket": ")",
}  # fmt: skip
_ORDERS = (
    (r"(?:divide|split) (.+?) (?:by|among|between) (.+)", r"(\1) / (\2)"),
    (r"multiply (.+?) (?:by|with) (.+)", r"(\1) * (\2)"),
    (r"(?:subtract|take) (.+?) from (.+)", r"(\2) - (\1)"),
    (r"(?:the )?product of (.+?) and (.+)", r"(\1) * (\2)"),
    (r"(?:the )?difference (?:between|of) (.+?) and (.+)", r"(\1) - (\2)"),
    (r"(?:add|(?:the )?sum of) (.+?) (?:and|to|plus) (.+)", r"(\1) + (\2)"),
    (r"(.+) % (?:off|less than) (.+)", r"(\2) * (1 - (\1) / 100)"),
)
_IDLE = re.compile(
    r"\b(?:what is|what's|whats|how much (?:is|are)|calculate|compute|work out|what does|what do|makes?|the answer to"
    r"|equals?|please|tell me|result of|the)\b|[?=]"
)
_TOKEN = re.compile(r"\d+(?:\.\d+)?|\*\*|[-+*/()%!]|[^\W\d_]+")


def _factorial(number: float) -> int:
    if number != int(number) or not 0 <= number <= LARGEST_FACTORIAL:
        raise ValueError("no factorial of that can be said")
    return math.factorial(int(number))


_FUNCTIONS: dict[str, Callable[..., Any]] = {"sqrt": math.sqrt, "cbrt": math.cbrt, "factorial": _factorial}


def calculate(said: str) -> str | None:
    """`fifteen percent of eighty` -> `12`; None where it cannot be worked out. "about" goes before what is rounded."""
    expression = as_expression(said)
    if expression is None:
        return None
    try:
        value = simpleeval.SimpleEval(functions=_FUNCTIONS, names={"pi": math.pi}).eval(expression)
    except (simpleeval.InvalidExpression, ArithmeticError, ValueError, TypeError, SyntaxError, RecursionError):
        return None
    return spoken_value(value)


def as_expression(said: str) -> str | None:
    """The sum in the language of `simpleeval`, from words and signs; None where a word means nothing in a sum."""
    text = f" {_IDLE.sub(' ', said.casefold().replace('×', '*').replace('÷', '/').replace('^', '**'))} "
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(r"(?<=\d) ?x ?(?=\d)", " * ", text)
    text = " ".join(re.sub(r"\b(?:percent|per cent)\b", " % ", text).split())
    for pattern, order in _ORDERS:
        text = re.sub(f"^{pattern}$", order, text)
    if len(text.split()) > LONGEST_WORDS:
        return None
    for words, sign in _SAID.items():
        text = re.sub(rf"\b{words}\b", f" {sign} ", text)
    tokens = _with_numbers(_TOKEN.findall(_percentages(text)))
    return _calls(tokens) if tokens else None


def spoken_value(value: object) -> str | None:
    """`12`, `3.5`, `about 14.2857`; None for what is no number that can be said."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
        return None
    exact = f"{value:.{EXACT_DIGITS}g}"
    short = f"{value:.{SPOKEN_DIGITS}g}"
    if float(exact) == int(float(exact)) and abs(value) < 1e15:
        return f"{round(value)}" if abs(value) < 10_000 else f"{round(value):,}"
    return short if float(short) == float(exact) else f"about {short}"


def _percentages(text: str) -> str:
    """`15 % of` is a share; `80 + 15 %` adds that share of what stands before, as on a pocket calculator."""
    text = re.sub(r"% of\b", " / 100 * ", text)
    text = re.sub(r"^(.+) ([-+]) ([^-+*/]+?) %\s*$", r"(\1) * (1 \2 (\3) / 100)", text)
    return text.replace("%", " / 100 ")


def _with_numbers(tokens: Sequence[str]) -> list[str] | None:
    """Runs of number words become numerals; None where a word is neither a number nor part of a sum."""
    read: list[str] = []
    index = 0
    while index < len(tokens):
        if not re.fullmatch(r"[^\W\d_]+", tokens[index]) or tokens[index] in (*_FUNCTIONS, "pi", "mod"):
            read.append("%" if tokens[index] == "mod" else tokens[index])
            index += 1
            continue
        end = next((end for end in range(len(tokens), index, -1) if _is_number(tokens[index:end])), None)
        if end is None:
            return None
        read.append(f"{read_number(' '.join(tokens[index:end])):.15g}")
        index = end
    return read


def _is_number(tokens: Sequence[str]) -> bool:
    """Written with a plus by then: `one hundred and five`."""
    words = ["and" if token == "+" else token for token in tokens]
    plain = all(re.fullmatch(r"[^\W_]+", word) for word in words)
    return plain and words[-1] != "and" and read_number(" ".join(words)) is not None


def _calls(tokens: Sequence[str]) -> str:
    """`sqrt 2` and `5 !` as calls."""
    text = " ".join(tokens)
    text = re.sub(r"\b(sqrt|cbrt) (\(.*\)|[\d.]+)", r"\1(\2)", text)
    return re.sub(r"([\d.]+) !", r"factorial(\1)", text)
