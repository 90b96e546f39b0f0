"""One request in simulated time: the real loop, reflex and executor, but words, screen and voice that cost no time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from actions.executor import Executor
from actions.judging import Judge
from actions.policy import Rule
from desktop.outputs import Output, Transcript
from model.reflex.decoder import Decoder
from model.reflex.encoder import Encoder
from model.reflex.vocabulary import Pieces
from model.stream import loop
from model.stream.catalogue import Catalogue
from model.stream.clock import SimulatedClock
from model.stream.protocols import Licence, Mind, Post
from model.stream.sources import Sources
from model.stream.values import (
    Action,
    Channel,
    ChannelClosed,
    Copied,
    Data,
    Effect,
    Event,
    Gesture,
    Hush,
    Line,
    Opened,
    Opening,
    Origin,
    Pause,
    Place,
    Played,
    Say,
    Silenced,
    Step,
    Tick,
    Tone,
    Word,
)

MS = 1_000_000
WORD_MS = 300
"""A word at an ordinary speaking rate, about 3.3 words a second."""
BLOCK_MS = 80
PAUSE_MS = 96
"""Silence after which the microphone reports a pause."""
CLOSE_MS = 320
SPOKEN_WORD_MS = 350
HANDS_MS = 10
"""What an action takes at least: its outcome never comes with the tick that follows it."""
LINE_HEIGHT_PX = 20
MAX_WORDS = 400
MAX_AFTER_MS = 30_000
"""A mind that never comes to rest is stopped this long after the last event of the scene."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the assistant perceives: what is there before the user speaks, and then the words."""

    words: tuple[str, ...]
    screen: tuple[tuple[str, Place], ...] = ()
    clipboard: str | None = None


def lines_of(text: str) -> tuple[tuple[str, Place], ...]:
    """The lines of a text as they would stand on a screen, one below the other."""
    lines = [line.strip() for line in text.splitlines()]
    return tuple(
        (line, Place(20, 20 + LINE_HEIGHT_PX * row, 8 * len(line), LINE_HEIGHT_PX))
        for row, line in enumerate(lines)
        if line
    )


def last_word_ms(scene: Scene) -> int:
    """When the last word arrives, counted from the opening of the channel."""
    return len(scene.words) * WORD_MS


def present(scene: Scene) -> list[Event]:
    """What was there long before the user speaks: it stands in the field, and is no news."""
    events = [_world(0, Channel.SCREEN, Line(number, text, place)) for number, (text, place) in enumerate(scene.screen)]
    if scene.clipboard is not None:
        kind = "url" if "://" in scene.clipboard else "text"
        events.append(_world(0, Channel.CLIPBOARD, Copied(kind, scene.clipboard, len(scene.clipboard.encode()))))
    return events


def spoken(scene: Scene) -> list[Event]:
    """What the ears report of the request, from the opening of the channel to its closing, in order of time."""
    end_ns = last_word_ms(scene) * MS
    events = [_said(0, Opened(Opening.HOLD)), _said(end_ns + PAUSE_MS * MS, Pause())]
    events += [_said(number * WORD_MS * MS, Word(word)) for number, word in enumerate(scene.words, 1)]
    for t_ns in range(0, end_ns, BLOCK_MS * MS):
        events.append(_world(t_ns, Channel.TONE, Tone(0.97, -24.0, 120.0, 0)))
    for silence_ms in range(BLOCK_MS, CLOSE_MS, BLOCK_MS):
        events.append(_world(end_ns + silence_ms * MS, Channel.TONE, Tone(0.02, -60.0, 0.0, silence_ms)))
    events.append(_said(end_ns + CLOSE_MS * MS, ChannelClosed()))
    return sorted(events, key=lambda event: event.t_ns)


def _said(t_ns: int, data: Data) -> Event:
    return Event(t_ns, Channel.USER, data, Origin.USER)


def _world(t_ns: int, channel: Channel, data: Data) -> Event:
    return Event(t_ns, channel, data, Origin.WORLD)


class SimulatedVoice:
    """Says every word in simulated time, so that the mind hears itself as it does when it speaks aloud."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._scheduled: list[Event] = []
        self._cut: list[Event] = []

    def say(self, say: Say, now_ns: int) -> None:
        t_ns = max([now_ns, *(event.t_ns for event in self._scheduled)])
        for word in say.text.split():
            t_ns += SPOKEN_WORD_MS * MS
            self._schedule(t_ns, Played(word))
        if say.last:
            self._schedule(t_ns, Silenced(cut=False))

    def hush(self, now_ns: int) -> None:
        waiting = [event for event in self._scheduled if event.t_ns > now_ns]
        if waiting:
            unsaid = " ".join(event.data.text for event in waiting if isinstance(event.data, Played))
            self._cut += waiting
            self._scheduled.clear()
            self._schedule(now_ns, Silenced(cut=True, unsaid=unsaid))

    def withdrawn(self, event: Event) -> bool:
        """Whether the event is of words that were cut off before they were said."""
        return any(event is cut for cut in self._cut)

    def _schedule(self, t_ns: int, data: Played | Silenced) -> None:
        event = Event(t_ns, Channel.SELF, data, Origin.SELF)
        self._scheduled.append(event)
        self._post(event)


ExecutorMaker = Callable[[Sources, Post, Callable[[], int]], Executor]


class _World:
    """Everything around the mind: where events come from and where effects go."""

    def __init__(self, clock: SimulatedClock, executor: Executor, transcript: Transcript, aloud: bool) -> None:
        self._aloud = aloud
        self._clock = clock
        self._executor = executor
        self._transcript = transcript
        self._voice = SimulatedVoice(clock.post)

    def drain(self) -> tuple[Event, ...]:
        return tuple(event for event in self._clock.drain() if not self._voice.withdrawn(event))

    def submit(self, effect: Effect, tick: Tick) -> None:
        match effect:
            case Say():
                self._transcript.note(effect, tick)
                if self._aloud:
                    self._voice.say(effect, tick.t_ns)
            case Gesture():
                self._transcript.note(effect, tick)
            case Hush():
                self._voice.hush(tick.t_ns)
            case Action():
                self._executor.execute(effect)


class _Limit:
    """Stops the loop once the time is up."""

    def __init__(self, end_ns: int) -> None:
        self.stop = threading.Event()
        self._end_ns = end_ns

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        del events, step
        if tick.t_ns > self._end_ns:
            self.stop.set()


@dataclass(frozen=True, slots=True)
class Simulator:
    """What every simulated request needs; it may be used for any number of them, one after the other."""

    mind: Mind
    pieces: Pieces
    catalogue: Catalogue
    make_executor: ExecutorMaker
    aloud: bool = True
    """Whether the mind hears itself speak. Without, a request is over once the reply is decided, in half the time."""

    def run(self, scene: Scene, write: Callable[[Output], None] = lambda output: None) -> list[Output]:
        """Play a request from a fresh start and return what came out; `write` is given each output at once."""
        return self.play(spoken(scene), write, present(scene))

    def play(
        self,
        events: Sequence[Event],
        write: Callable[[Output], None] = lambda output: None,
        before: Sequence[Event] = (),
    ) -> list[Output]:
        """Play any events from time 0 on; `before` was there already."""
        clock = SimulatedClock(events)
        sources = Sources()
        for event in before:
            sources.add(event)
        transcript = Transcript(write)
        executor = self.make_executor(sources, clock.post, lambda: clock.now_ns() + HANDS_MS * MS)
        executor.on_decision(transcript.decided)
        world = _World(clock, executor, transcript, self.aloud)
        limit = _Limit(max((event.t_ns for event in events), default=0) + MAX_AFTER_MS * MS)
        self.mind.reset()
        encoder, decoder = Encoder(sources, self.pieces), Decoder(sources, self.catalogue)
        loop.run(clock, world, encoder, self.mind, decoder, world, (transcript, limit), limit.stop)
        return transcript.outputs


def dry_executor(catalogue: Catalogue, licence: Licence | None = None, rules: Sequence[Rule] = ()) -> ExecutorMaker:
    """Decides everything and does nothing."""

    def make(sources: Sources, post: Post, now_ns: Callable[[], int]) -> Executor:
        judge = Judge(sources, licence, rules, now_ns=now_ns)
        return Executor(catalogue, sources, {}, None, post, now_ns, dry_run=True, judge=judge)

    return make
