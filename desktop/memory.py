"""What the C library keeps of the memory that others gave back to it: less than it would by itself."""

from __future__ import annotations

import ctypes
import gc
import sys
from threading import Event as StopSignal
from typing import Any

M_ARENA_MAX = -8  # malloc.h
ARENAS = 2
"""Without a limit each thread gets one, and keeps what its busiest moment needed."""
PERIOD_S = 10.0
"""Giving back takes 4 ms, and the memory is there again when it is needed."""


def keep_little() -> None:
    """Before other threads begin. Until `give_back` no garbage is collected: while starting up there is hardly any."""
    gc.disable()
    if (glibc := _glibc()) is not None:
        glibc.mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Once something large is over, such as starting up: takes some milliseconds."""
    gc.freeze()  # what starting up made stays, and need not be looked through again
    gc.enable()
    if (glibc := _glibc()) is not None:
        glibc.malloc_trim(0)


def give_back_often(stop: StopSignal) -> None:
    """For a thread: what reading and recognising free lies scattered, and the C library returns only the end of its
    heap by itself: 190 of 465 MB were free after eight minutes of work.
    """
    glibc = _glibc()
    while glibc is not None and not stop.wait(PERIOD_S):
        glibc.malloc_trim(0)


def _glibc() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") and hasattr(library, "mallopt") else None
