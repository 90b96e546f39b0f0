"""How well the end of a user's turn is told from a pause inside it: DESIGN's `eval turns`, apart from who tells it.

A detector says, at any time in a silence, how probably the turn is over. Whoever takes the floor by it waits until that
is above a threshold and a delay longer, or until a timeout; someone who goes on before is not cut off. A threshold, a
delay and a timeout give a share of turns that are cut off and a wait after the others' ends: measured is the best that
any of them gives, as LiveKit's eot-bench does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N_THRESHOLDS = 40
DELAYS_MS = np.arange(0, 1_100, 100)
TIMEOUTS_MS = np.arange(100, 3_100, 100)
RESAMPLES = 500
CONFIDENCE = 0.95

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence in or after a turn, and what a detector said of it: (ms since its start, probability), ascending.

    `length_ms` is when the voice goes on; of the last silence of a turn, how long it was listened to.
    """

    turn: int
    length_ms: float
    last: bool
    said: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, NaN where no rule reaches it, and bounds with `CONFIDENCE`: the turns drawn anew."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """`n` turns with `pauses` inside. Cut-offs are shares of turns, 0 to 1, latencies mean silences after the end."""

    n: int
    pauses: int
    false_cutoffs_300ms: Interval
    false_cutoffs_600ms: Interval
    latency_ms_at_5pct: Interval
    latency_ms_at_10pct: Interval


def score_turns(silences: Sequence[Silence], seed: int = 0) -> TurnFigures:
    """Every turn has one silence that is its last. Raises `ValueError` if there is none at all."""
    if not silences:
        raise ValueError("There is no turn to score.")
    turns = sorted({silence.turn for silence in silences})
    cut, waits = _every_rule(silences, {turn: row for row, turn in enumerate(turns)})
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(turns), np.full(len(turns), 1 / len(turns)), RESAMPLES).T  # [turns, draws]
    counts = np.column_stack([np.ones(len(turns), np.int64), drawn])
    rates, latencies = cut @ counts / len(turns), waits @ counts / len(turns)  # [rules, 1 + draws]
    return TurnFigures(
        n=len(turns),
        pauses=sum(not silence.last for silence in silences),
        false_cutoffs_300ms=_interval(_least(rates, latencies <= 300)),
        false_cutoffs_600ms=_interval(_least(rates, latencies <= 600)),
        latency_ms_at_5pct=_interval(_least(latencies, rates <= 0.05)),
        latency_ms_at_10pct=_interval(_least(latencies, rates <= 0.1)),
    )


def trade_off(silences: Sequence[Silence], latencies_ms: Sequence[float]) -> list[tuple[float, float]]:
    """For each mean silence after the end that is allowed, the least share of turns that any rule cuts off. Latencies
    that no rule keeps are left out."""
    turns = sorted({silence.turn for silence in silences})
    cut, waits = _every_rule(silences, {turn: row for row, turn in enumerate(turns)})
    rates, means_ms = cut.mean(1), waits.mean(1)
    kept = [(latency_ms, rates[means_ms <= latency_ms]) for latency_ms in latencies_ms]
    return [(latency_ms, float(allowed.min())) for latency_ms, allowed in kept if len(allowed)]


def _every_rule(silences: Sequence[Silence], rows: dict[int, int]) -> tuple[Floats, Floats]:
    """For every threshold, delay and timeout: is a turn cut off, and how long is the wait after it? [rules, turns]."""
    row = np.array([rows[silence.turn] for silence in silences])
    length_ms = np.array([silence.length_ms for silence in silences])
    last = np.array([silence.last for silence in silences])
    told = [p for silence in silences for _, p in silence.said]
    thresholds = np.unique(np.quantile(told, np.linspace(0, 1, N_THRESHOLDS))) if told else np.array([np.inf])
    cuts, waits = list[Floats](), list[Floats]()
    for threshold in thresholds:
        sure_ms = np.array([_first_ms(silence, threshold) for silence in silences])
        for delay_ms in DELAYS_MS:
            fired_ms = np.minimum(sure_ms[:, None] + delay_ms, TIMEOUTS_MS)  # [silences, timeouts]
            cut, wait = np.zeros((2, len(rows), len(TIMEOUTS_MS)))
            np.maximum.at(cut, row[~last], fired_ms[~last] < length_ms[~last, None])
            wait[row[last]] = fired_ms[last]
            cuts.append(cut.T)
            waits.append(wait.T)
    return np.concatenate(cuts), np.concatenate(waits)


def _first_ms(silence: Silence, threshold: float) -> float:
    return next((t_ms for t_ms, probability in silence.said if probability >= threshold), np.inf)


def _least(wanted: Floats, allowed: NDArray[np.bool_]) -> Floats:
    """The best of the rules that are allowed, for each draw; NaN where none is."""
    least = np.where(allowed, wanted, np.inf).min(axis=0)
    return np.where(np.isfinite(least), least, np.nan)


def _interval(values: Floats) -> Interval:
    """The first value is that of all turns as they are, the others those of the draws."""
    drawn = values[1:][np.isfinite(values[1:])]
    if not len(drawn):
        return Interval(float(values[0]), float("nan"), float("nan"))
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(values[0]), float(low), float(high))
