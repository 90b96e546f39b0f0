"""From words as they are said to how they are typed: addresses, shortcuts, figures."""

from __future__ import annotations

import random
from collections.abc import Sequence

_SIGNS = {"dot": ".", "slash": "/", "colon": ":", "dash": "-"}
_MODIFIERS = {
    "control": "ctrl", "ctrl": "ctrl", "shift": "shift", "alt": "alt", "option": "alt",
    "windows": "win", "super": "super", "command": "cmd", "meta": "meta",
}  # fmt: skip
_VALUES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip


def typed_address(words: Sequence[str]) -> list[str]:
    """github dot com slash torch -> github.com/torch."""
    return ["".join(_SIGNS.get(word, word) for word in words)]


def typed_keys(words: Sequence[str], rng: random.Random) -> list[str]:
    """control shift t -> ctrl+shift+t; what is no chord stays as it is."""
    if len(words) < 2 or any(word not in _MODIFIERS for word in words[:-1]):
        return list(words)
    chord = [*(_MODIFIERS[word] for word in words[:-1]), words[-1]]
    chord = [key.capitalize() for key in chord] if rng.random() < 0.3 else chord
    return chord if rng.random() < 0.2 else ["+".join(chord)]


def with_digits(words: Sequence[str]) -> list[str]:
    """twenty five minutes -> 25 minutes."""
    typed: list[str] = []
    tens = 0
    for word in words:
        value = _VALUES.get(word)
        if value is None:
            tens = 0
            typed.append(word)
        elif tens and 0 < value < 10:
            typed[-1] = str(tens + value)
            tens = 0
        else:
            tens = value if value >= 20 else 0
            typed.append(str(value))
    return typed
