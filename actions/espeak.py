"""The voice that ships with the app: espeak-ng, called through its C interface.

The library keeps one global state, so there is one instance in a process, behind a lock. It makes seven seconds of
speech in twelve milliseconds, which is why a piece of text is made at one go and not on a thread of its own.

Source: espeak-ng `src/include/espeak-ng/speak_lib.h`.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from actions.reading_aloud import PAUSES, pieces
from actions.synthesiser import Chunk, Samples, Style, mark_last, place_words
from model.stream.errors import BadSettings, ModelFailed

DEFAULT_VOICE = "en-us+f2"
"""Of 25 variants the one a recogniser understands best: 45 words in 100 wrong, where plain en-us gets 79."""

WHISPER = "whisperf"
"""The variant that is breath alone, without a pitch."""

LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "arabic": ("ar", "fa", "ur"), "bengali": ("bn", "as"), "cyrillic": ("ru", "uk", "bg", "be", "sr", "mk", "kk"),
    "devanagari": ("hi", "mr", "ne"), "georgian": ("ka",), "greek": ("el", "grc"), "han": ("cmn", "yue", "ja"),
    "hangul": ("ko",), "hebrew": ("he",), "kana": ("ja",), "tamil": ("ta",), "thai": ("th",),
}  # fmt: skip
"""Who can read which script; the first does where the voice that was chosen cannot."""

# Names and numbers of speak_lib.h.
AUDIO_OUTPUT_SYNCHRONOUS = 2
DO_NOT_EXIT = 0x8000  # else the library ends the whole program where its data is missing
BUFFER_MS = 500  # the longer, the fewer calls back into Python
CHARS_UTF8 = 0x1
END_PAUSE = 0x1000
POS_CHARACTER = 1
EVENT_LIST_TERMINATED = 0
EVENT_WORD = 1
PHONEMES_IPA = 0x2
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Phonemes:
    """A clause in the International Phonetic Alphabet, its words parted by spaces, and the sign that ended it."""

    ipa: str
    end: str


class EspeakSynthesiser:
    """A `Synthesiser`. Safe to use from several threads. Raises `ModelFailed` if espeak-ng cannot be loaded."""

    def __init__(self) -> None:
        self._espeak = _library()
        self.sample_rate = self._espeak.sample_rate
        self._espeak.render("Ready.", Style(), pause=False)  # its dictionary is read before there is something to say

    def synthesise(self, text: str, style: Style) -> Iterator[Chunk]:
        for piece, is_last in mark_last(pieces(text)):
            own = _in_script(style, piece.script)
            samples, starts = self._espeak.render(piece.spoken, own, pause=not is_last)
            yield Chunk(samples, place_words(piece, starts, len(samples)))


def _in_script(style: Style, script: str) -> Style:
    """With a voice that can read the script: one that cannot names each letter."""
    language, _, variant = (style.voice or DEFAULT_VOICE).partition("+")
    languages = LANGUAGES.get(script, ())
    if not languages or language.partition("-")[0] in languages:
        return style
    return replace(style, voice=f"{languages[0]}+{variant}" if variant else languages[0])


def pronunciation(word: str) -> str:
    """How a word is said in American English, in the International Phonetic Alphabet; empty without espeak-ng."""
    try:
        return next((clause.ipa for clause in _library().phonemes(word, Style())), "")
    except ModelFailed:
        return ""


def find_phonemes(text: str, language: str) -> list[Phonemes]:
    """How espeak-ng would pronounce a text, for voices of other makers. Raises as `EspeakSynthesiser` does."""
    return _library().phonemes(text, Style(voice=language))


class _Library:
    """The one instance of the C library."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._style: Style | None = None
        self._blocks: list[Samples] = []
        self._starts: list[tuple[int, int]] = []
        self._c, data_path = _load()
        self.sample_rate: int = self._c.espeak_Initialize(
            AUDIO_OUTPUT_SYNCHRONOUS, BUFFER_MS, data_path.encode(), DO_NOT_EXIT
        )
        if self.sample_rate <= 0:
            raise ModelFailed(f"espeak-ng cannot read its data in {data_path}; install espeakng-loader again.")
        self._c.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._callback = _Callback(self._receive)  # kept: C holds no reference
        self._c.espeak_SetSynthCallback(self._callback)

    def render(self, text: str, style: Style, *, pause: bool) -> tuple[Samples, list[tuple[int, int]]]:
        """The samples of a piece of text, and for each spoken word its first sample and first character.

        `pause` leaves as much silence at the end as the punctuation asks for.
        """
        with self._lock:
            self._take_on(style)
            self._blocks, self._starts = [], []
            utf8 = text.encode()
            flags = CHARS_UTF8 | (END_PAUSE if pause else 0)
            code = self._c.espeak_Synth(utf8, len(utf8) + 1, 0, POS_CHARACTER, 0, flags, None, None)
            if code != 0:
                raise ModelFailed(f"espeak-ng could not speak (code {code}).")
            return np.concatenate(self._blocks or [np.zeros(0, np.int16)]), self._starts

    def phonemes(self, text: str, style: Style) -> list[Phonemes]:
        with self._lock:
            self._take_on(style)
            return list(self._clauses(text.encode()))

    def _clauses(self, utf8: bytes) -> Iterator[Phonemes]:
        """Each call of the library takes a clause off the front of the text, and looks one character ahead."""
        buffer = ctypes.create_string_buffer(utf8)
        start = ctypes.addressof(buffer)
        pointer = ctypes.c_void_p(start)
        at: int | None = start
        while at is not None:  # the library leaves a null pointer behind the last clause
            ipa: bytes = self._c.espeak_TextToPhonemes(ctypes.byref(pointer), CHARS_UTF8, PHONEMES_IPA)
            at = pointer.value
            read = utf8.decode() if at is None else utf8[: at - start].decode(errors="ignore")[:-1]
            end = read.rstrip()[-1:]
            if ipa:
                yield Phonemes(ipa.decode(), end if end in PAUSES else "" if at is None else ",")

    def _take_on(self, style: Style) -> None:
        if style == self._style:
            return
        name = style.voice or DEFAULT_VOICE
        if style.whispered:
            name = f"{name.partition('+')[0]}+{WHISPER}"
        if self._c.espeak_SetVoiceByName(name.encode()) != 0:
            raise BadSettings(f"espeak-ng has no voice called {name}; try {DEFAULT_VOICE}.")
        for parameter, value in (
            (RATE, style.rate_wpm),
            (VOLUME, style.loudness_percent),
            (PITCH, style.pitch_percent),
            (RANGE, style.liveliness_percent),
        ):
            self._c.espeak_SetParameter(parameter, value, 0)
        self._style = style

    def _receive(self, wav: Any, n_samples: int, events: Any) -> int:
        """Called by the library, on the thread that called `render`; the buffer is its own, so it is copied."""
        if wav and n_samples > 0:
            self._blocks.append(np.ctypeslib.as_array(wav, (n_samples,)).copy())
        n = 0
        while (event := events[n]).type != EVENT_LIST_TERMINATED:
            if event.type == EVENT_WORD:
                self._starts.append((event.sample, event.text_position - 1))
            n += 1
        return 0


def _load() -> tuple[ctypes.CDLL, str]:
    try:
        import espeakng_loader  # carries the library and its data; imported late so that its absence is a sentence

        return ctypes.CDLL(espeakng_loader.get_library_path()), espeakng_loader.get_data_path()
    except (ImportError, OSError) as error:
        raise ModelFailed(f"The voice espeak-ng cannot be loaded ({error}); install espeakng-loader again.") from error


@cache
def _library() -> _Library:
    return _Library()
