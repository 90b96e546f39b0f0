"""The trace: what happened and what stood on every channel, written as it happens, read back for replay.

A trace is a directory with `meta.json`, `events.jsonl` and `steps.jsonl`; docs/trace.md is its specification.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import UnionType
from typing import Any, TextIO, get_args, get_type_hints

from model.stream.errors import BadTrace
from model.stream.values import (
    Call,
    Channel,
    Data,
    Event,
    Fill,
    Gesture,
    Go,
    Item,
    Opening,
    Origin,
    Place,
    Span,
    Status,
    Step,
    Tick,
    Token,
)

FORMAT = 1

KINDS: dict[str, type] = {cls.__name__.lower(): cls for cls in get_args(Data)}

Json = dict[str, Any]


def event_to_json(event: Event) -> Json:
    return {
        "t_ns": event.t_ns,
        "channel": event.channel.value,
        "kind": type(event.data).__name__.lower(),
        "data": asdict(event.data),
        "origin": event.origin.value,
    }


def event_from_json(row: Mapping[str, Any]) -> Event:
    """Raises `BadTrace` if the row is not an event of this format."""
    try:
        cls = KINDS[row["kind"]]
        hints = get_type_hints(cls)
        values = {f.name: _value(hints[f.name], row["data"][f.name]) for f in fields(cls) if f.name in row["data"]}
        return Event(int(row["t_ns"]), Channel(row["channel"]), cls(**values), Origin(row["origin"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadTrace(f"This is not an event of trace format {FORMAT}: {error!r} in {str(row)[:120]}") from error


def _value(hint: Any, value: Any) -> Any:
    if hint is Place:
        return Place(**value)
    if hint in (Opening, Status):
        return hint(value)
    if isinstance(hint, UnionType) or isinstance(value, hint):
        return value
    if hint is float and isinstance(value, int):
        return float(value)
    raise TypeError(f"expected {getattr(hint, '__name__', hint)}, found {value!r}")


def _span_to_json(span: Span) -> Json:
    return {"channel": span.channel.value, "start": span.start, "end": span.end, "item": span.item_id}


def output_to_json(value: Token | Span | Call | Fill | Go | Gesture | Item | None) -> Any:
    """What stood on a channel, as it is written in `steps.jsonl`."""
    match value:
        case None:
            return None
        case Token(text=text):
            return text
        case Span():
            return {"span": _span_to_json(value)}
        case Call(name=name):
            return {"call": name}
        case Fill(slot=slot, span=span):
            return {"fill": slot, "span": _span_to_json(span)}
        case Go():
            return {"go": True}
        case Gesture(kind=kind, place=place):
            return {"gesture": kind, "place": asdict(place) if place else None}
        case Item(id=item_id, kind=kind, text=text):
            return {"item": item_id, "kind": kind, "text": text}


def step_to_json(step: Step, n_events: int) -> Json:
    """One row of `steps.jsonl`. Two runs are the same if these rows are equal."""
    seen = step.seen
    return {
        "tick": seen.tick.index,
        "t_ns": seen.tick.t_ns,
        "dt_ms": seen.tick.dt_ms,
        "events": n_events,
        "user": output_to_json(seen.user),
        "tone": seen.tone,
        "self": output_to_json(seen.self_),
        **{channel.value: output_to_json(item) for channel, item in sorted(seen.items.items())},
        "thought": output_to_json(step.thought),
        "speech": output_to_json(step.speech),
        "action": output_to_json(step.action),
        "gesture": output_to_json(step.gesture),
        "surprise": {channel.value: round(nats, 3) for channel, nats in sorted(step.surprise.items())},
    }


class TraceWriter:
    """Writes a trace as it happens. Every line is flushed: after a kill the trace is whole up to the last tick."""

    def __init__(self, directory: Path, meta: Mapping[str, Any]) -> None:
        """Raises `BadTrace` if the directory cannot be written."""
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            meta_text = json.dumps({"format": FORMAT, **meta}, indent=2)
            (directory / "meta.json").write_text(meta_text + "\n", encoding="utf-8")
            self._events: TextIO = (directory / "events.jsonl").open("w", encoding="utf-8")
            self._steps: TextIO = (directory / "steps.jsonl").open("w", encoding="utf-8")
        except OSError as error:
            raise BadTrace(f"The trace cannot be written to {directory}: {error.strerror}.") from error
        self.directory = directory

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        for event in events:
            self._write(self._events, event_to_json(event))
        self._write(self._steps, step_to_json(step, len(events)))

    def close(self) -> None:
        self._events.close()
        self._steps.close()

    @staticmethod
    def _write(file: TextIO, row: Json) -> None:
        file.write(json.dumps(row) + "\n")  # ASCII, so that a file cut off anywhere can still be decoded
        file.flush()


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace in memory: its events and the rows of its steps."""

    meta: Mapping[str, Any]
    events: tuple[Event, ...]
    steps: tuple[Json, ...]


def load(directory: Path) -> Trace:
    """Read a trace. Raises `BadTrace` with the file, the line and the reason."""
    try:
        meta = json.loads((directory / "meta.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise BadTrace(f"{directory} is not a trace: meta.json cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise BadTrace(f"{directory / 'meta.json'} is not JSON: {error}.") from error
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        found = meta.get("format") if isinstance(meta, dict) else None
        raise BadTrace(f"{directory} has trace format {found}, this version reads format {FORMAT}.")
    events = tuple(event_from_json(row) for row in _rows(directory / "events.jsonl"))
    steps = tuple(_rows(directory / "steps.jsonl"))
    return Trace(meta, events, steps)


def _rows(path: Path) -> Iterator[Json]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadTrace(f"{path} cannot be read: {error}.") from error
    for number, line in enumerate(lines, 1):
        try:
            yield json.loads(line)
        except ValueError as error:
            if number == len(lines):
                return  # the last line of a killed process
            raise BadTrace(f"{path}, line {number}, is not JSON: {error}.") from error


class ReplayClock:
    """Beats exactly as a recorded run did and hands out the events it drained at each tick."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._pending: tuple[Event, ...] = ()
        self._now_ns = 0

    def now_ns(self) -> int:
        return self._now_ns

    def hurry(self) -> None:
        """The recorded ticks already say when the next one comes."""

    def drain(self) -> tuple[Event, ...]:
        return self._pending

    def ticks(self, stop: Any) -> Iterator[Tick]:
        start = 0
        for row in self._trace.steps:
            if stop.is_set():
                return
            end = start + row["events"]
            self._pending = self._trace.events[start:end]
            start = end
            self._now_ns = row["t_ns"]
            yield Tick(row["tick"], row["t_ns"], row["dt_ms"])
