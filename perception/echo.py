"""Takes our own voice, as the loudspeaker plays it, out of what the microphone hears."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from model.stream.queues import BoundedQueue, QueueStatistics
from model.stream.values import Sounding
from perception.echo_filter import PART_SAMPLES, EchoFilter, Parted, to_part
from perception.likeness import LOOK_BACK_SAMPLES, LOOKED_AT_SAMPLES, Correlation, Latest, Presence, likeness
from perception.reference import Reference, to_sample
from perception.residue import Residue
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Block

QUEUE_BLOCKS = 128
"""Two and a half seconds of what is played. While the microphone is closed nobody takes them and the oldest go."""
TAIL_SAMPLES = SAMPLE_RATE_HZ
"""So long after the last sound an echo may still arrive."""
LEAST_DELAY_SAMPLES = SAMPLE_RATE_HZ // 500
"""No echo is here sooner, and by then what was played has been resampled."""
OURS = 8.0
"""From this likeness on, what was left is an echo that is not known yet; a few in 100 parts of a user seem so, too."""
OURS_FOR_PARTS = 5
"""An echo does not end within a tenth of a second, whatever one look says."""
LOOK_EVERY_PARTS = 2
PAST_SAMPLES = LOOK_BACK_SAMPLES + LOOKED_AT_SAMPLES
LEARNING_PARTS = 40
"""So long, while we speak, what is left of an echo that was just found may sound like somebody: 0.8 s."""
EARLY_NS = 20_000_000
LOST_NS = 100_000_000
PATIENCE_BLOCKS = 100
"""A block that came so much too early corrects the time at once; so many that all came so much too late, once they
did. Sound systems deliver in periods of their own: for two seconds every piece can be 50 ms late, and nothing lost."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Sound without our own voice, twice.

    `words` has the echo subtracted, and is lowered where nothing else is left. In `tone` the rest is suppressed by
    frequency, and with it something of a user who talks over it: enough to tell that they speak, not what.
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
        self._reference = Reference()
        self._filter = EchoFilter()
        self._residue = Residue()
        self._presence = Presence()
        self._correlation = Correlation()
        self._begun = False
        self._heard, self._left = Latest(), Latest()
        self._rest = np.zeros(PART_SAMPLES, np.float32)
        self._share = 0.0  # of the rest that was not ours, in the part before
        self._n_parts = 0
        self._to_learn = LEARNING_PARTS
        self._ours_for = 0

    def played(self, sounding: Sounding) -> None:
        """Handed to the sound system just now. Never blocks."""
        self._played.put(sounding)

    def clean(self, block: Block, arrived_ns: int) -> Cleaned:
        """`block` is int16 at 16 kHz, whole parts; `arrived_ns` is when the sound system delivered it."""
        end = to_sample(self._pace.end_ns(len(block), arrived_ns))
        for sounding in self._played.drain():
            self._reference.place(sounding)
        if self._reference.end + TAIL_SAMPLES < end:
            return Cleaned(block, block)
        start = end - len(block) - LEAST_DELAY_SAMPLES
        if not self._begun:
            self._begin(start)
        far = self._reference.take(start, len(block))
        pairs = zip(far.reshape(-1, PART_SAMPLES), block.reshape(-1, PART_SAMPLES), strict=True)
        parts = [self._part(*pair) for pair in pairs]
        return Cleaned(np.concatenate([part.words for part in parts]), np.concatenate([part.tone for part in parts]))

    def reset(self) -> None:
        """The microphone opens: its blocks begin to arrive at a pace of their own, perhaps just after we spoke."""
        self._pace = Pace()
        self._begun = False

    def statistics(self) -> QueueStatistics:
        return self._played.statistics()

    def _begin(self, start: int) -> None:
        """What was played while nobody listened may still arrive; what was heard before that is over."""
        self._begun = True
        self._heard, self._left = Latest(), Latest()
        far = self._reference.take(start - PAST_SAMPLES, PAST_SAMPLES)
        self._correlation.play(far)
        for part in far.reshape(-1, PART_SAMPLES):
            self._filter.play(part)

    def _part(self, far: Block, near: Block) -> Cleaned:
        self._correlation.play(far)
        self._look(near)
        parted = self._filter.part(far, near)
        words, suppressed = self._words(parted)
        if not self._presence.proven:  # the filter doubts everything: a user's first words would be gone
            words = near
        left = self._left.add(suppressed)
        if not self._presence.possible or not self._correlation.playing:
            return Cleaned(near, near)  # as with a headset, or what we said is over: whatever is heard is the user
        at_delays = self._correlation.at_delays(left)
        if at_delays is not None and likeness(at_delays) > OURS:
            self._ours_for = OURS_FOR_PARTS
        whispered = at_delays is None  # what the detector would still take for a voice
        ours = self._learns() or self._ours_for > 0 or whispered
        self._ours_for = max(0, self._ours_for - 1)
        return Cleaned(words, np.zeros_like(near) if ours else suppressed)

    def _words(self, parted: Parted) -> tuple[Block, Block]:
        """What to recognise, and what to judge by whether anybody speaks; both one part late.

        Suppressing frequency by frequency garbles words. Between them it is as good as silence.
        """
        suppressed = self._residue.suppress(parted)
        rest, self._rest = self._rest, parted.rest
        share = min(1.0, float(np.sqrt((suppressed @ suppressed) / (rest @ rest + 1e-12))))
        gain = np.linspace(self._share, share, PART_SAMPLES, dtype=np.float32)
        self._share = share
        return to_part(rest * gain), to_part(suppressed)

    def _look(self, near: Block) -> None:
        """Is there an echo at all, and is it still where it was? Asked every other part, as it costs the most."""
        heard = self._heard.add(near)
        self._n_parts += 1
        if self._n_parts % LOOK_EVERY_PARTS:
            return
        at_delays = self._correlation.at_delays(heard)
        if at_delays is None:
            if self._correlation.playing:
                self._presence.nothing()
        elif self._presence.notice(at_delays):
            self._filter.forget()
            self._residue.forget()
            self._to_learn = LEARNING_PARTS

    def _learns(self) -> bool:
        """Whether the filter has heard too little of an echo to be believed."""
        learns = self._to_learn > 0
        self._to_learn -= learns
        return learns


class Pace:
    """When the blocks were complete, from when they arrived: their own clock is even, their arrival is not.

    The promptest tells. The time jumps only where it is off by more than a block's usual jitter, because each
    jump moves the echo, and it has to be learned again.
    """

    def __init__(self) -> None:
        self._end_ns: int | None = None
        self._late_ns: deque[int] = deque(maxlen=PATIENCE_BLOCKS)

    def end_ns(self, n_samples: int, arrived_ns: int) -> int:
        """Called once for each block, in order."""
        lasted_ns = n_samples * 1_000_000_000 // SAMPLE_RATE_HZ
        end_ns = arrived_ns if self._end_ns is None else self._end_ns + lasted_ns
        self._late_ns.append(arrived_ns - end_ns)
        lost = len(self._late_ns) == PATIENCE_BLOCKS and min(self._late_ns) > LOST_NS
        if lost or self._late_ns[-1] < -EARLY_NS:
            end_ns += min(self._late_ns)
            self._late_ns.clear()
        self._end_ns = end_ns
        return end_ns


assert BLOCK_SAMPLES % PART_SAMPLES == 0
assert PAST_SAMPLES % PART_SAMPLES == 0
