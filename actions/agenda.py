"""The user's calendar: one iCalendar file, which other programs can open."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from actions.papers import read_paper, write_paper
from model.stream.errors import NotPermitted

USUAL_LENGTH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Appointment:
    """`start` is local time without a zone, midnight where it takes all day."""

    id: str
    title: str
    start: datetime
    all_day: bool
    ical: str = ""
    """The whole entry as it stands in the file."""


class Agenda:
    """What stands in the file, with everything that other programs put there. Times are local, without a zone, so that
    nine stays nine when the clocks change or the user travels. Of a series only the first date is seen.

    Raises `NotPermitted` where the file cannot be read, understood or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def between(self, start: datetime, end: datetime) -> list[Appointment]:
        """Those that begin from `start` on and before `end`, and those of a whole day that it touches."""
        found = [_appointment(event) for event in self._calendar().walk("VEVENT") if "DTSTART" in event]
        day = datetime.combine(start, time())
        fitting = [each for each in found if (day if each.all_day else start) <= each.start < end]
        return sorted(fitting, key=lambda appointment: (appointment.start, appointment.title))

    def add(self, title: str, start: datetime, all_day: bool, now: datetime) -> Appointment:
        import icalendar  # here and below: most never use it

        event = icalendar.Event()
        event.add("uid", str(uuid.uuid4()))
        event.add("dtstamp", now.astimezone())
        event.add("summary", title)
        event.add("dtstart", start.date() if all_day else start)
        event.add("dtend", start.date() + timedelta(days=1) if all_day else start + USUAL_LENGTH)
        self._put_in(event)
        return _appointment(event)

    def remove(self, appointment: Appointment) -> bool:
        """False if it is not there any more."""
        calendar = self._calendar()
        left = [each for each in calendar.subcomponents if str(each.get("uid", "")) != appointment.id]
        known = len(left) < len(calendar.subcomponents)
        if known:
            calendar.subcomponents = left
            self._write(calendar)
        return known

    def restore(self, appointments: Sequence[Appointment]) -> None:
        """Put back what was removed, as it was."""
        import icalendar

        for appointment in appointments:
            self._put_in(icalendar.Event.from_ical(appointment.ical))

    def _put_in(self, event: Any) -> None:
        calendar = self._calendar()
        calendar.add_component(event)
        self._write(calendar)

    def _calendar(self) -> Any:
        import icalendar

        text = read_paper(self._path)
        if not text.strip():
            return icalendar.Calendar.new(prodid="-//Ambidex//EN")
        try:
            return icalendar.Calendar.from_ical(text)
        except (ValueError, KeyError, IndexError) as error:
            raise NotPermitted(f"{self._path} is no calendar ({error}); mend it or move it away.") from error

    def _write(self, calendar: Any) -> None:
        write_paper(self._path, calendar.to_ical().decode())


def _appointment(event: Any) -> Appointment:
    start = event.decoded("dtstart")
    title = " ".join(str(event.get("summary", "something")).split())
    ical = event.to_ical().decode()
    return Appointment(str(event.get("uid", "")), title, _local(start), not isinstance(start, datetime), ical)


def _local(start: date | datetime) -> datetime:
    if not isinstance(start, datetime):
        return datetime.combine(start, time())
    return start if start.tzinfo is None else start.astimezone().replace(tzinfo=None)
