"""Which streams write, and when: whoever has nothing to add rests until something changes.

Whether there is something to say is decided by the model itself, between its first word and its mark for the end: no
silence is timed. It speaks and acts only between being given the floor and having said all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Protocol, TypeGuard

from model.deliberation.phrase import Phrase, Stream
from model.deliberation.tools import Toolbox, grammar_of, line_of, read_call
from model.deliberation.transcript import Transcript
from model.stream.values import ActionSpec, Event, Outcome, Pause, Status, Word

MAX_THOUGHTS = 24
"""Phrases of thought between two changes of what is perceived."""
MAX_SAID = 24
"""Phrases of one reply."""
MAX_CALLS = 4
"""Actions of one reply, each once it is known what came of the one before."""
MAX_WORDS = 24
"""Of the user's, that say which actions may be wanted."""
MAX_REPLY = 500
"""What may come in while one reply lasts and it can still be taken back."""


class Growing(Protocol):
    """`model.deliberation.streams.Streams`, as it is driven."""

    @property
    def unread(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def begins(self) -> int: ...
    @property
    def growing(self) -> frozenset[Stream]: ...
    def append(self, pieces: Iterable[str]) -> None: ...
    @property
    def ready(self) -> bool: ...
    def rewind(self, length: int) -> bool: ...
    def grow(self, stream: Stream, grammar: str = "") -> None: ...
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

    def __init__(self, streams: Growing, tools: Iterable[ActionSpec] = ()) -> None:
        """`tools`: what it may ask for; none, and it only thinks and speaks."""
        self._streams = streams
        self._toolbox = Toolbox(tools)
        self._shown: dict[str, int] = {}
        """Where the lines of the tools begin that it was shown."""
        self._words: deque[str] = deque(maxlen=MAX_WORDS)
        self._seeks = False
        self._awaited = ""
        self._calls = 0
        self._transcript = Transcript()
        self._resting: set[Stream] = set()
        self._listening = self._has_floor = self._hushed = self._speaking = False
        self._thoughts = self._said = 0
        self._reply: list[_Entry] | None = None

    # What happens ---------------------------------------------------------------------------------------------------

    def see(self, event: Event) -> None:
        """Something was perceived: read at the next step, so that little is unread when the user has finished."""
        match event.data:
            case Outcome(action=name, status=status) if name == self._awaited and status is not Status.ASKS:
                self._awaited = ""
                self._resting -= {Stream.SAY, Stream.DO}
            case _:
                pass
        if not self._write_down(event):
            return
        self._thoughts, self._hushed = 0, False
        self._resting.discard(Stream.THINK)
        match event.data:
            case Word(text=text):
                self._words.append(text)
            case Pause() if not self._awaited:
                self._resting.discard(Stream.SAY)
            case _:
                pass
        self._listening = self._transcript.speaking

    @property
    def has_floor(self) -> bool:
        """Whether it may speak and act: from being given the floor until all is said and known."""
        return self._has_floor

    def floor(self) -> None:
        """The reflex wants an answer to what was just said. What is half written was for another."""
        self._streams.drop_all()
        self._has_floor, self._hushed, self._said, self._calls, self._awaited = True, False, 0, 0, ""
        self._seeks = bool(self._toolbox.specs)
        self._resting.clear()
        self.heard()

    def heard(self) -> None:
        """All that was said has been heard, and is not taken back any more."""
        self._reply, self._speaking = [], False

    def recall(self, phrase: Phrase) -> None:
        """It wrote this before its process had to be started again."""
        self._write_down(phrase)

    def hush(self, heard: str) -> None:
        """It was interrupted: of its reply the user has heard these words and no more. Even what is unread waits until
        something else happens."""
        self._streams.drop_all()
        awaited = self._awaited
        self._has_floor, self._speaking, self._hushed, self._seeks, self._awaited = False, False, True, False, ""
        left, reply = heard.split(), self._reply or []
        self._reply = None
        for n, entry in enumerate(reply):
            words = entry.what.text.split() if _is_said(entry.what) else []
            if len(words) > len(left):
                self._forget_from([entry for entry in reply[n:] if not _calls(entry.what, awaited)], " ".join(left))
                break
            left = left[len(words) :]

    def _forget_from(self, entries: Sequence[_Entry], heard: str) -> None:
        """Take back what was not heard, and write down again what else has come since."""
        again = [entry.what for entry in entries if not _is_said(entry.what)]
        if self._streams.rewind(entries[0].length):
            self._transcript = copy(entries[0].transcript)
            self._shown = {name: start for name, start in self._shown.items() if start < self._streams.length}
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
        due = self._due()
        for stream in due:
            self._streams.grow(stream, grammar_of(self._tools()) if stream is Stream.DO else "")
        phrases = [self._take(phrase) for phrase in self._streams.step()]
        if self._seeks and Stream.SAY in due:
            self._show_tools()
        if not (self._seeks or self._awaited) and self._replying <= self._resting:
            self._has_floor = False
        return phrases

    @property
    def _replying(self) -> frozenset[Stream]:
        """Who writes while it has the floor, beside its thoughts."""
        acts = not self._seeks and self._calls < MAX_CALLS and bool(self._tools())
        return frozenset({Stream.SAY, Stream.DO} if acts else {Stream.SAY})

    def _show_tools(self) -> None:
        """Of the actions that were not shown yet, those that may be wanted. They are read beside the first words of the
        answer, which do not wait for them."""
        self._seeks = False
        known = {spec.name for spec in self._tools()}
        for spec in self._toolbox.relevant(self._words):
            if spec.name not in known:
                self._shown[spec.name] = self._streams.length
                self._streams.append(self._transcript.line("tool", line_of(spec)))
        self._words.clear()

    def _tools(self) -> list[ActionSpec]:
        """What it was shown and has not forgotten."""
        kept = range(self._streams.begins, self._streams.length)
        return [self._toolbox.specs[name] for name, start in self._shown.items() if start in kept]

    def _due(self) -> list[Stream]:
        """Thoughts come while the user speaks, and while what was said is played; words and actions only with the floor
        and between sentences."""
        wanted: list[Stream] = []
        thinks = self._listening or self._speaking or (self._has_floor and not self._awaited)
        if thinks and self._thoughts < MAX_THOUGHTS:
            wanted.append(Stream.THINK)
        if self._has_floor and not self._listening:
            wanted += sorted(self._replying, reverse=True)
        left = frozenset(Stream) - self._resting - self._streams.growing if self._streams.ready else frozenset[Stream]()
        return [stream for stream in wanted if stream in left]

    def _take(self, phrase: Phrase) -> Phrase:
        """The phrase as it is told: the last one is the last for any reason."""
        stream = phrase.stream
        self._thoughts += stream is Stream.THINK
        self._said += stream is Stream.SAY
        call = read_call(phrase.text) if stream is Stream.DO else None
        if call is not None:
            self._calls, self._awaited = self._calls + 1, call.name
        elif stream is Stream.DO:
            phrase = replace(phrase, text="", last=True)
        if not phrase.text or (stream is Stream.SAY and self._said >= MAX_SAID):
            phrase = replace(phrase, last=True)
        if phrase.last or stream is Stream.DO:  # an action waits for its outcome
            self._resting.add(stream)
        if phrase.text:
            self._write_down(phrase)
        if phrase.text and stream is not Stream.THINK:
            self._resting.discard(Stream.THINK)
        self._speaking |= stream is Stream.SAY and bool(phrase.text)
        return phrase


def _calls(what: Event | Phrase, name: str) -> bool:
    """Whether it is an action of that name: one that is given up before it is known what came of it, was not done."""
    call = read_call(what.text) if isinstance(what, Phrase) and what.stream is Stream.DO else None
    return call is not None and call.name == name


def _is_said(what: Event | Phrase) -> TypeGuard[Phrase]:
    return isinstance(what, Phrase) and what.stream is Stream.SAY
