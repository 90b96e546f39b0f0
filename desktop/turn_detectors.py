"""Who tells the end of a turn: the reflex behind the ears, silence alone, and a model made for nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Protocol

from desktop.replay import Nowhere, heard_events
from desktop.turn_material import LISTENED_MS, SAMPLES_PER_MS, Gap, Recording
from model.reflex.encoder import Encoder
from model.stream import loop
from model.stream.clock import SimulatedClock
from model.stream.errors import BadSettings
from model.stream.sources import Sources
from model.stream.values import Effect, Event, Opening, Step, Tick
from perception.hearing import Hearing
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from model.reflex import Reflex

Said = tuple[tuple[float, float], ...]
"""Milliseconds since a silence began, and how probably the turn is over."""

ASKED_AFTER_MS = (100, 200, 300, 500, 800, 1_200)
"""When a model that judges recordings is asked in a silence."""
NS_PER_MS = 1_000_000


class Detector(Protocol):
    name: str

    def listen(self, recording: Recording, gaps: Sequence[Gap]) -> list[Said]:
        """What is said in each of the silences, of nothing but what has been heard until then."""
        ...


class Timeout:
    """Says nothing: what is left is how long a silence lasts."""

    name = "silence alone"

    def listen(self, recording: Recording, gaps: Sequence[Gap]) -> list[Said]:
        del recording
        return [()] * len(gaps)


class ReflexDetector:
    """The real ears and the real reflex in simulated time; the reflex never acts, so that it hears all of a turn."""

    name = "Ambidex"

    def __init__(self, reflex: Reflex, hearing: Hearing) -> None:
        self._reflex = reflex
        self._hearing = hearing

    def listen(self, recording: Recording, gaps: Sequence[Gap]) -> list[Said]:
        until = round((gaps[-1].start_ms + LISTENED_MS) * SAMPLES_PER_MS) if gaps else 0
        sound = recording.sound[:until]
        blocks = sound[: len(sound) // BLOCK_SAMPLES * BLOCK_SAMPLES].reshape(-1, BLOCK_SAMPLES)
        clock = SimulatedClock(heard_events(list(blocks), self._hearing, Opening.TOGGLE))
        told = _Told(self._reflex)
        self._reflex.reset()
        sources = Sources()
        encoder = Encoder(sources, self._reflex.pieces)
        loop.run(clock, clock, encoder, self._reflex, _Nothing(), Nowhere(), (told,), threading.Event())
        return [_within(told.rows, gap) for gap in gaps]


class SmartTurn:
    """Smart Turn v3.2 as pipecat ships it. Raises `BadSettings` where that is not installed."""

    name = "Smart Turn v3.2"

    def __init__(self) -> None:
        try:
            import_module("loguru").logger.disable("pipecat")  # or it writes a line about each silence
            smart_turn = import_module("pipecat.audio.turn.smart_turn.local_smart_turn_v3")
        except ImportError as error:
            raise BadSettings(f"Smart Turn is not installed: pip install 'ambidex[turns]' ({error}).") from error
        self._analyzer: Any = smart_turn.LocalSmartTurnAnalyzerV3(sample_rate=SAMPLE_RATE_HZ)
        self._analyzer.set_sample_rate(SAMPLE_RATE_HZ)

    def listen(self, recording: Recording, gaps: Sequence[Gap]) -> list[Said]:
        return [
            tuple(
                (float(after_ms), self._probability(recording, gap.start_ms + after_ms))
                for after_ms in takewhile(lambda ms, gap=gap: gap.start_ms + ms <= gap.end_ms, ASKED_AFTER_MS)
            )
            for gap in gaps
        ]

    def _probability(self, recording: Recording, until_ms: float) -> float:
        self._analyzer.clear()
        self._analyzer.append_audio(recording.sound[: round(until_ms * SAMPLES_PER_MS)].tobytes(), is_speech=True)
        _, metrics = asyncio.run(self._analyzer.analyze_end_of_turn())
        return float(metrics.probability)


class _Nothing:
    """What a mind that never acts means."""

    def decode(self, step: Step) -> Iterable[Effect]:
        del step
        return ()


class _Told:
    """Records how probably the turn was over after every step."""

    def __init__(self, reflex: Reflex) -> None:
        self._reflex = reflex
        self.rows: list[tuple[float, float]] = []

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        del events, step
        self.rows.append((tick.t_ns / NS_PER_MS, self._reflex.turn_over))


def _within(rows: Sequence[tuple[float, float]], gap: Gap) -> Said:
    return tuple((t_ms - gap.start_ms, p) for t_ms, p in rows if gap.start_ms <= t_ms <= gap.end_ms)
