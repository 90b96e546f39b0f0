"""The journal: one line before each action and one after, in a private file that survives being killed.

It never holds the text of an argument, only where it came from: typed text lives in memory, while it can be undone.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from model.stream.errors import NotPermitted
from model.stream.values import Risk

MAX_BYTES = 1_000_000
"""When the file is longer, it becomes the old generation, of which there is one."""

BEGUN, DONE, FAILED, UNDONE = "begun", "done", "failed", "undone"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. An action that has `begun` and nothing after it was cut off."""

    id: int
    t: float
    """Seconds since 1970."""
    state: str
    name: str
    risk: str = ""
    provenance: Mapping[str, str] = field(default_factory=dict[str, str])
    utterance: int = 0
    """Which opening of the `user` channel since start-up asked for it."""
    approved: bool = False
    """Whether the user was asked and said yes."""


class Journal:
    """Appends to one file. A line that returns has reached the disk. Safe for several threads.

    `now` gives seconds since 1970. Raises `NotPermitted` where the file cannot be written.
    """

    def __init__(self, path: Path, now: Callable[[], float], max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._now = now
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._last_id = max((entry.id for entry in read_journal(path)), default=0)
            self._file = _open_private(path)
            _end_half_line(self._file)
        except OSError as error:
            raise _unwritable(path, error) from error

    def begin(
        self, name: str, risk: Risk, provenance: Mapping[str, str], utterance: int = 0, *, approved: bool = False
    ) -> Entry:
        """Write down that an action is about to run. Only once this has returned may it run."""
        with self._lock:
            self._last_id += 1
            entry = Entry(
                self._last_id, self._now(), BEGUN, name, risk.value, dict(provenance), utterance, approved
            )  # fmt: skip
            self._write(entry)
            return entry

    def end(self, begun: Entry, state: str) -> None:
        """Write down what became of it: `DONE`, `FAILED`, later perhaps `UNDONE`."""
        with self._lock:
            self._write(Entry(begun.id, self._now(), state, begun.name))

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _write(self, entry: Entry) -> None:
        row = {key: value for key, value in asdict(entry).items() if value or key in ("id", "t")}
        try:
            self._rotate()
            os.write(self._file, (json.dumps(row) + "\n").encode())
            os.fsync(self._file)
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def _rotate(self) -> None:
        if os.fstat(self._file).st_size < self._max_bytes:
            return
        self._path.replace(_older(self._path))
        os.close(self._file)
        self._file = _open_private(self._path)


def read_journal(path: Path) -> list[Entry]:
    """Every entry, oldest first. A line cut off by a crash is passed over."""
    entries: list[Entry] = []
    for part in (_older(path), path):
        try:
            lines = part.read_bytes().splitlines()
        except FileNotFoundError:
            continue
        entries += [entry for entry in map(_parse, lines) if entry is not None]
    return entries


def _parse(line: bytes) -> Entry | None:
    try:
        row: Any = json.loads(line)
        return Entry(**cast("dict[str, Any]", row))
    except (ValueError, TypeError):
        return None


def _open_private(path: Path) -> int:
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    os.fchmod(file, 0o600)
    return file


def _end_half_line(file: int) -> None:
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        os.write(file, b"\n")


def _older(path: Path) -> Path:
    return path.with_name(path.name + ".1")


def _unwritable(path: Path, error: OSError) -> NotPermitted:
    reason = error.strerror or error
    return NotPermitted(f"The journal {path} cannot be written ({reason}); free space or mend its permissions.")
