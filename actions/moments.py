"""Days, times of day and periods as people say them. Pure functions of the words and of the present moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from actions.numbers import read_duration_s, read_number, read_ordinal, words_of

_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_FILLERS = frozenset(words_of("the on this next coming of is it what date in at for by around about"))
_NEAR = {"": 0, "today": 0, "day": 0, "tomorrow": 1, "day after tomorrow": 2, "yesterday": -1, "week": 7} | {
    "day before yesterday": -2
}
_PARTS = {"morning": time(9), "noon": time(12), "midday": time(12), "afternoon": time(15), "evening": time(19)} | {
    "tonight": time(20), "night": time(21), "midnight": time(0),
}  # fmt: skip
_EARLY_HOURS = range(1, 7)
"""Said without "am" or "pm" of a day to come, these hours mean the afternoon, except for who wants to be woken."""

_TO_THE_HOUR = (
    r"\b(?:at |a )*(?P<part>half|quarter|\d{1,2})(?: minutes?)? (?P<way>past|after|to|before|till) (?P<hour>\d{1,2})\b"
)
_CLOCKS = (
    r"\b(?:at )?(?P<hour>\d{1,2})(?:[:.]| )(?P<minute>\d{2})\b(?! of)",
    r"\b(?:at )?(?P<hour>\d{1,2}) (?:oh|o) (?P<minute>\d)\b",
    r"\b(?:at|for|by|around) (?P<hour>\d{1,2})\b(?! of)",
    r"\b(?P<hour>\d{1,2})(?= (?:oclock|am|pm|in the)\b)",
    r"\b(?P<hour>\d{1,2})$",
)
_HALVES = {"am": 0, "morning": 0, "pm": 12, "afternoon": 12, "evening": 12, "tonight": 12, "night": 12}
_HALF_OF_DAY = re.compile(r"\b(?:in the |this |at )?(am|pm|morning|afternoon|evening|tonight|night)\b")
_SHORT_UNIT = re.compile(r"\b(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b")
_DAY_OF_MONTH = rf"\b({'|'.join(_MONTHS.split())}) (\d{{1,2}})\b(?! (?:oclock|am|pm))"
_NUMERAL = r"\d+(?:st|nd|rd|th)\b|\d+[:.]\d+|\d+"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, and which parts of it were said: the day, the time of day, or both."""

    at: datetime
    has_day: bool
    has_time: bool


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` on and before `end`. `title` is how it is spoken of: `tomorrow`, `next week`."""

    start: datetime
    end: datetime
    title: str


def read_moment(said: str, now: datetime, early: bool = False) -> Moment | None:
    """`tomorrow at half past six`, `friday noon`, `in ten minutes`; None where it is unclear.

    A time without a day is the next one. `early` is for alarms: `tomorrow at five` is five in the morning then.
    """
    text = _with_digits(said)
    distance_s = _distance_s(text)
    if distance_s is not None:
        return Moment(now + timedelta(seconds=distance_s), has_day=True, has_time=True)
    clock, rest = _clock(text)
    words = [word for word in words_of(rest) if word not in _FILLERS]
    day = find_day(" ".join(words), now) if words else None
    if day is None and (words or clock is None):
        return None
    if clock is None:
        return Moment(_at(day or now, time(0)), has_day=True, has_time=False)
    if day is None:
        return Moment(clock.next_after(now), has_day=clock.of_today, has_time=True)
    return Moment(_at(day, clock.on_a_day(early)), has_day=True, has_time=True)


def read_period(said: str, now: datetime) -> Period | None:
    """`today`, `this week`, `on monday`, `next`; the days to come where nothing is said. None where it is unclear."""
    today = _at(now, time(0))
    words = " ".join(
        word for word in words_of(said) if word not in {"the", "on", "in", "for", "my", "at", "what", "is"}
    )
    match words.removeprefix("this "):
        case "" | "next" | "soon" | "coming up" | "all" | "upcoming":
            return Period(now, today + timedelta(days=366), "coming up")
        case "week":
            return Period(now, today + timedelta(days=7 - today.weekday()), "this week")
        case "next week":
            monday = today + timedelta(days=7 - today.weekday())
            return Period(monday, monday + timedelta(days=7), "next week")
        case "weekend":
            saturday = today + timedelta(days=max(-1, 5 - today.weekday()))
            return Period(saturday, today + timedelta(days=7 - today.weekday()), "this weekend")
        case _:
            return _period_of(said, now)


def _period_of(said: str, now: datetime) -> Period | None:
    moment = read_moment(said, now)
    if moment is None:
        return None
    if moment.has_time and not re.search(rf"\b(?:{'|'.join(_PARTS)})\b", said.casefold()):
        return Period(moment.at, moment.at + timedelta(minutes=1), spoken_moment(moment.at, now))
    start = _at(moment.at, time(0))
    return Period(start, start + timedelta(days=1), spoken_day(moment.at, now))


def find_day(said: str, today: datetime) -> datetime | None:
    """`tomorrow`, `last friday`, `the first of august`, `in 100 days`, `two weeks ago`; None where it is unclear."""
    words = [word for word in words_of(said) if word not in _FILLERS]
    text = " ".join(words)
    if text in _NEAR:
        return today + timedelta(days=_NEAR[text])
    name = text.removeprefix("last ")
    if name in _DAYS.split():
        step = -1 if name != text else 1
        distance = (step * (_DAYS.split().index(name) - today.weekday()) - 1) % 7 + 1
        return today + timedelta(days=step * distance)
    return _date(words, today) or _distant(words, today)


def spoken_day(at: datetime, now: datetime) -> str:
    """`today`, `tomorrow`, `on Friday`, `on December 3`, `on March 1, 2028`."""
    distance = (at.date() - now.date()).days
    if -1 <= distance <= 1:
        return ("yesterday", "today", "tomorrow")[distance + 1]
    if 1 < distance < 7:
        return f"on {at:%A}"
    year = "" if 0 < distance < 300 else f", {at.year}"
    return f"on {at:%B} {at.day}{year}"


def spoken_clock(at: datetime) -> str:
    """`7 AM`, `7:30 PM`, `noon`: which half of the day is always clear."""
    if at.minute == 0 and at.hour in (0, 12):
        return "noon" if at.hour else "midnight"
    minute = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minute} {'AM' if at.hour < 12 else 'PM'}"


def spoken_moment(at: datetime, now: datetime) -> str:
    """`tomorrow at 7 AM`."""
    return f"{spoken_day(at, now)} at {spoken_clock(at)}"


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time of day; `half` is 0 for the morning, 12 for the afternoon, None where it was not said."""

    hour: int
    minute: int
    half: int | None
    of_today: bool = False
    """Said of today: `tonight`, `this morning`."""

    def next_after(self, now: datetime) -> datetime:
        hours = [self.hour % 12, self.hour % 12 + 12] if self._unsaid else [self._said_hour]
        today = [_at(now, time(hour, self.minute)) for hour in hours]
        later = [at for at in today if at > now]
        return min(later, default=today[0] + timedelta(days=1))

    def on_a_day(self, early: bool) -> time:
        if not self._unsaid:
            return time(self._said_hour, self.minute)
        afternoon = self.hour == 12 or (self.hour in _EARLY_HOURS and not early)
        return time(self.hour % 12 + 12 if afternoon else self.hour, self.minute)

    @property
    def _unsaid(self) -> bool:
        return self.half is None and 1 <= self.hour <= 12

    @property
    def _said_hour(self) -> int:
        return self.hour if self.half is None else self.hour % 12 + self.half


def _clock(text: str) -> tuple[_Clock | None, str]:
    """The time of day in a text, and the text without it."""
    half, of_today, rest = _half_of_day(text)
    found = re.search(_TO_THE_HOUR, rest)
    if found:
        return _to_the_hour(found, half, of_today), _without(found, rest)
    found = next((match for pattern in _CLOCKS if (match := re.search(pattern, rest))), None)
    hour, minute = (int(found["hour"]), int(found.groupdict().get("minute") or 0)) if found else (0, 0)
    if found and hour < 24 and minute < 60:
        return _Clock(hour, minute, half, of_today), _without(found, rest).replace("oclock", "")
    part = re.search(rf"\b(?:{'|'.join(_PARTS)})\b", text)
    if part is None:
        return None, text
    named = _PARTS[part[0]]
    rest = rest if part[0] in _HALVES else _without(part, text)
    return _Clock(named.hour, named.minute, 12 if named.hour >= 12 else 0, of_today), rest


def _half_of_day(text: str) -> tuple[int | None, bool, str]:
    """0 or 12 where the half was said, whether of today, and the text without it."""
    found = _HALF_OF_DAY.search(text)
    if found is None:
        return None, False, text
    of_today = found[1] == "tonight" or found[0].startswith("this ")
    behind_a_number = text[: found.start()].rstrip()[-1:].isdigit()
    instead = "today" if of_today else "oclock" if behind_a_number else ""
    return _HALVES[found[1]], of_today, _without(found, text, instead)


def _to_the_hour(found: re.Match[str], half: int | None, of_today: bool) -> _Clock:
    part = {"half": 30, "quarter": 15}.get(found["part"]) or int(found["part"])
    minutes = int(found["hour"]) * 60 + (part if found["way"] in ("past", "after") else -part)
    return _Clock((minutes // 60 - 1) % 12 + 1, minutes % 60, half, of_today)


def _without(found: re.Match[str], text: str, instead: str = "") -> str:
    return " ".join(f"{text[: found.start()]} {instead} {text[found.end() :]}".split())


def _distance_s(text: str) -> float | None:
    """`in ten minutes`, `2 hours from now`; None for days, whose time of day is open."""
    plain = re.sub(r"^(?:in |after )?(?:a (?=\d))?| from now$| later$", "", text)
    return read_duration_s(plain) if _SHORT_UNIT.search(plain) else None


def _with_digits(said: str) -> str:
    """`half past six` -> `half past 6`: number words as numerals, but ordinals as they are."""
    text = said.casefold().replace("o'clock", "oclock").replace("o’clock", "oclock").replace("o clock", "oclock")
    text = re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", text)
    tokens = re.findall(rf"{_NUMERAL}|[^\W\d_]+", text)
    read: list[str] = []
    while tokens:
        cut = next((cut for cut in (3, 2, 1) if _is_cardinal(tokens[:cut])), 0)
        read.append(f"{read_number(' '.join(tokens[:cut])):g}" if cut else tokens[0])
        tokens = tokens[max(1, cut) :]
    return re.sub(_DAY_OF_MONTH, r"\1 \2th", " ".join(read))


def _is_cardinal(tokens: list[str]) -> bool:
    return all(token.isalpha() and token not in ("a", "an", "and") for token in tokens) and (
        read_number(" ".join(tokens)) is not None
    )


def _at(day: datetime, clock: time) -> datetime:
    return day.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)


def _date(words: list[str], today: datetime) -> datetime | None:
    """`august first`, `third`: the next such day."""
    months = [number for number, month in enumerate(_MONTHS.split(), 1) if month in words]
    day = read_ordinal(" ".join(word for word in words if word not in _MONTHS.split()))
    if day is None or len(months) > 1 or len(words) > 3 or words[-1:] == ["ago"] or read_duration_s(" ".join(words)):
        return None
    for ahead in range(366 * 4 + 1):
        date = today + timedelta(days=ahead)
        if date.day == day and date.month in (months or [date.month]):
            return date
    return None


def _distant(words: list[str], today: datetime) -> datetime | None:
    distance_s = read_duration_s(
        " ".join(word for word in words if word not in ("from", "now", "today", "ago", "later"))
    )
    if distance_s is None:
        return None
    return today + timedelta(seconds=-distance_s if "ago" in words else distance_s)
