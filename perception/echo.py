"""Takes our own voice, as the loudspeaker plays it, out of what the microphone hears."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from model.stream.queues import BoundedQueue, QueueStatistics
from model.stream.values import Sounding
from perception.echo_filter import PART_SAMPLES, EchoFilter
from perception.likeness import Likeness
from perception.reference import Reference, to_sample
from perception.tone import BLOCK_MS, BLOCK_SAMPLES, SAMPLE_RATE_HZ, Block

log = logging.getLogger(__name__)

QUEUE_BLOCKS = 128
"""Two and a half seconds of what is played. While the microphone is closed nobody takes them and the oldest go."""
PIECE_SAMPLES = SAMPLE_RATE_HZ // 100
USUAL_DELAY_MS = 80
"""From handing a sample to the sound system to hearing it. Where the canceller begins to look; it finds the rest."""
TAIL_SAMPLES = SAMPLE_RATE_HZ
"""So long after the last sound an echo may still arrive."""
EARLY_NS = 20_000_000
LOST_NS = 100_000_000
PATIENCE_BLOCKS = 25
"""A block that came so much too early corrects the time at once; so many that all came so much too late, once they
did. Sound systems deliver in periods of their own: for two seconds every block can be 50 ms late, and nothing lost."""

MISSING = "It may hear itself on loudspeakers: livekit cannot be loaded ({reason}). Install it, or use a headset."


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One block without our own voice, twice.

    `words` has the echo subtracted: some is left, but nothing of the user is lost. In `tone` all echo is suppressed,
    and with it much of a user who talks over it: enough to tell that somebody speaks, too little to tell what.
    """

    words: Block
    tone: Block


class EchoCanceller:
    """Works only while something is or was just played; otherwise blocks pass unchanged and cost nothing.

    `played` from any thread, `clean` on the microphone's. What it has learned about the room it keeps.
    """

    def __init__(self) -> None:
        self._played: BoundedQueue[Sounding] = BoundedQueue("echo", QUEUE_BLOCKS)
        self._pace = Pace()
        self._reference: Reference | None = None
        self._suppressor: Any = None
        self._filter = EchoFilter()
        self._likeness = Likeness()
        self._broken = False

    def played(self, sounding: Sounding) -> None:
        """Handed to the sound system just now. Never blocks."""
        self._played.put(sounding)

    def clean(self, block: Block, arrived_ns: int) -> Cleaned:
        """`block` is int16 [1280] at 16 kHz; `arrived_ns` is when the sound system delivered it."""
        end = to_sample(self._pace.end_ns(arrived_ns))
        reference = self._place(self._played.drain())
        if reference is None or reference.end + TAIL_SAMPLES < end:
            return Cleaned(block, block)
        far = reference.take(end - len(block), len(block))
        # Suppressing what was subtracted, not what was heard, lets more of the user through, but also words of ours.
        tone = self._suppress(far, block)
        # After every gap in the sound the echo may come later than before, and it takes the suppressor half a second.
        ours = self._likeness.is_echo(far, tone)
        return Cleaned(self._subtract(far, block), np.zeros_like(tone) if ours else tone)

    def reset(self) -> None:
        """The microphone opens: its blocks begin to arrive at a pace of their own."""
        self._pace = Pace()

    def statistics(self) -> QueueStatistics:
        return self._played.statistics()

    def _place(self, soundings: list[Sounding]) -> Reference | None:
        if soundings and self._reference is None and not self._broken:
            self._load()
        if self._reference is not None:
            for sounding in soundings:
                self._reference.place(sounding)
        return self._reference

    def _load(self) -> None:
        """Takes a tenth of a second and 27 MB, which those who never talk over the voice need not spend."""
        try:
            from livekit.rtc.apm import AudioProcessingModule

            self._suppressor = AudioProcessingModule(echo_cancellation=True, noise_suppression=True)
            self._reference = Reference()
        except (ImportError, OSError) as error:
            self._broken = True
            log.warning("%s", MISSING.format(reason=error))

    def _subtract(self, far: Block, near: Block) -> Block:
        parts = zip(far.reshape(-1, PART_SAMPLES), near.reshape(-1, PART_SAMPLES), strict=True)
        return np.concatenate([self._filter.subtract(*pair) for pair in parts])

    def _suppress(self, far: Block, near: Block) -> Block:
        """WebRTC's canceller, which wants pieces of 10 ms of both sides in turn, and changes them in place."""
        from livekit.rtc.audio_frame import AudioFrame

        heard = bytearray(near.tobytes())
        pairs = zip(far.reshape(-1, PIECE_SAMPLES), near.reshape(-1, PIECE_SAMPLES), strict=True)
        for n, pair in enumerate(pairs):
            sent, got = (AudioFrame(piece.tobytes(), SAMPLE_RATE_HZ, 1, PIECE_SAMPLES) for piece in pair)
            self._suppressor.process_reverse_stream(sent)
            self._suppressor.set_stream_delay_ms(USUAL_DELAY_MS)
            self._suppressor.process_stream(got)
            heard[n * 2 * PIECE_SAMPLES : (n + 1) * 2 * PIECE_SAMPLES] = got.data.cast("b").tobytes()
        return np.frombuffer(bytes(heard), np.int16)


class Pace:
    """When the blocks were complete, from when they arrived: their own clock is even, their arrival is not.

    The promptest block tells. The time jumps only where it is off by more than a block's usual jitter, because each
    jump moves the echo, and it has to be learned again.
    """

    def __init__(self) -> None:
        self._end_ns: int | None = None
        self._late_ns: deque[int] = deque(maxlen=PATIENCE_BLOCKS)

    def end_ns(self, arrived_ns: int) -> int:
        """Called once for each block, in order."""
        end_ns = arrived_ns if self._end_ns is None else self._end_ns + BLOCK_MS * 1_000_000
        self._late_ns.append(arrived_ns - end_ns)
        lost = len(self._late_ns) == PATIENCE_BLOCKS and min(self._late_ns) > LOST_NS
        if lost or self._late_ns[-1] < -EARLY_NS:
            end_ns += min(self._late_ns)
            self._late_ns.clear()
        self._end_ns = end_ns
        return end_ns


def missing() -> str:
    """Why there is no echo cancelling, as a sentence; empty if livekit is installed. Does not load it."""
    return "" if find_spec("livekit") else MISSING.format(reason="it is not installed")


assert BLOCK_SAMPLES % PIECE_SAMPLES == 0 and BLOCK_SAMPLES % PART_SAMPLES == 0
