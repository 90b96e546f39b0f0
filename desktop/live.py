"""What every channel carries right now, folded from the stream into one value that the overlay draws."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from model.stream.manners import manner_of
from model.stream.values import (
    Argument,
    Call,
    Channel,
    ChannelClosed,
    Copied,
    Data,
    Event,
    Fill,
    Gesture,
    Go,
    Line,
    Opened,
    Opening,
    Outcome,
    Place,
    Played,
    Silenced,
    Span,
    Status,
    Step,
    Tick,
    Token,
    Tone,
    Window,
    Word,
    Written,
)

THINK = "think"
"""The action that asks the language model: thinking, rather than work."""
MAX_HEARD_WORDS = 60
MAX_THOUGHT_WORDS = 40
MAX_SPEECH_WORDS = 400
MAX_LANE_CHARACTERS = 200
LOOK_AHEAD_WORDS = 3
"""How many planned words the voice may skip (a symbol, a number read as one) before a played word counts as new."""

Resolve = Callable[[Span], Argument | None]


class Mode(StrEnum):
    """The one word for what is going on; everything else in `LiveState` may go on at the same time."""

    IDLE = "idle"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    ACTING = "acting"
    ASKING = "asking"
    PAUSED = "paused"
    PANICKED = "panicked"


class Standing(StrEnum):
    """Whether the assistant may work at all. Only a person changes it, so it is not part of the stream."""

    READY = "ready"
    PAUSED = "paused"
    PANICKED = "panicked"


@dataclass(frozen=True, slots=True)
class Heard:
    """One word of the user's and how sure the recogniser was of it."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Doing:
    """The action on the action channel: named, then filled, then sent, then settled by its outcome."""

    name: str
    arguments: tuple[tuple[str, Argument], ...] = ()
    sent: bool = False
    status: Status | None = None
    text: str = ""
    """What its outcome says."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Places on the screen to which the eye is drawn; `number` tells one time from the next."""

    places: tuple[Place, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class LiveState:
    """Everything there is to see, at one moment."""

    standing: Standing = Standing.READY
    listening: Opening | None = None
    captured: frozenset[Channel] = frozenset()
    """The senses that are on, so that the user always knows."""
    heard: tuple[Heard, ...] = ()
    uncertain: str = ""
    """The end of what was heard, which the recogniser may still change."""
    thought: tuple[str, ...] = ()
    thinking: bool = False
    deliberating: bool = False
    """The language model was asked, and is not done."""
    speech: tuple[str, ...] = ()
    spoken: int = 0
    """How many words of `speech` reached the loudspeaker; the last of them is being spoken."""
    speaking: bool = False
    reply_complete: bool = True
    doing: Doing | None = None
    asked: Doing | None = None
    """The action that waits for the user's approval; its `text` is the question."""
    gesture: Gesture | None = None
    window: str = ""
    line: str = ""
    clipboard: str = ""
    own_word: str = ""
    outcome: str = ""
    voice: float = 0.0
    loudness_dbfs: float = -90.0
    surprise: Mapping[Channel, float] = field(default_factory=dict[Channel, float])
    marks: Marks = Marks()
    notice: str = ""
    """A fault the user should know of, with its cure."""
    hint: str = ""
    """Something worth knowing that is no fault; until the user first speaks."""

    @property
    def mode(self) -> Mode:
        if self.standing is not Standing.READY:
            return Mode(self.standing.value)
        doing = self.doing
        candidates = (
            (Mode.ASKING, self.asked is not None),
            (Mode.ACTING, doing is not None and doing.sent and doing.status is None and doing.name != THINK),
            (Mode.SPEAKING, self.speaking),
            (Mode.THINKING, self.deliberating),
            (Mode.LISTENING, self.listening is not None),
            (Mode.THINKING, self.thinking),
        )
        return next((mode for mode, holds in candidates if holds), Mode.IDLE)


def fold(state: LiveState, events: Sequence[Event], step: Step, resolve: Resolve) -> LiveState:
    """The state after one tick. `resolve` says what a pointer points at."""
    for event in events:
        match event.data:
            case Written():
                state = _read(state, event.channel, event.data)
            case _:
                state = _perceive(state, event.data)
    return _produce(state, step, resolve)


def _perceive(state: LiveState, data: Data) -> LiveState:
    match data:
        case Opened(by=by):
            return _fresh(replace(state, listening=by))
        case ChannelClosed():
            return replace(state, listening=None, uncertain="", voice=0.0, loudness_dbfs=-90.0)
        case Word(text=text, confidence=confidence):
            heard = (*state.heard, Heard(text, confidence))[-MAX_HEARD_WORDS:]
            return replace(state, heard=heard, uncertain=_without_first_word(state.uncertain))
        case Tone(voice=voice, loudness_dbfs=loudness_dbfs):
            return replace(state, voice=voice, loudness_dbfs=loudness_dbfs)
        case Played(text=text):
            return _played(state, text)
        case Silenced(cut=cut):
            speech = state.speech[: state.spoken] if cut else state.speech
            return replace(state, speaking=False, reply_complete=True, speech=speech, own_word="")
        case Outcome():
            return _settle(state, data)
        case _:
            return _note_item(state, data)


def _note_item(state: LiveState, data: Data) -> LiveState:
    match data:
        case Line(text=text):
            return replace(state, line=text[:MAX_LANE_CHARACTERS])
        case Window(title=title, app=app):
            return replace(state, window=(title or app)[:MAX_LANE_CHARACTERS])
        case Copied(kind="selection"):
            return state
        case Copied(kind=kind, text=text):
            return replace(state, clipboard=text[:MAX_LANE_CHARACTERS] or f"({kind})")
        case _:
            return state


def _fresh(state: LiveState) -> LiveState:
    """A new utterance clears the last exchange; what is being said and asked stands until it ends."""
    if not state.speaking:
        state = replace(state, speech=(), spoken=0, reply_complete=True)
    return replace(state, heard=(), uncertain="", thought=(), doing=None, outcome="", hint="")


def _played(state: LiveState, text: str) -> LiveState:
    """Move the cursor to the word being played; a word that was not planned is added where it is heard."""
    ahead = state.speech[state.spoken : state.spoken + LOOK_AHEAD_WORDS]
    found = next((n for n, word in enumerate(ahead) if _plain(word) == _plain(text)), None)
    speech = state.speech
    if found is None:
        found = 0
        if not ahead:
            speech = (*speech, text)[-MAX_SPEECH_WORDS:]
    spoken = min(state.spoken + found + 1, len(speech))
    return replace(state, speech=speech, spoken=spoken, speaking=True, own_word=text)


def _settle(state: LiveState, outcome: Outcome) -> LiveState:
    """Give an outcome to the action it belongs to."""
    state = replace(state, outcome=outcome.text)
    doing, asked = state.doing, state.asked
    if asked is not None and asked.name == outcome.action and outcome.status is not Status.ASKS:
        return replace(state, asked=None, doing=replace(asked, status=outcome.status, text=outcome.text))
    if doing is None or doing.name != outcome.action:
        return state
    settled = replace(doing, sent=True, status=outcome.status, text=outcome.text)
    return replace(state, doing=settled, asked=settled if outcome.status is Status.ASKS else asked)


def _produce(state: LiveState, step: Step, resolve: Resolve) -> LiveState:
    state = _think(state, step)
    state = _speak(state, step.speech, resolve)
    state = _act(state, step, resolve)
    if step.gesture is not None:
        state = replace(state, gesture=step.gesture)
    if step.surprise:
        state = replace(state, surprise={**state.surprise, **step.surprise})
    return state


def _think(state: LiveState, step: Step) -> LiveState:
    if step.thought is not None and not _is_mark(step.thought):
        thought = (*state.thought, step.thought.text)[-MAX_THOUGHT_WORDS:]
        state = replace(state, thought=thought)
    writes = any(written is not None for written in (step.thought, step.speech, step.action))
    return replace(state, thinking=step.busy and writes)  # also busy is who reads a new page, unasked


def _speak(state: LiveState, token: Token | Span | None, resolve: Resolve) -> LiveState:
    if token is None or (isinstance(token, Token) and manner_of(token) is not None):
        return state
    if isinstance(token, Token) and _is_mark(token):
        return replace(state, reply_complete=True)
    words = _words(token, resolve)
    if state.reply_complete:
        return replace(state, speech=words, spoken=0, reply_complete=False)
    return replace(state, speech=_joined(state.speech, words)[:MAX_SPEECH_WORDS])


def _read(state: LiveState, channel: Channel, phrase: Written) -> LiveState:
    """The language model thought or said something."""
    words = tuple(phrase.text.split())
    if channel is Channel.THOUGHT:
        return replace(state, thought=words[:MAX_THOUGHT_WORDS]) if words else state
    if channel is Channel.SPEECH:
        speech = words if state.reply_complete else (*state.speech, *words)
        spoken = 0 if state.reply_complete else state.spoken
        return replace(state, speech=speech[:MAX_SPEECH_WORDS], spoken=spoken, reply_complete=phrase.last)
    return state


def _deliberate(state: LiveState, on: bool) -> LiveState:
    """Being asked was an action that is done once the answer is."""
    doing = state.doing
    if not on and doing is not None and doing.name == THINK and doing.status is None:
        doing = replace(doing, status=Status.DONE)
    return replace(state, deliberating=on, doing=doing)


def _withdraw(state: LiveState, name: str) -> LiveState:
    doing, asked = state.doing, state.asked
    if doing is not None and doing.name == name and doing.status in (None, Status.ASKS):
        doing = replace(doing, status=Status.REFUSED)
    return replace(state, doing=doing, asked=None if asked is not None and asked.name == name else asked)


def _joined(speech: tuple[str, ...], words: tuple[str, ...]) -> tuple[str, ...]:
    """Punctuation clings to the word before it: it is not a word that the voice will play."""
    if len(words) == 1 and speech and not _plain(words[0]):
        return (*speech[:-1], speech[-1] + words[0])
    return (*speech, *words)


def _words(token: Token | Span, resolve: Resolve) -> tuple[str, ...]:
    if isinstance(token, Token):
        return (token.text,)
    argument = resolve(token)
    return tuple(argument.text.split()[:MAX_SPEECH_WORDS]) if argument else ()


def _act(state: LiveState, step: Step, resolve: Resolve) -> LiveState:
    doing = state.doing
    match step.action:
        case Call(name=name):  # to decide that nothing is to be done is no action under way
            return replace(state, doing=None if name == "none" else Doing(name))
        case Fill(slot=slot, span=span) if doing is not None:
            argument = resolve(span)
            added = ((slot, argument),) if argument is not None else ()
            return replace(state, doing=replace(doing, arguments=doing.arguments + added))
        case Go() if doing is not None:
            return replace(state, doing=replace(doing, sent=True))
        case _:
            return state


def _is_mark(token: Token) -> bool:
    """Symbols that are not words (end of reply, yield the floor) are written in angle brackets or not at all."""
    return not token.text or token.text.startswith("<")


def _plain(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())


def _without_first_word(text: str) -> str:
    """A word that became certain is no longer uncertain; waiting for the recogniser to say so would show it twice."""
    return text.partition(" ")[2]


class LiveView:
    """Keeps the newest `LiveState`. Written by the loop and by whoever owns a device, read by the bridge.

    Any thread may call it; nothing here blocks for longer than a fold takes.
    """

    def __init__(self, resolve: Resolve, on_change: Callable[[], None] = lambda: None) -> None:
        self._resolve = resolve
        self._on_change = on_change
        self._lock = threading.Lock()
        self._state = LiveState()

    @property
    def state(self) -> LiveState:
        return self._state

    def watch(self, on_change: Callable[[], None]) -> None:
        """Call `on_change` from the writing thread whenever there is something new to see."""
        self._on_change = on_change

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        self._update(lambda state: fold(state, events, step, self._resolve))

    def deliberate(self, on: bool) -> None:
        """The language model was asked, or has said and done all."""
        self._update(lambda state: _deliberate(state, on))

    def begin(self, name: str, arguments: Sequence[tuple[str, Argument]]) -> None:
        """The language model does something."""
        self._update(lambda state: replace(state, doing=Doing(name, tuple(arguments), sent=True)))

    def stand(self, standing: Standing) -> None:
        """Paused, panicked, or ready again."""
        self._update(lambda state: _stand(state, standing))

    def capture(self, channel: Channel, on: bool) -> None:
        """A sense was switched on or off."""
        self._update(lambda state: replace(state, captured=state.captured - {channel} | ({channel} if on else set())))

    def guess(self, text: str) -> None:
        """What the recogniser takes the last moments for, before it is sure."""
        self._update(lambda state: replace(state, uncertain=text if state.listening else ""))

    def mark(self, places: Sequence[Place]) -> None:
        """Draw the eye to these places of the screen."""
        self._update(lambda state: replace(state, marks=Marks(tuple(places), state.marks.number + 1)))

    def notify(self, text: str) -> None:
        """Tell of a fault, with its cure; an empty text takes it back."""
        self._update(lambda state: replace(state, notice=text))

    def hint(self, text: str) -> None:
        """Tell of something that is no fault."""
        self._update(lambda state: replace(state, hint=text))

    def withdraw(self, name: str) -> None:
        """This action is not done any more, nor asked about."""
        self._update(lambda state: _withdraw(state, name))

    def withdraw_question(self) -> None:
        """The approval was given, denied or ran out without an outcome of its own."""
        self._update(lambda state: replace(state, asked=None))

    def _update(self, change: Callable[[LiveState], LiveState]) -> None:
        with self._lock:
            old, self._state = self._state, change(self._state)
            changed = old != self._state
        if changed:
            self._on_change()


def _stand(state: LiveState, standing: Standing) -> LiveState:
    if standing is Standing.READY:
        return replace(state, standing=standing)
    quiet = replace(state, standing=standing, listening=None, speaking=False, thinking=False, deliberating=False)
    return replace(quiet, asked=None, uncertain="")
