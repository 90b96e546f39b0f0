"""What it costs to have it running: processor time in five situations, memory, and how long a start takes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from benchmarks.measures import Samples
from benchmarks.processor import cpu_s, rss_mb
from benchmarks.stage import Stage
from desktop.engaged import STAYS_S

WINDOW_S = 5.0
N_WINDOWS = 4
ACTIVE_MINUTES = 2
STARTS = 4
EXCHANGES = ("what time is it", "what is on my clipboard", "thank you", "tell me the time", "what day is it today")
PAUSE_BETWEEN_S = 3.0


def idle_cpu(stage: Stage) -> Samples:
    stage.play()
    return _shares(stage, _wait)


def listening_cpu(stage: Stage) -> Samples:
    stage.play()
    stage.call("listen")
    try:
        time.sleep(1.0)  # opening the microphone is not listening
        return _shares(stage, _wait)
    finally:
        stage.call("toggle")


def talking_cpu(stage: Stage) -> Samples:
    """Each value is one exchange: a spoken request, its reply and a breath."""
    stage.play()
    stage.copy("meet me at noon")
    exchanges = iter(EXCHANGES)
    return _shares(stage, lambda: _exchange(stage, next(exchanges)), len(EXCHANGES))


def active_cpu(stage: Stage) -> Samples:
    """Each value is a minute of work on the screen, from the first page on, long after the last word was said."""
    stage.play()
    time.sleep(STAYS_S)
    window = stage.desktop.watch(sys.executable, "-m", "benchmarks.busywork", "work")
    try:
        window.wait_for("ready", 20.0)
        return _shares(stage, lambda: time.sleep(60.0), ACTIVE_MINUTES)
    finally:
        window.end()


def rss_mb_(stage: Stage) -> Samples:
    """After an exchange, so that recogniser, voice and reflex have all been at work."""
    stage.play()
    _exchange(stage, EXCHANGES[0])
    return Samples([rss_mb(stage.pid)])


def start_s(stage: Stage) -> Samples:
    """The first start warms the disk and does not count."""
    starts = [stage.start() for _ in range(1 + STARTS)]
    return Samples(starts[1:])


def _shares(stage: Stage, pass_time: Callable[[], object], n: int = N_WINDOWS) -> Samples:
    """Processor time as a share of one core, for each of `n` stretches of time."""
    pid = stage.pid
    return Samples([_share(pid, pass_time) for _ in range(n)])


def _share(pid: int, pass_time: Callable[[], object]) -> float:
    used_s, began_s = cpu_s(pid), time.monotonic()
    pass_time()
    return 100 * (cpu_s(pid) - used_s) / (time.monotonic() - began_s)


def _wait() -> None:
    time.sleep(WINDOW_S)


def _exchange(stage: Stage, request: str) -> None:
    stage.hold_and_say(request)
    time.sleep(PAUSE_BETWEEN_S)
