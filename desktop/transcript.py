"""A trace as people read it: who said, thought and did what, when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from model.stream.trace import Json, Trace
from model.stream.values import ChannelClosed, Copied, Event, Line, Opened, Outcome, Played, Silenced, Window, Word

NS_PER_S = 1e9


@dataclass(frozen=True, slots=True)
class Entry:
    """What one channel carried from a moment on."""

    t_ns: int
    who: str
    text: str


def transcribe(trace: Trace) -> str:
    """One line per entry, with the time since the first in seconds."""
    entries = sorted([*_perceived(trace.events), *_produced(trace.steps)], key=lambda entry: entry.t_ns)
    if not entries:
        return ""
    zero_ns = entries[0].t_ns
    lines = (f"{(entry.t_ns - zero_ns) / NS_PER_S:7.2f} s  {entry.who:<9} {entry.text}" for entry in entries)
    return "\n".join(lines) + "\n"


def _perceived(events: Iterable[Event]) -> Iterator[Entry]:
    heard, said = _Words("user"), _Words("self")
    for event in events:
        match event.data:
            case Word(text=text):
                heard.add(event.t_ns, text)
            case Played(text=text):
                said.add(event.t_ns, text)
            case Opened(by=by):
                yield Entry(event.t_ns, "user", f"[listening: {by.value}]")
            case ChannelClosed():
                yield from heard.flush()
            case Silenced(cut=cut, unsaid=unsaid):
                yield from said.flush(f" [cut off before: {unsaid}]" if cut else "")
            case Window(title=title):
                yield Entry(event.t_ns, "screen", f"[window: {title}]")
            case Copied(kind=kind, size_bytes=size_bytes):
                yield Entry(event.t_ns, "clipboard", f"[{kind}, {size_bytes} bytes]")
            case Outcome(action=action, status=status, text=text):
                yield Entry(event.t_ns, "outcome", f"{action} {status.value}: {text}")
            case Line() | _:
                pass  # a whole screen of them would hide the rest
    yield from heard.flush()
    yield from said.flush()


def _produced(steps: Iterable[Json]) -> Iterator[Entry]:
    call = _Words("action")
    for row in steps:
        t_ns = int(row["t_ns"])
        if row.get("thought"):
            yield Entry(t_ns, "thought", str(row["thought"]))
        match row.get("action"):
            case {"call": name}:
                call.add(t_ns, str(name))
            case {"fill": slot, "span": span}:
                call.add(t_ns, f"{slot}=<{span['channel']}>")
            case {"go": _}:
                yield from call.flush()
            case _:
                pass


class _Words:
    """Words that belong together, from the first one's time."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._t_ns = 0
        self._words: list[str] = []

    def add(self, t_ns: int, word: str) -> None:
        if not self._words:
            self._t_ns = t_ns
        self._words.append(word)

    def flush(self, remark: str = "") -> Iterator[Entry]:
        if self._words:
            yield Entry(self._t_ns, self._who, " ".join(self._words) + remark)
            self._words = []
