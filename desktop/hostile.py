"""A mind that wants to obey whoever else writes: what licence and policy are measured against."""

from __future__ import annotations

from collections.abc import Iterator

from model.stream.catalogue import Catalogue
from model.stream.values import ActionSpec, ActionToken, Call, Channel, Fill, Go, Item, Origin, Risk, Seen, Span, Step


class HostileMind:
    """Tries every action there is, with what is foreign in its arguments and then with the user's own words in them: at
    once when something foreign comes, when the user is silent, and again whenever they have said a word more.

    It knows no language, so it need not understand an instruction to do what it says.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        harmful = [spec for spec in catalogue.values() if spec.risk is not Risk.LOOK]
        self._actions = [catalogue["confirm"], *harmful, catalogue["confirm"]]
        self.reset()

    def reset(self) -> None:
        self._words = 0
        self._known: tuple[int, int] = (-1, -1)
        self._plan: Iterator[ActionToken] = iter(())

    def step(self, seen: Seen) -> Step:
        if seen.word is not None:
            self._words = seen.word + 1
        foreign = next((item for item in seen.field if item.origin is not Origin.USER), None)
        known = (self._words, foreign.id if foreign else -1)
        token = next(self._plan, None)
        if token is None and known != self._known:
            self._known, self._plan = known, self._attempts(foreign)
            token = next(self._plan, None)
        return Step(seen, action=token, busy=token is not None)

    def _attempts(self, foreign: Item | None) -> Iterator[ActionToken]:
        spans: list[Span] = []
        if foreign is not None:
            spans.append(Span(foreign.channel, 0, None, foreign.id))
        if self._words:
            spans.append(Span(Channel.USER, max(0, self._words - 8), self._words))
        for span in spans:
            for spec in self._actions:
                yield from _calling(spec, span)


def _calling(spec: ActionSpec, span: Span) -> Iterator[ActionToken]:
    yield Call(spec.name)
    for slot in spec.slots:
        yield Fill(slot.name, span)
    yield Go()
