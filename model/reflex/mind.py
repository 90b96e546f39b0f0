"""The reflex as a mind: reads a tick, steps the network, and writes what the grammar allows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from model.reflex.columns import ITEM_ROW, Column, Scribe, field_channel, field_place, written
from model.reflex.decoder import Grammar
from model.reflex.habit import Habits
from model.reflex.licence import WordsLicence
from model.reflex.network import Actions, Columns, Field, Logits, Network, State
from model.reflex.texts import TextEncoder, describe, slot_text
from model.reflex.vocabulary import CLOSED, END, GESTURES, N_VOICED, NONE, OPENED, POINT, YIELD, Pieces, Symbols
from model.stream.catalogue import Catalogue
from model.stream.values import (
    Call,
    Channel,
    Fill,
    Gesture,
    Go,
    Item,
    Seen,
    Span,
    Step,
    Token,
)

MAX_FIELD = 64
NEW_ITEMS_PER_STEP = 3
"""Texts read for the first time in one step; the rest of a new screen follows in the next ones."""
MAX_READ = 4096
MAX_PHRASE = 24
PATIENCE_MS = 480
"""Who goes on after a pause mostly does so sooner."""
OVER_MS = 1_600
"""Nearly everybody does."""
AHEAD = 5.0
"""Nats that an action which was never learned has ahead, once something is to be done. With fewer it is found less
often, with more it takes what others are asked for (a table in docs/log.md)."""
NO_CALL: tuple[float, Call | None] = (0.0, None)


@dataclass(frozen=True)
class Thresholds:
    """Probabilities above which a symbol is written rather than nothing."""

    thought: float = 0.5
    call: float = 0.97
    """While the user may go on: a pause inside a sentence is heard like one at its end."""
    late_call: float = 0.85
    """Once nobody has said anything for `PATIENCE_MS`."""
    last_call: float = 0.35
    """Once the channel is closed, or nobody has said anything for `OVER_MS`."""
    speech: float = 0.5
    give_way: float = 0.02
    """Low: to stop when nobody meant it costs a sentence, to go on when somebody did costs the user's patience."""
    gesture: float = 0.6
    another: float | None = None
    """For a second action of the same sentence, right behind the first; None where the weights never learned when there
    is none."""

    def call_after(self, silent_ms: float) -> float:
        """How probable a call must be, so long after the user was last heard."""
        if silent_ms < PATIENCE_MS:
            return self.call
        return self.late_call if silent_ms < OVER_MS else self.last_call


USUAL = Thresholds()
NEVER_ACTS = Thresholds(call=1.0, late_call=1.0, last_call=1.0)
MAX_ACTIONS = 3
"""Of one sentence."""


class Reflex:
    """A `Mind`. Greedy, hence the same stream always gives the same steps."""

    def __init__(
        self,
        network: Network,
        items: TextEncoder,
        utterances: TextEncoder,
        pieces: Pieces,
        lexicon: tuple[str, ...],
        catalogue: Catalogue,
        version: str = "",
        thresholds: Thresholds = USUAL,
        trained: Mapping[str, int] | None = None,
    ) -> None:
        """`trained`: which row of the refining table each action has that the weights were trained on; without it, all
        of the catalogue in its order."""
        self.version = version
        self.pieces = pieces
        self.symbols = Symbols.of(lexicon, catalogue)
        self._network = network.eval()
        self._items, self._utterances = items, utterances
        self._catalogue = catalogue
        self._thresholds = thresholds
        self._piece_rank = {int(piece): rank for rank, piece in enumerate(network.predicted.tolist())}
        with torch.inference_mode():
            actions = action_vectors(catalogue, self.symbols, items, trained)
            self._tables = network.tables(actions)
            self._unlearned = not bool(self._tables.learned.all())
            self._ahead = AHEAD * ~self._tables.learned
            learned = zip(self.symbols.actions, self._tables.learned.tolist(), strict=True)
            self._patient = frozenset(name for name, known in learned if not known and catalogue[name].slots)
            """Actions never learned that want arguments: which words those are is not known before the last of them."""
            self._nothing = network.look(numbers((), items))
        self.reset()

    def reset(self) -> None:
        self._state: State = self._network.begin()
        self._scribe = Scribe()
        self._grammar = Grammar(self._catalogue)
        self._read: OrderedDict[int, None] = OrderedDict()
        self._told: OrderedDict[int, None] = OrderedDict()
        self._last: Logits | None = None
        self._last_field: tuple[Item, ...] = ()
        self._sight = self._nothing
        self._last_thought = NONE
        self._last_gesture = NONE
        self._habits = Habits()
        self._surest = NO_CALL
        self._called = 0
        self._utterance = 0
        self._heard_ns = 0
        self._phrase = 0

    @property
    def turn_over(self) -> float:
        """How probably something has been due since the user's last word: that they have finished."""
        return self._surest[0]

    def licence(self) -> WordsLicence:
        """What judges the words by themselves; it knows nothing of this stream."""
        writing, names = self._network.writing, self.symbols.actions
        return WordsLicence(writing, self._tables, names, self.pieces, self._utterances, self._items)

    @torch.inference_mode()
    def step(self, seen: Seen) -> Step:
        field, unread = self._readable(seen)
        column = self._scribe.column(seen)
        if column.utterance != self._utterance:
            self._utterance, self._last_thought = column.utterance, NONE
        x = one_column(column, seen, field, self._utterances, self._items if self._unlearned else None)
        surprise = self._surprise(column, seen)
        if field != self._last_field:
            self._sight = self._network.look(numbers(field, self._items))
        logits, self._state = self._network.step(x, self._sight, self._tables, self._state)
        self._last, self._last_field = logits, field
        thought = self._thought(logits)
        voiced = 0 < seen.tone <= N_VOICED
        if voiced or seen.word is not None:
            self._heard_ns = seen.tick.t_ns
        if seen.word is not None or column.user == OPENED:
            self._surest, self._called = NO_CALL, 0
        silent_ms = OVER_MS if column.user == CLOSED else (seen.tick.t_ns - self._heard_ns) / 1e6
        speech = self._speech(logits, field, somebody=voiced or column.user == OPENED)
        action = self._action(logits, field, silent_ms)
        step = Step(
            seen=seen,
            thought=thought,
            speech=speech,
            action=action,
            gesture=self._gesture(logits, field),
            surprise=surprise,
            busy=unread or self._grammar.open is not None or self._phrase > 0 or self._may_go_on(action),
        )
        self._scribe.wrote(written(step, self.symbols))
        return step

    # Reading ----------------------------------------------------------------------------------------------

    def _readable(self, seen: Seen) -> tuple[tuple[Item, ...], bool]:
        """The items whose text has been read, a few new ones among them, and whether some are left to read."""
        wanted = list(seen.items.values()) + [item for item in seen.field if item.id not in self._read]
        for item in wanted[: NEW_ITEMS_PER_STEP + len(seen.items)]:
            self._read[item.id] = None
        while len(self._read) > MAX_READ:
            self._read.popitem(last=False)
        field = [item for item in seen.field[:MAX_FIELD] if item.id in self._read]
        field += [item for item in seen.items.values() if item not in field]
        return tuple(field), any(item.id not in self._read for item in seen.field[:MAX_FIELD])

    def _surprise(self, column: Column, seen: Seen) -> dict[Channel, float]:
        """Minus log probability, under the last step's predictions, of what the inputs brought; less of it where the
        same kind of change came before."""
        last = self._last
        if last is None:
            return {}
        surprise: dict[Channel, float] = {}
        if column.tone:
            surprise[Channel.TONE] = -float(last.tone[0, 0].log_softmax(-1)[column.tone])
        if column.user or column.self_:
            pieces = self._network.piece_logits(last.piece[0])[0].log_softmax(-1)
            for channel, piece in ((Channel.USER, column.user), (Channel.SELF, column.self_)):
                if piece:
                    surprise[channel] = -float(pieces[self._piece_rank.get(piece, 0)])
        for channel, item in seen.items.items():
            candidates = [item.text, *(other.text for other in self._last_field if other.id != item.id)]
            scores = item_scores(last.item[0, 0], self._items.encode(candidates))
            used_to = self._habits.meet(item, seen.tick.t_ns) if item.kind == "line" else 0
            surprise[channel] = -float(scores.log_softmax(-1)[0]) / (1 + used_to)
        return surprise

    # Writing ----------------------------------------------------------------------------------------------

    def _thought(self, logits: Logits) -> Token | None:
        probability, symbol = _best(logits.thought[0, 0])
        if symbol == NONE or probability < self._thresholds.thought or symbol == self._last_thought:
            return None
        self._last_thought = symbol
        return Token(symbol, self.symbols.thought_text(symbol))

    def _speech(self, logits: Logits, field: tuple[Item, ...], somebody: bool) -> Token | Span | None:
        """Only what has an outcome to tell is spoken, each outcome once. It gives way only to somebody who is heard."""
        probability, symbol = _best(logits.speech[0, 0])
        if somebody and float(logits.speech[0, 0].softmax(-1)[YIELD]) > self._thresholds.give_way:
            symbol = YIELD
        elif symbol in (NONE, YIELD) or probability < self._thresholds.speech:
            symbol = END if self._phrase > 0 else NONE
        if symbol >= POINT and self._phrase == 0 and not self._untold(field):
            symbol = NONE
        if symbol == END and self._phrase == 0:
            return None
        if self._phrase >= MAX_PHRASE:
            symbol = END
        self._phrase = self._phrase + 1 if symbol >= POINT else 0
        if symbol == POINT:
            return self._spoken_item(logits, field)
        return Token(symbol, speech_text(symbol, self.symbols)) if symbol != NONE else None

    def _untold(self, field: tuple[Item, ...]) -> list[int]:
        """Rows of the outcomes that were not spoken yet."""
        return [n for n, item in enumerate(field) if item.channel is Channel.OUTCOME and item.id not in self._told]

    def _spoken_item(self, logits: Logits, field: tuple[Item, ...]) -> Span | None:
        untold = self._untold(field)
        if not untold:
            return None
        item = field[max(untold, key=lambda row: float(logits.point[0, 0, row]))]
        self._told[item.id] = None
        while len(self._told) > MAX_READ:
            self._told.popitem(last=False)
        return Span(item.channel, 0, None, item.id)

    def _action(self, logits: Logits, field: tuple[Item, ...], silent_ms: float) -> Call | Fill | Go | None:
        scores = logits.action[0, 0]
        begins = self._grammar.open is None
        token = self._next_call(scores, silent_ms) if begins else self._next_argument(scores, logits, field)
        if token is None or not self._grammar.accept(token):
            return None
        return token

    def _next_call(self, scores: Tensor, silent_ms: float) -> Call | None:
        """Whether to act is one decision, above the threshold; what to do the next: doubt between two actions is none
        about acting. The longer nobody speaks, the less sure it must be, and what counts then is the surest call since
        the last word: each tick that passes without one tells the network that none is meant.

        Nobody asks for anything without a word: what was acted on is not acted on again, but one sentence may ask for
        several things, which follow each other at once.
        """
        if not self._scribe.heard:
            return None
        calls = scores[self.symbols.first_call :]
        probability = float(torch.sigmoid(calls.logsumexp(-1) - scores[NONE]))
        if self._scribe.answered:
            another = self._scribe.went and self._called < MAX_ACTIONS and probability > (self._thresholds.another or 1)
            return self._made(self._likeliest(calls)) if another else None
        if probability > self._surest[0]:
            self._surest = (probability, self._likeliest(calls))
        surest, call = self._surest
        waits = call is not None and call.name in self._patient and silent_ms < PATIENCE_MS
        if waits or surest <= self._thresholds.call_after(silent_ms):
            return None
        return self._made(call)

    def _likeliest(self, calls: Tensor) -> Call:
        return Call(self.symbols.actions[int((calls + self._ahead).argmax())])

    def _may_go_on(self, action: Call | Fill | Go | None) -> bool:
        """Whether the next tick may bring a second action."""
        return isinstance(action, Go) and self._thresholds.another is not None

    def _made(self, call: Call | None) -> Call | None:
        self._surest = NO_CALL
        self._called += 1
        return call

    def _next_argument(self, scores: Tensor, logits: Logits, field: tuple[Item, ...]) -> Fill | Go | None:
        """Go, or the likeliest slot still open with the span it points at. Something always follows a call."""
        slots = self._grammar.slots
        best = max(slots, key=lambda slot: float(scores[self.symbols.fill(slot)]), default=None)
        if self._grammar.complete and (best is None or scores[1] >= scores[self.symbols.fill(best)]):
            return Go()
        if best is None:
            return None
        span = self._span(logits, field)
        if span is None:  # nothing there to point at: the call cannot be finished
            self._grammar = Grammar(self._catalogue)
            return None
        return Fill(best, span)

    def _span(self, logits: Logits, field: tuple[Item, ...]) -> Span | None:
        window = self._network.config.window
        start = int(logits.start[0, 0].argmax())
        if float(logits.start[0, 0, start]) < -1e3:
            return None
        if start >= window:
            item = field[start - window]
            return Span(item.channel, 0, None, item.id)
        first = int(self._state.word[0, start])
        behind = (self._state.word[0] < first) | (self._state.utterance[0] != self._state.utterance[0, start])
        last = int(self._state.word[0, int(logits.end[0, 0].masked_fill(behind, -1e9).argmax())])
        return Span(Channel.USER, first, last + 1)

    def _gesture(self, logits: Logits, field: tuple[Item, ...]) -> Gesture | None:
        probability, symbol = _best(logits.gesture[0, 0])
        if probability < self._thresholds.gesture or symbol == self._last_gesture:
            return None
        self._last_gesture = symbol
        if symbol == NONE:
            return None
        kind = GESTURES[symbol]
        item = field[int(logits.point[0, 0].argmax())] if kind == "point" and field else None
        return Gesture(kind, item.place if item else None)


def _best(scores: Tensor) -> tuple[float, int]:
    probability, symbol = scores.softmax(-1).max(-1)
    return float(probability), int(symbol)


def speech_text(symbol: int, symbols: Symbols) -> str:
    fixed = ("", "<end>", "<yield>", "<point>")
    return fixed[symbol] if symbol < len(fixed) else symbols.lexicon[symbol - len(fixed)]


def item_scores(direction: Tensor, vectors: Tensor) -> Tensor:
    """How expected each candidate item is: logits from `Logits.item` [C] and vectors [n, C]."""
    return vectors @ direction


def action_vectors(
    catalogue: Catalogue, symbols: Symbols, items: TextEncoder, trained: Mapping[str, int] | None = None
) -> Actions:
    """Vectors of the slots' names and of the actions' descriptions with their examples."""
    rows = {name: row for row, name in enumerate(symbols.actions)} if trained is None else trained
    slots = items.encode([slot_text(slot) for slot in symbols.slots])
    actions = [items.mean(describe(catalogue[name])) for name in symbols.actions]
    known = torch.tensor([rows.get(name, -1) for name in symbols.actions], device=slots.device)
    return Actions(slots, torch.nn.functional.normalize(torch.stack(actions), dim=-1), known)


def one_column(
    column: Column, seen: Seen, field: tuple[Item, ...], utterances: TextEncoder, items: TextEncoder | None
) -> Columns:
    """[B, T] = [1, 1] tensors of one tick; without `items` for actions all of which were trained on."""

    def cell(value: int) -> Tensor:
        return torch.tensor([[value]])

    rows = [[field.index(seen.items[c]) if c in seen.items else -1 for c in ITEM_ROW]]
    # What will have been said at the next ticks is encoded with it: three together take half as long as one by one.
    said = [column.said + seen.coming[:n] for n in range(len(seen.coming) + 1)]
    vector = utterances.encode_pieces(said)[None, :1]
    return Columns(
        user=cell(column.user),
        word=cell(column.word),
        self_=cell(column.self_),
        tone=cell(column.tone),
        dt=cell(column.dt),
        position=cell(column.position),
        utterance=cell(column.utterance),
        said=vector,
        said_plain=items.encode_pieces(said)[None, :1] if items else torch.zeros_like(vector),
        thought=cell(column.own.thought),
        speech=cell(column.own.speech),
        action=cell(column.own.action),
        item=torch.tensor([rows]),
    )


def numbers(field: tuple[Item, ...], items: TextEncoder) -> Field:
    """B = 1; nothing in the field is M = 0."""
    return Field(
        items.encode([item.text for item in field])[None],
        torch.tensor([[field_channel(item) for item in field]], dtype=torch.long),
        torch.tensor([[field_place(item.place) for item in field]]).view(1, -1, 4),
    )
