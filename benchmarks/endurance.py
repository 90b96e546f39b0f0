"""Hours of simulated work under the real program: whether memory stays flat, threads live and queues keep up.

`python -m benchmarks.endurance --minutes 60`: somebody works in one window while a film runs in another, copies things
and asks for something every now and then. A row a minute, and one JSON object at the end.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import linear_regression
from typing import Any

from benchmarks.processor import cpu_s, rss_mb
from benchmarks.stage import Stage

REQUESTS = (
    "what time is it", "type hello world", "what is on my clipboard", "set a timer for five minutes", "scroll down",
    "what is two plus two", "add milk to the shopping list", "read the screen", "undo that", "thank you",
)  # fmt: skip
ASK_EVERY_S = 20.0
ROW_EVERY_S = 60.0
WARM_UP_ROWS = 3
"""Caches fill in the first minutes."""
SAMPLE_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Row:
    """How the program fared in the minute that ended `t_s` after the start."""

    t_s: float
    rss_mb: float
    """The least of the minute: what reading a page needs and gives back is not what stays."""
    rss_most_mb: float
    cpu_percent: float
    threads: int
    restarts: int
    dropped: Mapping[str, int]


def endure(stage: Stage, minutes: float) -> list[Row]:
    stage.play()
    windows = [stage.desktop.watch(sys.executable, "-m", "benchmarks.busywork", kind) for kind in ("film", "work")]
    try:
        for window in windows:
            window.wait_for("ready", 30.0)
        return _work(stage, minutes)
    finally:
        for window in windows:
            window.end()


def _work(stage: Stage, minutes: float) -> list[Row]:
    began_s = row_s = time.monotonic()
    used_s, rows, asked, used_mb = cpu_s(stage.pid), list[Row](), 0, list[float]()
    while time.monotonic() - began_s < 60 * minutes:
        next_s = began_s + ASK_EVERY_S * (asked + 1)
        stage.copy(f"order number {asked}")
        stage.hold_and_say(REQUESTS[asked % len(REQUESTS)])
        asked += 1
        used_mb.append(rss_mb(stage.pid))
        while (left_s := next_s - time.monotonic()) > 0:
            time.sleep(min(left_s, SAMPLE_EVERY_S))
            used_mb.append(rss_mb(stage.pid))
        if time.monotonic() - row_s >= ROW_EVERY_S:
            spent_s = cpu_s(stage.pid)
            share = 100 * (spent_s - used_s) / (time.monotonic() - row_s)
            rows.append(_row(stage, time.monotonic() - began_s, used_mb, share))
            stage.report(json.dumps(asdict(rows[-1])))
            used_s, row_s = spent_s, time.monotonic()
            used_mb.clear()
    return rows


def _row(stage: Stage, t_s: float, used_mb: Sequence[float], cpu_percent: float) -> Row:
    status: Mapping[str, Any] = stage.call("status")
    threads: Sequence[Mapping[str, Any]] = status["threads"]
    dropped = {queue["name"]: queue["dropped"] for queue in status["queues"] if queue["dropped"]}
    running = sum(thread["state"] == "running" for thread in threads)
    restarts = sum(thread["restarts"] for thread in threads)
    least_mb, most_mb = round(min(used_mb), 1), round(max(used_mb), 1)
    return Row(round(t_s), least_mb, most_mb, round(cpu_percent, 1), running, restarts, dropped)


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Memory's slope once the caches are full, the threads at the start and at the end, and what was dropped."""
    warm = rows[WARM_UP_ROWS:] if len(rows) > WARM_UP_ROWS + 1 else rows
    slope = linear_regression([row.t_s / 3600 for row in warm], [row.rss_mb for row in warm]).slope if warm[1:] else 0.0
    return {
        "minutes": round(rows[-1].t_s / 60),
        "rss_mb_first": warm[0].rss_mb,
        "rss_mb_last": warm[-1].rss_mb,
        "rss_mb_most": max(row.rss_most_mb for row in warm),
        "rss_mb_per_hour": round(slope, 1),
        "cpu_percent": round(sum(row.cpu_percent for row in rows) / len(rows), 1),
        "threads": [rows[0].threads, rows[-1].threads],
        "restarts": rows[-1].restarts,
        "dropped": dict(rows[-1].dropped),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long to work")
    minutes = parser.parse_args().minutes
    with Stage(lambda line: print(line, flush=True)) as stage:
        rows = endure(stage, minutes)
    if not rows:
        parser.error("less than a minute shows nothing")
    print(json.dumps(summary(rows)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
