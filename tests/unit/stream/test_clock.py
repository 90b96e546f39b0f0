"""Real and simulated time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice

from model.stream.clock import RealClock, SimulatedClock
from model.stream.values import Channel, Event, Origin, Pause, Tick

MS = 1_000_000


def event(t_ms: float) -> Event:
    return Event(int(t_ms * MS), Channel.USER, Pause(), Origin.USER)


def drained_ticks(clock: SimulatedClock) -> Iterator[Tick]:
    """The clock's beats as the loop takes them: what is due is drained at each."""
    for tick in clock.ticks(threading.Event()):
        clock.drain()
        yield tick


def times_ms(clock: SimulatedClock) -> list[float]:
    return [tick.t_ns / MS for tick in drained_ticks(clock)]


def test_simulated_time_jumps_from_event_to_event():
    assert times_ms(SimulatedClock([event(5000), event(80)])) == [80, 5000]


def test_simulated_time_without_events_does_not_tick():
    assert times_ms(SimulatedClock()) == []


def test_each_tick_tells_the_time_since_the_one_before():
    ticks = drained_ticks(SimulatedClock([event(80), event(240)]))
    assert [(tick.index, tick.dt_ms) for tick in ticks] == [(0, 80.0), (1, 160.0)]


def test_a_hurried_tick_comes_one_step_later_though_nothing_happens():
    clock = SimulatedClock([event(80)], step_ns=5 * MS)
    seen: list[float] = []
    for tick in drained_ticks(clock):
        seen.append(tick.t_ns / MS)
        if len(seen) < 3:
            clock.hurry()
    assert seen == [80, 85, 90]


def test_a_hurried_tick_does_not_jump_over_an_event():
    clock = SimulatedClock([event(80), event(82)], step_ns=5 * MS)
    ticks = drained_ticks(clock)
    next(ticks)
    clock.hurry()
    assert next(ticks).t_ns == 82 * MS


def test_an_event_from_the_past_happens_at_the_next_tick_and_time_does_not_run_back():
    clock = SimulatedClock([event(80)])
    ticks = clock.ticks(threading.Event())
    next(ticks)
    clock.drain()
    clock.post(event(10))
    assert next(ticks).t_ns == 80 * MS
    assert clock.drain() == (event(10),)


def test_drain_gives_what_is_due_once_in_the_order_of_time_and_posting():
    same = [Event(80 * MS, Channel.USER, Pause(), origin) for origin in (Origin.USER, Origin.SELF, Origin.WORLD)]
    clock = SimulatedClock([event(500), *same])
    next(iter(clock.ticks(threading.Event())))
    assert clock.drain() == tuple(same)
    assert clock.drain() == ()
    assert clock.now_ns() == 80 * MS


def test_simulated_time_stops_when_told():
    stop = threading.Event()
    ticks = SimulatedClock([event(1), event(2)]).ticks(stop)
    next(ticks)
    stop.set()
    assert list(ticks) == []


def test_the_real_clock_ticks_once_for_many_wakes():
    clock = RealClock()
    stop = threading.Event()
    ticks = clock.ticks(stop)
    clock.wake()
    clock.wake()
    clock.hurry()
    assert next(ticks).index == 0
    stop.set()
    assert list(ticks) == []


def test_the_real_clock_waits_without_ticking_until_it_is_stopped_or_woken():
    clock = RealClock()
    stop = threading.Event()
    seen: list[int] = []
    ticked = threading.Semaphore(0)

    def count() -> None:
        for tick in clock.ticks(stop):
            seen.append(tick.index)
            ticked.release()

    thread = threading.Thread(target=count)
    thread.start()
    clock.wake()
    assert ticked.acquire(timeout=5)
    assert not ticked.acquire(timeout=0.6)  # longer than it takes to look at `stop`
    stop.set()
    thread.join(timeout=5)
    assert seen == [0]
    assert not thread.is_alive()


def test_the_real_clock_measures_time():
    clock = RealClock()
    stop = threading.Event()
    before_ns = clock.now_ns()
    ticks: list[float] = []
    for tick in islice(clock_after_wake(clock, stop), 2):
        clock.wake()
        ticks.append(tick.t_ns)
        assert tick.dt_ms >= 0
    assert before_ns <= ticks[0] <= ticks[1] <= clock.now_ns()


def clock_after_wake(clock: RealClock, stop: threading.Event) -> Iterator[Tick]:
    clock.wake()
    return clock.ticks(stop)
