"""From blocks of audio to events: tone, words while they are said, pauses. No device and no clock: time comes in."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from model.stream.values import Channel, ChannelClosed, Data, Event, Opened, Opening, Origin, Pause, Tone, Word
from perception.recogniser import Recogniser
from perception.tone import VOICED, Block, ToneMeter

LEAST_VOICED_OVER_US = 2
"""Blocks. While we speak, a single one is what is left of an echo; the shortest word of a user has more."""
SETTLED_MS = 64
"""Silence after which the words are certain: they are told, and only whether more follow is still awaited. Within a
sentence that is said without a pause a synthetic voice is never gone for longer than 32 ms (84 sentences, three
voices); of people who order coffee it is for 64 ms once in 7 s of talk, for 96 in 11, for 160 in 22."""
PAUSE_MS = 96
"""Whether a pause ends the request is for the mind to say: it hears of every one."""
DOUBT_MS = 64
"""So much longer the words and the pause are waited for where the words do not sound like all of a sentence: what the
recogniser is told apart it also misunderstands, and nobody waits for an answer to half a sentence."""
LIKELY_END = 0.06
"""How probably no word follows, from which on there is no doubt. Nine in ten requests of people end with words of which
that is so, and a third of the places within them."""
LISTENED_BACK_BLOCKS = 4
"""Audio before the first voiced block is recognised too: soft consonants come before the voice is certain."""
QUIET_MS = 2_000
"""After that long a silence the tone is no longer reported: nothing about it changes."""


class Hearing:
    """The ears behind the microphone: used live, for recordings and in tests. One thread at a time.

    A recogniser that is fed silence costs up to a seventh of a core, so it runs from voice to pause only. While we
    speak ourselves the ears stay open, because talking over the voice is how it is interrupted.
    """

    def __init__(self, recogniser: Recogniser, meter: ToneMeter | None = None) -> None:
        self._recogniser = recogniser
        self._meter = meter or ToneMeter()
        self._before: deque[Block] = deque(maxlen=LISTENED_BACK_BLOCKS)
        self._ahead = 0
        self._open = False
        self._speaking = False
        self._settled = False
        self._doubt_ms = 0
        self._heard_words = False
        self._n_voiced = 0
        self._over_us = False

    def open(self, by: Opening, t_ns: int) -> list[Event]:
        """The user opens the channel; once, however often it is called before `close`."""
        if self._open:
            return []
        self._open, self._settled = True, False
        self._meter.reset()
        self._before.clear()
        self._ahead = 0
        return [_user(Opened(by), t_ns)]

    def expect(self, phrases: Sequence[str]) -> None:
        """Prepare the recogniser for what is likely to be said; nothing while somebody speaks, or it would lag."""
        if not self._speaking:
            self._recogniser.expect(phrases)

    def hear(self, block: Block, t_ns: int, cleaned: Block | None = None) -> list[Event]:
        """`block` is int16 [1280] at 16 kHz, complete at `t_ns`; ignored while the channel is closed.

        `cleaned` is the same block with all of our own voice suppressed, if we speak: whether anybody talks, and how,
        is taken from it. Words are taken from `block`, which holds more of a user who talks over us.
        """
        if not self._open:
            return []
        tone = self._meter.hear(block if cleaned is None else cleaned)
        over_us = cleaned is not None and not np.array_equal(cleaned, block)
        words = self._recognise(block, tone, over_us)
        events = [Event(t_ns, Channel.TONE, tone, Origin.WORLD)] if tone.silence_ms <= QUIET_MS else []
        events += [_user(word, t_ns) for word in words]
        return events + self._await_more(tone.silence_ms, t_ns)

    def glance(self, t_ns: int) -> list[Event]:
        """Whether the voice is gone shows earlier than a block is over: after `listen_ahead`."""
        return self._await_more(self._meter.still_ms, t_ns) if self._open else []

    @property
    def settled(self) -> bool:
        """Something was said, all of its words are told, and nobody talks."""
        return self._settled

    def listen_ahead(self, piece: Block, cleaned: Block | None = None) -> float:
        """How probably somebody talks in the coming block, of which `piece` is what has just come; as in `hear`."""
        if not self._open:
            return 0.0
        if self._talking:
            self._recogniser.listen_ahead(piece)
            self._ahead += piece.size
        return self._meter.listen_ahead(piece if cleaned is None else cleaned)

    def close(self, t_ns: int) -> list[Event]:
        """The user closes the channel; nothing if it was closed."""
        if not self._open:
            return []
        events = self._flush(t_ns) if self._speaking else []
        self._open = False
        return [*events, _user(ChannelClosed(), t_ns)]

    def lose(self, t_ns: int) -> list[Event]:
        """The microphone went away: the words are kept, but it is not known whether they are all; so no pause."""
        if not self._open:
            return []
        events = self._settle(t_ns) if self._speaking and self._talking else []
        self._open = self._speaking = False
        return [*events, _user(ChannelClosed(cut=True), t_ns)]

    def partial(self) -> str:
        """The words that are not certain yet, for the eye alone."""
        return self._recogniser.partial() if self._talking else ""

    @property
    def _talking(self) -> bool:
        """Whether the recogniser is in the middle of an utterance."""
        return self._speaking and not self._settled

    def _recognise(self, block: Block, tone: Tone, over_us: bool) -> list[Word]:
        rest, self._ahead = block[self._ahead :], 0
        if not self._talking and (tone.voice < VOICED or self._meter.still_ms >= SETTLED_MS):
            self._before.append(rest)  # also where the voice is the end of words that were settled within this block
            return []
        words = [] if self._talking else self._begin()
        self._n_voiced += tone.voice >= VOICED
        self._over_us = self._over_us or over_us
        words += self._recogniser.accept(rest)
        self._heard_words = self._heard_words or bool(words)
        return words

    def _begin(self) -> list[Word]:
        """Somebody begins to talk, or goes on before the pause was told."""
        self._heard_words = self._heard_words and self._speaking
        self._speaking, self._settled = True, False
        self._n_voiced, self._over_us = 0, False
        self._recogniser.start()
        words = [word for earlier in self._before for word in self._recogniser.accept(earlier)]
        self._before.clear()
        return words

    def _await_more(self, silence_ms: int, t_ns: int) -> list[Event]:
        if not self._speaking or silence_ms < SETTLED_MS:
            return []
        if self._talking:
            self._doubt_ms = 0 if self._recogniser.end_probability() >= LIKELY_END else DOUBT_MS
        if silence_ms >= PAUSE_MS + self._doubt_ms:
            return self._flush(t_ns)
        return self._settle(t_ns) if self._talking and silence_ms >= SETTLED_MS + self._doubt_ms else []

    def _settle(self, t_ns: int) -> list[Event]:
        """The rest of the words. Ending them takes the recogniser a while, which is over before the pause."""
        words = self._recogniser.finish()
        if self._over_us and self._n_voiced < LEAST_VOICED_OVER_US:
            words = []
        self._settled, self._heard_words = True, self._heard_words or bool(words)
        return [_user(word, t_ns) for word in words]

    def _flush(self, t_ns: int) -> list[Event]:
        """The rest of the words and a pause; no pause where there was only a cough."""
        events = self._settle(t_ns) if self._talking else []
        self._speaking = False
        return [*events, _user(Pause(), t_ns)] if self._heard_words else []


def _user(data: Data, t_ns: int) -> Event:
    return Event(t_ns, Channel.USER, data, Origin.USER)
