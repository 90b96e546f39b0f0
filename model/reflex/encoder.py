"""Events to what stands on the input channels: at most one token or item on each per tick, the rest waits."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice, takewhile

from model.reflex.habit import USED_TO, Habits
from model.reflex.vocabulary import CLOSED, CUT, MARKS, OPENED, PAUSE, Pieces, tone_code
from model.stream.sources import Sources
from model.stream.values import (
    ITEM_CHANNELS,
    Channel,
    ChannelClosed,
    Event,
    Item,
    Opened,
    Pause,
    Played,
    Seen,
    Silenced,
    Tick,
    Token,
    Tone,
    Word,
)

MAX_WAITING_PIECES = 2048
MAX_WAITING_ITEMS = 256
MAX_COMING = 3
"""More would hold up the first of them."""


class Encoder:
    """Reads events into `Seen`. What was perceived is first entered in `sources`, so that it can be pointed at."""

    def __init__(self, sources: Sources, pieces: Pieces) -> None:
        self._sources = sources
        self._pieces = pieces
        self._user: deque[tuple[Token, int | None]] = deque(maxlen=MAX_WAITING_PIECES)
        self._self: deque[Token] = deque(maxlen=MAX_WAITING_PIECES)
        self._items: dict[Channel, deque[Item]] = {
            channel: deque(maxlen=MAX_WAITING_ITEMS) for channel in ITEM_CHANNELS
        }
        self._pitch_hz = 0.0
        self._habits = Habits()

    @property
    def backlog(self) -> bool:
        return bool(self._user or self._self or any(self._items.values()))

    def encode(self, events: Sequence[Event], tick: Tick) -> Seen:
        tone = 0
        for event in events:
            if isinstance(event.data, Tone):
                tone = tone_code(event.data, self._pitch_hz)
                self._pitch_hz = event.data.pitch_hz
            else:
                self._take(event)
        user, word = self._user.popleft() if self._user else (None, None)
        # A mark is when decisions are made; what changes on the screen just then waits for the next tick.
        decisive = user is not None and user.id in MARKS
        return Seen(
            tick=tick,
            user=user,
            word=word,
            coming=self._coming(),
            tone=tone,
            self_=self._self.popleft() if self._self else None,
            items={} if decisive else {c: waiting.popleft() for c, waiting in self._items.items() if waiting},
            field=self._sources.field(),
        )

    def _coming(self) -> tuple[int, ...]:
        waiting = takewhile(lambda piece_of: piece_of[1] is not None, self._user)
        return tuple(piece.id for piece, _ in islice(waiting, MAX_COMING))

    def _take(self, event: Event) -> None:
        entered = self._sources.add(event)
        if isinstance(entered, Item) and not self._is_used_to(entered, event.t_ns):
            self._items[event.channel].append(entered)
        match event.data:
            case Word(text=text):
                assert isinstance(entered, int)
                self._user.extend((token, entered) for token in self._tokens(text))
            case Opened():
                self._user.append((_mark(OPENED), None))
            case Pause():
                self._user.append((_mark(PAUSE), None))
            case ChannelClosed(cut=cut):
                self._user.append((_mark(CUT if cut else CLOSED), None))
            case Played(text=text):
                self._self.extend(self._tokens(text))
            case Silenced(cut=cut):
                self._self.append(_mark(CUT if cut else PAUSE))
            case _:
                pass

    def _is_used_to(self, item: Item, t_ns: int) -> bool:
        """What changes all the time stands in the field as it is, but is no news."""
        return item.kind == "line" and self._habits.meet(item, t_ns) >= USED_TO

    def _tokens(self, text: str) -> list[Token]:
        return [Token(number, written) for number, written in self._pieces.encode(text)]


def _mark(number: int) -> Token:
    return Token(number, MARKS[number])
