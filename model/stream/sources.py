"""What can be pointed at: the words of the user and the items seen, numbered as they come, bounded in number."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, replace

from model.stream.values import (
    Argument,
    Channel,
    ChannelClosed,
    Copied,
    Event,
    Item,
    Line,
    LineGone,
    Opened,
    Opening,
    Outcome,
    Pause,
    Place,
    Span,
    Window,
    Word,
)

MAX_WORDS = 4096
MAX_ITEMS = 2048
MAX_FIELD = 96
MAX_OUTCOMES_IN_FIELD = 4
COMPOSED = "composed"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One opening of the `user` channel; 0 is the time before the first."""

    number: int
    by: Opening | None
    first_word: int
    open: bool


class Sources:
    """Numbers what is perceived and answers what a pointer points at.

    Written by the loop alone, from events, before any model sees them: so the provenance found here is a fact about
    the devices and not a claim of the model. Reading from other threads is safe, every entry is immutable.
    """

    def __init__(self) -> None:
        self._words: deque[str] = deque(maxlen=MAX_WORDS)
        self._word_count = 0
        self._in_sentence = False
        self._items: OrderedDict[int, Item] = OrderedDict()
        self._item_count = 0
        self._lines: OrderedDict[int, Item] = OrderedDict()
        self._window: Item | None = None
        self._clipboard: Item | None = None
        self._selection: Item | None = None
        self._outcomes: deque[Item] = deque(maxlen=MAX_OUTCOMES_IN_FIELD)
        self.utterance = Utterance(0, None, 0, open=False)

    def add(self, event: Event) -> int | Item | None:
        """Take in an event. Returns the number of a word, the item that the event became, or None."""
        match event.data:
            case Word(text=text):
                return self._add_word(text)
            case Pause():
                self._in_sentence = False
            case Opened(by=by):
                self.utterance = Utterance(self.utterance.number + 1, by, self._word_count, open=True)
            case ChannelClosed():
                self._in_sentence = False
                old = self.utterance
                self.utterance = Utterance(old.number, old.by, old.first_word, open=False)
            case Line(line_id=line_id, text=text, place=place):
                return self._add_line(event, line_id, text, place)
            case LineGone(line_id=line_id):
                self._lines.pop(line_id, None)
            case Window(title=title):
                self._window = self._add_item(event, "window", title)
                return self._window
            case Copied(kind="selection", text=text):
                self._selection = self._add_item(event, "selection", text) if text else None
                return self._selection
            case Copied(kind=kind, text=text):
                self._clipboard = self._add_item(event, kind, text)
                return self._clipboard
            case Outcome(status=status, text=text):
                item = self._add_item(event, status.value, text)
                self._outcomes.append(item)
                return item
            case _:
                pass
        return None

    @property
    def word_count(self) -> int:
        return self._word_count

    @property
    def in_sentence(self) -> bool:
        """Whether the user may be about to say more: neither paused since the last word nor closed the channel."""
        return self._in_sentence

    def words(self, start: int, end: int | None = None) -> list[str]:
        """The user's words from `start` to `end`, as far as they are still known."""
        first_kept = self._word_count - len(self._words)
        stop = self._word_count if end is None else end
        return [self._words[n - first_kept] for n in range(max(start, first_kept), min(stop, self._word_count))]

    def item(self, item_id: int) -> Item | None:
        return self._items.get(item_id)

    def field(self) -> tuple[Item, ...]:
        """What is present now, bounded: outcomes, clipboard, selection and window, then the newest lines."""
        present = [*reversed(self._outcomes)]
        present += [item for item in (self._clipboard, self._selection, self._window) if item is not None]
        present += reversed(self._lines.values())
        return tuple(present[:MAX_FIELD])

    def resolve(self, span: Span) -> Argument | None:
        """The text a pointer stands for and the channel it came from; None if that is no longer known."""
        if span.item_id is None:
            words = self.words(span.start, span.end)
            if not words or span.start < self._word_count - len(self._words):
                return None
            return Argument(" ".join(words), Channel.USER.value)
        item = self._items.get(span.item_id)
        if item is None:
            return None
        return Argument(item.text[span.start : span.end], item.channel.value)

    def _add_line(self, event: Event, line_id: int, text: str, place: Place) -> Item | None:
        """A line that only moved is the same item in another place, and no news."""
        known = self._lines.get(line_id)
        if known is not None and known.text == text and known.id in self._items:
            self._lines[line_id] = self._items[known.id] = replace(known, place=place)
            self._items.move_to_end(known.id)
            return None
        self._lines.pop(line_id, None)
        self._lines[line_id] = item = self._add_item(event, "line", text, place)
        return item

    def _add_word(self, text: str) -> int:
        self._words.append(text)
        self._in_sentence = True
        self._word_count += 1
        return self._word_count - 1

    def _add_item(self, event: Event, kind: str, text: str, place: Place | None = None) -> Item:
        self._item_count += 1
        item = Item(self._item_count, event.channel, kind, text, event.t_ns, event.origin, place)
        self._items[item.id] = item
        while len(self._items) > MAX_ITEMS:
            self._items.popitem(last=False)
        return item
