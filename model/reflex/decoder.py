"""Output tokens to effects. The grammar of the action channel lives here, so every sequence can be parsed."""

from __future__ import annotations

from collections.abc import Iterable

from model.reflex.vocabulary import END, YIELD
from model.stream.catalogue import Catalogue
from model.stream.manners import OF_OUTCOME, manner_of
from model.stream.sources import Sources
from model.stream.values import (
    Action,
    ActionSpec,
    Call,
    Channel,
    Effect,
    Fill,
    Gesture,
    Go,
    Hush,
    Manner,
    Say,
    Span,
    Step,
    Token,
)


class Grammar:
    """Which action tokens may follow: a name, then each of its slots at most once, then go once none is missing."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.open: ActionSpec | None = None
        self.filled: dict[str, Span] = {}

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots that may be filled next."""
        spec = self.open
        return tuple(slot.name for slot in spec.slots if slot.name not in self.filled) if spec else ()

    @property
    def complete(self) -> bool:
        """Whether go may come next."""
        spec = self.open
        return spec is not None and all(slot.name in self.filled for slot in spec.slots if slot.required)

    def accept(self, token: Call | Fill | Go) -> bool:
        """Take a token in; False, and unchanged, if it may not stand here."""
        match token:
            case Call(name=name) if self.open is None and name in self._catalogue:
                self.open, self.filled = self._catalogue[name], {}
            case Fill(slot=slot, span=span) if slot in self.slots:
                self.filled[slot] = span
            case Go() if self.complete:
                self.open = None
            case _:
                return False
        return True


class Decoder:
    """Collects words into phrases and action tokens into actions. Tokens that break the grammar are dropped.

    A style token holds from where it stands to the end of the reply, or to the next one; the words before it go out as
    a phrase of their own.
    """

    def __init__(self, sources: Sources, catalogue: Catalogue) -> None:
        self._sources = sources
        self._grammar = Grammar(catalogue)
        self._begin_reply()
        self._actions = 0
        self._words_at_action = -1

    def decode(self, step: Step) -> Iterable[Effect]:
        if step.gesture is not None:
            yield Gesture(step.gesture.kind, step.gesture.place)
        yield from self._speech(step.speech)
        yield from self._action(step)

    def _speech(self, token: Token | Span | None) -> Iterable[Effect]:
        match token:
            case None:
                pass
            case Span():
                argument = self._sources.resolve(token)
                if argument is not None:
                    self._phrase.append(argument.text)
                    self._spans.append(token)
            case Token(id=number) if number == YIELD:
                self._begin_reply()
                yield Hush()
            case Token(id=number) if number == END:
                if self._phrase or self._spoke:
                    yield self._say(last=True)
                self._begin_reply()
            case Token() if (manner := manner_of(token)) is not None:
                if self._phrase:
                    yield self._say(last=False)
                self._manner = manner
            case Token(text=text):
                self._phrase.append(text)

    def _begin_reply(self) -> None:
        self._phrase: list[str] = []
        self._spans: list[Span] = []
        self._manner: Manner | None = None
        self._spoke = False

    def _say(self, *, last: bool) -> Say:
        manner = self._manner or self._manner_of_outcome()
        say = Say(" ".join(self._phrase), tuple(self._spans), last, manner)
        self._phrase, self._spans, self._spoke = [], [], True
        return say

    def _manner_of_outcome(self) -> Manner:
        """Of the first outcome that the phrase tells of."""
        told = (span.item_id for span in self._spans if span.channel is Channel.OUTCOME and span.item_id is not None)
        items = (self._sources.item(item_id) for item_id in told)
        return next((OF_OUTCOME.get(item.kind, Manner.PLAIN) for item in items if item is not None), Manner.PLAIN)

    def _action(self, step: Step) -> Iterable[Action]:
        spec = self._grammar.open
        if step.action is None or not self._grammar.accept(step.action):
            return
        if isinstance(step.action, Go) and spec is not None:
            utterance, words = self._sources.utterance, self._sources.word_count
            follows = self._actions if words == self._words_at_action else 0
            self._actions += 1
            self._words_at_action = words
            filled, t_ns = dict(self._grammar.filled), step.seen.tick.t_ns
            said, finished = (utterance.first_word, words), not self._sources.in_sentence
            yield Action(self._actions, spec.name, filled, t_ns, utterance.number, follows, said, finished)
