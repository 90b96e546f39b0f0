"""The voice: says what the mind decided, while it is being synthesised, and reports what was really heard."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from actions.cursor import NS_PER_S, Cursor
from actions.loudspeaker import AudioOutput, NoLoudspeaker
from actions.reading_aloud import written_words
from actions.synthesiser import FASTEST_WPM, SLOWEST_WPM, Chunk, Samples, Style, Synthesiser, in_manner
from model.stream.errors import AmbidexError, BadSettings, DeviceLost
from model.stream.protocols import Post
from model.stream.queues import BoundedQueue, QueueStatistics
from model.stream.values import Channel, Effect, Event, Hush, Origin, Played, Say, Silenced, Sounding, Tick

log = logging.getLogger(__name__)

BLOCK_S = 0.02
"""How often the voice looks whether it was hushed or lowered; also how long it takes to fade."""

DUCKED_GAIN = 0.25
MAX_WAITING = 64
BREATH_BLOCKS = 5
PATIENCE_BLOCKS = 40
"""How long the voice pauses between two phrases of a reply, and how long it waits for the next one."""

REST_AFTER_S = 0.5
CLOSE_AFTER_S = 10.0


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase to be said, and how often the voice had been hushed when it came: a hush ends all that came before."""

    say: Say
    hushes: int
    resumed: bool = False
    """Whether it goes on with a reply that was cut off."""


@dataclass(slots=True)
class _Reply:
    """What is being said now: from the first sound to silence."""

    hushes: int
    resumed: bool
    begun: list[Say] = field(default_factory=list[Say])
    n_heard: int = 0

    def from_word(self, n: int) -> list[Say]:
        """What is left of the phrases that were begun, from one of their words on. Takes as long as they are."""
        left: list[Say] = []
        for say in self.begun:
            words = written_words(say.text)
            if n < len(words):
                left.append(replace(say, text=" ".join(words[max(0, n) :])))
            n -= len(words)
        return left


class Voice:
    """An `Effector` for `Say` and `Hush`, and a `Playback`. `run` on a thread of its own; all else on any thread."""

    def __init__(
        self,
        post: Post,
        now_ns: Callable[[], int],
        synthesiser: Synthesiser,
        output: AudioOutput,
        *,
        style: Style | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.style = style or Style()
        self.fault = ""
        """Why nothing can be heard, as a sentence; empty if all is well."""
        self._post = post
        self._now_ns = now_ns
        self._synthesiser = synthesiser
        self._output = output
        self._stand_in = NoLoudspeaker(synthesiser.sample_rate, wait)
        self._route: AudioOutput = output
        self._tell_playing: Callable[[Sounding], None] = lambda sounding: None
        self._silence = np.zeros(int(BLOCK_S * synthesiser.sample_rate), np.int16)
        self._queue: BoundedQueue[_Phrase] = BoundedQueue("voice", MAX_WAITING)
        self._put_back: _Phrase | None = None
        self._lock = threading.Lock()
        self._hushes = 0
        self._abrupt = False
        self._speaking = False
        self._ducked = False
        self._gain = 1.0
        self._cursor = Cursor(synthesiser.sample_rate)
        self._said: list[str] = []
        self._resumable = False
        self._resuming = False
        self._cut_off: list[Say] = []

    # From any thread -----------------------------------------------------------------------------------------------

    def submit(self, effect: Effect, tick: Tick) -> None:
        match effect:
            case Say():
                with self._lock:
                    self._forget_cut_off()
                    self._put(effect)
            case Hush():
                self._stop(at_once=False, resumable=True)
            case _:
                pass

    def hush(self, *, at_once: bool = False) -> None:
        """Forget what waits, and fade out, or with a click at once. What is submitted afterwards is said."""
        self._stop(at_once=at_once, resumable=False)

    def resume(self) -> bool:
        """Go on from the word at which the mind gave way, since nobody meant to interrupt. False if it did not, or if
        something else was said or silence was asked for since."""
        with self._lock:
            if not self._resumable:
                return False
            self._resumable = False
            self._resuming = True
            self._go_on()
            return True

    def _stop(self, *, at_once: bool, resumable: bool) -> None:
        with self._lock:
            self._forget_cut_off()
            self._resumable = resumable and self._speaking
            self._hushes += 1
            self._abrupt = at_once

    def _forget_cut_off(self) -> None:
        self._resumable = self._resuming = False
        self._cut_off = []

    def _go_on(self) -> None:
        """Say what was cut off, once it is known what that is."""
        if self._resuming and self._cut_off:
            *others, last = self._cut_off
            for say in (*others, replace(last, last=True)):
                self._put(say, resumed=True)
            self._forget_cut_off()

    def _put(self, say: Say, *, resumed: bool = False) -> None:
        self._speaking = True
        self._queue.put(_Phrase(say, self._hushes, resumed))

    def duck(self) -> None:
        """Lower the voice for the rest of this reply: the user is talking over it."""
        self._ducked = True

    def unduck(self) -> None:
        self._ducked = False

    def change_rate(self, factor: float) -> bool:
        """Speak that many times as fast from the next phrase on. False at the end of what can be understood."""
        rate_wpm = round(min(FASTEST_WPM, max(SLOWEST_WPM, self.style.rate_wpm * factor)))
        changed = rate_wpm != self.style.rate_wpm
        self.style = replace(self.style, rate_wpm=rate_wpm)
        return changed

    def speaking(self) -> bool:
        return self._speaking

    def on_playing(self, tell: Callable[[Sounding], None]) -> None:
        """`tell` is called on the voice's thread, with what is about to be written: lowered where the voice is."""
        self._tell_playing = tell

    def last_said(self) -> str:
        """What was really heard of the latest reply."""
        return " ".join(self._said)

    def statistics(self) -> QueueStatistics:
        return self._queue.statistics()

    # On the voice's thread -----------------------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> None:
        quiet_since_ns = self._now_ns()
        try:
            self._output.prepare()
            while not stop.is_set():
                phrase = self._take(REST_AFTER_S)
                if phrase is not None:
                    self._say(phrase, stop)
                    quiet_since_ns = self._now_ns()
                elif self._now_ns() - quiet_since_ns < CLOSE_AFTER_S * NS_PER_S:
                    self._output.rest()
                else:
                    self._output.close()
        finally:
            self._output.close()

    def _say(self, first: _Phrase, stop: threading.Event) -> None:
        """A whole reply: its phrases as they come, until silence."""
        reply = _Reply(first.hushes, first.resumed)
        self._route = self._output
        cut = False
        try:
            for block in self._blocks(first, reply):
                if self._is_cut(reply, stop):
                    self._break_off(block)
                    break
                self._play(block, reply)
            cut = self._is_cut(reply, stop)
        except AmbidexError as error:
            self._report(str(error))
            cut = True
        self._wait_until_heard(reply)
        self._fall_silent(reply, cut)

    def _blocks(self, first: _Phrase, reply: _Reply) -> Iterator[Chunk]:
        """The sound of a reply in blocks, silent where the next phrase is not there yet."""
        phrase: _Phrase | None = first
        while phrase is not None:
            reply.begun.append(phrase.say)
            for chunk in self._synthesise(phrase.say):
                yield from _cut_up(chunk, len(self._silence))
            phrase = None if phrase.say.last else (yield from self._await_next(reply))

    def _synthesise(self, say: Say) -> Iterator[Chunk]:
        try:
            yield from self._synthesiser.synthesise(say.text, in_manner(self.style, say.manner))
        except BadSettings as error:
            if not self.style.voice:
                raise
            log.warning("%s Until then the usual one speaks.", error)
            self.style = replace(self.style, voice="")
            yield from self._synthesiser.synthesise(say.text, in_manner(self.style, say.manner))

    def _await_next(self, reply: _Reply) -> Generator[Chunk, None, _Phrase | None]:
        for n in range(PATIENCE_BLOCKS):
            phrase = self._take(0.0) if n >= BREATH_BLOCKS else None
            if phrase is None:
                yield Chunk(self._silence)
            elif phrase.hushes == reply.hushes:
                return phrase
            else:
                self._put_back = phrase  # it came after a hush: a reply of its own
                return None
        return None

    def _play(self, block: Chunk, reply: _Reply) -> None:
        self._sound(block, DUCKED_GAIN if self._ducked else 1.0)
        self._tell_heard(reply)

    def _break_off(self, block: Chunk) -> None:
        """Fade out over the block, if anything is being heard. Its words count as unsaid."""
        if self._abrupt:
            self._route.rest()
            self._cursor.forget(self._now_ns())
        elif self._cursor.end_ns > self._now_ns():
            self._sound(Chunk(block.samples), 0.0)

    def _wait_until_heard(self, reply: _Reply) -> None:
        """Silence pushes out what the sound system still holds, at the pace of the loudspeaker's own clock."""
        end_ns = self._cursor.end_ns
        while self._now_ns() < end_ns:
            self._write(self._silence)
            self._tell_heard(reply)

    def _sound(self, block: Chunk, gain: float) -> None:
        start_ns = self._cursor.wrote(len(block.samples), block.words, self._now_ns())
        samples = self._fade(block.samples, gain)
        self._tell_playing(Sounding(start_ns, samples.tobytes(), self._synthesiser.sample_rate))
        self._write(samples)

    def _write(self, samples: Samples) -> None:
        try:
            self._route.write(samples)
        except DeviceLost as error:
            self._report(str(error))
            self._route = self._stand_in
            self._route.write(samples)
        else:
            if self._route is self._output:
                self._report("")

    def _report(self, fault: str) -> None:
        if fault and fault != self.fault:
            log.warning("The voice cannot be heard: %s", fault)
        self.fault = fault

    def _fade(self, samples: Samples, gain: float) -> Samples:
        """The samples with the gain moving to a new value over the block."""
        before, self._gain = self._gain, gain
        if before == gain == 1.0:
            return samples
        return (samples * np.linspace(before, gain, len(samples))).astype(np.int16)

    def _tell_heard(self, reply: _Reply) -> None:
        for t_ns, word in self._cursor.heard(self._now_ns()):
            if reply.n_heard == 0:
                self._said = self._said[:-1] if reply.resumed else []
            reply.n_heard += 1
            self._said.append(word)
            self._post(Event(t_ns, Channel.SELF, Played(word), Origin.SELF))

    def _fall_silent(self, reply: _Reply, cut: bool) -> None:
        hushed = [phrase.say for phrase in self._take_hushed()]
        unsaid = reply.from_word(reply.n_heard) + hushed if cut or hushed else []
        self._ducked = False
        self._gain = 1.0
        with self._lock:
            if self._resumable or self._resuming:
                # The word that was being heard was cut in two, so it is said again.
                self._cut_off = reply.from_word(reply.n_heard - 1) + hushed
                self._go_on()
            self._speaking = len(self._queue) > 0 or self._put_back is not None
        silence = Silenced(cut, " ".join(word for say in unsaid for word in written_words(say.text)))
        self._post(Event(self._now_ns(), Channel.SELF, silence, Origin.SELF))

    def _take(self, timeout_s: float) -> _Phrase | None:
        phrase, self._put_back = self._put_back, None
        return phrase or self._queue.get(timeout_s)

    def _take_hushed(self) -> Iterator[_Phrase]:
        """What waits and came before the latest hush."""
        while (phrase := self._take(0.0)) is not None:
            if phrase.hushes == self._hushes:
                self._put_back = phrase
                return
            yield phrase

    def _is_cut(self, reply: _Reply, stop: threading.Event) -> bool:
        return reply.hushes != self._hushes or stop.is_set()


def _cut_up(chunk: Chunk, block_size: int) -> Iterator[Chunk]:
    """A chunk in blocks, each with its words; a word at the very end belongs to the last block."""
    n_blocks = max(1, -(-len(chunk.samples) // block_size))
    for n in range(n_blocks):
        start, end = n * block_size, (n + 1) * block_size
        last = n == n_blocks - 1
        words = tuple((at - start, word) for at, word in chunk.words if start <= at and (at < end or last))
        yield Chunk(chunk.samples[start:end], words)
