"""Which streams write, and when: whoever has nothing to add rests until something changes.

Whether there is something to say is decided by the model itself, between its first word and its mark for the end: no
silence is timed. It speaks and acts only between being given the floor and having said all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Protocol, TypeGuard

from model.deliberation.phrase import Phrase, Stream
from model.deliberation.transcript import Transcript
from model.stream.values import Event, Outcome, Pause

MAX_THOUGHTS = 8
"""Phrases of thought between two changes of what is perceived."""
MAX_SAID = 24
"""Phrases of one reply."""
MAX_REPLY = 500
"""What may come in while one reply lasts and it can still be taken back."""


class Growing(Protocol):
    """`model.deliberation.streams.Streams`, as it is driven."""

    @property
    def unread(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def growing(self) -> frozenset[Stream]: ...
    def append(self, pieces: Iterable[str]) -> None: ...
    @property
    def ready(self) -> bool: ...
    def rewind(self, length: int) -> bool: ...
    def grow(self, stream: Stream) -> None: ...
    def drop_all(self) -> None: ...
    def step(self) -> list[Phrase]: ...


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something that came into the trunk since the reply began, and how the trunk and the transcript stood before."""

    what: Event | Phrase
    length: int
    transcript: Transcript


class Deliberator:
    """`step` does one batch; between two of them everything may change."""

    def __init__(self, streams: Growing, *, acts: bool = False) -> None:
        """`acts`: whether it may write actions."""
        self._streams = streams
        self._used = frozenset(Stream) if acts else frozenset(Stream) - {Stream.DO}
        self._transcript = Transcript()
        self._resting: set[Stream] = set()
        self._listening = self._has_floor = self._hushed = False
        self._thoughts = self._said = 0
        self._reply: list[_Entry] | None = None

    # What happens ---------------------------------------------------------------------------------------------------

    def see(self, event: Event) -> None:
        """Something was perceived: read at the next step, so that little is unread when the user has finished."""
        if not self._write_down(event):
            return
        self._thoughts, self._hushed = 0, False
        self._resting -= {Stream.THINK, Stream.DO}
        if isinstance(event.data, Pause | Outcome):
            self._resting.discard(Stream.SAY)
        self._listening = self._transcript.speaking

    def floor(self) -> None:
        """The reflex wants an answer to what was just said."""
        self._has_floor, self._hushed, self._said = True, False, 0
        self._resting.clear()
        self.turn()

    def turn(self) -> None:
        """Another reply begins: what was said before was heard."""
        self._reply = []

    def recall(self, phrase: Phrase) -> None:
        """It wrote this before its process had to be started again."""
        self._write_down(phrase)

    def hush(self, heard: str) -> None:
        """It was interrupted: of its reply the user has heard these words and no more. Even what is unread waits until
        something else happens."""
        self._streams.drop_all()
        self._has_floor, self._hushed = False, True
        left, reply = heard.split(), self._reply or []
        self._reply = None
        for n, entry in enumerate(reply):
            words = entry.what.text.split() if _is_said(entry.what) else []
            if len(words) > len(left):
                self._forget_from(reply[n:], " ".join(left))
                break
            left = left[len(words) :]

    def _forget_from(self, entries: Sequence[_Entry], heard: str) -> None:
        """Take back what was not heard, and write down again what else has come since."""
        again = [entry.what for entry in entries if not _is_said(entry.what)]
        if self._streams.rewind(entries[0].length):
            self._transcript = copy(entries[0].transcript)
        else:
            again = []
        told = f"{heard} — (interrupted)" if heard else "(interrupted)"
        self._streams.append(self._transcript.line("self", told))
        for what in again:
            self._write_down(what)
        self._listening = self._transcript.speaking

    def _write_down(self, what: Event | Phrase) -> bool:
        """Into the trunk. Whether there was something to write."""
        before = _Entry(what, self._streams.length, copy(self._transcript))
        pieces = self._transcript.pieces(what) if isinstance(what, Event) else self._line(what)
        if self._reply is not None and pieces:
            self._reply.append(before)
            if len(self._reply) > MAX_REPLY:
                self._reply = None
        self._streams.append(pieces)
        return bool(pieces)

    def _line(self, phrase: Phrase) -> list[str]:
        name = "self" if phrase.stream is Stream.SAY else phrase.stream.value
        return self._transcript.line(name, phrase.text)

    # Computing ------------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether there is something to read or to write."""
        return not self._hushed and bool(self._streams.unread or self._streams.growing or self._due())

    def step(self) -> list[Phrase]:
        """One batch. Raises what `Streams.step` raises."""
        for stream in self._due():
            self._streams.grow(stream)
        phrases = [self._take(phrase) for phrase in self._streams.step()]
        if self._used - {Stream.THINK} <= self._resting:
            self._has_floor = False
        return phrases

    def _due(self) -> list[Stream]:
        """Thoughts come while the user speaks too; words and actions only with the floor and between sentences."""
        wanted: list[Stream] = []
        if (self._listening or self._has_floor) and self._thoughts < MAX_THOUGHTS:
            wanted.append(Stream.THINK)
        if self._has_floor and not self._listening:
            wanted += [Stream.SAY, Stream.DO]
        left = self._used - self._resting - self._streams.growing if self._streams.ready else frozenset[Stream]()
        return [stream for stream in wanted if stream in left]

    def _take(self, phrase: Phrase) -> Phrase:
        """The phrase as it is told: the last one is the last for any reason."""
        stream = phrase.stream
        self._thoughts += stream is Stream.THINK
        self._said += stream is Stream.SAY
        if not phrase.text or (stream is Stream.SAY and self._said >= MAX_SAID):
            phrase = replace(phrase, last=True)
        if phrase.last or stream is Stream.DO:  # an action waits for its outcome
            self._resting.add(stream)
        if phrase.text:
            self._write_down(phrase)
        if phrase.text and stream is not Stream.THINK:
            self._resting.discard(Stream.THINK)
        return phrase


def _is_said(what: Event | Phrase) -> TypeGuard[Phrase]:
    return isinstance(what, Phrase) and what.stream is Stream.SAY
