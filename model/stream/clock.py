"""Real and simulated time. Ticks come when something happened or something is unfinished, and not otherwise."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Iterable, Iterator

from model.stream.values import Event, Tick

SIMULATED_STEP_NS = 5_000_000
"""How much simulated time passes between two hurried ticks; about what a step takes on one core."""


class RealClock:
    """Beats as soon as `wake` is called. An idle assistant waits here and uses no processor time."""

    def __init__(self) -> None:
        self._wake = threading.Event()

    def now_ns(self) -> int:
        return time.monotonic_ns()

    def wake(self) -> None:
        """Something happened. May be called from any thread."""
        self._wake.set()

    def hurry(self) -> None:
        self._wake.set()

    def ticks(self, stop: threading.Event) -> Iterator[Tick]:
        last_ns = self.now_ns()
        index = 0
        while not stop.is_set():
            if not self._wake.wait(timeout=0.5):
                continue  # only to look at `stop`
            self._wake.clear()
            now_ns = self.now_ns()
            yield Tick(index, now_ns, (now_ns - last_ns) / 1e6)
            last_ns = now_ns
            index += 1


class SimulatedClock:
    """Time that jumps from one scheduled event to the next; ends when none is left and nothing is unfinished.

    It is also where the loop drains its events from: `drain` returns those that are due at the current tick.
    """

    def __init__(self, events: Iterable[Event] = (), step_ns: int = SIMULATED_STEP_NS) -> None:
        self._due: list[tuple[int, int, Event]] = []
        self._scheduled = 0
        self._step_ns = step_ns
        self._now_ns = 0
        self._hurried = False
        for event in events:
            self.post(event)

    def now_ns(self) -> int:
        return self._now_ns

    def post(self, event: Event) -> None:
        """Schedule an event; one from the past happens at the next tick."""
        heapq.heappush(self._due, (event.t_ns, self._scheduled, event))
        self._scheduled += 1

    def hurry(self) -> None:
        self._hurried = True

    def ticks(self, stop: threading.Event) -> Iterator[Tick]:
        index = 0
        while not stop.is_set() and (self._hurried or self._due):
            last_ns = self._now_ns
            soon_ns = last_ns + self._step_ns
            next_ns = self._due[0][0] if self._due else soon_ns
            self._now_ns = max(last_ns, min(soon_ns, next_ns) if self._hurried else next_ns)
            self._hurried = False
            yield Tick(index, self._now_ns, (self._now_ns - last_ns) / 1e6)
            index += 1

    def drain(self) -> tuple[Event, ...]:
        events: list[Event] = []
        while self._due and self._due[0][0] <= self._now_ns:
            events.append(heapq.heappop(self._due)[2])
        return tuple(events)
