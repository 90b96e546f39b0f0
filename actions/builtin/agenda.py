"""Appointments in the calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Event as StopSignal

from actions.agenda import USUAL_LENGTH, Agenda, Appointment
from actions.bodies import Body, Done, Refused, Result
from actions.builtin.spoken import MAX_READ_OUT, listed, shortened
from actions.moments import read_moment, read_period, spoken_clock, spoken_day, spoken_moment
from actions.numbers import words_of

_EVERYTHING = frozenset(words_of("all everything my the of it on from calendar"))
_IDLE = _EVERYTHING | frozenset(words_of("a an event appointment meeting with at entry"))


def agenda_bodies(agenda: Agenda, clock: Callable[[], datetime]) -> Mapping[str, Body]:
    def now() -> datetime:
        return clock().replace(tzinfo=None)

    def add_event(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        said, people = values.get("time", ""), values.get("people", "")
        title = " ".join(f"{values['title']}{f' with {people}' if people else ''}".split())
        moment = read_moment(said, now()) if said else None
        if moment is None:
            return Refused(f"I do not know when {shortened(said)} is." if said else f"When is {shortened(title)}?")
        others = agenda.between(moment.at, moment.at + USUAL_LENGTH) if moment.has_time else []
        added = agenda.add(title, moment.at, not moment.has_time, now())
        busy = f" You also have {listed([shortened(each.title) for each in others])} then." if others else ""
        return Done(f"{_told(added, now())} is in your calendar.{busy}", lambda stop: _remove(agenda, [added]))

    def list_events(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        period = read_period(values.get("time", ""), now())
        if period is None:
            return Refused(f"I do not know when {shortened(values['time'])} is.")
        found = agenda.between(period.start, period.end)
        if not found:
            return Done(
                f"Nothing is in your calendar {period.title}." if values.get("time") else "Nothing is coming up."
            )
        one_day = (period.end - period.start).days <= 1
        told = [_at(each) if one_day else _told(each, now()) for each in found]
        return Done(shortened(f"{_capital(period.title)}: {listed(told)}.", MAX_READ_OUT))

    def remove_event(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        title, said = values.get("title", ""), values.get("time", "")
        if not title and read_period(said, now()) is None:  # "remove lunch": what is no time can only be a title
            title, said = said, ""
        period = read_period(said, now())
        if period is None or not (title or said):
            return Refused(f"I do not know which appointment you mean{f', {shortened(said)}' if said else ''}.")
        found = _meant(agenda.between(period.start, period.end), title)
        if not found:
            return Refused(f"There is no such appointment {period.title}.")
        if len(found) > 1 and not (said and set(words_of(title)) <= _EVERYTHING):
            return Refused(f"Which one: {listed([_told(each, now()) for each in found])}?")

        def undo(stop: StopSignal) -> str:
            del stop
            agenda.restore(found)
            return f"{listed([_told(each, now()) for each in found])} is in your calendar again."

        return Done(_remove(agenda, found), undo)

    return {"add_event": add_event, "list_events": list_events, "remove_event": remove_event}


def _remove(agenda: Agenda, appointments: Sequence[Appointment]) -> str:
    gone = [shortened(each.title) for each in appointments if agenda.remove(each)]
    return f"Removed {listed(gone)} from your calendar." if gone else "It was no longer in your calendar."


def _meant(appointments: Sequence[Appointment], title: str) -> list[Appointment]:
    """Those whose title has all the words that say which; where none does, all of them."""
    wanted = set(words_of(title)) - _IDLE
    return [each for each in appointments if wanted <= set(words_of(each.title))]


def _told(appointment: Appointment, now: datetime) -> str:
    spoken = spoken_day if appointment.all_day else spoken_moment
    return f"{shortened(appointment.title)} {spoken(appointment.start, now)}"


def _at(appointment: Appointment) -> str:
    title = shortened(appointment.title)
    return title if appointment.all_day else f"{title} at {spoken_clock(appointment.start)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
