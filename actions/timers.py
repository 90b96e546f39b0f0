"""Timers, kept in memory: they fire as outcomes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event as StopSignal

from model.stream.protocols import Post
from model.stream.values import Channel, Event, Origin, Outcome, Status

MAX_TIMERS = 100
LONGEST_WAIT_S = 0.5
"""How late a new timer may be noticed; no timer is shorter."""


@dataclass(frozen=True, slots=True)
class Timer:
    id: int
    label: str
    duration_s: float
    due_ns: int

    @property
    def name(self) -> str:
        """`5 minute tea timer`."""
        return " ".join(
            [spoken_duration(self.duration_s, adjective=True), *([self.label] if self.label else []), "timer"]
        )


class Timers:
    """Safe for several threads; `run` on one of them, or `fire` whenever time has passed, in simulated time."""

    def __init__(self, post: Post, now_ns: Callable[[], int]) -> None:
        self._post = post
        self._now_ns = now_ns
        self._lock = threading.Lock()
        self._timers: list[Timer] = []
        self._last_id = 0

    def set(self, duration_s: float, label: str = "") -> Timer | None:
        """A new timer; None if there are too many."""
        with self._lock:
            if len(self._timers) >= MAX_TIMERS:
                return None
            self._last_id += 1
            timer = Timer(self._last_id, label, duration_s, self._now_ns() + int(duration_s * 1e9))
            self._timers.append(timer)
            return timer

    def running(self) -> list[Timer]:
        """The next one first."""
        with self._lock:
            return sorted(self._timers, key=lambda timer: timer.due_ns)

    def left_s(self, timer: Timer) -> float:
        return max(0.0, (timer.due_ns - self._now_ns()) / 1e9)

    def cancel(self, timer: Timer) -> bool:
        """False if it has fired or was cancelled."""
        with self._lock:
            known = timer in self._timers
            self._timers = [each for each in self._timers if each != timer]
            return known

    def fire(self) -> None:
        """Post an outcome for each timer that is due."""
        with self._lock:
            now_ns = self._now_ns()
            due = [timer for timer in self._timers if timer.due_ns <= now_ns]
            self._timers = [timer for timer in self._timers if timer.due_ns > now_ns]
        for timer in due:
            outcome = Outcome("set_timer", Status.FIRED, f"Your {timer.name} is done.")
            self._post(Event(now_ns, Channel.OUTCOME, outcome, Origin.WORLD))

    def run(self, stop: StopSignal) -> None:
        """Fire timers until `stop` is set."""
        while not stop.is_set():
            self.fire()
            running = self.running()
            left_s = self.left_s(running[0]) if running else LONGEST_WAIT_S
            stop.wait(min(LONGEST_WAIT_S, left_s))


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
