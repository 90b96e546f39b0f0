"""The benchmarks as a whole: one for every budget, and a reason where nothing could be measured."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from benchmarks import suite
from benchmarks.measures import BUDGETS, Samples, measured
from benchmarks.processor import cpu_s, rss_mb, tree
from benchmarks.stage import Stage
from model.stream.errors import BadSettings, DeviceLost


def test_every_budget_has_a_benchmark() -> None:
    assert list(suite.BENCHMARKS) == list(BUDGETS)


def test_a_measure_is_held_against_its_budget() -> None:
    good = measured("first_sound_ms", Samples([200, 250, 290]))
    late = measured("first_sound_ms", Samples([200, 250, 900]))
    assert (good.p50, good.n, good.within) == (250, 3, True)
    assert late.within is False


def test_a_budget_for_a_figure_that_is_missing_is_not_met() -> None:
    assert measured("barge_in_ms", Samples([50, 60])).within is False
    assert measured("barge_in_ms", Samples([50, 60], {"stopped_p95": 300})).within is True


def test_what_cannot_be_measured_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(stage: Stage) -> Samples:
        raise DeviceLost("The program Xvfb is missing.")

    monkeypatch.setattr(suite, "BENCHMARKS", {"idle_cpu": fail, "start_s": lambda stage: Samples([1.0])})
    reports: list[str] = []
    measures = suite.run((), reports.append)
    assert measures["idle_cpu"].p50 is None
    assert measures["idle_cpu"].reason == "The program Xvfb is missing."
    assert measures["start_s"].p50 == 1.0
    assert any("Xvfb" in line for line in reports)


def test_an_unknown_name_is_bad_settings() -> None:
    with pytest.raises(BadSettings, match="no benchmark called speed; there are: reflex_step_ms"):
        suite.run(("speed",), lambda line: None)


def test_processor_time_and_memory_count_children_too() -> None:
    child = subprocess.Popen(
        (sys.executable, "-c", "sum(range(10**7)); print(flush=True); input()"), stdin=-1, stdout=-1
    )
    assert child.stdout is not None
    assert child.stdin is not None
    child.stdout.readline()
    alone = cpu_s(child.pid)
    together = cpu_s(os.getpid())
    assert child.pid in tree(os.getpid())
    assert alone > 0
    assert together > alone
    assert rss_mb(os.getpid()) > rss_mb(child.pid) > 1
    child.communicate(b"\n")
    assert cpu_s(child.pid) == 0
