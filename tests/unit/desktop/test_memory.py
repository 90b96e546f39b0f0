"""What was given back leaves the process."""

import gc
import sys
import threading
from pathlib import Path

import pytest

from desktop import memory

N_PIECES, PIECE_BYTES = 2_000, 50_000
"""Pieces below the size that the C library maps one by one: they lie in its heap."""


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be told")
def test_memory_that_was_freed_in_between_is_given_back() -> None:
    pieces = [bytearray(b"x" * PIECE_BYTES) for _ in range(N_PIECES)]
    del pieces[:-1]  # the last keeps the heap from shrinking by itself
    before = resident_bytes()
    memory.give_back()
    gc.unfreeze()
    assert pieces and resident_bytes() < before - N_PIECES * PIECE_BYTES // 2


def test_it_stops_when_told() -> None:
    stop = threading.Event()
    stop.set()
    memory.give_back_often(stop)


def test_it_may_be_told_more_than_once() -> None:
    try:
        memory.keep_little()
        memory.keep_little()
    finally:
        gc.enable()


def test_garbage_is_collected_once_it_has_started() -> None:
    memory.keep_little()
    assert not gc.isenabled()
    memory.give_back()
    gc.unfreeze()
    assert gc.isenabled()
