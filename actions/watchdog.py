"""The program `python -m actions.watchdog PIPE DISPLAY NOTE`: lets go of every held key once its parent is dead.

It does nothing but wait for the end of a pipe whose other end only the parent holds: even kill -9 closes that.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Loaded before waiting: a held key begins to repeat after half a second, which is how long loading can take.
from actions.xtest import open_display, release_noted


def main(pipe: int, display: str, note: Path) -> None:
    while os.read(pipe, 4096):
        pass
    if note.exists():  # it is gone if the parent ended cleanly
        release_noted(open_display(display), note)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
