"""Traces that cannot be read or written: each says what is wrong, where, in a sentence."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest

from model.stream.errors import BadTrace
from model.stream.trace import ReplayClock, Trace, TraceWriter, event_from_json, load
from model.stream.values import Channel, Event, Origin, Seen, Step, Tick, Tone, Word

HELLO = Event(80, Channel.USER, Word("hello"), Origin.USER)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A trace of two ticks, the first with one event."""
    writer = TraceWriter(tmp_path / "trace", {"seed": 7})
    first, second = Tick(0, 80, 0.0), Tick(1, 160, 0.08)
    writer.record(first, [HELLO], Step(Seen(first)))
    writer.record(second, [], Step(Seen(second)))
    writer.close()
    return writer.directory


def test_a_trace_is_readable_by_its_owner_alone(path: Path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_directory_without_meta_is_not_a_trace(tmp_path: Path):
    with pytest.raises(BadTrace, match=r"is not a trace: meta\.json cannot be read \(No such file"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("meta", "complaint"),
    [
        ("{", r"meta\.json is not JSON"),
        ("[]", "trace format None, this version reads format 1"),
        ('{"format": 99}', "trace format 99, this version reads format 1"),
    ],
)
def test_a_wrong_meta_is_explained(path: Path, meta: str, complaint: str):
    (path / "meta.json").write_text(meta, encoding="utf-8")
    with pytest.raises(BadTrace, match=complaint):
        load(path)


def test_a_damaged_line_is_named_by_file_and_number(path: Path):
    file = path / "steps.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(["{half", *lines]), encoding="utf-8")
    with pytest.raises(BadTrace, match=r"steps\.jsonl, line 1, is not JSON"):
        load(path)


def test_half_a_last_line_is_what_a_killed_process_leaves(path: Path):
    with (path / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"t_ns": 99, "chan')
    assert load(path).events == (HELLO,)


def test_a_missing_file_is_named(path: Path):
    (path / "events.jsonl").unlink()
    with pytest.raises(BadTrace, match=r"events\.jsonl cannot be read"):
        load(path)


def test_a_file_that_is_not_text_is_named(path: Path):
    (path / "steps.jsonl").write_bytes(b"\xff\n\xfe\n")
    with pytest.raises(BadTrace, match=r"steps\.jsonl"):
        load(path)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "smell"},
        {"channel": "nose"},
        {"origin": "nobody"},
        {"data": {}},
        {"data": {"text": 5}},
        {"t_ns": "soon"},
    ],
)
def test_a_row_that_is_no_event_is_quoted(change: dict[str, object]):
    row = {"t_ns": 80, "channel": "user", "kind": "word", "data": {"text": "hello"}, "origin": "user", **change}
    with pytest.raises(BadTrace, match="not an event of trace format 1"):
        event_from_json(row)


def test_a_field_that_older_traces_lack_takes_its_default():
    row = {"t_ns": 80, "channel": "user", "kind": "word", "data": {"text": "hello"}, "origin": "user"}
    assert event_from_json(row) == HELLO


def test_a_whole_number_is_read_where_a_fraction_is_expected():
    data = {"voice": 1, "loudness_dbfs": -20, "pitch_hz": 0, "silence_ms": 0}
    event = event_from_json({"t_ns": 0, "channel": "tone", "kind": "tone", "data": data, "origin": "world"})
    assert event.data == Tone(1.0, -20.0, 0.0, 0)


def test_a_trace_that_cannot_be_written_says_where_and_why(tmp_path: Path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadTrace, match=r"cannot be written to .*file: File exists"):
        TraceWriter(tmp_path / "file", {})


def test_every_line_is_in_the_file_before_the_next_tick(tmp_path: Path):
    writer = TraceWriter(tmp_path, {})
    tick = Tick(0, 80, 0.0)
    writer.record(tick, [HELLO], Step(Seen(tick)))
    assert json.loads((tmp_path / "steps.jsonl").read_text(encoding="utf-8"))["events"] == 1
    writer.close()


def test_replay_stops_when_told(path: Path):
    clock = ReplayClock(load(path))
    stop = threading.Event()
    ticks = clock.ticks(stop)
    assert next(ticks).index == 0
    clock.hurry()
    stop.set()
    assert list(ticks) == []


def test_an_empty_trace_replays_to_nothing():
    clock = ReplayClock(Trace({}, (), ()))
    assert list(clock.ticks(threading.Event())) == []
    assert (clock.drain(), clock.now_ns()) == ((), 0)
