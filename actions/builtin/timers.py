"""Timers, alarms and reminders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Event as StopSignal

from actions.bodies import Body, Done, Refused, Result
from actions.builtin.spoken import listed, sentence, shortened
from actions.moments import Moment, read_moment, spoken_moment
from actions.numbers import read_duration_s, words_of
from actions.schedule import Due, Kind, Schedule, spoken_duration
from model.stream.errors import NotPermitted

LONGEST_TIMER_S = 30 * 86_400
MORNING = 9
"""The hour of a reminder for a day."""
_ALL = frozenset(("all", "every", "everything", "both", "timers", "alarms"))


def timer_bodies(schedule: Schedule, now: Callable[[], datetime]) -> Mapping[str, Body]:
    def set_timer(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        duration_s = float(values["duration"])
        if not 1 <= duration_s <= LONGEST_TIMER_S:
            return Refused("A timer runs between a second and thirty days.")
        due_s = now().timestamp() + duration_s
        timer = schedule.set(Kind.TIMER, due_s, values.get("label", ""), duration_s)
        return _set(schedule, timer, f"Timer set for {spoken_duration(duration_s)}.")

    def timer_status(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        running = schedule.waiting(Kind.TIMER)
        left = [f"{spoken_duration(schedule.left_s(timer))} left on your {timer.name}" for timer in running]
        return Done(f"{listed(left)}." if left else "No timer is running.")

    def cancel_timer(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        return _cancel_meant(schedule, _timers_meant(schedule.waiting(Kind.TIMER), values.get("label", "")))

    return {"set_timer": set_timer, "timer_status": timer_status, "cancel_timer": cancel_timer}


def alarm_bodies(schedule: Schedule, now: Callable[[], datetime]) -> Mapping[str, Body]:
    def set_alarm(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        moment = read_moment(values["time"], now(), early=True)
        if moment is None or not moment.has_time:
            return Refused(f"I do not know at what time {shortened(values['time'])} is.")
        if moment.at <= now():
            return Refused(f"{shortened(values['time']).capitalize()} has passed.")
        alarm = schedule.set(Kind.ALARM, moment.at.timestamp(), values.get("label", ""))
        return _set(schedule, alarm, f"Alarm set for {spoken_moment(moment.at, now())}.")

    def list_alarms(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        alarms = [f"{due.text} {_when(due, now())}".strip() for due in schedule.waiting(Kind.ALARM)]
        return Done(f"Your alarms: {listed(alarms)}." if alarms else "No alarm is set.")

    def cancel_alarm(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        meant = _alarms_meant(schedule.waiting(Kind.ALARM), values.get("time", ""), now())
        return _cancel_meant(schedule, meant)

    return {"set_alarm": set_alarm, "list_alarms": list_alarms, "cancel_alarm": cancel_alarm}


def reminder_bodies(schedule: Schedule, now: Callable[[], datetime]) -> Mapping[str, Body]:
    def set_reminder(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        moment = read_moment(values["time"], now())
        if moment is None:
            return Refused(f"I do not know when {shortened(values['time'])} is.")
        at = moment.at if moment.has_time else moment.at.replace(hour=MORNING)
        if at <= now():
            return Refused(f"{shortened(values['time']).capitalize()} has passed.")
        reminder = schedule.set(Kind.REMINDER, at.timestamp(), values["text"])
        said = sentence(shortened(values["text"]))
        return _set(schedule, reminder, f"I will remind you {spoken_moment(at, now())}: {said}")

    def list_reminders(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        told = [f"{shortened(due.text)} {_when(due, now())}" for due in schedule.waiting(Kind.REMINDER)]
        return Done(f"I am to remind you of: {listed(told)}." if told else "There is nothing to remind you of.")

    return {"set_reminder": set_reminder, "list_reminders": list_reminders}


def _set(schedule: Schedule, due: Due | None, said: str) -> Result:
    if due is None:
        return Refused("There are too many timers, alarms and reminders already.")
    return Done(said, lambda stop: _cancel(schedule, due))


def _cancel(schedule: Schedule, due: Due) -> str:
    if not schedule.cancel(due):
        raise NotPermitted(f"Your {due.name} is over.")
    return f"Cancelled your {due.name}."


def _cancel_meant(schedule: Schedule, meant: Sequence[Due] | str) -> Result:
    if isinstance(meant, str):
        return Refused(meant)

    def undo(stop: StopSignal) -> str:
        del stop
        for due in meant:
            schedule.restore(due)
        return f"Your {meant[0].name} is back." if len(meant) == 1 else "They are back."

    return Done(" ".join(_cancel(schedule, due) for due in meant), undo)


def _timers_meant(running: Sequence[Due], label: str) -> Sequence[Due] | str:
    """The timers a label means, by name or length; the reason if that is not clear."""
    said = set(words_of(label))
    if not running:
        return "No timer is running."
    if said & _ALL:
        return running
    length_s = read_duration_s(label)
    fitting = [timer for timer in running if timer.duration_s == length_s or said & set(words_of(timer.text))]
    return _only(fitting if said else running, [timer.name for timer in fitting or running])


def _alarms_meant(alarms: Sequence[Due], said: str, now: datetime) -> Sequence[Due] | str:
    """The alarms a time means; those that ring, or the only one, where none is said."""
    if not alarms:
        return "No alarm is set."
    if set(words_of(said)) & _ALL:
        return alarms
    ringing = [alarm for alarm in alarms if alarm.rings]
    if not said and ringing:
        return ringing
    labels = [word for word in words_of(said) if word not in ("the", "my", "alarm")]
    moments = [moment for early in (True, False) if (moment := read_moment(" ".join(labels), now, early))]
    fitting = [
        due for due in alarms if any(_fits(due, each) for each in moments) or set(labels) & set(words_of(due.text))
    ]
    return _only(fitting if said else alarms, [_when(due, now) for due in fitting or alarms])


def _fits(due: Due, moment: Moment) -> bool:
    """A time said without its day, or its half of the day, means every alarm at that hour."""
    at = datetime.fromtimestamp(due.due_s, moment.at.tzinfo)
    same_day = at.date() == moment.at.date() or not moment.has_day
    same_time = (at.hour % 12, at.minute) == (moment.at.hour % 12, moment.at.minute) or not moment.has_time
    return same_day and same_time


def _only(fitting: Sequence[Due], names: Sequence[str]) -> Sequence[Due] | str:
    return fitting if len(fitting) == 1 else f"Which one: {listed(names)}?"


def _when(due: Due, now: datetime) -> str:
    return spoken_moment(datetime.fromtimestamp(due.due_s, now.tzinfo), now)
