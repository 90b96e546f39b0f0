"""The engine: owns the threads, routes effects, and does what a person asks of the running assistant."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, runtime_checkable

from actions.dictation import Dictation
from actions.executor import ENDING
from desktop.ducking import Ducking, Lowerable
from desktop.live import LiveView, Standing
from desktop.presence import ASKED, SLEEP, PresenceWatch
from desktop.resuming import Resumable, Resuming
from desktop.spoken_panic import SpokenPanic
from model.stream import loop
from model.stream.clock import RealClock
from model.stream.errors import AmbidexError, BadSettings, DeviceLost, NotPermitted
from model.stream.protocols import Effector, Mind, Sense
from model.stream.queues import Inbox, QueueStatistics
from model.stream.threads import Scope
from model.stream.values import (
    Action,
    Channel,
    ChannelClosed,
    Data,
    Effect,
    Event,
    Gesture,
    Hush,
    Opened,
    Opening,
    Origin,
    Outcome,
    Pause,
    Say,
    Tick,
    Tone,
    Word,
)

log = logging.getLogger(__name__)

MAX_TYPED_WORDS = 400
"""More than this would push words out of the inbox before the loop has read them."""


@runtime_checkable
class Counted(Protocol):
    """Something that drops what it cannot keep up with, and says how much."""

    def statistics(self) -> QueueStatistics: ...


class Ears(Sense, Protocol):
    """The microphone, as the engine uses it."""

    @property
    def is_open(self) -> bool: ...
    def open(self, by: Opening) -> None: ...
    def close(self) -> None: ...
    def on_voice(self, tell: Callable[[float], None]) -> None: ...
    def partial(self) -> str: ...
    def statistics(self) -> QueueStatistics: ...


class Speaking(Effector, Lowerable, Resumable, Protocol):
    """The voice, as the engine uses it."""

    fault: str

    def run(self, stop: threading.Event) -> None: ...
    def hush(self, *, at_once: bool = False) -> None: ...
    def statistics(self) -> QueueStatistics: ...


class Acting(Protocol):
    """The executor, as the engine uses it."""

    def submit(self, effect: Effect, tick: Tick) -> None: ...
    def run(self, stop: threading.Event) -> None: ...
    def interrupt(self) -> None: ...
    def panic(self) -> None: ...
    def rearm(self) -> None: ...
    def lock(self, reason: str) -> None: ...
    def approve(self) -> bool: ...
    def deny(self) -> bool: ...
    def undo(self, n: int = 1) -> Outcome: ...
    def statistics(self) -> QueueStatistics: ...


class Deliberative(Protocol):
    """The language model, as the engine uses it."""

    def state(self) -> str:
        """`none`, `loading` or `ready`."""
        ...

    def decided(self, action: Action) -> None:
        """The reflex has decided on this."""
        ...

    def give_way(self) -> None:
        """The user speaks."""
        ...

    def silence(self) -> None:
        """Say and do nothing more."""
        ...


class NoDeliberation:
    """Where there is no language model."""

    def state(self) -> str:
        return "none"

    def decided(self, action: Action) -> None:
        pass

    def give_way(self) -> None:
        pass

    def silence(self) -> None:
        pass


@dataclass(frozen=True)
class Parts:
    """What an engine is made of. `absent` holds a sentence for every part that this machine or its owner left out."""

    clock: RealClock
    inbox: Inbox
    encoder: loop.Encoder
    mind: Mind
    decoder: loop.Decoder
    executor: Acting
    voice: Speaking
    live: LiveView
    dictation: Dictation = field(default_factory=Dictation)
    ears: Ears | None = None
    senses: tuple[Sense, ...] = ()
    recorders: tuple[loop.Recorder, ...] = ()
    threads: tuple[tuple[str, Callable[[threading.Event], None]], ...] = ()
    """What else runs beside the loop; it is started again when it fails, as a schedule does on a full disk."""
    presence: tuple[PresenceWatch, ...] = ()
    queues: tuple[Callable[[], QueueStatistics], ...] = ()
    """What else is queued, for the status."""
    deliberation: Deliberative = field(default_factory=NoDeliberation)
    close: Callable[[], None] = lambda: None
    """Lets go of every device, once every thread has ended."""
    absent: tuple[str, ...] = ()
    hint: str = ""
    """Something worth knowing that is no fault."""


class Engine:
    """Starts in stages, runs until `stopped` is set, and ends in stages. Its methods may be called from any thread."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._ducking = Ducking(parts.voice)
        self._resuming = Resuming(parts.voice)
        self._spoken_panic = SpokenPanic(self.panic)
        if parts.ears is not None:
            parts.ears.on_voice(self._ducking.overhear)
        self._scope = Scope("engine")
        self._senses: Scope | None = None
        self._capturing: Counter[Channel] = Counter()
        self._counting = threading.Lock()
        self._standing = Standing.READY
        self._away: frozenset[str] = frozenset()
        self._changing = threading.Lock()
        self._started_s = time.monotonic()

    # Start and end ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """First who acts and speaks, then who decides, and only then who perceives: nothing is seen too early."""
        parts = self._parts
        for sentence in parts.absent:
            log.warning("%s", sentence)
            parts.live.notify(sentence)
        if parts.hint:
            log.info("%s", parts.hint)
            parts.live.hint(parts.hint)
        self._scope.start("hands", parts.executor.run)
        self._scope.keep("voice", parts.voice.run)
        for name, target in parts.threads:
            self._scope.keep(name, target)
        for watch in parts.presence:
            self._scope.keep(watch.name, lambda stop, watch=watch: watch.run(self.away, stop))
        self._scope.start("loop", self._run_loop)
        self._start_senses()

    @property
    def stopped(self) -> threading.Event:
        """Set when the engine was asked to quit, or when a thread that it cannot do without has failed."""
        return self._scope.stop

    def also(self, name: str, target: Callable[[threading.Event], None]) -> None:
        """Run something else beside the engine's own threads, ending with them."""
        self._scope.start(name, target)

    def on_stop(self, tell: Callable[[], None]) -> None:
        """Call `tell` once the engine is stopping, on a thread of its own."""

        def wait(stop: threading.Event) -> None:
            stop.wait()
            tell()

        self.also("farewell", wait)

    def close(self) -> None:
        """End every thread, release every key and device. Idempotent. Raises the error that stopped the engine."""
        self._scope.stop.set()
        self._stop_senses()
        self._parts.voice.hush()
        self._parts.executor.interrupt()
        try:
            if self._senses is not None:
                self._senses.close()
            self._scope.close()
        finally:
            self._parts.close()

    def _run_loop(self, stop: threading.Event) -> None:
        parts = self._parts
        recorders = (parts.live, *parts.recorders)
        loop.run(parts.clock, parts.inbox, parts.encoder, parts.mind, parts.decoder, self, recorders, stop)

    def _start_senses(self) -> None:
        self._senses = Scope("senses")
        for sense in self._all_senses():
            self._senses.keep(sense.name, lambda stop, sense=sense: self._perceive(sense, stop))

    def _perceive(self, sense: Sense, stop: threading.Event) -> None:
        """Run a sense, and show that it is on for as long as it is."""
        channel = _CHANNELS.get(sense.name)
        try:
            self._show_capture(channel, 1)
            sense.run(self._gate(stop), stop)
        except AmbidexError as error:
            self._parts.live.notify(str(error))
            raise
        finally:
            self._show_capture(channel, -1)

    def _show_capture(self, channel: Channel | None, step: int) -> None:
        """The sign of a channel stands for as long as any of its senses is on."""
        if channel is not None:
            with self._counting:
                self._capturing[channel] += step
                self._parts.live.capture(channel, self._capturing[channel] > 0)

    def _stop_senses(self) -> None:
        self._close_ears()
        if self._senses is not None:
            self._senses.stop.set()

    def _all_senses(self) -> Iterable[Sense]:
        return (self._parts.ears, *self._parts.senses) if self._parts.ears else self._parts.senses

    # What flows through -----------------------------------------------------------------------------------------

    def post(self, event: Event) -> None:
        """Every event on its way to the loop: what must not wait for a tick happens here."""
        self._spoken_panic.notice(event)
        self._ducking.notice(event)
        self._resuming.notice(event)
        dictation = self._parts.dictation
        if not dictation.hear(event):
            self._parts.inbox.post(event)
        if isinstance(event.data, Tone) and self._parts.ears is not None:
            partial = self._parts.ears.partial()
            self._spoken_panic.guess(partial)
            self._parts.live.guess(f"{dictation.held} {partial}".strip())

    def submit(self, effect: Effect, tick: Tick) -> None:
        """Effects to whoever does them. After a panic nothing is done, whatever the mind wants."""
        if self._standing is Standing.PANICKED:
            return
        match effect:
            case Hush():
                self._parts.deliberation.give_way()
                self._resuming.yielded()
                self._parts.voice.submit(effect, tick)
            case Say():
                self._parts.voice.submit(effect, tick)
            case Action(name=name):
                if name != "none":
                    self._resuming.acted()
                self._parts.deliberation.decided(effect)
                self._parts.executor.submit(effect, tick)
                if name in ENDING:
                    self._parts.deliberation.silence()
            case Gesture():
                pass  # drawn by the overlay, which sees the step itself

    def _gate(self, stop: threading.Event) -> Callable[[Event], None]:
        """A sense that is slow to stop must not be heard any more once it was told to."""

        def post(event: Event) -> None:
            if not stop.is_set() or isinstance(event.data, ChannelClosed):
                self.post(event)

        return post

    # What a person asks -----------------------------------------------------------------------------------------

    def listen(self, by: Opening) -> None:
        """Open the user's channel. Raises `NotPermitted` while paused or panicked, `DeviceLost` without microphone."""
        if self._standing is not Standing.READY:
            raise NotPermitted(f"Ambidex is {self._standing.value}. {_CURES[self._standing]}")
        if self._away:
            raise NotPermitted(_absence(self._away))
        if self._parts.ears is None:
            raise DeviceLost("The microphone is switched off in the settings (`sense_microphone`).")
        self._require_running(self._parts.ears)
        self._parts.ears.open(by)

    def _require_running(self, sense: Sense) -> None:
        """A sense that failed is started again with back-off; until then its last error says what is wrong."""
        reports = self._senses.reports() if self._senses else []
        failed = next((report for report in reports if report.name == sense.name and report.state == "waiting"), None)
        if failed is not None:
            raise DeviceLost(failed.error)

    def close_listening(self) -> None:
        self._close_ears()

    def toggle(self) -> None:
        if self.listening:
            self.close_listening()
        else:
            self.listen(Opening.TOGGLE)

    def cancel(self) -> None:
        """Stop listening, speaking and the action under way; forget what waits. Everything stays armed."""
        self._close_ears()
        self._parts.executor.interrupt()
        self._parts.deliberation.silence()
        self._parts.voice.hush()

    def away(self, reason: str, holds: bool) -> None:
        """The screen was locked or the machine is about to sleep, or that is over: then nothing opens by itself."""
        with self._counting:
            self._away = self._away | {reason} if holds else self._away - {reason}
            self._parts.executor.lock(_absence(self._away) if self._away else "")
        if holds:
            self.cancel()
            self._parts.live.withdraw_question()
            log.info("closed: %s", _absence(self._away))

    def ask(self, text: str) -> None:
        """A request typed to the assistant. Raises `BadSettings` if it is empty or too long."""
        words = text.split()
        if not 0 < len(words) <= MAX_TYPED_WORDS:
            raise BadSettings(f"A typed request has 1 to {MAX_TYPED_WORDS} words, this one has {len(words)}.")
        said: Sequence[Data] = (Opened(Opening.TYPED), *(Word(word) for word in words), Pause(), ChannelClosed())
        now_ns = self._parts.clock.now_ns()
        for data in said:
            self.post(Event(now_ns, Channel.USER, data, Origin.USER))

    def panic(self) -> None:
        """Silence, and hands off, now. The mind is not asked; only a person re-arms."""
        self._standing = Standing.PANICKED
        self._parts.voice.hush(at_once=True)
        self._parts.executor.panic()
        self._parts.deliberation.silence()
        self._parts.voice.hush(at_once=True)  # what came in between
        self._close_ears()
        self._parts.live.stand(Standing.PANICKED)
        log.info("panic: speech and actions have stopped")

    def rearm(self) -> None:
        self._parts.executor.rearm()
        self._stand(Standing.READY)

    def pause(self) -> None:
        """Close every sense. Raises `NotPermitted` after a panic, which is more than a pause."""
        with self._changing:
            if self._standing is Standing.PANICKED:
                raise NotPermitted(f"Ambidex is panicked. {_CURES[Standing.PANICKED]}")
            self._stop_senses()
            self._stand(Standing.PAUSED)

    def resume(self) -> None:
        self.away(ASKED, False)
        with self._changing:
            if self._standing is not Standing.PAUSED:
                return
            if self._senses is not None:
                self._senses.close()
            self._start_senses()
            self._stand(Standing.READY)

    def approve(self) -> None:
        if not self._parts.executor.approve():
            self._parts.live.withdraw_question()

    def deny(self) -> None:
        if not self._parts.executor.deny():
            self._parts.live.withdraw_question()

    def undo(self, count: int) -> str:
        """Take back the last actions and say so in a sentence. Waits for the action under way."""
        return self._parts.executor.undo(count).text

    def quit(self) -> None:
        """Ask the engine to end; whoever started it closes it."""
        self._scope.stop.set()

    @property
    def dictation(self) -> Dictation:
        return self._parts.dictation

    # How it fares -----------------------------------------------------------------------------------------------

    @property
    def listening(self) -> bool:
        return self._parts.ears is not None and self._parts.ears.is_open

    def status(self) -> dict[str, Any]:
        """What `ambidex status --json` prints."""
        reports = self._scope.reports() + (self._senses.reports() if self._senses else [])
        senses = (sense for sense in self._all_senses() if isinstance(sense, Counted))
        owners: tuple[Counted, ...] = (self._parts.voice, self._parts.executor, self._parts.dictation, *senses)
        queues = [*self._parts.inbox.statistics(), *(owner.statistics() for owner in owners)]
        queues += [statistics() for statistics in self._parts.queues]
        return {
            "mode": self._parts.live.state.mode.value,
            "standing": self._standing.value,
            "listening": self.listening,
            "away": _absence(self._away) if self._away else "",
            "speaking": self._parts.voice.speaking(),
            "language_model": self._parts.deliberation.state(),
            "surprise": {channel.value: round(nats, 1) for channel, nats in self._parts.live.state.surprise.items()},
            "up_s": round(time.monotonic() - self._started_s, 1),
            "faults": [sentence for sentence in (*self._parts.absent, self._parts.voice.fault) if sentence],
            "threads": [asdict(report) for report in reports],
            "queues": [asdict(queue) for queue in queues],
        }

    def _close_ears(self) -> None:
        if self._parts.ears is not None:
            self._parts.ears.close()
        self._ducking.raise_again()

    def _stand(self, standing: Standing) -> None:
        self._standing = standing
        self._parts.live.stand(standing)


_CHANNELS = {"screen": Channel.SCREEN, "clipboard": Channel.CLIPBOARD, "selection": Channel.CLIPBOARD}
"""The senses that are on all the time; the microphone shows itself by the opened channel."""


def _absence(reasons: frozenset[str]) -> str:
    if reasons <= {SLEEP}:
        return "The machine is about to sleep. Ask again once it is awake."
    return "The screen is locked. Unlock it and ask again; if it is not locked, `ambidex resume` says so."


_CURES = {
    Standing.PAUSED: "Resume it with `ambidex resume`.",
    Standing.PANICKED: "Allow it to act again with `ambidex rearm`.",
    Standing.READY: "",
}
