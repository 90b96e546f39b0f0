"""Listening to what the assistant said: which words are recognised in a recording, and for how long it sounds."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder

RECOGNISER_HZ = 16_000
SOUND = 300
"""Samples louder than this, of 32767, are sound."""


def samples_of(path: Path) -> tuple[np.ndarray, int]:
    """Mono samples [n] int16 and their rate."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16), file.getframerate()


def heard_in(path: Path, candidates: Sequence[str]) -> str:
    """Which of these sentences a recogniser hears in the recording; empty if it hears none of them.

    Free recognition of a synthetic voice gets every other word wrong; telling ten sentences apart it does well.
    """
    samples, rate = samples_of(path)
    at = np.arange(0, len(samples), rate / RECOGNISER_HZ)
    resampled = np.interp(at, np.arange(len(samples)), samples).astype(np.int16)
    decoder = Decoder(samprate=RECOGNISER_HZ, loglevel="FATAL", lm=None)
    decoder.add_jsgf_string("said", f"#JSGF V1.0;\ngrammar g;\npublic <said> = {' | '.join(candidates)};\n")
    decoder.activate_search("said")
    decoder.start_utt()
    decoder.process_raw(resampled.tobytes(), full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return hypothesis.hypstr if hypothesis else ""


def sounding_s(path: Path) -> float:
    """From the first to the last sound."""
    samples, rate = samples_of(path)
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > SOUND)
    return float(loud[-1] - loud[0]) / rate if len(loud) else 0.0
