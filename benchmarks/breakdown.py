"""Where the time goes between the user's last sound and our first, or the last letter typed: stage by stage.

`python -m benchmarks.breakdown`: a spoken request after the other, each held against the trace that the program wrote.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from benchmarks.conversation import DICTATIONS, REQUESTS, reply_times, typing_times
from benchmarks.measures import percentile
from benchmarks.stage import Stage
from desktop.probing import open_probe
from model.stream.trace import Json, Trace, load
from model.stream.values import Event, Outcome, Pause, Tone

NS_PER_MS = 1e6
Marks = Mapping[str, int | None]
"""When each stage was over, in their order."""


def spoken(stage: Stage) -> Iterator[tuple[str, Marks]]:
    stage.play_recorded()
    stage.copy("meet me at noon")
    for request in REQUESTS:
        times = reply_times(stage, request)
        yield request, {**_marks(load(stage.trace), times.said_ns, times.done_ns), "first sound": times.done_ns}


def typed(stage: Stage) -> Iterator[tuple[str, Marks]]:
    stage.play_recorded()
    probe = open_probe(stage.desktop)
    try:
        for request in DICTATIONS:
            times = typing_times(stage, probe, request)
            yield request, {**_marks(load(stage.trace), times.said_ns, times.done_ns), "last letter": times.done_ns}
    finally:
        probe.close()


def _marks(trace: Trace, said_ns: int | None, done_ns: int | None) -> dict[str, int | None]:
    """What the trace says about the time between the two, with a second of room on either side."""
    said_ns, done_ns = said_ns or 0, done_ns or time.monotonic_ns()
    events = [event for event in trace.events if said_ns - 1e9 < event.t_ns < done_ns + 1e9]
    steps = [row for row in trace.steps if said_ns - 1e9 < row["t_ns"] < done_ns + 1e9]
    outcome_ns = _event_ns(events, Outcome)
    return {
        "last sound": said_ns,
        "silence begins": _silence_ns(events),
        "pause": _event_ns(events, Pause),
        "pause read": _step_ns(steps, "user", "<pause>"),
        "call": _step_ns(steps, "action", "call"),
        "go": _step_ns(steps, "action", "go"),
        "outcome": outcome_ns,
        "reply written": _step_ns([row for row in steps if row["t_ns"] >= (outcome_ns or 0)], "speech", "<end>"),
    }


def _event_ns(events: Sequence[Event], kind: type) -> int | None:
    return next((event.t_ns for event in reversed(events) if isinstance(event.data, kind)), None)


def _silence_ns(events: Sequence[Event]) -> int | None:
    """The last block that held a voice."""
    tones = (event for event in reversed(events) if isinstance(event.data, Tone) and event.data.silence_ms == 0)
    return next((event.t_ns for event in tones), None)


def _step_ns(steps: Sequence[Json], channel: str, value: str) -> int | None:
    """The last step at which this stood on the channel."""
    return next((row["t_ns"] for row in reversed(steps) if row[channel] and value in row[channel]), None)


def table(rows: Sequence[tuple[str, Marks]]) -> Iterator[dict[str, Any]]:
    """The median time from each mark to the next, and from the last sound."""
    names = list(rows[0][1])
    for before, name in pairwise(names):
        steps = [wait for _, marks in rows if (wait := _wait_ms(marks, before, name)) is not None]
        since = [wait for _, marks in rows if (wait := _wait_ms(marks, names[0], name)) is not None]
        if steps:
            yield {"to": name, "ms": percentile(steps, 50), "since": percentile(since, 50), "n": len(steps)}


def _wait_ms(marks: Marks, before: str, name: str) -> float | None:
    start_ns, end_ns = marks[before], marks[name]
    return None if start_ns is None or end_ns is None else (end_ns - start_ns) / NS_PER_MS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1, help="how often each request is said")
    times = parser.parse_args().times
    with Stage(lambda line: print(line, flush=True)) as stage:
        for kind in (spoken, typed):
            rows = [row for _ in range(times) for row in kind(stage)]
            for request, marks in rows:
                print(json.dumps({"request": request, **{name: _wait_ms(marks, "last sound", name) for name in marks}}))
            for row in table(rows):
                print(json.dumps(row))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
