"""A running microphone: whatever its rate and channels, what comes out is mono at the recogniser's rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr

from model.stream.errors import DeviceLost
from perception.sound_devices import Device, chosen, find_microphone, has_gone, sound_library
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Block

Put = Callable[[Block], None]
DelayMs = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Running:
    """What can be asked of an open microphone: `delay_ms`, how long ago the end of the newest piece was spoken when it
    arrived; `has_gone`, whether it is another one by now that is heard."""

    delay_ms: DelayMs = lambda: 0.0
    has_gone: Callable[[], bool] = lambda: False


OpenStream = Callable[[Put], AbstractContextManager[Running]]
"""Enter it, and all sound goes to the function, in pieces, until it is left. Raises `DeviceLost`."""

PIECE_SAMPLES = BLOCK_SAMPLES // 4
"""So much comes at a time: who talks over the voice, or is done, is noticed before the block is complete. And through
PulseAudio a sound comes after 35 ms, where whole blocks take 90 to 110 ms: it keeps two of them."""
ASK_EVERY_S = 1.0
MAX_DELAY_MS = 1_000.0
"""No device is later than that; one that says so is believed so far only."""
_SOX_QUALITY = "LQ"
"""Holds sound back for 20 ms at the most (from 8 kHz: 60), where better ones do for twice as long; what it costs is
above 6 kHz, where there is no speech that the recogniser looks at."""


class Converter:
    """From a device's sound to ours, without a click between pieces and without drift. For one thread."""

    def __init__(self, rate_hz: int, n_channels: int) -> None:
        self._n_channels = n_channels
        self._resampler = (
            soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, dtype="int16", quality=_SOX_QUALITY)
            if rate_hz != SAMPLE_RATE_HZ
            else None
        )
        self._rest = np.zeros(0, np.int16)

    def take(self, raw: bytes) -> list[Block]:
        """Interleaved int16 samples; returns the pieces that are complete with them."""
        samples = np.frombuffer(raw, np.int16)
        if self._n_channels > 1:
            samples = samples.reshape(-1, self._n_channels).mean(axis=1).astype(np.int16)
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples)
        waiting = np.concatenate([self._rest, samples])
        n_whole = len(waiting) // PIECE_SAMPLES * PIECE_SAMPLES
        self._rest = waiting[n_whole:]
        return list(waiting[:n_whole].reshape(-1, PIECE_SAMPLES))


@contextmanager
def sound_device_stream(put: Put, device: str = "") -> Generator[Running]:
    """A PortAudio stream. Its callback runs on a thread of PortAudio's: it converts, enqueues and returns."""
    library = sound_library()
    try:
        found = find_microphone(device)
        stream, delay_ms = _opened(library, put, found)
    except (library.PortAudioError, ValueError) as error:
        which = f"The microphone “{device}” cannot" if device else "No microphone can"
        raise DeviceLost(f"{which} be opened: {error}. Connect one, or choose one in the settings.") from error
    try:
        yield Running(delay_ms, _watch(found))
    finally:
        stream.close()


def _opened(library: Any, put: Put, device: Device) -> tuple[Any, DelayMs]:
    """At our rate in mono if the device can, else as it can. Raises PortAudio's error if it cannot at all."""
    with chosen(device) as index:
        try:
            return _started(library, put, index, SAMPLE_RATE_HZ, 1)
        except library.PortAudioError:
            found: Any = library.query_devices(index, "input")
            rate_hz, n_channels = round(found["default_samplerate"]), min(2, found["max_input_channels"])
            if (rate_hz, n_channels) == (SAMPLE_RATE_HZ, 1):
                raise
            return _started(library, put, index, rate_hz, n_channels)


def _started(library: Any, put: Put, index: Any, rate_hz: int, n_channels: int) -> tuple[Any, DelayMs]:
    converter = Converter(rate_hz, n_channels)
    delay_ms = 0.0

    def called(data: Any, n_frames: int, times: Any, *_: object) -> None:
        nonlocal delay_ms
        delay_ms = _delay_ms(times.currentTime - times.inputBufferAdcTime - n_frames / rate_hz)
        for piece in converter.take(bytes(data)):
            put(piece)

    stream = library.RawInputStream(
        samplerate=rate_hz, blocksize=rate_hz * PIECE_SAMPLES // SAMPLE_RATE_HZ, channels=n_channels, dtype="int16",
        latency="low", device=index, callback=called,
    )  # fmt: skip
    try:
        stream.start()
    except library.PortAudioError:
        stream.close()
        raise
    return stream, lambda: delay_ms


def _watch(device: Device) -> Callable[[], bool]:
    """Asks the sound server once in a while only, however often it is called."""
    ask_at_s = time.monotonic() + ASK_EVERY_S

    def gone() -> bool:
        nonlocal ask_at_s
        if time.monotonic() < ask_at_s:
            return False
        ask_at_s = time.monotonic() + ASK_EVERY_S
        return has_gone(device)

    return gone


def _delay_ms(late_s: float) -> float:
    """Sound systems that do not know tell zero or nonsense."""
    return min(MAX_DELAY_MS, max(0.0, 1000 * late_s))
