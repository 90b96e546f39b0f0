"""Reading what `ambidex replay` plays: a trace, or sound as it would come from the microphone. Quick to import."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

from model.stream import trace
from model.stream.errors import BadTrace
from model.stream.trace import Trace

BLOCK_SAMPLES = 1280
BLOCK_MS = 80
SAMPLE_RATE_HZ = 16_000
TAIL_BLOCKS = 8
"""Silence added behind a recording, so that the last word is followed by a pause."""

Blocks = list[Any]
Source = Trace | Blocks


def read_source(path: Path) -> Source:
    """A directory is a trace, anything else a WAV file. Raises `BadTrace` if it is neither."""
    return trace.load(path) if path.is_dir() else blocks_of(path)


def blocks_of(path: Path) -> Blocks:
    """The samples of a WAV file in blocks of int16 [1280] at 16 kHz. Raises `BadTrace` if it is not such a file."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, width_bytes, rate_hz = file.getparams()[:3]
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise BadTrace(f"{path} cannot be read as a WAV file: {error}.") from error
    import numpy as np

    if width_bytes != 2:
        raise BadTrace(f"{path} has {8 * width_bytes} bits a sample; only 16 are read. Convert it first.")
    samples = np.frombuffer(data, np.int16).reshape(-1, channels).mean(axis=1)  # [T]
    samples = np.concatenate([_resampled(samples, rate_hz), np.zeros(TAIL_BLOCKS * BLOCK_SAMPLES)])
    whole = len(samples) // BLOCK_SAMPLES * BLOCK_SAMPLES
    return list(samples[:whole].astype(np.int16).reshape(-1, BLOCK_SAMPLES))


def _resampled(samples: Any, rate_hz: int) -> Any:
    """Linear interpolation: enough for speech that is recognised, and it needs no filter design."""
    if rate_hz == SAMPLE_RATE_HZ:
        return samples
    import numpy as np

    length = int(len(samples) * SAMPLE_RATE_HZ / rate_hz)
    return np.interp(np.arange(length) * rate_hz / SAMPLE_RATE_HZ, np.arange(len(samples)), samples)
