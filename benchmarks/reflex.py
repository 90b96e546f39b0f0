"""How long one step of the reflex takes, on the scenes it works in."""

from __future__ import annotations

import time

from benchmarks.measures import Samples, percentile
from benchmarks.stage import Stage
from desktop.minds import open_reflex, shipped_catalogue
from desktop.settings import Settings
from desktop.simulation import Scene, Simulator, dry_executor, lines_of
from model.stream.protocols import Mind
from model.stream.values import Seen, Step

SCREEN = lines_of("\n".join(f"Line {n}: the report of the {n}th week is ready" for n in range(60)))
REQUESTS = ("type hello world", "what is on my clipboard", "click the submit button", "set a timer for five minutes")
WARM_UP_STEPS = 30


class Timed:
    """A mind that keeps the duration of each of its steps, and how much of it the processor was at work for it."""

    def __init__(self, mind: Mind) -> None:
        self._mind = mind
        self.steps_ms: list[float] = []
        self.processor_ms: list[float] = []

    def step(self, seen: Seen) -> Step:
        began_ns, used_ns = time.perf_counter_ns(), time.thread_time_ns()
        step = self._mind.step(seen)
        self.steps_ms.append((time.perf_counter_ns() - began_ns) / 1e6)
        self.processor_ms.append((time.thread_time_ns() - used_ns) / 1e6)
        return step

    def reset(self) -> None:
        self._mind.reset()


def reflex_step_ms(stage: Stage) -> Samples:
    """In simulated time and in this process, so that nothing but the reflex is timed."""
    del stage
    catalogue = shipped_catalogue()
    reflex = open_reflex(Settings(), catalogue)
    mind = Timed(reflex)
    simulator = Simulator(mind, reflex.pieces, catalogue, dry_executor(catalogue))
    for request in REQUESTS:
        simulator.run(Scene(tuple(request.split()), SCREEN, "meet me at noon"))
    steps_ms = mind.steps_ms[WARM_UP_STEPS:]
    # On a machine that others use as well, the second figure is the one to compare.
    details = {"max": round(max(steps_ms), 2), "processor_p95": percentile(mind.processor_ms[WARM_UP_STEPS:], 95)}
    return Samples(steps_ms, details)
