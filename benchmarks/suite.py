"""Runs benchmarks by name, in an order in which the program is started as rarely as can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from benchmarks import conversation, load, reflex, sight
from benchmarks.measures import BUDGETS, Measure, Samples, measured, not_measured
from benchmarks.stage import Stage
from model.stream.errors import AmbidexError, BadSettings

Benchmark = Callable[[Stage], Samples]

BENCHMARKS: Mapping[str, Benchmark] = {
    "reflex_step_ms": reflex.reflex_step_ms,
    "first_sound_ms": conversation.first_sound_ms,
    "action_ms": conversation.action_ms,
    "barge_in_ms": conversation.barge_in_ms,
    "panic_ms": conversation.panic_ms,
    "hotkey_ms": sight.hotkey_ms,
    "screen_token_ms": sight.screen_token_ms,
    "idle_cpu": load.idle_cpu,
    "listening_cpu": load.listening_cpu,
    "talking_cpu": load.talking_cpu,
    "active_cpu": load.active_cpu,
    "rss_mb": load.rss_mb_,
    "start_s": load.start_s,
}


def run(names: Sequence[str], report: Callable[[str], None]) -> dict[str, Measure]:
    """Measure the budgets of these names, or all of them. Takes minutes; `report` is told how far it is.

    Raises `BadSettings` for a name that is no benchmark. What cannot be measured here says why.
    """
    wanted = _chosen(names)
    with Stage(report) as stage:
        return {name: _measure(name, stage) for name in wanted}


def _chosen(names: Sequence[str]) -> list[str]:
    if unknown := [name for name in names if name not in BENCHMARKS]:
        raise BadSettings(f"There is no benchmark called {unknown[0]}; there are: {', '.join(BENCHMARKS)}.")
    return [name for name in BENCHMARKS if name in names or not names]


def _measure(name: str, stage: Stage) -> Measure:
    stage.report(f"{name}: {BUDGETS[name].what}")
    try:
        return measured(name, BENCHMARKS[name](stage))
    except AmbidexError as error:
        stage.report(f"{name}: not measured. {error}")
        lines = str(error).splitlines()
        return not_measured(name, " ... ".join(dict.fromkeys((lines[0], lines[-1]))))
