"""The microphone: open while the user holds or has switched it on, and not even a stream otherwise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event as StopSignal

import numpy as np

from model.stream.errors import DeviceLost
from model.stream.protocols import Post
from model.stream.queues import BoundedQueue, QueueStatistics
from model.stream.values import Event, Opening, Tone
from perception.echo import Cleaned, EchoCanceller
from perception.hearing import Hearing
from perception.level import LevelWatch
from perception.sound_devices import sound_library
from perception.sound_stream import OpenStream, Running, sound_device_stream
from perception.tone import BLOCK_SAMPLES, SILENT_DBFS, Block

QUEUE_PIECES = 256
"""Five seconds, for a recogniser that falls behind."""
TAIL_MS = 200
"""How long sound is still taken in after `close`: people let go of the key on their last syllable. It is over earlier
once that is certain to be over."""
BEGINS_WITHIN_S = 5.0
"""Wireless headsets take two or three seconds to begin."""
LOST_AFTER_S = 2.5
"""They also fall silent for a moment where the radio is disturbed."""
EXPECT_AFTER_MS = 1_000
"""So long a silence is time enough to tell the recogniser what has appeared on the screen meanwhile."""
LOOK_S = 0.5
"""How often it is looked whether to stop, where nothing comes in."""

NOT_BEGUN = "The microphone has not begun to send sound yet. Wait until this line is gone, then speak."
GONE = (
    "The microphone went away. What was heard until then is shown, and not acted on. "
    "Plug it in again or choose another one, then say it once more."
)


class Microphone:
    """The sense behind the ears. `open`, `close` and `toggle` never block and may be called from any thread.

    It keeps listening while the assistant speaks, or it could not be interrupted; with a `canceller` it does not hear
    the assistant itself.
    """

    name = "microphone"

    def __init__(
        self,
        hearing: Hearing,
        device: str = "",
        audio_sink: Callable[[Block], None] | None = None,
        open_stream: OpenStream | None = None,
        now_ns: Callable[[], int] = time.monotonic_ns,
        canceller: EchoCanceller | None = None,
        expected: Callable[[], Sequence[str]] = tuple,
        tell: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """`device` is the name, or part of the name, of a microphone. `audio_sink` is given every block as the
        recogniser gets it. `expected` tells what is likely to be said now. `tell` is given a sentence when something
        is wrong with the sound, and an empty one when that is over."""
        self._hearing = hearing
        self._open_stream = open_stream or partial(sound_device_stream, device=device)
        self._prepare: Callable[[], object] = sound_library if open_stream is None else lambda: None
        self._audio_sink = audio_sink
        self._canceller = canceller
        self._expected = expected
        self._expects = False
        self._now_ns = now_ns
        self._blocks: BoundedQueue[tuple[Block, int]] = BoundedQueue("microphone", QUEUE_PIECES)
        self._pieces: list[Cleaned] = []  # of the block that is not complete yet
        self._tell_voice: Callable[[float], None] = lambda voice: None
        self._changed = threading.Event()
        self._wanted: Opening | None = None
        self._opening = 0  # counts them, so that one that begins within the tail of another is told apart from it
        self._tail_until_ns = 0
        self._heard_ns = 0
        self._arrived_ns = 0  # when the piece that was taken in last came
        self._begun = False
        self._stream = Running()
        self._level = LevelWatch()
        self._tell = tell
        self._told = ""
        self._level_dbfs = SILENT_DBFS
        self._partial = ""

    # From any thread --------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether the user has the channel open; the tail after `close` does not count."""
        return self._wanted is not None

    @property
    def level_dbfs(self) -> float:
        """Loudness of the last block, to be shown."""
        return self._level_dbfs

    def open(self, by: Opening) -> None:
        """Begin listening; nothing if it is open already."""
        if self._wanted is None:
            self._opening += 1
            self._wanted = by
            self._changed.set()

    def close(self) -> None:
        """End listening once the tail is over. Idempotent."""
        if self._wanted is not None:
            self._tail_until_ns = self._now_ns() + TAIL_MS * 1_000_000
            self._wanted = None
            self._changed.set()

    def toggle(self) -> None:
        if self.is_open:
            self.close()
        else:
            self.open(Opening.TOGGLE)

    def on_voice(self, tell: Callable[[float], None]) -> None:
        """`tell` is called on the sense's thread, several times a block: how probably somebody talks."""
        self._tell_voice = tell

    def partial(self) -> str:
        """The words that are not certain yet, to be shown."""
        return self._partial

    def statistics(self) -> QueueStatistics:
        return self._blocks.statistics()

    # On the sense's own thread ----------------------------------------------------------------------------------

    def run(self, post: Post, stop: StopSignal) -> None:
        """Raises `DeviceLost` where there is no microphone to open, or it goes away while it is open."""
        self._prepare()  # takes half a second, for which a key press should not have to wait
        self._wanted = None  # what was asked while there was no microphone must not open it minutes later
        try:
            while not stop.is_set():
                self._changed.wait(LOOK_S)
                self._changed.clear()
                by = self._wanted
                if by is not None:
                    self._listen(by, post, stop)
        finally:
            self._wanted = None

    def _listen(self, by: Opening, post: Post, stop: StopSignal) -> None:
        """From the opening of the channel to its closing, whatever ends it."""
        opening = self._opening
        self._begin()
        try:
            with self._open_stream(self._arrive) as self._stream:
                self._heard_ns = self._now_ns()
                self._say("")
                self._post(post, self._hearing.open(by, self._heard_ns))
                self._expect()  # the sound that comes in meanwhile waits in the queue
                while not stop.is_set() and self._goes_on(opening):
                    self._take_in(post)
        except DeviceLost:
            self._post(post, self._hearing.lose(self._now_ns()))
            raise
        finally:
            self._post(post, self._hearing.close(self._now_ns()))
            self._say("" if self._begun else self._told)
            self._level_dbfs = SILENT_DBFS
            self._partial = ""

    def _begin(self) -> None:
        """Forget the last opening."""
        self._blocks.clear()
        self._pieces.clear()
        self._arrived_ns = self._now_ns()
        self._begun = False
        self._stream = Running()
        self._level.reset()
        if self._canceller is not None:
            self._canceller.reset()

    def _goes_on(self, opening: int) -> bool:
        """Until the tail is over and what was said until then has come and is taken in, however far we are behind."""
        if self._opening != opening:
            return False
        if self.is_open:
            return True
        until_ns = self._tail_until_ns + self._stream.delay_ms() * 1_000_000
        waiting, now_ns = len(self._blocks) > 0, self._now_ns()
        has_arrived = now_ns >= until_ns - TAIL_MS * 1_000_000  # what was said before the key was let go
        if self._hearing.settled and has_arrived and not waiting:
            return False
        return (self._arrived_ns if waiting else now_ns) < until_ns

    def _take_in(self, post: Post) -> None:
        arrival = self._blocks.get(LOOK_S)
        if arrival is None:
            self._check_alive()
            return
        if self._stream.has_gone():
            raise DeviceLost(GONE)
        self._heard_ns, self._arrived_ns = self._now_ns(), arrival[1]
        self._begun = True
        self._say(self._level.hear(arrival[0]))
        piece = self._canceller.clean(*arrival) if self._canceller else Cleaned(arrival[0], arrival[0])
        self._tell_voice(self._hearing.listen_ahead(piece.words, piece.tone))
        self._post(post, self._hearing.glance(self._now_ns()))
        self._pieces.append(piece)
        if sum(len(piece.words) for piece in self._pieces) >= BLOCK_SAMPLES:
            self._hear(post)

    def _hear(self, post: Post) -> None:
        """A block is complete."""
        words = np.concatenate([piece.words for piece in self._pieces])
        tone = np.concatenate([piece.tone for piece in self._pieces])
        self._pieces.clear()
        if self._audio_sink is not None:
            self._audio_sink(words)
        events = self._hearing.hear(words, self._now_ns(), tone)
        self._partial = self._hearing.partial()
        self._post(post, events)

    def _expect(self) -> None:
        self._hearing.expect(self._expected())
        self._expects = True

    def _expect_again(self, silence_ms: int) -> None:
        """Once in every silence."""
        if silence_ms == 0:
            self._expects = False
        elif silence_ms >= EXPECT_AFTER_MS and not self._expects:
            self._expect()

    def _arrive(self, block: Block) -> None:
        """On the sound system's thread."""
        self._blocks.put((block, self._now_ns()))

    def _check_alive(self) -> None:
        silent_s = (self._now_ns() - self._heard_ns) / 1e9
        if silent_s >= (LOST_AFTER_S if self._begun else BEGINS_WITHIN_S):
            raise DeviceLost(GONE)
        if not self._begun:
            self._say(NOT_BEGUN)

    def _say(self, sentence: str) -> None:
        if sentence != self._told:
            self._told = sentence
            self._tell(sentence)

    def _post(self, post: Post, events: list[Event]) -> None:
        for event in events:
            if isinstance(event.data, Tone):
                self._level_dbfs = event.data.loudness_dbfs
                self._expect_again(event.data.silence_ms)
            post(event)
