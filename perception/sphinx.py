"""The part of pocketsphinx's C interface that is needed here, called through ctypes.

The package's own Python classes were tried first: they cannot mix two language models (and mixing more than halves
the errors on commands), and they hold the interpreter's lock while decoding, which would stall the loop.
Source: pocketsphinx.h and pocketsphinx/model.h of pocketsphinx 5.
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from model.stream.errors import ModelFailed

_POINTER, _TEXT, _INT = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
_POINTERS, _TEXTS, _FLOATS = ctypes.POINTER(_POINTER), ctypes.POINTER(_TEXT), ctypes.POINTER(ctypes.c_float)
_NUMBERS = ctypes.POINTER(ctypes.c_int32)
_SIGNATURES: dict[str, tuple[Any, ...]] = {
    "ps_config_parse_json": (_POINTER, _POINTER, _TEXT),
    "ps_config_free": (_INT, _POINTER),
    "ps_init": (_POINTER, _POINTER),
    "ps_free": (_INT, _POINTER),
    "ps_get_logmath": (_POINTER, _POINTER),
    "ps_add_lm": (_INT, _POINTER, _TEXT, _POINTER),
    "ps_activate_search": (_INT, _POINTER, _TEXT),
    "ps_remove_search": (_INT, _POINTER, _TEXT),
    "ps_lookup_word": (_POINTER, _POINTER, _TEXT),
    "ps_add_word": (_INT, _POINTER, _TEXT, _TEXT, _INT),
    "ps_start_utt": (_INT, _POINTER),
    "ps_process_raw": (_INT, _POINTER, _TEXT, ctypes.c_size_t, _INT, _INT),
    "ps_end_utt": (_INT, _POINTER),
    "ps_seg_iter": (_POINTER, _POINTER),
    "ps_seg_next": (_POINTER, _POINTER),
    "ps_seg_word": (_TEXT, _POINTER),
    "ps_get_lm": (_POINTER, _POINTER, _TEXT),
    "ps_get_lattice": (_POINTER, _POINTER),
    "ps_lattice_bestpath": (_POINTER, _POINTER, _POINTER, ctypes.c_float, ctypes.c_float),
    "ps_lattice_seg_iter": (_POINTER, _POINTER, _POINTER, ctypes.c_float),
    "ps_lattice_n_frames": (_INT, _POINTER),
    "ps_search_iter": (_POINTER, _POINTER),
    "ps_search_iter_free": (None, _POINTER),
    "ckd_free": (None, _POINTER),
    "hash_table_lookup": (_INT, _POINTER, _TEXT, _POINTERS),
    "logmath_exp": (ctypes.c_double, _POINTER, _INT),
    "ngram_wid": (ctypes.c_int32, _POINTER, _TEXT),
    "ngram_ng_prob": (_INT, _POINTER, ctypes.c_int32, _NUMBERS, ctypes.c_int32, _NUMBERS),
    "ngram_search_mark_bptable": (_INT, _POINTER, _INT),
    "ngram_model_read": (_POINTER, _POINTER, _TEXT, _INT, _POINTER),
    "ngram_model_free": (_INT, _POINTER),
    "ngram_model_set_init": (_POINTER, _POINTER, _POINTERS, _TEXTS, _FLOATS, ctypes.c_int32),
    "ngram_model_set_interp": (_POINTER, _POINTER, _TEXTS, _FLOATS),
}
_LATTICE_WEIGHT, _ACOUSTIC_SCALE = 9.5 / 6.5, 1 / 20  # what pocketsphinx itself uses at the end of an utterance
_AUTO, _ARPA = 0, 1  # of ngram_file_type_t; 0: find out from the file
_MIXED = b"mixed"
_BEGIN, _END = "<s>", "</s>"
_LOOKAHEAD_FRAMES = 2
"""How far the search stays behind the audio, which helps it to prune. At the end of an utterance it catches up without
that help, 7 ms a frame. Without any the search takes twice as long."""


class Sphinx:
    """One decoder. Not safe for two threads at once; the interpreter's lock is free while it decodes."""

    def __init__(self, settings: Mapping[str, Any], language_models: Mapping[Path, float]) -> None:
        """`language_models` are mixed word by word with these weights, once `bias` is called. Raises `ModelFailed`."""
        self._c = _library()
        self._frames = 0
        self._models: dict[int, float] = {}
        self._search: int | None = None
        text = json.dumps({**settings, "pl_window": _LOOKAHEAD_FRAMES})
        self._config = self._c.ps_config_parse_json(None, text.encode())
        self._decoder = self._c.ps_init(self._config) if self._config else None
        if not self._decoder:
            raise ModelFailed("The speech recogniser's acoustic model cannot be loaded. Reinstall pocketsphinx.")
        for path, weight in language_models.items():
            self._models[self._read(path, _AUTO)] = weight

    def lacks(self, words: Sequence[str]) -> list[str]:
        """The words that have no pronunciation."""
        return [word for word in words if not self._has(word)]

    def bias(self, models: Sequence[tuple[str, float]], pronunciations: Mapping[str, str]) -> None:
        """Mix in further language models, ARPA files as text with their weights, instead of the last ones.

        `pronunciations`, phones of the acoustic model between spaces, make new words known; those stay. Takes a quarter
        of a second of processor time, nearly all of it for the tree of the whole dictionary. Between utterances only.
        """
        # While there is no search, new words go into the dictionary alone and not into the models of the others.
        self._c.ps_remove_search(self._decoder, _MIXED)
        for word, phones in pronunciations.items():
            self._c.ps_add_word(self._decoder, word.encode(), phones.encode(), 0)
        rest = 1 - sum(weight for _, weight in models)
        extra = {self._read_text(text): weight for text, weight in models}
        self._mix({**{model: share * rest for model, share in self._models.items()}, **extra})
        for model in extra:
            self._c.ngram_model_free(model)  # the mixture holds a reference of its own

    def _has(self, word: str) -> bool:
        phones = self._c.ps_lookup_word(self._decoder, word.encode())
        if phones:
            self._c.ckd_free(phones)
        return bool(phones)

    def _read(self, path: Path, kind: int) -> int:
        log_math = self._c.ps_get_logmath(self._decoder)
        model: int | None = self._c.ngram_model_read(self._config, str(path).encode(), kind, log_math)
        if not model:
            raise ModelFailed(f"The recogniser's language model {path.name} cannot be read. Reinstall pocketsphinx.")
        return model

    def _read_text(self, text: str) -> int:
        with _file_in_memory(text) as path:
            return self._read(path, _ARPA)

    def _mix(self, models: Mapping[int, float]) -> None:
        """Decode with these models from now on, by their weights."""
        count = len(models)
        names = (_TEXT * count)(*(f"model{n}".encode() for n in range(count)))
        weights = (ctypes.c_float * count)(*models.values())
        mixed = self._c.ngram_model_set_init(self._config, (_POINTER * count)(*models), names, weights, count)
        self._c.ngram_model_set_interp(mixed, names, weights)
        self._c.ps_add_lm(self._decoder, _MIXED, mixed)
        self._c.ngram_model_free(mixed)  # the decoder holds a reference of its own
        self._c.ps_activate_search(self._decoder, _MIXED)
        self._search = self._find_search()

    def _find_search(self) -> int | None:
        """The search module, for which there is no public function: an iterator over them begins with their table."""
        entry = self._c.ps_search_iter(self._decoder)
        table = ctypes.cast(entry, _POINTERS)[0]
        found = _POINTER()
        missing = self._c.hash_table_lookup(table, _MIXED, ctypes.byref(found))
        self._c.ps_search_iter_free(entry)
        return None if missing else found.value

    def start(self) -> None:
        self._frames = 0
        self._c.ps_start_utt(self._decoder)

    def process(self, samples: bytes) -> None:
        """16-bit mono at 16 kHz, any length."""
        self._frames += max(0, self._c.ps_process_raw(self._decoder, samples, len(samples) // 2, 0, 0))

    def end(self) -> None:
        self._c.ps_end_utt(self._decoder)

    def first_pass(self) -> list[str]:
        """The hypothesis so far as the running search has it, silence and noise included: early, and often wrong.

        After `end` it is the final hypothesis, which is the best path through the lattice.
        """
        return list(self._walk(self._c.ps_seg_iter(self._decoder)))

    def best_path(self) -> list[str]:
        """The best path through the lattice of words so far; empty before the first.

        pocketsphinx does this at the end of an utterance only. Doing it after every block costs 2 % of a core and
        takes half of the errors out of the words that are reported while the person is talking.
        """
        searched = self._frames - _LOOKAHEAD_FRAMES
        if self._search is None or searched <= 0:
            return []
        # The lattice is built up to where the next frame's words will begin, which the search itself notes with the
        # next frame only. Without this call it would read what an earlier utterance left there, or beyond the table.
        self._c.ngram_search_mark_bptable(self._search, searched)
        lattice = self._c.ps_get_lattice(self._decoder)
        if not lattice or self._c.ps_lattice_n_frames(lattice) != searched:
            return []
        model = self._c.ps_get_lm(self._decoder, _MIXED)
        end = self._c.ps_lattice_bestpath(lattice, model, _LATTICE_WEIGHT, _ACOUSTIC_SCALE)
        return list(self._walk(self._c.ps_lattice_seg_iter(lattice, end, 1.0))) if end else []

    def end_probability(self, words: Sequence[str]) -> float:
        """How probably a sentence that begins with these words ends with them, as the mixed models have it: 0 to 1."""
        model = self._c.ps_get_lm(self._decoder, _MIXED)
        history = [self._c.ngram_wid(model, word.encode()) for word in reversed([_BEGIN, *words][-2:])]
        numbers, n_used = (ctypes.c_int32 * len(history))(*history), ctypes.c_int32()
        end = self._c.ngram_wid(model, _END.encode())
        log_probability = self._c.ngram_ng_prob(model, end, numbers, len(history), ctypes.byref(n_used))
        probability: float = self._c.logmath_exp(self._c.ps_get_logmath(self._decoder), log_probability)
        return probability

    def _walk(self, entry: int | None) -> Iterator[str]:
        while entry:
            yield self._c.ps_seg_word(entry).decode()
            entry = self._c.ps_seg_next(entry)

    def close(self) -> None:
        """Free the models; idempotent."""
        if self._decoder:
            for model in self._models:
                self._c.ngram_model_free(model)
            self._c.ps_free(self._decoder)
            self._c.ps_config_free(self._config)
            self._decoder = None


@contextmanager
def _file_in_memory(text: str) -> Generator[Path]:
    """What is on somebody's screen must not reach a disk, and the library reads nothing but files."""
    number = os.memfd_create("language-model")
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        yield Path(f"/proc/self/fd/{number}")


def _library() -> Any:
    try:
        # The extension module is private, and its shared object carries the whole C library.
        extension = import_module("pocketsphinx._pocketsphinx")

        library: Any = ctypes.CDLL(str(extension.__file__))
        for name, (result, *arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (ImportError, OSError, AttributeError) as error:
        raise ModelFailed(
            f"The speech recogniser cannot be used here ({error}). Install pocketsphinx 5.1 for this platform."
        ) from error
    return library
