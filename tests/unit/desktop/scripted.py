"""Fakes that stand around the engine in its tests: a mind that follows a script, ears, a voice and hands that note."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from desktop.engine import Engine, Parts
from desktop.live import LiveView
from model.stream.clock import RealClock
from model.stream.protocols import Post, Sense
from model.stream.queues import Inbox, QueueStatistics
from model.stream.sources import Sources
from model.stream.values import (
    Action,
    Channel,
    ChannelClosed,
    Effect,
    Event,
    Opened,
    Opening,
    Origin,
    Outcome,
    Seen,
    Status,
    Step,
    Tick,
)


class Notes:
    """What happened, in order; a test waits for a line of it instead of sleeping."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = threading.Condition()

    def add(self, line: str) -> None:
        with self._changed:
            self.lines.append(line)
            self._changed.notify_all()

    def wait_for(self, line: str, within_s: float = 5.0) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: line in self.lines, within_s)


@dataclass
class ScriptedMind:
    """Steps through nothing but notes; what it does is the decoder's script."""

    notes: Notes

    def step(self, seen: Seen) -> Step:
        return Step(seen)

    def reset(self) -> None:
        self.notes.add("reset")


@dataclass
class PassingEncoder:
    """Shows no input to the mind, keeps the events for the script."""

    notes: Notes
    events: list[Event] = field(default_factory=list)
    backlog: bool = False

    def encode(self, events: Sequence[Event], tick: Tick) -> Seen:
        self.events = list(events)
        for event in events:
            self.notes.add(f"event {type(event.data).__name__} {getattr(event.data, 'text', '')}".strip())
        return Seen(tick)


@dataclass
class ScriptedDecoder:
    """Answers events with the effects of its script."""

    encoder: PassingEncoder
    script: Callable[[Event], Sequence[Effect]]

    def decode(self, step: Step) -> list[Effect]:
        return [effect for event in self.encoder.events for effect in self.script(event)]


class FakeEars:
    name = "microphone"

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self.is_open = False
        self._now_ns = now_ns
        self.unsure = ""
        self.post: Post | None = None
        self.started = threading.Event()

    def on_voice(self, tell: Callable[[float], None]) -> None:
        self.tell_voice = tell

    def open(self, by: Opening) -> None:
        self.is_open = True
        assert self.post is not None
        self.post(Event(self._now_ns(), Channel.USER, Opened(by), Origin.USER))

    def close(self) -> None:
        if self.is_open and self.post is not None:
            self.post(Event(self._now_ns(), Channel.USER, ChannelClosed(), Origin.USER))
        self.is_open = False

    def partial(self) -> str:
        return self.unsure

    def statistics(self) -> QueueStatistics:
        return QueueStatistics("microphone", 0, 64, 0, 0, "oldest")

    def run(self, post: Post, stop: threading.Event) -> None:
        self.post = post
        self.started.set()
        stop.wait()


@dataclass
class FakeVoice:
    notes: Notes
    fault: str = ""

    def submit(self, effect: Effect, tick: Tick) -> None:
        self.notes.add(f"voice {effect}")

    def run(self, stop: threading.Event) -> None:
        stop.wait()

    def hush(self, *, at_once: bool = False) -> None:
        self.notes.add("voice hush at once" if at_once else "voice hush")

    def speaking(self) -> bool:
        return False

    def duck(self) -> None:
        self.notes.add("voice duck")

    def resume(self) -> bool:
        self.notes.add("voice resume")
        return True

    def unduck(self) -> None:
        self.notes.add("voice unduck")

    def statistics(self) -> QueueStatistics:
        return QueueStatistics("voice", 0, 64, 0, 0, "oldest")


@dataclass
class FakeHands:
    notes: Notes
    fail: Exception | None = None

    def submit(self, effect: Effect, tick: Tick) -> None:
        assert isinstance(effect, Action)
        self.notes.add(f"hands {effect.name}")

    def run(self, stop: threading.Event) -> None:
        if self.fail is not None:
            raise self.fail
        stop.wait()

    def interrupt(self) -> None:
        self.notes.add("hands interrupt")

    def panic(self) -> None:
        self.notes.add("hands panic")

    def rearm(self) -> None:
        self.notes.add("hands rearm")

    def lock(self, reason: str) -> None:
        self.notes.add(f"hands lock {reason}".strip())

    def approve(self) -> bool:
        self.notes.add("hands approve")
        return True

    def deny(self) -> bool:
        self.notes.add("hands deny")
        return True

    def undo(self, n: int = 1) -> Outcome:
        return Outcome("undo", Status.UNDONE, f"Undid {n}.")

    def statistics(self) -> QueueStatistics:
        return QueueStatistics("hands", 0, 16, 0, 0, "oldest")


class Stage:
    """An engine among fakes."""

    def __init__(
        self,
        script: Callable[[Event], Sequence[Effect]] = lambda event: (),
        *,
        deaf: bool = False,
        fail: Exception | None = None,
        senses: tuple[Sense, ...] = (),
        threads: tuple[tuple[str, Callable[[threading.Event], None]], ...] = (),
    ) -> None:
        self.notes = Notes()
        clock = RealClock()
        self.ears = FakeEars(clock.now_ns)
        encoder = PassingEncoder(self.notes)
        self.live = LiveView(Sources().resolve)
        self.engine = Engine(
            Parts(
                clock=clock,
                inbox=Inbox(clock.wake),
                encoder=encoder,
                mind=ScriptedMind(self.notes),
                decoder=ScriptedDecoder(encoder, script),
                executor=FakeHands(self.notes, fail),
                voice=FakeVoice(self.notes),
                live=self.live,
                ears=None if deaf else self.ears,
                senses=senses,
                threads=threads,
                close=lambda: self.notes.add("let go"),
            )
        )

    def __enter__(self) -> "Stage":
        self.engine.start()
        if self.engine._parts.ears is not None:
            assert self.ears.started.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()
