"""How numbers are said with what belongs to them: years, dates, times, money, units, ranges, versions, telephones.

espeak-ng reads plain numbers, decimals and ordinals well by itself; here stands what it drones or spells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.spoken_addresses import Rule, spelled

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_BEFORE_YEARS = {"in", "since", "from", "until", "till", "before", "after", "year", "by", "around", "summer", "©"} | {
    month[:size].casefold() for month in MONTHS for size in (3, 20)
}

UNITS: Mapping[str, str] = {
    "km": "kilometers", "m": "meters", "cm": "centimeters", "mm": "millimeters", "mi": "miles", "ft": "feet",
    "kg": "kilograms", "g": "grams", "mg": "milligrams", "lb": "pounds", "lbs": "pounds", "oz": "ounces",
    "l": "liters", "L": "liters", "ml": "milliliters", "mL": "milliliters", "m²": "square meters",
    "B": "bytes", "kB": "kilobytes", "KB": "kilobytes", "MB": "megabytes", "GB": "gigabytes", "TB": "terabytes",
    "KiB": "kibibytes", "MiB": "mebibytes", "GiB": "gibibytes", "Mbps": "megabits per second",
    "Mbit/s": "megabits per second", "Gbit/s": "gigabits per second", "MB/s": "megabytes per second",
    "Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "dB": "decibels",
    "ns": "nanoseconds", "µs": "microseconds", "ms": "milliseconds", "s": "seconds", "sec": "seconds",
    "min": "minutes", "h": "hours", "hr": "hours", "hrs": "hours", "km/h": "kilometers per hour",
    "mph": "miles per hour", "m/s": "meters per second", "fps": "frames per second", "px": "pixels", "pt": "points",
    "W": "watts", "kW": "kilowatts", "kWh": "kilowatt hours", "V": "volts", "mAh": "milliampere hours",
    "°": "degrees", "°C": "degrees Celsius", "°F": "degrees Fahrenheit", "%": "percent",
}  # fmt: skip
_SINGULARS = {"feet": "foot", "degrees Celsius": "degree Celsius", "degrees Fahrenheit": "degree Fahrenheit"}
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))

CURRENCIES: Mapping[str, tuple[str, str, str]] = {
    "$": ("dollar", "dollars", "cents"), "€": ("euro", "euros", "cents"), "£": ("pound", "pounds", "pence"),
    "¥": ("yen", "yen", ""), "₹": ("rupee", "rupees", "paise"),
}  # fmt: skip
_SCALES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion"}
_SCALE_WORDS = {"thousand", "million", "billion", "trillion"}
_SIGN = "[" + "".join(CURRENCIES) + "]"
_MONEY_BEFORE = re.compile(rf"[({{\[\"'*]*({_SIGN})\d[\d,.]*")

_FRACTIONS = {
    "1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters",
    "24/7": "24 7",
}  # fmt: skip
NUMBER = r"\d(?:[\d,]*\d)?(?:\.\d+)?"
_DAY_BEFORE = re.compile(r"\d{1,2}(?:st|nd|rd|th)?,")
_YEAR = r"(?:1[1-9]|20)\d\d"


def beside(core: str, before: str, after: str) -> str:
    """A unit behind a number, or parts of a sum such as `$5 million`; nothing for any other word."""
    number = before.strip("()[]~<>≈\"'*")
    if core in UNITS and re.fullmatch(rf"{NUMBER}(?:[-–]{NUMBER})?", number.lstrip("-+")):
        return _measured(number, core)
    if after in _SCALE_WORDS and _MONEY_BEFORE.fullmatch(core):
        return core[1:]
    if core in _SCALE_WORDS and (money := _MONEY_BEFORE.fullmatch(before)):
        return f"{core} {CURRENCIES[money[1]][1]}"
    return ""


def _measured(number: str, unit: str) -> str:
    name = UNITS[unit]
    if number != "1" or " per " in name or name == "hertz":
        return name
    return _SINGULARS.get(name, name.removesuffix("s"))


def _year(year: int) -> str:
    century, rest = divmod(year, 100)
    if not 1100 <= year <= 2099 or 2000 <= year <= 2009:
        return str(year)
    return f"{century} " + ("hundred" if rest == 0 else f"oh {rest}" if rest < 10 else str(rest))


def _year_alone(found: re.Match[str], before: str) -> str | None:
    if found[2]:
        return _year(int(found[1])) + "s"
    return (
        _year(int(found[1]))
        if before.casefold().strip("(,.") in _BEFORE_YEARS or _DAY_BEFORE.fullmatch(before)
        else None
    )


def _day(year: str, month: int, day: int) -> str | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    suffix = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{MONTHS[month - 1]} {day}{suffix}" + (f", {_year(int(year))}" if len(year) == 4 else "")


def _iso_date(found: re.Match[str], before: str) -> str | None:
    date = _day(found["year"], int(found["month"]), int(found["day"]))
    if date is None or not found["hour"]:
        return date
    return f"{date}, {_clock(int(found['hour']), int(found['minute']))}"


def _written_date(found: re.Match[str], before: str) -> str | None:
    """With slashes the month comes first, as in the language that is spoken, unless there is no such month."""
    first, second = int(found[1]), int(found[3])
    day_first = found[2] == "." or first > 12
    return _day(found[4], second if day_first else first, first if day_first else second)


def _clock(hour: int, minute: int) -> str:
    if minute == 0:
        return f"{hour} o'clock"
    return f"{hour} " + (f"oh {minute}" if minute < 10 else str(minute))


def _time(found: re.Match[str], before: str) -> str | None:
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if hour > 24 or minute > 59 or not (found["minute"] or half):
        return None
    said = f"{hour}" if half and minute == 0 else _clock(hour, minute)
    seconds = f" and {int(found['second'])} seconds" if found["second"] else ""
    return said + seconds + (f" {half[0].lower()} m" if half else "")


def _money(sign: str, number: str, scale: str | None) -> str:
    one, many, small = CURRENCIES[sign]
    if scale:
        return f"{number} {_SCALES[scale.casefold()]} {many}"
    whole, _, part = number.partition(".")
    if len(part) != 2 or not small:
        return f"{number} {one if number == '1' else many}"
    if int(whole.replace(",", "")) == 0:
        return f"{int(part)} {small}"
    return f"{whole} {one if whole == '1' else many}" + (f" {int(part)}" if int(part) else "")


def _quantity(found: re.Match[str], before: str) -> str:
    return f"{_signed(found, before)} {_measured(found[2], found[3])}"


def _range(found: re.Match[str], before: str) -> str:
    years = all(re.fullmatch(_YEAR, side) for side in (found[1], found[2]))
    first, second = (_year(int(side)) if years else side for side in (found[1], found[2]))
    return f"{first} to {second}" + (f" {UNITS[found[3]]}" if found[3] else "")


def _hours(found: re.Match[str], before: str) -> str:
    return " to ".join(_clock(int(found[n]), int(found[n + 1])) for n in (1, 3))


def _month(found: re.Match[str], before: str) -> str:
    return f"{MONTHS[int(found[2]) - 1]} {_year(int(found[1]))}"


def _signed(found: re.Match[str], before: str) -> str:
    return {"-": "minus ", "−": "minus ", "+": "plus "}.get(found[1], "") + found[2]


def _size(found: re.Match[str], before: str) -> str:
    return f"{found[1]} by {found[2]}"


def _fraction(found: re.Match[str], before: str) -> str:
    return _FRACTIONS.get(found[0], f"{found[1]} over {found[2]}")


def _telephone(found: re.Match[str], before: str) -> str:
    groups = re.findall(r"\d+", found[0])
    return ("plus " if found[0].startswith("+") else "") + ", ".join(spelled(group) for group in groups)


def _version(found: re.Match[str], before: str) -> str:
    said = " point ".join((found[1] or found[3]).split(".")) + (f" {found[2].strip('-+.')}" if found[2] else "")
    return f"version {said}" if found[0][0] in "vV" and before.casefold() != "version" else said


NUMBERS: tuple[Rule, ...] = (
    (
        re.compile(
            r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
            r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
        ),
        _iso_date,
    ),
    (re.compile(r"(\d{4})-(0[1-9]|1[0-2])"), _month),
    (re.compile(r"(\d{1,2})([./])(\d{1,2})[./](\d{4})"), _written_date),
    (re.compile(r"(\d{1,2}):(\d\d)[-–](\d{1,2}):(\d\d)"), _hours),
    (
        re.compile(
            r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::(?P<second>\d\d))?)?(?P<half>[ap]\.?m\.?)?", re.IGNORECASE
        ),
        _time,
    ),
    (re.compile(rf"({_YEAR})(s)?"), _year_alone),
    (
        re.compile(r"\+\d[\d().-]{5,}|\(?\d{3}\)?[-.]?\d{3}[-.]\d{4}|\d{3}-\d{4}|\d+(?:-\d+){2,}|0\d{5,11}|\d{10,12}"),
        _telephone,
    ),
    (re.compile(rf"({_SIGN})({NUMBER})(bn|mn|[kmb])?", re.IGNORECASE), lambda m, before: _money(m[1], m[2], m[3])),
    (re.compile(rf"({NUMBER})({_SIGN})"), lambda m, before: _money(m[2], m[1], None)),
    (re.compile(rf"([-−+]?)({NUMBER})({_UNIT})"), _quantity),
    (re.compile(rf"({NUMBER})[-–—]({NUMBER})({_UNIT})?"), _range),
    (re.compile(r"(\d{1,3})/(\d{1,3})"), _fraction),
    (re.compile(r"(\d{1,5})[x×](\d{1,5})"), _size),
    (re.compile(rf"([-−+]?)({NUMBER})"), _signed),
    (re.compile(r"[vV]?(\d+(?:\.\d+){2,})([-+.]?[a-z]+[\d.]*)?|[vV](\d+(?:\.\d+)?)"), _version),
)
