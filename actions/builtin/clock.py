"""Telling the time and the date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event as StopSignal
from zoneinfo import ZoneInfo, available_timezones

from actions.bodies import Body, Done, Refused, Result
from actions.moments import find_day
from actions.numbers import words_of

_HOURS = "twelve one two three four five six seven eight nine ten eleven"


def clock_bodies(now: Callable[[], datetime]) -> Mapping[str, Body]:
    def tell_time(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        place = values.get("place", "")
        if not place:
            return Done(f"It is {spoken_time(now())}.")
        zone = find_zone(place)
        if zone is None:
            return Refused(f"I do not know what time it is in {place}.")
        return Done(f"It is {spoken_time(now().astimezone(ZoneInfo(zone)))} in {_city(zone)}.")

    def tell_date(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        said = values.get("day", "today")
        day = find_day(said, now())
        if day is None:
            return Refused(f"I do not know which day {said} is.")
        return Done(f"{_title(day, now())} is {day:%A, %B} {day.day}, {day.year}.")

    return {"tell_time": tell_time, "tell_date": tell_date}


def spoken_time(time: datetime) -> str:
    """`a quarter past three`, `half past ten`, `3:17 PM`."""
    hour, next_hour = (_HOURS.split()[(time.hour + ahead) % 12] for ahead in (0, 1))
    match time.minute:
        case 0:
            return f"{hour} o'clock"
        case 15:
            return f"a quarter past {hour}"
        case 30:
            return f"half past {hour}"
        case 45:
            return f"a quarter to {next_hour}"
        case _:
            return f"{time.hour % 12 or 12}:{time.minute:02} {'AM' if time.hour < 12 else 'PM'}"


def find_zone(place: str) -> str | None:
    """The time zone named after a city: `new york`, `paris france`."""
    said = f" {' '.join(words_of(place))} "
    zones = [zone for zone in sorted(available_timezones()) if "/" in zone and not zone.startswith("Etc/")]
    named = [zone for zone in zones if f" {_city(zone).casefold()} " in said]
    return max(named, key=lambda zone: len(_city(zone)), default=None)


def _title(day: datetime, today: datetime) -> str:
    distance = (day.date() - today.date()).days
    return {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get(distance, "That")


def _city(zone: str) -> str:
    return zone.rsplit("/", 1)[1].replace("_", " ")
