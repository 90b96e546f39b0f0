"""The loop: one tick's order, and when the next one comes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from model.stream.clock import SimulatedClock
from model.stream.loop import run
from model.stream.values import Call, Channel, Effect, Event, Gesture, Hush, Origin, Seen, Step, Tick, Word

MS = 1_000_000


@dataclass
class Scripted:
    """Encoder, mind, decoder, effector and recorder in one, which writes down who was called when."""

    backlogs: list[bool] = field(default_factory=list[bool])
    """What is still unread after each tick, then nothing."""
    busy: list[bool] = field(default_factory=list[bool])
    calls: list[str] = field(default_factory=list[str])
    done: list[Effect] = field(default_factory=list[Effect])
    recorded: list[tuple[Tick, int]] = field(default_factory=list[tuple[Tick, int]])
    on_step: threading.Event | None = None

    @property
    def backlog(self) -> bool:
        return self.backlogs.pop(0) if self.backlogs else False

    def encode(self, events: Sequence[Event], tick: Tick) -> Seen:
        self.calls.append("encode")
        return Seen(tick)

    def step(self, seen: Seen) -> Step:
        self.calls.append("step")
        if self.on_step:
            self.on_step.set()
        return Step(seen, action=Call("copy"), busy=self.busy.pop(0) if self.busy else False)

    def reset(self) -> None: ...

    def decode(self, step: Step) -> Iterable[Effect]:
        self.calls.append("decode")
        return (Gesture("nod"), Hush())

    def submit(self, effect: Effect, tick: Tick) -> None:
        self.calls.append("submit")
        self.done.append(effect)

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        self.calls.append("record")
        self.recorded.append((tick, len(events)))


def word(t_ms: int) -> Event:
    return Event(t_ms * MS, Channel.USER, Word("hello"), Origin.USER)


def run_scripted(events: list[Event], part: Scripted, stop: threading.Event | None = None) -> None:
    clock = SimulatedClock(events, step_ns=5 * MS)
    run(clock, clock, part, part, part, part, [part], stop or threading.Event())


def test_a_tick_reads_then_thinks_then_acts_then_records():
    part = Scripted()
    run_scripted([word(80)], part)
    assert part.calls == ["encode", "step", "decode", "submit", "submit", "record"]
    assert part.done == [Gesture("nod"), Hush()]


def test_events_of_the_same_moment_share_a_tick_and_each_is_recorded_once():
    part = Scripted()
    run_scripted([word(80), word(80), word(300)], part)
    assert [(tick.t_ns // MS, n_events) for tick, n_events in part.recorded] == [(80, 2), (300, 1)]


def test_what_is_half_read_or_half_said_is_finished_at_once():
    part = Scripted(backlogs=[True, False], busy=[False, True])
    run_scripted([word(80)], part)
    assert [tick.t_ns // MS for tick, _ in part.recorded] == [80, 85, 90]


def test_nothing_happens_where_nothing_happened():
    part = Scripted()
    run_scripted([], part)
    assert part.calls == []


def test_the_tick_in_which_it_is_stopped_is_finished():
    stop = threading.Event()
    part = Scripted(on_step=stop)
    run_scripted([word(80), word(300)], part, stop)
    assert part.calls[-1] == "record"
    assert len(part.recorded) == 1
