"""Voices that the user adds: networks in Piper's form, run by onnxruntime; espeak-ng finds their phonemes.

Source: rhasspy/piper, the files NAME.onnx and NAME.onnx.json of a voice.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actions.espeak import Phonemes, find_phonemes
from actions.reading_aloud import Piece, pieces
from actions.synthesiser import Chunk, Samples, Style, mark_last, place_words
from model.stream.errors import ModelFailed

OPENING_WORDS = 6
"""The first piece is short, because the first sound waits for all of it."""
PAUSE_S = 0.15
LOUDEST = 22_000
"""The highest sample of a piece, which is as loud as espeak-ng speaks."""
USUAL = Style()
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 8_000, 48_000
THREADS = 2

_LANGUAGE_SWITCH = re.compile(r"\([a-z-]+\)")
_CURE = "Fetch it again, or take another voice."

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Description:
    """What stands beside the network."""

    sample_rate: int
    language: str
    ids: Mapping[str, Sequence[int]]
    noise: float
    length: float
    noise_w: float

    @property
    def pad(self) -> Sequence[int]:
        return self.ids.get("_", ())


class PiperSynthesiser:
    """A `Synthesiser`. Each piece is made on a thread of its own while the one before it is heard.

    Raises `ModelFailed` if the voice or its description cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._description = _read(path.with_name(f"{path.name}.json"))
        self._session = _load(path)
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="piper")
        self.sample_rate = self._description.sample_rate
        self._make("Ready.", USUAL)  # what is broken shows here, and the first reply finds all of it loaded

    def synthesise(self, text: str, style: Style) -> Iterator[Chunk]:
        coming: Future[Chunk] | None = None
        try:
            for piece, is_last in mark_last(pieces(text, OPENING_WORDS)):
                before, coming = coming, self._ahead.submit(self._chunk, piece, style, is_last)
                if before is not None:
                    yield before.result()
            if coming is not None:
                last, coming = coming, None
                yield last.result()
        finally:
            if coming is not None:
                coming.cancel()

    def _chunk(self, piece: Piece, style: Style, is_last: bool) -> Chunk:
        if not any(character.isalnum() for character in piece.spoken):
            return Chunk(np.zeros(0, np.int16), place_words(piece, [], 0))
        samples, starts = self._make(piece.spoken, style)
        silence = 0 if is_last else int(PAUSE_S * self.sample_rate)
        return Chunk(np.append(samples, np.zeros(silence, np.int16)), place_words(piece, starts, len(samples)))

    def _make(self, spoken: str, style: Style) -> tuple[Samples, list[tuple[int, int]]]:
        """The samples, and for each spoken word its first sample and first character."""
        phonemes = find_phonemes(spoken, self._description.language)
        ids, words = self._number(phonemes)
        sound, lengths = self._run(ids, style)
        starts = [0, *accumulate(lengths)]
        n_words = [start for start in words if start < len(starts)]
        samples = _shape(sound, self.sample_rate, style)
        scale = len(samples) / max(1.0, starts[-1])
        return samples, _align(spoken, [round(starts[word] * scale) for word in n_words], len(samples))

    def _number(self, clauses: Sequence[Phonemes]) -> tuple[list[int], list[int]]:
        """The phonemes by their numbers, and at which of these each word begins."""
        known = self._description.ids
        ids = [*known.get("^", ()), *self._description.pad]
        words: list[int] = []
        for clause in clauses:
            for word in _LANGUAGE_SWITCH.sub("", clause.ipa).split():
                ids += self._sign(" ") if words else []
                words.append(len(ids))
                for character in unicodedata.normalize("NFD", word):
                    ids += self._sign(character)
            ids += self._sign(clause.end)
        return [*ids, *known.get("$", ())], words

    def _sign(self, character: str) -> list[int]:
        found = self._description.ids.get(character, ())
        return [*found, *self._description.pad] if found else []

    def _run(self, ids: Sequence[int], style: Style) -> tuple[Sound, Sequence[float]]:
        """The sound [T], and how much of it each number takes: as the network says, or all the same."""
        told = self._description
        liveliness = style.liveliness_percent / USUAL.liveliness_percent
        length = told.length * USUAL.rate_wpm / style.rate_wpm * _raised(style)
        given = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([told.noise * liveliness, length, told.noise_w * liveliness], np.float32),
            "sid": np.array([0], np.int64),
        }
        try:
            made = self._session.run(None, {name: given[name] for name in self._inputs})
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise ModelFailed(f"The voice {self._name} cannot speak: {_first_line(error)}. {_CURE}") from error
        sound = np.asarray(made[0], np.float32).reshape(-1)
        if not sound.size or not np.isfinite(sound).all():
            raise ModelFailed(f"The voice {self._name} makes no sound. {_CURE}")
        durations = np.asarray(made[1], np.float64).reshape(-1) if len(made) > 1 else np.ones(len(ids))
        return sound, durations.tolist() if len(durations) == len(ids) else [1.0] * len(ids)


def _align(spoken: str, word_samples: Sequence[int], n_samples: int) -> list[tuple[int, int]]:
    """Where each spoken word begins in the sound. espeak-ng may say two words as one, so that their numbers differ."""
    characters = [found.start() for found in re.finditer(r"\S*\w\S*", spoken)]
    if len(characters) == len(word_samples):
        return list(zip(word_samples, characters, strict=True))
    first = word_samples[0] if word_samples else 0
    return [(first + (n_samples - first) * at // max(1, len(spoken)), at) for at in characters]


def _raised(style: Style) -> float:
    """How much higher than usual the voice is to be."""
    return 2 ** ((style.pitch_percent - USUAL.pitch_percent) / 80)


def _shape(sound: Sound, rate: int, style: Style) -> Samples:
    """As high and as loud as the style wants it. Played faster a sound is higher; it was made longer by as much."""
    raised = _raised(style)
    if raised != 1:
        sound = np.interp(np.arange(0, len(sound), raised), np.arange(len(sound)), sound).astype(np.float32)
    if style.whispered:
        sound = _whispered(sound, rate)
    gain = LOUDEST * style.loudness_percent / 100 / max(0.01, float(np.abs(sound).max()))
    return np.clip(sound * gain, -32_768, 32_767).astype(np.int16)


def _whispered(sound: Sound, rate: int) -> Sound:
    """The same sounds without their pitch: pieces shorter than a period of the voice keep their colour alone."""
    half = rate * 3 // 1000
    size = 2 * half
    padded = np.pad(sound, (half, size + half))
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)[::half] * np.hanning(size)  # [N, size]
    spectra = np.abs(np.fft.rfft(windows))
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, spectra.shape)
    breath = np.fft.irfft(spectra * np.exp(1j * phases), size) * np.hanning(size)
    whole = np.zeros((len(breath) + 1) * half)
    for part in (slice(0, half), slice(half, size)):
        offset = part.start
        whole[offset : offset + len(breath) * half] += breath[:, part].reshape(-1)
    return whole[half : half + len(sound)].astype(np.float32)


def _read(path: Path) -> _Description:
    """Raises `ModelFailed` naming what is missing."""
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        rate = int(told["audio"]["sample_rate"])
        scales = told.get("inference", {})
        ids = {str(sign): [int(number) for number in numbers] for sign, numbers in told["phoneme_id_map"].items()}
        description = _Description(
            rate,
            str(told.get("espeak", {}).get("voice", "en-us")),
            ids,
            float(scales.get("noise_scale", 0.667)),
            float(scales.get("length_scale", 1.0)),
            float(scales.get("noise_w", 0.8)),
        )
    except FileNotFoundError as error:
        raise ModelFailed(f"{path.name} is missing beside the voice; it is part of it. {_CURE}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelFailed(f"{path.name} does not describe a voice ({error!r}). {_CURE}") from error
    if not LOWEST_RATE_HZ <= rate <= HIGHEST_RATE_HZ:
        raise ModelFailed(f"{path.name} asks for {rate} samples a second, which no loudspeaker plays. {_CURE}")
    if told.get("phoneme_type", "espeak") != "espeak":
        raise ModelFailed(f"{path.name} wants other phonemes than those of espeak-ng. {_CURE}")
    return description


def _load(path: Path) -> Any:
    import onnxruntime  # only who added a voice pays for it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no base of their own
        raise ModelFailed(f"The voice {path.name} cannot be loaded: {_first_line(error)}. {_CURE}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200].rstrip(".") if str(error).strip() else type(error).__name__
