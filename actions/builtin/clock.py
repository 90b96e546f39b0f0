"""Telling the time and the date, and timers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Event as StopSignal
from zoneinfo import ZoneInfo, available_timezones

from actions.bodies import Body, Done, Refused, Result
from actions.numbers import read_duration_s, read_ordinal, words_of
from actions.timers import Timer, Timers, spoken_duration
from model.stream.errors import NotPermitted

LONGEST_TIMER_S = 30 * 86_400
_HOURS = "twelve one two three four five six seven eight nine ten eleven"
_MONTHS = "january february march april may june july august september october november december"
_FILLERS = frozenset(words_of("the on this next coming of is it what date in"))
_NEAR = {"": 0, "today": 0, "day": 0, "tomorrow": 1, "day after tomorrow": 2, "yesterday": -1, "week": 7} | {
    "day before yesterday": -2
}
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"


def clock_bodies(timers: Timers, now: Callable[[], datetime]) -> Mapping[str, Body]:
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

    return {"tell_time": tell_time, "tell_date": tell_date, **_timer_bodies(timers)}


def _timer_bodies(timers: Timers) -> Mapping[str, Body]:
    def set_timer(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        duration_s = float(values["duration"])
        if not 1 <= duration_s <= LONGEST_TIMER_S:
            return Refused("A timer runs between a second and thirty days.")
        timer = timers.set(duration_s, values.get("label", ""))
        if timer is None:
            return Refused("There are too many timers already.")
        return Done(f"Timer set for {spoken_duration(duration_s)}.", lambda stop: _cancel(timers, timer))

    def timer_status(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        running = timers.running()
        if not running:
            return Done("No timer is running.")
        left = [f"{spoken_duration(timers.left_s(timer))} left on your {timer.name}" for timer in running[:3]]
        more = f", and {len(running) - 3} more" if len(running) > 3 else ""
        return Done(f"{'; '.join(left)}{more}.")

    def cancel_timer(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        chosen = _meant(timers.running(), values.get("label", ""))
        if isinstance(chosen, str):
            return Refused(chosen)
        return Done(" ".join(_cancel(timers, timer) for timer in chosen))

    return {"set_timer": set_timer, "timer_status": timer_status, "cancel_timer": cancel_timer}


def _cancel(timers: Timers, timer: Timer) -> str:
    if not timers.cancel(timer):
        raise NotPermitted(f"Your {timer.name} is no longer running.")
    return f"Cancelled your {timer.name}."


def _meant(running: list[Timer], label: str) -> list[Timer] | str:
    """The timers a label means, by name or length; the reason if that is not clear."""
    said = set(words_of(label))
    if not running:
        return "No timer is running."
    if said & {"all", "every", "both", "timers"}:
        return running
    length_s = read_duration_s(label)
    fitting = [timer for timer in running if timer.duration_s == length_s or said & set(words_of(timer.label))]
    if not said:
        fitting = running
    if len(fitting) == 1:
        return fitting
    return f"Which one: {', '.join(timer.name for timer in (fitting or running)[:4])}?"


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


def _title(day: datetime, today: datetime) -> str:
    distance = (day.date() - today.date()).days
    return {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get(distance, "That")


def _city(zone: str) -> str:
    return zone.rsplit("/", 1)[1].replace("_", " ")
