"""What changes all the time surprises less and less and soon no more; what is new does."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from desktop.minds import open_reflex, shipped_catalogue
from desktop.settings import Settings
from desktop.simulation import Simulator, dry_executor
from model.stream.protocols import Mind
from model.stream.values import Channel, Event, Line, Origin, Place, Seen, Step

SECOND_NS = 1_000_000_000


@dataclass
class Watched:
    """A mind whose surprise at the screen is written down, tick by tick."""

    mind: Mind
    surprises: list[float | None] = field(default_factory=list[float | None])

    def step(self, seen: Seen) -> Step:
        step = self.mind.step(seen)
        self.surprises.append(step.surprise.get(Channel.SCREEN))
        return step

    def reset(self) -> None:
        self.mind.reset()


@pytest.fixture(scope="module")
def watched() -> Watched:
    return Watched(open_reflex(Settings(), shipped_catalogue()))


def _look(watched: Watched, texts: list[str]) -> list[float | None]:
    """One after the other at the same place, a second apart; what was there before is no news."""
    catalogue = shipped_catalogue()
    reflex = watched.mind
    assert hasattr(reflex, "pieces")
    simulator = Simulator(watched, reflex.pieces, catalogue, dry_executor(catalogue), aloud=False)
    watched.surprises.clear()
    events = [
        Event((1 + number) * SECOND_NS, Channel.SCREEN, Line(7, text, Place(1200, 8, 60, 16)), Origin.WORLD)
        for number, text in enumerate(texts)
    ]
    simulator.play(events)
    return watched.surprises


def test_a_progress_bar_surprises_less_each_time_and_then_is_let_pass(watched: Watched) -> None:
    surprises = _look(watched, [f"Copying, {percent} %" for percent in range(0, 60, 3)])
    told = [nats for nats in surprises if nats is not None]
    assert 2 <= len(told) <= 5
    assert told[-1] < 0.6 * max(told)


def test_new_things_surprise_each_time(watched: Watched) -> None:
    texts = ["Copying, 3 %", "No space left on the device", "Ana: are you there?", "Battery low", "The call has ended"]
    told = [nats for nats in _look(watched, texts) if nats is not None]
    assert len(told) >= len(texts) - 1
    routine = [nats for nats in _look(watched, [f"Copying, {percent} %" for percent in range(8)]) if nats is not None]
    assert sum(told) / len(told) > 1.5 * routine[-1]


def test_nothing_happens_where_nothing_changes(watched: Watched) -> None:
    assert len(_look(watched, ["Copying, 3 %"])) <= 2
