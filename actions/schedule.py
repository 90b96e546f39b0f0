"""Timers, alarms and reminders: kept in a file, so that they outlive a restart, and fired as outcomes when due."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from threading import Event as StopSignal
from typing import Any

from actions.papers import modified_ns, read_paper, set_aside, write_paper
from model.stream.errors import NotPermitted
from model.stream.protocols import Post
from model.stream.values import Channel, Event, Origin, Outcome, Status

log = logging.getLogger(__name__)

MAX_DUE = 200
LONGEST_WAIT_S = 0.5
"""How late a new one, or the end of a suspended night, may be noticed."""
LATE_S = 60.0
"""From when on it is said how late it is: the machine was off or asleep."""
RING_EVERY_S = 30.0
MAX_RINGS = 10


class Kind(StrEnum):
    """What was asked for; the value is the name of the action that did."""

    TIMER = "set_timer"
    ALARM = "set_alarm"
    REMINDER = "set_reminder"


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is to happen at a time. `due_s` counts seconds since 1970."""

    id: int
    kind: Kind
    due_s: float
    text: str = ""
    """What a reminder says; the label of a timer or an alarm."""
    duration_s: float = 0.0
    """How long a timer runs."""
    rings: int = 0
    """How often an alarm has rung."""

    @property
    def name(self) -> str:
        """`5 minute tea timer`, `tea alarm`."""
        length = [spoken_duration(self.duration_s, adjective=True)] if self.duration_s else []
        return " ".join([*length, *([self.text] if self.text else []), self.kind.value.removeprefix("set_")])


class Schedule:
    """Safe for several threads; `run` on one of them.

    Times are those of the wall clock: a clock that stands still while the machine sleeps would fire late by the night.
    An alarm rings again and again until it is acknowledged. Without a `path` all is forgotten at the end.
    """

    def __init__(
        self, post: Post, now_ns: Callable[[], int], path: Path | None = None, now_s: Callable[[], float] = time.time
    ) -> None:
        self._post = post
        self._now_ns = now_ns
        self._now_s = now_s
        self._path = path
        self._lock = threading.Lock()
        self._all: tuple[Due, ...] = ()
        self._written_ns = 0
        self._refresh()

    def set(self, kind: Kind, due_s: float, text: str = "", duration_s: float = 0.0) -> Due | None:
        """A new one; None if there are too many. Raises `NotPermitted` where it cannot be kept."""
        with self._lock:
            self._refresh()
            if len(self._all) >= MAX_DUE:
                return None
            due = Due(max((each.id for each in self._all), default=0) + 1, kind, due_s, text, duration_s)
            self._keep((*self._all, due))
            return due

    def restore(self, due: Due) -> None:
        """Put back what was cancelled. Raises `NotPermitted` once its time has passed."""
        if due.due_s <= self._now_s():
            raise NotPermitted(f"The time of your {due.name} has passed.")
        with self._lock:
            self._keep((*(each for each in self._all if each.id != due.id), due))

    def waiting(self, kind: Kind) -> list[Due]:
        """The next one first."""
        return sorted((due for due in self._all if due.kind is kind), key=lambda due: due.due_s)

    def left_s(self, due: Due) -> float:
        return max(0.0, due.due_s - self._now_s())

    def cancel(self, due: Due) -> bool:
        """False if it has fired or was cancelled."""
        with self._lock:
            self._refresh()
            left = tuple(each for each in self._all if each.id != due.id)
            known = len(left) < len(self._all)
            if known:
                self._keep(left)
            return known

    def acknowledge(self) -> bool:
        """The user has heard the alarms that ring. False if none did."""
        with self._lock:
            left = tuple(due for due in self._all if not due.rings)
            ringing = len(left) < len(self._all)
            if ringing:
                self._keep(left)
            return ringing

    def fire(self) -> None:
        """Post an outcome for each that is due."""
        now_s = self._now_s()
        with self._lock:
            self._refresh()
            fired = [due for due in self._all if due.due_s <= now_s]
            if fired:
                again = [_ringing(due, now_s) for due in fired if due.kind is Kind.ALARM and due.rings + 1 < MAX_RINGS]
                self._all = (*(due for due in self._all if due.due_s > now_s), *again)
        for due in fired:
            outcome = Outcome(due.kind, Status.FIRED, _announcement(due, now_s))
            self._post(Event(self._now_ns(), Channel.OUTCOME, outcome, Origin.WORLD))
        if fired:  # said first: a full disk must not keep an alarm from ringing
            with self._lock:
                self._keep(self._all)

    def run(self, stop: StopSignal) -> None:
        """Fire what is due until `stop` is set."""
        while not stop.is_set():
            self.fire()
            left_s = min((self.left_s(due) for due in self._all), default=LONGEST_WAIT_S)
            stop.wait(min(LONGEST_WAIT_S, left_s))

    def _keep(self, all_: Sequence[Due]) -> None:
        """Only what is in the file counts as kept."""
        if self._path is not None:
            write_paper(self._path, json.dumps([asdict(due) for due in all_], indent=1))
            self._written_ns = modified_ns(self._path)
        self._all = tuple(all_)

    def _refresh(self) -> None:
        """`ambidex ask` may have added something from another process."""
        if self._path is not None and modified_ns(self._path) != self._written_ns:
            self._all = _load(self._path)
            self._written_ns = modified_ns(self._path)


def spoken_duration(duration_s: float, adjective: bool = False) -> str:
    """`1 hour and 30 minutes`; as an adjective `90 second`, `1 hour 30 minute`."""
    left = max(1, round(duration_s))
    parts: list[str] = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number} {unit}{'' if number == 1 or adjective else 's'}")
    if adjective or len(parts) == 1:
        return " ".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _ringing(alarm: Due, now_s: float) -> Due:
    return replace(alarm, due_s=now_s + RING_EVERY_S, rings=alarm.rings + 1)


def _announcement(due: Due, now_s: float) -> str:
    late_s = now_s - due.due_s
    late = f" It was due {spoken_duration(late_s // 60 * 60)} ago." if late_s >= LATE_S else ""
    match due.kind:
        case Kind.REMINDER:
            return f"A reminder: {due.text}.{late}"
        case Kind.ALARM:
            return f"Your {due.name} is ringing.{late}"
        case Kind.TIMER:
            return f"Your {due.name} is done.{late}"


def _load(path: Path) -> tuple[Due, ...]:
    """What the file holds. One that cannot be understood is moved aside, so that nothing is lost, and said so."""
    text = read_paper(path)
    if not text:
        return ()
    try:
        rows: Any = json.loads(text)
        return tuple(replace(Due(**row), kind=Kind(row["kind"])) for row in rows)
    except (ValueError, TypeError, KeyError, AttributeError):
        aside = set_aside(path)
        log.warning("The timers and alarms in %s cannot be understood; it was moved to %s.", path, aside)
        return ()
