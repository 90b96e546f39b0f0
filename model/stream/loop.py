"""The one loop that owns time: drain the senses, encode, step the mind, decode, act, record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Event as StopSignal
from typing import Protocol

from model.stream.protocols import Clock, Effector, Mind
from model.stream.values import Effect, Event, Seen, Step, Tick


class Senses(Protocol):
    def drain(self) -> tuple[Event, ...]: ...


class Encoder(Protocol):
    """Events to tokens and items. What does not fit into one tick waits in its backlog."""

    @property
    def backlog(self) -> bool: ...

    def encode(self, events: Sequence[Event], tick: Tick) -> Seen: ...


class Decoder(Protocol):
    """Output tokens to effects, under the grammar that makes every sequence parseable."""

    def decode(self, step: Step) -> Iterable[Effect]: ...


class Recorder(Protocol):
    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None: ...


def run(
    clock: Clock,
    senses: Senses,
    encoder: Encoder,
    mind: Mind,
    decoder: Decoder,
    effectors: Effector,
    recorders: Sequence[Recorder],
    stop: StopSignal,
) -> None:
    """Run until `stop` is set (or, in simulated time, until nothing is left to happen)."""
    for tick in clock.ticks(stop):
        events = senses.drain()
        seen = encoder.encode(events, tick)
        step = mind.step(seen)
        for effect in decoder.decode(step):
            effectors.submit(effect, tick)
        for recorder in recorders:
            recorder.record(tick, events, step)
        if encoder.backlog or step.busy:
            clock.hurry()
