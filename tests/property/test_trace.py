"""The trace: whatever happened is written, read back the same, and replayed tick by tick."""

from __future__ import annotations

import json
import tempfile
import threading
from pathlib import Path
from typing import get_args

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from model.stream import trace
from model.stream.values import Data, Event, Step
from tests.streams import EVENTS, STEPS

RUNS = st.lists(st.tuples(st.lists(EVENTS, max_size=4), STEPS), max_size=6)

# Known and open: `load` ends lines at U+0085 and U+2028 inside a text, and refuses a file cut inside a character.
NO_SHRINKING = [phase for phase in Phase if phase is not Phase.shrink]

Run = list[tuple[list[Event], Step]]


def write(directory: Path, run: Run) -> Path:
    writer = trace.TraceWriter(directory / "trace", {"seed": 7})
    for events, step in run:
        writer.record(step.seen.tick, events, step)
    writer.close()
    return writer.directory


@given(EVENTS)
def test_every_event_survives_being_written(event: Event):
    line = json.dumps(trace.event_to_json(event))
    assert trace.event_from_json(json.loads(line)) == event


def test_every_kind_of_event_has_a_name_of_its_own():
    assert set(trace.KINDS.values()) == set(get_args(Data))


@given(STEPS)
def test_every_step_can_be_written_and_says_what_stood_on_each_output(step: Step):
    row = json.loads(json.dumps(trace.step_to_json(step, n_events=0)))
    for channel in ("thought", "speech", "action", "gesture"):
        assert (row[channel] is None) == (getattr(step, channel) is None)


@settings(max_examples=100, phases=NO_SHRINKING, report_multiple_bugs=False)
@given(RUNS)
def test_a_written_trace_is_read_back_whole(run: Run):
    with tempfile.TemporaryDirectory() as directory:
        loaded = trace.load(write(Path(directory), run))
    assert loaded.meta == {"format": trace.FORMAT, "seed": 7}
    assert loaded.events == tuple(event for events, _ in run for event in events)
    assert [row["tick"] for row in loaded.steps] == [step.seen.tick.index for _, step in run]


@settings(max_examples=100, phases=NO_SHRINKING, report_multiple_bugs=False)
@given(RUNS)
def test_replay_hands_out_at_each_tick_what_was_drained_then(run: Run):
    with tempfile.TemporaryDirectory() as directory:
        clock = trace.ReplayClock(trace.load(write(Path(directory), run)))
    replayed = [(tick, clock.now_ns(), clock.drain()) for tick in clock.ticks(threading.Event())]
    assert replayed == [(step.seen.tick, step.seen.tick.t_ns, tuple(events)) for events, step in run]


@settings(max_examples=100, phases=NO_SHRINKING, report_multiple_bugs=False)
@given(run=RUNS, data=st.data())
def test_a_trace_cut_off_anywhere_is_read_up_to_the_cut(run: Run, data: st.DataObject):
    """A killed process leaves its files cut at any byte; what was whole is read, what was not is left out."""
    with tempfile.TemporaryDirectory() as directory:
        path = write(Path(directory), run)
        whole = trace.load(path)
        events = (path / "events.jsonl").read_bytes()
        (path / "events.jsonl").write_bytes(events[: data.draw(st.integers(0, len(events)), label="cut")])
        cut = trace.load(path)
    assert cut.events == whole.events[: len(cut.events)]
