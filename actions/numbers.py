"""Numbers, ordinals and durations as people say them. Pure functions; None where the words cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS: Mapping[str, float] = {word: value for value, word in enumerate(_SMALL.split())} | {
    word: 10 * value for value, word in enumerate(_TENS.split(), start=2)
}
_SCALES = {"million": 1_000_000, "thousand": 1_000, "hundred": 100}  # the largest splits a number first
_NUMERAL = r"-?\d{1,15}(?:\.\d{1,15})?"
_PHRASES = {"couple": 2.0, "few": 3.0, "dozen": 12.0, "once": 1.0, "twice": 2.0, "double": 2.0, "triple": 3.0}
_ARTICLES = {"a", "an"}

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)

_NEWEST = {"last", "latest", "newest", "recent", "current"}
_ONE_BEFORE = {"before", "previous", "earlier", "penultimate"}

_UNIT_SECONDS = {
    unit: seconds
    for seconds, units in {
        1: "s sec secs second seconds",
        60: "m min mins minute minutes",
        3_600: "h hr hrs hour hours",
        86_400: "d day days",
        604_800: "week weeks",
    }.items()
    for unit in units.split()
}
_FRACTIONS = {"half": 0.5, "quarter": 0.25, "quarters": 0.25, "third": 1 / 3}


def words_of(text: str) -> list[str]:
    """Lower-case words and numerals; `25`, `1.5`, `1h30m` and `twenty-five` come apart as they are spoken."""
    return re.findall(r"-?\d+(?:\.\d+)?|[^\W\d_]+", _without_thousands(text.casefold()))


def read_number(text: str) -> float | None:
    """`twenty five`, `a hundred and five`, `minus three point five`, `a dozen`, `25`."""
    words = words_of(re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", text))
    if words and words[0] in ("minus", "negative"):
        value = _number(words[1:])
        return None if value is None else -value
    return _number(words)


def read_ordinal(text: str) -> int | None:
    """`the second one`, `2nd`, `number two` count from 1; `the last one` is -1."""
    before = ""
    for word in words_of(text):
        if word == "last":
            return -1
        if word in _ORDINALS.split():
            return _ORDINALS.split().index(word) + 1 + (int(_UNITS[before]) if before in _TENS.split() else 0)
        before = word
    digits = re.search(r"\b(\d{1,9})(?:st|nd|rd|th)?\b", text.casefold())
    if digits:
        return int(digits[1])
    value = _number([word for word in words_of(text) if word not in {"number", "the", "one"}] or words_of(text)[-1:])
    return int(value) if value is not None and value >= 1 and value == int(value) else None


def read_index(text: str) -> int | None:
    """Like `read_ordinal`, and `the second last`, `last but one`, `the one before`, `two copies ago`: below 0, these
    count from the newest, which is -1."""
    words = words_of(text)
    end = next((index for index, word in enumerate(words) if word in _NEWEST), None)
    if end is not None:
        return _from_the_newest(words[:end], words[end + 1 :])
    number = read_ordinal(text) or next(filter(None, (read_ordinal(word) for word in words if word != "one")), None)
    if "ago" in words:
        return -1 - (1 if number is None and {"one", "a"} & set(words) else number or 0)
    return -2 if number is None and _ONE_BEFORE & set(words) else number


def _from_the_newest(before: list[str], after: list[str]) -> int:
    """What `last` means between these words."""
    if after[:1] == ["but"]:
        return -1 - (read_ordinal(" ".join(after[1:2])) or 1)
    if {"before", "next"} & set(before):
        return -2
    return -(read_ordinal(" ".join(before)) or 1)


def read_duration_s(text: str) -> float | None:
    """`five minutes`, `an hour and a half`, `half an hour`, `1h30m`, `two hours and ten seconds`, in seconds."""
    words = [word for word in words_of(text.replace("-", " ")) if word not in {"for", "in", "about", "of", "exactly"}]
    total_s, start, last_unit_s = 0.0, 0, 0
    for index, word in enumerate(words):
        if word in _UNIT_SECONDS:
            quantity = read_quantity(words[start:index])
            if quantity is None:
                return None
            last_unit_s = _UNIT_SECONDS[word]
            total_s += quantity * last_unit_s
            start = index + 1
    if start < len(words):
        fraction = _fraction(words[start:])
        if fraction is None:
            return None
        total_s += fraction * last_unit_s
    return total_s if total_s > 0 else None


def read_quantity(words: list[str]) -> float | None:
    """What stands before a unit, in words as `words_of` gives them: `five`, nothing, `half an`, `two and a half`."""
    words = words[1:] if words[:1] == ["and"] else words
    words = words[:-1] if words[-1:] in (["a"], ["an"]) else words
    if not words:
        return 1.0
    if "and" in words and words[-1] in _FRACTIONS:
        cut = len(words) - 1 - words[::-1].index("and")
        whole, part = _number(words[:cut]), _fraction(words[cut:])
        return None if whole is None or part is None else whole + part
    fraction = _fraction(words)
    return _number(words) if fraction is None else fraction


def _without_thousands(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)


def _number(words: list[str]) -> float | None:
    words = [word for word in words if word not in {"times", "time", "of"}]
    if len(words) > 1 and words[0] in _ARTICLES and words[1] not in _UNITS:
        words = words[1:] if words[1] in _PHRASES else ["one", *words[1:]]
    if len(words) == 1 and words[0] in _PHRASES:
        return _PHRASES[words[0]]
    if "point" in words:
        return _decimal(words[: words.index("point")], words[words.index("point") + 1 :])
    return _whole(words)


def _decimal(before: list[str], after: list[str]) -> float | None:
    whole = _whole(before) if before else 0.0
    digits = [_whole([word]) for word in after[:15]]
    if whole is None or not digits or not all(digit is not None and digit in range(10) for digit in digits):
        return None
    return float(f"{whole:.0f}.{''.join(f'{digit:.0f}' for digit in digits)}")


def _whole(words: list[str]) -> float | None:
    """A numeral alone, or number words, whose parts must shrink: `twenty five` reads, `five twenty` does not."""
    if len(words) == 1:
        return _UNITS.get(words[0], float(words[0]) if re.fullmatch(_NUMERAL, words[0]) else None)
    for name, scale in _SCALES.items():
        if name in words:
            cut = words.index(name)
            rest = words[cut + 2 :] if words[cut + 1 : cut + 2] == ["and"] else words[cut + 1 :]
            above, below = _whole(words[:cut]), _whole(rest) if rest else 0.0
            if above is None or below is None or not (1 <= above < 1_000 and below < scale):
                return None
            return above * scale + below
    if len(words) == 2 and words[0] in _TENS.split() and 1 <= _UNITS.get(words[1], 0) < 10:
        return _UNITS[words[0]] + _UNITS[words[1]]
    return None


def _fraction(words: list[str]) -> float | None:
    """`half`, `a quarter`, `three quarters`, `and a half`."""
    words = [word for word in words if word not in _ARTICLES and word != "and"]
    if not words or words[-1] not in _FRACTIONS:
        return None
    times = _number(words[:-1]) if len(words) > 1 else 1.0
    return None if times is None else times * _FRACTIONS[words[-1]]
