"""What a benchmark answers: a budget, and how the machine it ran on stands to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent. `limits` holds the highest allowed value of each figure, such as `p95`."""

    what: str
    unit: str
    limits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """The figures of one benchmark; None and a `reason` where it could not be measured."""

    what: str
    unit: str
    budget: Mapping[str, float]
    p50: float | None = None
    p95: float | None = None
    n: int = 0
    within: bool | None = None
    reason: str = ""
    details: Mapping[str, float] = field(default_factory=dict[str, float])
    """Figures beside the two, by name."""


@dataclass(frozen=True, slots=True)
class Samples:
    """What a benchmark returns: values in its budget's unit, and figures beside them by name."""

    values: Sequence[float]
    details: Mapping[str, float] = field(default_factory=dict[str, float])


BUDGETS: Mapping[str, Budget] = {
    "reflex_step_ms": Budget("one complete step with all heads, one core", "ms", {"p95": 20}),
    "first_sound_ms": Budget("end of the user's words to first sound of the reply", "ms", {"p50": 300, "p95": 600}),
    "action_ms": Budget("end of the user's words to the action done", "ms", {"p50": 400}),
    "barge_in_ms": Budget("user talks over the voice, to lowered", "ms", {"p95": 200, "stopped_p95": 500}),
    "panic_ms": Budget("panic to silence and released keys", "ms", {"p95": 100}),
    "hotkey_ms": Budget("hotkey to visibly listening", "ms", {"p95": 150}),
    "screen_token_ms": Budget("a line changes on the screen, to its item in the stream", "ms", {"p50": 250}),
    "idle_cpu": Budget("microphone closed, all other senses on, nothing changing", "% of one core", {"p50": 2}),
    "listening_cpu": Budget("microphone open, silence", "% of one core", {"p50": 8}),
    "talking_cpu": Budget("in conversation, everything included", "% of one core", {"p50": 60}),
    "active_cpu": Budget("microphone closed, somebody working on the screen", "% of one core", {"p50": 15}),
    "rss_mb": Budget("memory without a language model", "MB", {"p95": 700}),
    "start_s": Budget("start to ready, warm", "s", {"p95": 3}),
}


def measured(name: str, samples: Samples) -> Measure:
    """The figures of the samples, held against the budget of that name."""
    budget = BUDGETS[name]
    figures = {"p50": percentile(samples.values, 50), "p95": percentile(samples.values, 95), **samples.details}
    return Measure(
        what=budget.what,
        unit=budget.unit,
        budget=dict(budget.limits),
        p50=figures["p50"],
        p95=figures["p95"],
        n=len(samples.values),
        within=all(figure in figures and figures[figure] <= limit for figure, limit in budget.limits.items()),
        details=dict(samples.details),
    )


def not_measured(name: str, reason: str) -> Measure:
    budget = BUDGETS[name]
    return Measure(budget.what, budget.unit, dict(budget.limits), reason=reason)


def percentile(samples: Sequence[float], percent: float) -> float:
    return round(float(np.percentile(samples, percent)), 2)
