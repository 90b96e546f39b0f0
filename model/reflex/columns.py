"""Ticks as numbers: the same for a stream that is lived and for one that is trained on."""

from __future__ import annotations

from dataclasses import dataclass

from model.reflex.vocabulary import CUT, GO, NONE, NOTHING, OPENED, POINT, Symbols, dt_code
from model.stream.manners import manner_of
from model.stream.values import Call, Channel, Fill, Go, Item, Place, Seen, Span, Step, Token

ITEM_ROW = (Channel.SCREEN, Channel.CLIPBOARD, Channel.OUTCOME)
WINDOW_CHANNEL = 3
"""The focused window counts as a channel of its own in the field."""

FORGOTTEN_NS = 3_000_000_000
"""Words that nothing was done about and nothing was added to for so long are no part of what is said next."""

SCREEN_WIDTH_PX, SCREEN_HEIGHT_PX = 1920, 1080
FARTHEST = 2.0
"""In ordinary screens: what lies beyond is put there, as the network never met such places."""


@dataclass(frozen=True, slots=True)
class Written:
    """Symbols that the mind put on its own channels at a tick."""

    thought: int = NONE
    speech: int = NONE
    action: int = NONE


@dataclass(frozen=True, slots=True)
class Column:
    """One tick. The items stand beside it in `Seen`."""

    user: int
    word: int
    self_: int
    tone: int
    dt: int
    position: int
    utterance: int
    said: tuple[int, ...]
    """The pieces of the utterance so far."""
    own: Written


class Scribe:
    """Follows a stream and turns each tick into a column.

    Words are counted from where their utterance began, so that a sentence looks the same after an hour as after a
    second. An utterance begins when the channel is opened, with the first word after an action was sent off, or with
    the first after a long silence: else what was not understood would spoil everything that is said after it.
    """

    def __init__(self) -> None:
        self._position = 0
        self._utterance = 0
        self._said: tuple[int, ...] = ()
        self._answered = False
        self._last_word_ns = 0
        self._own = Written()

    @property
    def answered(self) -> bool:
        """Whether no word has come since an action was sent off, or since the microphone went away."""
        return self._answered

    @property
    def heard(self) -> bool:
        """Whether a word has come since the microphone was opened."""
        return bool(self._said)

    @property
    def went(self) -> bool:
        """Whether an action was sent off at the tick before."""
        return self._own.action == GO

    def column(self, seen: Seen) -> Column:
        user = seen.user.id if seen.user else NOTHING
        if user == CUT:  # half a sentence has no end to answer to; the network never saw this mark
            user, self._answered = NOTHING, True
        if user == OPENED or (seen.word is not None and (self._answered or self._forgotten(seen))):
            self._position, self._said, self._answered = 0, (), False
            self._utterance += 1
        elif user != NOTHING:
            self._position += 1
        if seen.word is not None:
            self._said = (*self._said, user)
            self._last_word_ns = seen.tick.t_ns
        return Column(
            user=user,
            word=-1 if seen.word is None else seen.word,
            self_=seen.self_.id if seen.self_ else NOTHING,
            tone=seen.tone,
            dt=dt_code(seen.tick.dt_ms),
            position=self._position,
            utterance=self._utterance,
            said=self._said,
            own=self._own,
        )

    def _forgotten(self, seen: Seen) -> bool:
        return bool(self._said) and seen.tick.t_ns - self._last_word_ns >= FORGOTTEN_NS

    def wrote(self, own: Written) -> None:
        """What was written at the tick whose column was just made; it is read back at the next."""
        self._own = own
        self._answered = self._answered or own.action == GO


def written(step: Step, symbols: Symbols) -> Written:
    match step.action:
        case Call(name=name):
            action = symbols.call(name)
        case Fill(slot=slot):
            action = symbols.fill(slot)
        case Go():
            action = GO
        case None:
            action = NONE
    match step.speech:
        case Span():
            speech = POINT
        case Token() if manner_of(step.speech) is None:
            speech = step.speech.id
        case _:
            speech = NONE
    return Written(step.thought.id if step.thought else NONE, speech, action)


def field_channel(item: Item) -> int:
    return WINDOW_CHANNEL if item.kind == "window" else ITEM_ROW.index(item.channel)


def field_place(place: Place | None) -> tuple[float, float, float, float]:
    """Centre and size as fractions of an ordinary screen, at most `FARTHEST`; zeros for what has no place."""
    if place is None:
        return 0.0, 0.0, 0.0, 0.0
    x_px, y_px = place.centre
    return (
        min(FARTHEST, x_px / SCREEN_WIDTH_PX),
        min(FARTHEST, y_px / SCREEN_HEIGHT_PX),
        min(FARTHEST, place.width_px / SCREEN_WIDTH_PX),
        min(FARTHEST, place.height_px / SCREEN_HEIGHT_PX),
    )
