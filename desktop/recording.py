"""What `--record` writes: the trace, and what the microphone heard beside it."""

from __future__ import annotations

import threading
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from model.stream.errors import BadTrace
from model.stream.trace import TraceWriter
from model.stream.values import Event, Step, Tick

SAMPLE_RATE_HZ = 16_000


class SoundFile:
    """A mono WAV file of int16 samples that is whole after every block, also if we are killed."""

    def __init__(self, path: Path, rate_hz: int = SAMPLE_RATE_HZ) -> None:
        try:
            self._raw = path.open("wb", buffering=0)
        except OSError as error:
            raise BadTrace(f"The recording cannot be written to {path}: {error.strerror}.") from error
        self._wave = wave.Wave_write(self._raw)
        self._wave.setnchannels(1)
        self._wave.setsampwidth(2)
        self._wave.setframerate(rate_hz)
        self._lock = threading.Lock()
        self._closed = False

    def write(self, block: Any) -> None:
        """Append int16 samples [T]. Any thread."""
        with self._lock:
            if not self._closed:
                self._wave.writeframes(block.tobytes())  # mends the lengths in the header, unlike writeframesraw

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._wave.close()
                self._raw.close()


class Recording:
    """A recorder of the loop, with the ears' sound beside it."""

    def __init__(self, directory: Path, meta: Mapping[str, Any]) -> None:
        """Raises `BadTrace` if the directory cannot be written or already holds a trace."""
        if (directory / "meta.json").exists():
            raise BadTrace(f"{directory} already holds a trace. Name another directory.")
        self._trace = TraceWriter(directory, meta)
        self._microphone = SoundFile(directory / "microphone.wav")

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        self._trace.record(tick, events, step)

    def hear(self, block: Any) -> None:
        """One block of the microphone, int16 [T]."""
        self._microphone.write(block)

    def close(self) -> None:
        """Once the loop has ended."""
        self._microphone.close()
        self._trace.close()
