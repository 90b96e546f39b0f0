"""From an argument's words, as spoken, to its value: one reader per kind of slot. Pure functions.

A value is again a string, in one canonical form per kind: `ctrl+shift+t`, `25`, seconds for durations, `https://...`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from actions.keys import read_keys
from actions.numbers import read_duration_s, read_index, read_number, words_of
from actions.urls import read_url


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The words mean no value of the slot's kind; `reason` is a sentence for the user."""

    reason: str


MAX_NUMBER_WORDS = 12
_DIRECTIONS = {
    "up": "up", "upwards": "up", "upward": "up", "higher": "up",
    "down": "down", "downwards": "down", "downward": "down", "lower": "down", "further": "down",
    "top": "top", "start": "top", "beginning": "top", "bottom": "bottom", "end": "bottom",
    "left": "left", "leftwards": "left", "right": "right", "rightwards": "right",
}  # fmt: skip

_BUTTONS = {
    "left": "left", "primary": "left", "normal": "left",
    "right": "right", "secondary": "right", "context": "right",
    "middle": "middle", "wheel": "middle", "third": "middle", "centre": "middle", "center": "middle",
}  # fmt: skip

_LEVELS = {
    "up": "up", "louder": "up", "higher": "up", "increase": "up", "raise": "up", "boost": "up", "quiet": "up",
    "down": "down", "quieter": "down", "lower": "down", "decrease": "down", "reduce": "down", "softer": "down",
    "loud": "down", "max": "100", "maximum": "100", "full": "100", "half": "50", "zero": "0", "minimum": "0",
}  # fmt: skip


def read(kind: str, text: str) -> str | Unreadable:
    """The value that `text` stands for. Kinds that are texts pass as they are."""
    if kind in _AS_IT_IS:
        return text if text.strip() else Unreadable("There is no text.")
    value = _READERS.get(kind, str.strip)(text)
    return value if value else Unreadable(_UNREADABLE.get(kind, "I cannot read “{}”.").format(_short(text)))


def number_text(value: float) -> str:
    """`25` rather than `25.0`."""
    return str(int(value)) if value == int(value) else str(value)


def _number(text: str) -> str | None:
    """Also "five minutes" and "about five": the longest run of its words that is a number."""
    words = text.split()[:MAX_NUMBER_WORDS]
    runs = ((n, start) for n in range(len(words), 0, -1) for start in range(len(words) - n + 1))
    values = (read_number(" ".join(words[start : start + n])) for n, start in runs)
    value = next((value for value in values if value is not None), None)
    return None if value is None else number_text(value)


def _duration(text: str) -> str | None:
    seconds = read_duration_s(text)
    return None if seconds is None else number_text(seconds)


def _index(text: str) -> str | None:
    index = read_index(text)
    return str(index) if index else None


def _level(text: str) -> str | None:
    number = read_number(text.replace("percent", "").replace("%", ""))
    if number is not None and 0 <= number <= 100:
        return number_text(number)
    return _one_of(_LEVELS, text)


def _one_of(names: Mapping[str, str], text: str) -> str | None:
    """The one name among the words; None if there is none or they contradict each other."""
    found = {names[word] for word in words_of(text) if word in names}
    return found.pop() if len(found) == 1 else None


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


_AS_IT_IS = frozenset({"text"})

_READERS: Mapping[str, Callable[[str], str | None]] = {
    "keys": read_keys,
    "number": _number,
    "index": _index,
    "duration": _duration,
    "url": read_url,
    "direction": lambda text: _one_of(_DIRECTIONS, text),
    "button": lambda text: _one_of(_BUTTONS, text),
    "level": _level,
}

_UNREADABLE = {
    "keys": "I do not know the keys “{}”.",
    "number": "I cannot read “{}” as a number.",
    "index": "I cannot read “{}” as a number.",
    "duration": "I cannot read “{}” as a length of time.",
    "url": "I cannot read “{}” as a web address.",
    "direction": "I cannot tell which way “{}” is.",
    "button": "I do not know the mouse button “{}”.",
    "level": "I cannot read “{}” as a level.",
}
