"""Every symbol of the reflex and its number: word pieces, tone codes, time steps, output symbols."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from model.stream.catalogue import Catalogue
from model.stream.errors import ModelFailed
from model.stream.values import Tone

# Marks on the `user` and `self` channels are word pieces that plain text never produces.
NOTHING = 0
CLOSED, CUT = 1, 2
OPENED, PAUSE = 101, 102
MARKS: Mapping[int, str] = {CLOSED: "<closed>", CUT: "<cut>", OPENED: "<opened>", PAUSE: "<pause>"}

# Symbols of the speech channel below the lexicon, and of the action channel below the slots.
NONE, END, YIELD, POINT = range(4)
GO = 1
N_SPEECH_SYMBOLS = 4
N_ACTION_SYMBOLS = 2

GESTURES = ("none", "nod", "listen", "think", "point")

DT_EDGES_MS = (10.0, 40.0, 100.0, 200.0, 400.0, 800.0, 1600.0)
N_DT = len(DT_EDGES_MS) + 1

SILENCE_EDGES_MS = (80, 160, 240, 400, 560, 800, 1200, 2000)
LOUDNESS_EDGES_DBFS = (-38.0, -22.0)
SLOPE_EDGE_HZ = 8.0
N_VOICED = 12
N_TONE = 1 + N_VOICED + len(SILENCE_EDGES_MS)


def dt_code(dt_ms: float) -> int:
    return bisect_right(DT_EDGES_MS, dt_ms)


def tone_code(tone: Tone, last_pitch_hz: float) -> int:
    """One code per tick: while voiced, loudness by pitch slope; while silent, for how long. 0 means not listening."""
    if tone.silence_ms > 0:
        return N_VOICED + max(1, bisect_right(SILENCE_EDGES_MS, tone.silence_ms))
    loudness = bisect_right(LOUDNESS_EDGES_DBFS, tone.loudness_dbfs)
    return 1 + 4 * loudness + _slope(tone.pitch_hz, last_pitch_hz)


def _slope(pitch_hz: float, last_pitch_hz: float) -> int:
    """0 where no slope can be told, else falling, level, rising."""
    if pitch_hz <= 0 or last_pitch_hz <= 0:
        return 0
    difference = pitch_hz - last_pitch_hz
    return 2 + (difference > SLOPE_EDGE_HZ) - (difference < -SLOPE_EDGE_HZ)


class Pieces:
    """The word pieces that text on `user` and `self` is read in."""

    def __init__(self, path: Path) -> None:
        """Raises `ModelFailed` if the tokenizer's file is missing or damaged."""
        self._path = path
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception for every fault
            raise ModelFailed(f"The tokenizer {path} cannot be read: {error}.") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._encode = lru_cache(maxsize=8192)(self._encode_uncached)

    def __reduce__(self) -> tuple[type[Pieces], tuple[Path]]:
        """To another process goes the name of the file."""
        return Pieces, (self._path,)

    def encode(self, text: str) -> tuple[tuple[int, str], ...]:
        """The pieces of a text: their numbers and how they are written."""
        return self._encode(text)

    def encode_batch(self, texts: list[str], limit: int) -> list[list[int]]:
        """Piece numbers of whole texts between the start and end marks, shortened to `limit`."""
        rows = self._tokenizer.encode_batch([text[: 12 * limit] for text in texts])
        return [row.ids if len(row.ids) <= limit else [*row.ids[: limit - 1], row.ids[-1]] for row in rows]

    def _encode_uncached(self, text: str) -> tuple[tuple[int, str], ...]:
        row = self._tokenizer.encode(text[:1000], add_special_tokens=False)
        return tuple(zip(row.ids, row.tokens, strict=True))


@dataclass(frozen=True)
class Symbols:
    """Output symbols that depend on the catalogue: its actions and their slots, after the fixed ones.

    Thought: nothing, the lexicon, the actions. Speech: `NONE` to `POINT`, the lexicon. Action: none, go, the slots,
    the actions. A plugin's action is one more row, no weights change.
    """

    lexicon: tuple[str, ...]
    actions: tuple[str, ...]
    slots: tuple[str, ...]

    @classmethod
    def of(cls, lexicon: tuple[str, ...], catalogue: Catalogue) -> Symbols:
        slots = {slot.name: None for spec in catalogue.values() for slot in spec.slots}
        return cls(lexicon, tuple(catalogue), tuple(slots))

    def thought_word(self, word: str) -> int:
        return 1 + self.lexicon.index(word)

    def thought_action(self, name: str) -> int:
        return 1 + len(self.lexicon) + self.actions.index(name)

    def thought_text(self, symbol: int) -> str:
        words = 1 + len(self.lexicon)
        return self.lexicon[symbol - 1] if symbol < words else self.actions[symbol - words]

    def speech_word(self, word: str) -> int:
        return N_SPEECH_SYMBOLS + self.lexicon.index(word)

    def call(self, name: str) -> int:
        return N_ACTION_SYMBOLS + len(self.slots) + self.actions.index(name)

    def fill(self, slot: str) -> int:
        return N_ACTION_SYMBOLS + self.slots.index(slot)

    @property
    def first_call(self) -> int:
        return N_ACTION_SYMBOLS + len(self.slots)

    @property
    def n_action(self) -> int:
        return self.first_call + len(self.actions)

    @property
    def n_thought(self) -> int:
        return 1 + len(self.lexicon) + len(self.actions)

    @property
    def n_speech(self) -> int:
        return N_SPEECH_SYMBOLS + len(self.lexicon)
