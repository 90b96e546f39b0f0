"""`ambidex replay`: a trace to identical steps, or a recording as if it came from the microphone."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from desktop.assembly import open_hearing
from desktop.minds import open_reflex, shipped_catalogue
from desktop.outputs import print_output
from desktop.places import Places
from desktop.recorded import BLOCK_MS, Source
from desktop.settings import Settings
from desktop.simulation import MS, Simulator, dry_executor
from model.reflex.decoder import Decoder
from model.reflex.encoder import Encoder
from model.reflex.vocabulary import Pieces
from model.stream import loop, trace
from model.stream.catalogue import Catalogue
from model.stream.protocols import Mind
from model.stream.sources import Sources
from model.stream.trace import Json, Trace
from model.stream.values import Effect, Event, Opening, Step, Tick
from perception.hearing import Hearing
from perception.sound_stream import PIECE_SAMPLES

log = logging.getLogger(__name__)


def replay(source: Source, settings: Settings, places: Places, as_json: bool, write: Callable[[str], None]) -> bool:
    """Replay what was recorded. False if a trace came out differently."""
    catalogue = shipped_catalogue()
    reflex = open_reflex(settings, catalogue)
    if isinstance(source, Trace):
        difference = replay_trace(source, reflex, reflex.pieces, catalogue)
        write(_report(source, difference, different_model(source, reflex.version), as_json))
        return difference is None
    simulator = Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue))
    hearing, fault = open_hearing(places)
    if fault:
        log.warning("%s", fault)
    events = list(heard_events(source, hearing))
    simulator.play(events, lambda output: print_output(output, as_json, write))
    return True


@dataclass(frozen=True, slots=True)
class Difference:
    """The first tick at which a replay went another way."""

    tick: int
    key: str
    recorded: Any
    replayed: Any

    def to_sentence(self) -> str:
        return (
            f"The replay differs from the recording at tick {self.tick}, {self.key}: "
            f"recorded {_short(self.recorded)}, replayed {_short(self.replayed)}."
        )


def replay_trace(recorded: Trace, mind: Mind, pieces: Pieces, catalogue: Catalogue) -> Difference | None:
    """Run a recorded stream through the mind; None if every step came out the same.

    What the world answered is in the recorded events, so effects go nowhere.
    """
    clock = trace.ReplayClock(recorded)
    sources = Sources()
    comparison = _Comparison(recorded)
    mind.reset()
    encoder, decoder = Encoder(sources, pieces), Decoder(sources, catalogue)
    loop.run(clock, clock, encoder, mind, decoder, Nowhere(), (comparison,), comparison.stop)
    return comparison.difference


class Nowhere:
    """Where effects go that nobody is to see."""

    def submit(self, effect: Effect, tick: Tick) -> None:
        pass


class _Comparison:
    """Compares each step with its recorded row and stops the loop at the first that differs."""

    def __init__(self, recorded: Trace) -> None:
        self.difference: Difference | None = None
        self.stop = threading.Event()
        self._rows = iter(recorded.steps)

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        replayed = json.loads(json.dumps(trace.step_to_json(step, len(events))))
        key = first_difference(next(self._rows), replayed)
        if key is not None:
            self.difference = Difference(tick.index, *key)
            self.stop.set()


def first_difference(recorded: Json, replayed: Json) -> tuple[str, Any, Any] | None:
    """The first key at which two rows differ, with both values."""
    for key in [*recorded, *(key for key in replayed if key not in recorded)]:
        if recorded.get(key) != replayed.get(key):
            return key, recorded.get(key), replayed.get(key)
    return None


def different_model(recorded: Trace, version: str) -> str:
    """A sentence to add where the trace was made by other weights; empty if it was not."""
    made_by = recorded.meta.get("model", "")
    if not made_by or made_by == version:
        return ""
    return f" It was recorded with other weights ({made_by}; these are {version})."


def _report(recorded: Trace, difference: Difference | None, hint: str, as_json: bool) -> str:
    if as_json:
        found = {**asdict(difference), "hint": hint.strip()} if difference else None
        return json.dumps({"ticks": len(recorded.steps), "same": difference is None, "first_difference": found})
    if difference is None:
        return f"All {len(recorded.steps)} steps came out the same."
    return difference.to_sentence() + hint


def heard_events(blocks: Sequence[Any], hearing: Hearing, by: Opening = Opening.HOLD) -> Iterator[Event]:
    """What the ears report of the blocks, which come in pieces as from the microphone."""
    yield from hearing.open(by, 0)
    t_ns = 0
    for block in blocks:
        for start in range(0, len(block), PIECE_SAMPLES):
            t_ns += BLOCK_MS * MS * PIECE_SAMPLES // len(block)
            hearing.listen_ahead(block[start : start + PIECE_SAMPLES])
            yield from hearing.glance(t_ns)
        yield from hearing.hear(block, t_ns)
    yield from hearing.close(t_ns + MS)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."
