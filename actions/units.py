"""Quantities in other units, as people say them. Pure functions; None where the words cannot be worked out."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from actions.numbers import read_number, read_quantity, words_of
from actions.sums import spoken_value

_MONEY = re.compile(
    r"\b(?:dollars?|euros?|yen|yuan|rupees?|francs?|kron(?:a|or|er)|pesos?|bitcoins?|usd|eur|gbp|jpy|chf)\b"
)
_SPELLINGS = {
    "metre": "meter", "metres": "meter", "litre": "liter", "litres": "liter", "celsius": "degC", "centigrade": "degC",
    "fahrenheit": "degF", "foot": "foot", "feet": "foot", "tonnes": "tonne", "stones": "stone", "lbs": "pound",
    "mph": "mile/hour", "kph": "kilometer/hour", "kmh": "kilometer/hour", "imperial": "imperial_", "degree": "",
    "degrees": "", "of": "", "a": "", "an": "", "the": "", "and": "", "us": "", "per": "/", "c": "degC", "f": "degF",
    "kilo": "kilogram", "kilos": "kilogram",
}  # fmt: skip


def convert(quantity: str, unit: str) -> str | None:
    """`five miles`, `kilometres` -> `8.04672`; None where the units are unknown or do not fit each other.

    The sizes of pints, cups and gallons are those of the United States unless "imperial" is said.
    """
    import pint  # takes a quarter of a second, and few convert anything

    parts = _quantities(quantity)
    if not parts:
        return None
    try:
        total = _units().Quantity(*parts[0])
        for number, name in parts[1:]:
            total += _units().Quantity(number, name)
        return spoken_value(float(total.to(_unit(unit)).magnitude))
    except (pint.PintError, ArithmeticError, ValueError, TypeError, AttributeError, AssertionError):
        return None


def is_money(*said: str) -> bool:
    """Whether currencies are spoken of, whose rates change."""
    return any(_MONEY.search(text.casefold()) for text in said)


@cache
def _units() -> Any:
    import pint

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


def _quantities(said: str) -> list[tuple[float, str]]:
    """`six feet two inches` -> `[(6, foot), (2, inch)]`; empty where no number and unit can be read."""
    words = words_of(re.sub(r"° ?([cf])?\b", r" degrees \1 ", said.casefold()))
    below_zero = words[:1] in (["minus"], ["negative"])
    words = words[1:] if below_zero else words
    parts: list[tuple[float, str]] = []
    while words:
        cut = next(cut for cut in range(len(words), -1, -1) if read_quantity(words[:cut]) is not None)
        end = next((at for at in range(cut + 1, len(words)) if read_number(words[at]) is not None), len(words))
        number, name = read_quantity(words[:cut]), _unit(" ".join(words[cut:end]))
        if number is None or not name:
            return []
        parts.append((-number if below_zero else number, name))
        words = words[end:]
    return parts


def _unit(said: str) -> str:
    """The name of a unit as pint knows it: `square metres`, `miles per hour`, `degrees celsius`."""
    words = re.findall(r"[^\W\d_]+|/", said.casefold())
    text = " ".join(
        _SPELLINGS.get(word, re.sub(r"(kilo|centi|milli)(met|lit)res?$", r"\1\2er", word)) for word in words
    )
    text = re.sub(r"\bsquare (\w+)", r"\1**2", re.sub(r"\bcubic (\w+)", r"\1**3", text))
    return re.sub(r"imperial_ ", "imperial_", " ".join(text.split())).replace(" ", "*").replace("*/*", "/")
