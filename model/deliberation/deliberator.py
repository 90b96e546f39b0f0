"""Which streams write, and when: whoever has nothing to add rests until something changes.

Whether there is something to say is decided by the model itself, between its first word and its mark for the end: no
silence is timed. It speaks and acts only between being given the floor and having said all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from model.deliberation.phrase import Phrase, Stream
from model.deliberation.transcript import Transcript
from model.stream.values import Event, Outcome, Pause

MAX_THOUGHTS = 8
"""Phrases of thought between two changes of what is perceived."""
MAX_SAID = 24
"""Phrases of one reply."""


class Growing(Protocol):
    """`model.deliberation.streams.Streams`, as it is driven."""

    @property
    def unread(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def growing(self) -> frozenset[Stream]: ...
    def append(self, pieces: Iterable[str]) -> None: ...
    def rewind(self, length: int) -> None: ...
    def grow(self, stream: Stream) -> None: ...
    def drop_all(self) -> None: ...
    def step(self) -> list[Phrase]: ...


@dataclass(frozen=True, slots=True)
class _Entry:
    """A part of the trunk since the reply began. `said`: the words of it that are for the voice."""

    length: int
    pieces: list[str]
    said: str = ""


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
        self._reply: list[_Entry] = []

    # What happens ---------------------------------------------------------------------------------------------------

    def see(self, event: Event) -> None:
        """Something was perceived: read at the next step, so that little is unread when the user has finished."""
        pieces = self._transcript.pieces(event)
        if not pieces:
            return
        self._append(pieces)
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
        self._reply.clear()

    def recall(self, phrase: Phrase) -> None:
        """It wrote this before its process had to be started again."""
        name = "self" if phrase.stream is Stream.SAY else phrase.stream.value
        self._append(self._transcript.line(name, phrase.text), phrase.text if phrase.stream is Stream.SAY else "")

    def hush(self, heard: str) -> None:
        """It was interrupted: of its reply the user has heard these words and no more. Even what is unread waits until
        something else happens."""
        self._streams.drop_all()
        self._has_floor, self._hushed = False, True
        left = heard.split()
        for n, entry in enumerate(self._reply):
            words = entry.said.split()
            if len(words) > len(left):
                self._forget_from(n, " ".join(left))
                break
            left = left[len(words) :]
        self._reply.clear()

    def _forget_from(self, n: int, heard: str) -> None:
        """Take back what was not heard, and leave what else has been written since."""
        rest = self._reply[n:]
        self._streams.rewind(rest[0].length)
        self._append(self._transcript.line("self", f"{heard} — (interrupted)" if heard else "(interrupted)"))
        for entry in rest:
            if not entry.said:
                self._append(entry.pieces)

    # Computing ------------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether there is something to read or to write."""
        return not self._hushed and bool(self._streams.unread or self._streams.growing or self._due())

    def step(self) -> list[Phrase]:
        """One batch. Raises what `Streams.step` raises."""
        for stream in self._due():
            self._streams.grow(stream)
        phrases = self._streams.step()
        for phrase in phrases:
            self._take(phrase)
        if self._has_floor and self._used <= self._resting:
            self._has_floor = False
        return phrases

    def _due(self) -> list[Stream]:
        """Thoughts come while the user speaks too; words and actions only with the floor and between sentences."""
        wanted: list[Stream] = []
        if (self._listening or self._has_floor) and self._thoughts < MAX_THOUGHTS:
            wanted.append(Stream.THINK)
        if self._has_floor and not self._listening:
            wanted += [Stream.SAY, Stream.DO] if self._said < MAX_SAID else [Stream.DO]
        return [stream for stream in wanted if stream in self._used - self._resting - self._streams.growing]

    def _take(self, phrase: Phrase) -> None:
        stream = phrase.stream
        if phrase.last:
            self._resting.add(stream)
        if not phrase.text:
            self._resting.add(stream)
            return
        self.recall(phrase)
        self._thoughts += stream is Stream.THINK
        self._said += stream is Stream.SAY
        if stream is Stream.DO:
            self._resting.add(stream)  # until its outcome is known
        if stream is not Stream.THINK:
            self._resting.discard(Stream.THINK)

    def _append(self, pieces: list[str], said: str = "") -> None:
        self._reply.append(_Entry(self._streams.length, pieces, said))
        self._streams.append(pieces)
