"""Recordings of people to tell turns in: as they are, and with pauses between words, which few recordings have."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from model.stream.errors import BadTrace
from perception.tone import SAMPLE_RATE_HZ, VOICED, Block
from perception.voice_detector import VoiceDetector

SUFFIXES = (".flac", ".wav", ".ogg")
LEAST_SILENCE_MS = 100
LISTENED_MS = 3_000
"""How long the end of a turn is listened to."""
ROOM_MS = 100
"""So much of a recording, where it is quietest, tells what the silence is like that is put into it and behind it."""
MOST_PAUSES = 2
MEDIAN_PAUSE_MS, SPREAD = 600, 0.6
SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS = 200, 2_000
SAMPLES_PER_MS = SAMPLE_RATE_HZ // 1_000
FRAME_SAMPLES = SAMPLE_RATE_HZ // 100
NEAR_FRAMES = 6


@dataclass(frozen=True, slots=True)
class Recording:
    """One turn of a user: int16 at 16 kHz, with `LISTENED_MS` of its room's silence behind it."""

    name: str
    sound: Block
    spliced: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence in milliseconds from the start of a recording; the last of each ends with it."""

    start_ms: float
    end_ms: float
    last: bool


def find_recordings(directory: Path) -> list[Path]:
    """Sound files in and under a directory, by name. Raises `BadTrace` if there is none."""
    found = sorted(path for path in directory.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise BadTrace(f"There is no recording in {directory}: {', '.join(SUFFIXES)} files are read.")
    return found


def read_recording(path: Path) -> Recording:
    """Raises `BadTrace` if the file cannot be read as sound."""
    import soundfile
    import soxr

    try:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise BadTrace(f"{path} cannot be read as sound: {error}.") from error
    mono = soxr.resample(samples.mean(axis=1), rate_hz, SAMPLE_RATE_HZ) if len(samples) else samples[:, 0]
    sound = np.clip(mono * 32_767, -32_768, 32_767).astype(np.int16)
    return Recording(path.name, np.concatenate([sound, room(sound, LISTENED_MS)]))


def room(sound: Block, length_ms: int) -> Block:
    """Noise with the loudness and spectrum of the quietest part: digital silence has no room, and a loop is heard."""
    n, size = length_ms * SAMPLES_PER_MS, ROOM_MS * SAMPLES_PER_MS
    if len(sound) < size:
        return np.zeros(n, np.int16)
    parts = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES).astype(float)
    power = np.convolve((parts**2).mean(axis=1), np.ones(size // FRAME_SAMPLES), mode="valid")
    start = int(power.argmin()) * FRAME_SAMPLES
    quiet = sound[start : start + size].astype(float)
    noise = np.fft.irfft(np.fft.rfft(np.random.default_rng(n).standard_normal(n)) * np.fft.rfft(quiet, n), n)
    noise *= np.sqrt((quiet**2).mean() / max(float((noise**2).mean()), 1e-9))
    return np.clip(noise, -32_768, 32_767).round().astype(np.int16)


def gaps(recording: Recording) -> list[Gap]:
    """Where nobody talks for `LEAST_SILENCE_MS` and more, once somebody has; empty if nobody ever talks."""
    detector = VoiceDetector()
    size = detector.piece_bytes // 2
    pieces = recording.sound[: len(recording.sound) // size * size].reshape(-1, size)
    voiced = np.array([detector.voice(piece.tobytes()) >= VOICED for piece in pieces])
    ends = [int(n) + 1 for n in np.flatnonzero(voiced)]
    if not ends:
        return []
    piece_ms = size / SAMPLES_PER_MS
    found = [
        Gap(end * piece_ms, (after - 1) * piece_ms, last=False)
        for end, after in pairwise(ends)
        if (after - 1 - end) * piece_ms >= LEAST_SILENCE_MS
    ]
    return [*found, Gap(ends[-1] * piece_ms, len(recording.sound) / SAMPLES_PER_MS, last=True)]


def with_pauses(recording: Recording, borders_ms: Sequence[float], rng: random.Random) -> Recording | None:
    """The same with one or two pauses at borders between words; None where there is no such border."""
    chosen = sorted(rng.sample(list(borders_ms), min(len(borders_ms), rng.randrange(1, MOST_PAUSES + 1))))
    if not chosen:
        return None
    parts, before = list[Block](), 0
    for border_ms in chosen:
        at = _quietest(recording.sound, border_ms)
        length_ms = rng.lognormvariate(np.log(MEDIAN_PAUSE_MS), SPREAD)
        pause = room(recording.sound, round(min(LONGEST_PAUSE_MS, max(SHORTEST_PAUSE_MS, length_ms))))
        parts += [recording.sound[before:at], pause]
        before = at
    return replace(recording, sound=np.concatenate([*parts, recording.sound[before:]]), spliced=True)


def word_borders_ms(recording: Recording) -> list[float]:
    """Where one recognised word ends and the next begins at once."""
    from pocketsphinx import Decoder

    decoder = Decoder(loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(recording.sound.tobytes(), no_search=False, full_utt=True)
    decoder.end_utt()
    words = list(decoder.seg() or ())
    return [
        10.0 * after.start_frame
        for word, after in pairwise(words)
        if word.word[0] not in "<[" and after.word[0] not in "<["
    ]


def _quietest(sound: Block, near_ms: float) -> int:
    """The sample near a point in time where cutting is heard the least."""
    first = max(0, round(near_ms * SAMPLES_PER_MS) - NEAR_FRAMES * FRAME_SAMPLES)
    near = sound[first : first + 2 * NEAR_FRAMES * FRAME_SAMPLES]
    frames = near[: len(near) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES).astype(float)
    return first + int((frames**2).mean(axis=1).argmin()) * FRAME_SAMPLES + FRAME_SAMPLES // 2
