"""`ambidex journal`: what was done, one line for each action."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from actions.journal import BEGUN, Entry, read_journal


def print_journal(path: Path, as_json: bool, write: Callable[[str], None]) -> None:
    """Raises `BadSettings` if the file cannot be read; one that is not there yet is an empty journal."""
    entries = settled(read_journal(path))
    if not entries and not as_json:
        write("Nothing has been done yet.")
    for entry in entries:
        write(json.dumps(asdict(entry)) if as_json else _line(entry))


def settled(entries: Sequence[Entry]) -> list[Entry]:
    """One entry for each action, in the order in which they began, with the last state each of them reached."""
    last: dict[int, Entry] = {}
    for entry in entries:
        first = last.get(entry.id, entry)
        last[entry.id] = replace(first, state=entry.state)
    return list(last.values())


def _line(entry: Entry) -> str:
    when = datetime.fromtimestamp(entry.t).strftime("%Y-%m-%d %H:%M:%S")
    state = "cut off" if entry.state == BEGUN else entry.state
    approved = "approved  " if entry.approved else ""
    sources = ", ".join(f"{slot} from {channel}" for slot, channel in entry.provenance.items())
    return f"{when}  {entry.name:<16} {state:<8} {approved}{sources}".rstrip()
