"""Which keys and buttons are held right now, in a small private file: so that somebody lets go after a kill -9."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

PAGE_BYTES = 4096
"""The note is one page, written in one call, so a reader never finds half of one."""

KEY, BUTTON, BORROWED = "key", "button", "borrowed"
"""A borrowed keycode had no symbol and was given one, for a character that is not on the keyboard."""

Held = tuple[str, int]


class HeldNote:
    """The file, kept in step with what is held. It is locked while its owner lives, and gone once closed."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file, path = tempfile.mkstemp(prefix="held.", dir=directory)  # private from the start
        self.path = Path(path)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._held: dict[Held, None] = {}

    def add(self, *held: Held) -> None:
        """Note it. To be called before pressing, so that there is no moment in which a press is not noted."""
        self._held |= dict.fromkeys(held)
        self._write()

    def discard(self, *held: Held) -> None:
        """Forget it. To be called after releasing."""
        for each in held:
            self._held.pop(each, None)
        self._write()

    def all(self) -> list[Held]:
        """In the order of pressing."""
        return list(self._held)

    def close(self) -> None:
        """Idempotent."""
        if self._file >= 0:
            self.path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1

    def _write(self) -> None:
        if self._file >= 0:
            text = "".join(f"{kind} {code}\n" for kind, code in self._held)
            os.pwrite(self._file, text.encode()[:PAGE_BYTES].ljust(PAGE_BYTES), 0)


def read_note(path: Path) -> list[Held]:
    """What a note says. Empty if it is gone, as it is after a clean end."""
    try:
        rows = [line.split() for line in path.read_text(errors="replace").splitlines()]
    except FileNotFoundError:
        return []
    return [(row[0], int(row[1])) for row in rows if len(row) == 2 and row[1].isdecimal()]


def left_behind(directory: Path) -> Iterator[Path]:
    """Notes whose owner is dead."""
    for path in sorted(directory.glob("held.*")):
        try:
            with path.open("rb") as note:
                fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue  # its owner lives, or it is gone
        yield path
