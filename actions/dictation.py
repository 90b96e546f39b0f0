"""Dictation: from words as they are heard to text as it is typed, with spoken punctuation and corrections."""

from __future__ import annotations

import string
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event as StopSignal

from model.stream.queues import BoundedQueue, QueueStatistics
from model.stream.values import Channel, ChannelClosed, Event, Opened, Opening, Pause, Word

MAX_WAITING = 1_000
"""Minutes of speech, for a user who holds the key to talk: nothing is typed until it is let go."""
LOOK_S = 0.5
"""How often it is looked whether to stop, while nothing is said."""
_PAUSE = Word("")
SURE = 0.75
"""Recogniser confidence from which a word is typed at once."""

_NATO = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo "
    "sierra tango uniform victor whiskey xray yankee zulu"
)
_DIGITS = "zero one two three four five six seven eight nine"


@dataclass(frozen=True, slots=True)
class Type:
    text: str


@dataclass(frozen=True, slots=True)
class Erase:
    """Take back that many characters."""

    count: int


@dataclass(frozen=True, slots=True)
class End:
    """The user is done dictating."""


Edit = Type | Erase | End


@dataclass(frozen=True, slots=True)
class _Mark:
    """What is typed for a command. `ends` begins a new sentence."""

    text: str
    space_before: bool = False
    space_after: bool = True
    ends: bool = False


_MARKS: Mapping[str, _Mark] = {
    "comma": _Mark(","), "colon": _Mark(":"), "semicolon": _Mark(";"), "semi colon": _Mark(";"),
    "period": _Mark(".", ends=True), "full stop": _Mark(".", ends=True), "question mark": _Mark("?", ends=True),
    "exclamation mark": _Mark("!", ends=True), "exclamation point": _Mark("!", ends=True),
    "dot": _Mark(".", space_after=False), "slash": _Mark("/", space_after=False),
    "hyphen": _Mark("-", space_after=False), "dash": _Mark("–", space_before=True),
    "at sign": _Mark("@", space_after=False), "percent sign": _Mark("%"),
    "open quote": _Mark('"', space_before=True, space_after=False), "close quote": _Mark('"'),
    "open bracket": _Mark("(", space_before=True, space_after=False), "close bracket": _Mark(")"),
    "new line": _Mark("\n", space_after=False, ends=True),
    "new paragraph": _Mark("\n\n", space_after=False, ends=True),
}  # fmt: skip
_ENDS = frozenset(("stop dictation", "stop dictating", "end dictation", "finish dictation", "dictation off"))
_SCRATCH = frozenset(("scratch that", "delete that", "strike that"))
_MODES = {
    "cap": "cap", "capital": "cap", "all caps": "upper", "no space": "joined", "spell": "spell", "literal": "literal",
}  # fmt: skip

SPOKEN = (*_MARKS, *_ENDS, *_SCRATCH, *(mode for mode in _MODES if " " in mode))
"""What is said to dictation, for a recogniser to expect."""


@dataclass(frozen=True, slots=True)
class _State:
    """How the next word is written."""

    space: bool = False
    sentence: bool = True
    mode: str = ""


@dataclass(slots=True)
class _Phrase:
    """What was typed between two pauses, and how it stood before."""

    before: _State
    typed: int = 0


class Composer:
    """The text machine: words and pauses in, edits out. Knows no device.

    A word that may begin a command waits for the next one. `names` are written as given, whatever is heard.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = {" ".join(_plain(name)): name for name in names}
        phrases = (*_MARKS, *_ENDS, *_SCRATCH, *_MODES, *self._names)
        self._commands = {tuple(phrase.split()) for phrase in phrases}
        self._beginnings = {command[:n] for command in self._commands for n in range(1, len(command))}
        self._state = _State()
        self._phrases = [_Phrase(self._state)]
        self._held: list[str] = []

    @property
    def held(self) -> str:
        """The words that are not typed yet, because what comes next decides what they mean."""
        return " ".join(self._held)

    def take(self, word: str, sure: bool = True) -> list[Edit]:
        """One that was heard uncertainly waits for the next, so that it is seen before it is typed."""
        self._held.append(word)
        return self._settle(over=False) if sure else []

    def pause(self) -> list[Edit]:
        """Nothing waits any longer, and what was said until now is one phrase."""
        edits = self._settle(over=True)
        if self._phrases[-1].typed:
            self._phrases.append(_Phrase(self._state))
        if self._state.mode == "spell":
            self._state = replace(self._state, mode="", space=True)
        return edits

    def _settle(self, over: bool) -> list[Edit]:
        edits: list[Edit] = []
        while self._held and (over or tuple(map(_bare, self._held)) not in self._beginnings):
            edits += self._next()
        return edits

    def _next(self) -> list[Edit]:
        """Take the longest command from the front of what is held, else one word."""
        bare = [_bare(word) for word in self._held]
        if self._state.mode != "literal":
            for length in range(len(bare), 0, -1):
                if tuple(bare[:length]) in self._commands:
                    del self._held[:length]
                    return self._obey(" ".join(bare[:length]))
        return self._write(self._held.pop(0))

    def _obey(self, command: str) -> list[Edit]:
        if command in _ENDS:
            self._held.clear()
            return [End()]
        if command in _SCRATCH:
            return self._scratch()
        if command in _MODES:
            self._state = replace(self._state, mode=_MODES[command])
            return []
        if command in _MARKS:
            return self._mark(_MARKS[command])
        return self._put(self._names[command], space_after=True)

    def _mark(self, mark: _Mark) -> list[Edit]:
        state = self._state
        self._state = replace(state, space=state.space and mark.space_before)
        edits = self._put(mark.text, mark.space_after)
        self._state = replace(self._state, sentence=mark.ends or (state.sentence and mark.text in '"('))
        return edits

    def _write(self, word: str) -> list[Edit]:
        match self._state.mode:
            case "spell" if (letter := _letter(word)) is not None:
                if letter == " ":  # one at a time, typed with what comes next
                    self._state = replace(self._state, space=True)
                    return []
                edits = self._put(letter, space_after=False)
                self._state = replace(self._state, mode="spell")
                return edits
            case "cap":
                return self._put(_capital(word), space_after=True)
            case "upper":
                return self._put(word.upper(), space_after=True)
            case _:
                written = _capital(word) if self._state.sentence or word == "i" or word.startswith("i'") else word
                return self._put(written, space_after=True)

    def _put(self, text: str, space_after: bool) -> list[Edit]:
        gap = " " if self._state.space and self._state.mode != "joined" else ""
        self._state = _State(space=space_after, sentence=False)
        self._phrases[-1].typed += len(gap + text)
        return [Type(gap + text)]

    def _scratch(self) -> list[Edit]:
        """The phrase goes, or the one before if nothing was said since."""
        if not self._phrases[-1].typed and len(self._phrases) > 1:
            self._phrases.pop()
        phrase = self._phrases[-1]
        count, phrase.typed, self._state = phrase.typed, 0, phrase.before
        return [Erase(count)] if count else []


@dataclass(slots=True)
class Dictation:
    """Takes the user's words from the stream while it is on. `hear` from any thread, `edits` on the hands' thread.

    Words typed to the assistant are never taken, so that there is always a way out.
    """

    _heard: BoundedQueue[Word] = field(default_factory=lambda: BoundedQueue("dictation", MAX_WAITING))
    """Words, and an empty one for each pause."""
    _composer: Composer | None = None
    _typed_request: bool = False

    @property
    def active(self) -> bool:
        return self._composer is not None

    @property
    def held(self) -> str:
        """The words that wait for the next one before they are typed."""
        composer = self._composer
        return composer.held if composer is not None else ""

    def hear(self, event: Event) -> bool:
        """Whether the event was taken: then nobody else must see it."""
        if event.channel is not Channel.USER:
            return False
        if isinstance(event.data, Opened):
            self._typed_request = event.data.by is Opening.TYPED
        typed = self._typed_request
        if isinstance(event.data, ChannelClosed):
            self._typed_request = False
        if self._composer is None or typed:
            return False
        match event.data:
            case Word() as word:
                self._heard.put(word)
                return True
            case Pause():
                self._heard.put(_PAUSE)
                return True
            case ChannelClosed():
                self._heard.put(_PAUSE)
            case _:
                pass
        return False

    @contextmanager
    def on(self, names: Sequence[str] = ()) -> Generator[None]:
        """Take words until left."""
        self._heard.clear()
        self._composer = Composer(names)
        try:
            yield
        finally:
            self._composer = None

    def edits(self, stop: StopSignal) -> Iterator[Edit]:
        """What is to be typed and erased, as it is said, until the user ends it or `stop` is set."""
        composer = self._composer
        while composer is not None and not stop.is_set():
            heard = self._heard.get(LOOK_S)
            if heard is None:
                continue
            sure = heard.confidence >= SURE
            for edit in composer.take(heard.text, sure) if heard.text else composer.pause():
                yield edit
                if isinstance(edit, End):
                    return

    def statistics(self) -> QueueStatistics:
        return self._heard.statistics()


def _bare(word: str) -> str:
    return word.casefold().strip(".,;:!?")


def _plain(text: str) -> list[str]:
    return [_bare(word) for word in text.split()]


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _letter(word: str) -> str | None:
    """`b`, `b.`, `bravo`, `two`, `space`; None for other words."""
    bare = _bare(word)
    if len(bare) == 1 and bare in string.ascii_lowercase + string.digits:
        return bare
    if bare in _NATO.split():
        return bare[0]
    if bare in _DIGITS.split():
        return str(_DIGITS.split().index(bare))
    return " " if bare == "space" else None
