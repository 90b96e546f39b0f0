"""llama.cpp as far as it is needed: one context with several sequences, through llama-cpp-python's low-level interface.

Loaded in the child process only. Within a sequence positions must follow on each other without a gap, or llama.cpp
refuses the batch. Source: llama.h and llama-kv-cache.cpp of llama.cpp.
"""

from __future__ import annotations

import ctypes
import re
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.deliberation.memory import available_bytes
from model.stream.errors import ModelFailed

MAX_BATCH = 512
MAX_SEQUENCES = 8
PADDING = MAX_SEQUENCES - 1
"""A sequence of tokens that mean nothing."""
ROWS_AT_ONCE = 4
"""Many formats of weights are multiplied with four tokens in the time of two: then a batch is filled up to that."""
TRIES = 5
BREAK = "\u200b"
"""Nothing that can be seen, and enough for a mark to be none."""
FEW_AT_ONCE = 64
"""Tokens that a grammar is asked about first."""
MICRO_BATCH = 128
"""Tokens that are computed in one go; being told to stop is noticed between two operations of one."""

llama_cpp: Any = import_module("llama_cpp")  # its types ask for C's integers where Python's are meant
Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Row:
    """One token of a batch. `wanted`: what comes next is asked for."""

    token: int
    position: int
    sequence: int
    wanted: bool = False


class Aborted(Exception):
    """A computation was told to stop; what of it remains in the context is unknown."""


class LlamaContext:
    """A model with its context: the cells of all sequences are one pool. For one thread.

    Raises `ModelFailed` with a sentence if the file cannot be used. `aborts` is asked many times a second while
    something is computed.
    """

    def __init__(
        self,
        path: Path,
        n_context: int,
        n_threads: int,
        aborts: Callable[[], bool],
        n_gpu_layers: int = 0,
        adapter: Path | None = None,
    ) -> None:
        """`n_gpu_layers` counts only where llama.cpp was built for a graphics card. `adapter`: LoRA weights."""
        self._aborts = _abort_callback(aborts)  # C holds a pointer to it
        llama_cpp.llama_log_set(_log, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        n_gpu_layers = n_gpu_layers if llama_cpp.llama_supports_gpu_offload() else 0
        require_memory(path, n_gpu_layers)
        _errors.clear()
        params = llama_cpp.llama_model_default_params()
        params.n_gpu_layers = n_gpu_layers
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), params)
        if not self._model:
            raise ModelFailed(f"{path.name} cannot be loaded{_complaint()}.")
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._model)
        self._context = self._open(n_context, n_threads, n_gpu_layers)
        if not self._context:
            raise ModelFailed(f"There is not enough memory for a context of {n_context} tokens{_complaint()}.")
        if adapter is not None:
            self._adapt(adapter)
        self._memory: Any = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(MAX_BATCH, 0, 1)
        self.n_context = int(llama_cpp.llama_n_ctx(self._context))
        self.n_vocabulary = int(llama_cpp.llama_vocab_n_tokens(self._vocabulary))
        self.can_shift = bool(llama_cpp.llama_memory_can_shift(self._memory))
        """Whether cells can be moved to other positions: not where a position has several parts."""
        files = [_mark_of(file) for file in (path, adapter) if file]
        self.mark = " ".join([llama_cpp.__version__, str(self.n_context), *files])
        """Changes whenever a state of one cannot be another's."""
        self._marks = self._find_marks()
        tries = [(self._seconds(ROWS_AT_ONCE), self._seconds(ROWS_AT_ONCE - 1)) for _ in range(TRIES)]
        self._pads = min(full for full, _ in tries) < min(one_less for _, one_less in tries)

    def _open(self, n_context: int, n_threads: int, n_gpu_layers: int) -> Any:
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = n_context
        params.n_batch, params.n_ubatch = MAX_BATCH, MICRO_BATCH
        params.n_seq_max = MAX_SEQUENCES
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = n_threads
        params.no_perf = True
        if not n_gpu_layers:
            params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED  # on a processor it is the slower way
        params.abort_callback = self._aborts
        return llama_cpp.llama_init_from_model(self._model, params)

    def _adapt(self, path: Path) -> None:
        adapter = llama_cpp.llama_adapter_lora_init(self._model, str(path).encode())
        adapters, scales = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(adapter), (ctypes.c_float * 1)(1.0)
        if not adapter or llama_cpp.llama_set_adapters_lora(self._context, adapters, 1, scales):
            raise ModelFailed(f"The adapter {path.name} does not fit the model{_complaint()}.")

    def close(self) -> None:
        """Idempotent."""
        if self._context:
            llama_cpp.llama_batch_free(self._batch)
            llama_cpp.llama_free(self._context)
            self._context = None
        if self._model:
            llama_cpp.llama_model_free(self._model)
            self._model = None

    # Text -----------------------------------------------------------------------------------------------------------

    @property
    def template(self) -> str:
        """The chat template in the file's metadata, as Jinja; empty where there is none."""
        found = llama_cpp.llama_model_chat_template(self._model, None)
        return found.decode(errors="replace") if found else ""

    @property
    def begin(self) -> list[int]:
        """What the model wants in front of everything."""
        wanted = llama_cpp.llama_vocab_get_add_bos(self._vocabulary)
        return [int(llama_cpp.llama_vocab_bos(self._vocabulary))] if wanted else []

    def _find_marks(self) -> re.Pattern[str]:
        """The texts of tokens that are more than letters. Some vocabularies have them as if the user had made them up,
        and those llama.cpp finds in any text."""
        kinds = llama_cpp.LLAMA_TOKEN_ATTR_CONTROL | llama_cpp.LLAMA_TOKEN_ATTR_USER_DEFINED
        marked = (n for n in range(self.n_vocabulary) if llama_cpp.llama_vocab_get_attr(self._vocabulary, n) & kinds)
        texts = (llama_cpp.llama_vocab_get_text(self._vocabulary, n).decode(errors="replace") for n in marked)
        return re.compile("|".join(re.escape(text) for text in texts if len(text.strip()) > 1) or r"(?!)")

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """`special`: marks of the template are marks. Never for what was perceived: it would speak in our name."""
        if not special:
            text = self._marks.sub(lambda mark: f"{mark[0][0]}{BREAK}{mark[0][1:]}", text)
        data = text.encode("utf-8", "replace")
        size = len(data) + 8
        tokens = (llama_cpp.llama_token * size)()
        count = llama_cpp.llama_tokenize(self._vocabulary, data, len(data), tokens, size, False, special)
        return list(tokens[:count])

    def piece(self, token: int) -> bytes:
        """The bytes of one token, which may be part of a letter; none for a mark."""
        buffer = ctypes.create_string_buffer(256)
        count = llama_cpp.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, False)
        return buffer.raw[: max(0, count)]

    def ends(self, token: int) -> bool:
        """Whether the model says by it that it has said all."""
        return bool(llama_cpp.llama_vocab_is_eog(self._vocabulary, token))

    def held(self, grammar: str) -> Held:
        """Raises `ModelFailed` if that is no grammar."""
        return Held(self._vocabulary, grammar)

    # Computing ------------------------------------------------------------------------------------------------------

    def decode(self, rows: Sequence[Row]) -> list[Logits]:
        """Take in at most `MAX_BATCH` tokens. Returns the logits behind each that was `wanted`, in order.

        Raises `Aborted`, and `ModelFailed` where the context is full or the model cannot go on.
        """
        padding = -len(rows) % ROWS_AT_ONCE if self._pads and len(rows) > 1 else 0
        try:
            return self._decode([*rows, *(Row(0, n, PADDING, wanted=True) for n in range(padding))], len(rows))
        finally:
            if padding:
                self.cut(PADDING, -1)

    def _decode(self, rows: Sequence[Row], n_wanted: int) -> list[Logits]:
        batch = self._batch
        for n, row in enumerate(rows):
            batch.token[n], batch.pos[n] = row.token, row.position
            batch.n_seq_id[n], batch.seq_id[n][0] = 1, row.sequence
            batch.logits[n] = row.wanted
        batch.n_tokens = len(rows)
        code = llama_cpp.llama_decode(self._context, batch)
        if code == 2:
            raise Aborted
        if code:
            reason = "its context is full" if code == 1 else f"code {code}{_complaint()}"
            raise ModelFailed(f"The language model cannot go on ({reason}).")
        return [self._logits(n) for n, row in enumerate(rows[:n_wanted]) if row.wanted]

    def _seconds(self, n_rows: int) -> float:
        """How long a step of so many streams takes."""
        began_s = time.perf_counter()
        self._decode([Row(0, n, PADDING, wanted=True) for n in range(n_rows)], 0)
        took_s = time.perf_counter() - began_s
        self.cut(PADDING, -1)
        return took_s

    def _logits(self, row: int) -> Logits:
        found = llama_cpp.llama_get_logits_ith(self._context, row)
        return np.ctypeslib.as_array(found, (self.n_vocabulary,)).copy()

    # Sequences ------------------------------------------------------------------------------------------------------

    def length(self, sequence: int) -> int:
        """Positions it has, from 0 on."""
        return int(llama_cpp.llama_memory_seq_pos_max(self._memory, sequence)) + 1

    def cut(self, sequence: int, start: int, end: int = -1) -> bool:
        """Forget its positions from `start` to `end`, or to its own end. False where the model cannot forget a part."""
        return bool(llama_cpp.llama_memory_seq_rm(self._memory, sequence, start, end))

    def share(self, source: int, target: int, start: int = -1, end: int = -1) -> None:
        """Let `target` have what `source` has, all of it or from `start` to `end`. Copies nothing."""
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, start, end)

    def shift(self, sequence: int, start: int, by: int) -> None:
        """Move its positions from `start` on. Only where `can_shift`; other sequences must not share them."""
        llama_cpp.llama_memory_seq_add(self._memory, sequence, start, -1, by)

    def save(self, sequence: int) -> bytes:
        """Its state, to be given to `restore` of the same model."""
        size = llama_cpp.llama_state_seq_get_size(self._context, sequence)
        buffer = (ctypes.c_uint8 * size)()
        written = llama_cpp.llama_state_seq_get_data(self._context, buffer, size, sequence)
        return bytes(memoryview(buffer)[:written])

    def restore(self, sequence: int, state: bytes) -> bool:
        """Into a sequence that is empty. False if it does not fit."""
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        return llama_cpp.llama_state_seq_set_data(self._context, buffer, len(state), sequence) > 0


def require_memory(path: Path, n_gpu_layers: int = 0) -> None:
    """Raises `ModelFailed` where the weights do not fit into the memory that is free; what is on a graphics card is
    not counted."""
    needed, free = path.stat().st_size if path.exists() else 0, available_bytes()
    if not n_gpu_layers and free and needed > free:
        raise ModelFailed(
            f"{path.name} needs {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} are free. "
            "Close other programs or take a smaller one: `ambidex models suggest`."
        )


class Held:
    """A writer that is held to a grammar in llama.cpp's notation. Freed with the object."""

    def __init__(self, vocabulary: Any, grammar: str) -> None:
        self._sampler = llama_cpp.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
        if not self._sampler:
            raise ModelFailed(f"llama.cpp cannot read the grammar of the actions{_complaint()}.")
        self._free = weakref.finalize(self, llama_cpp.llama_sampler_free, self._sampler)

    def choose(self, scores: Logits) -> int | None:
        """The likeliest token that may stand here, and then stands; None where none may."""
        best = np.argpartition(scores, -min(FEW_AT_ONCE, len(scores)))[-FEW_AT_ONCE:]
        for tokens in (best, np.arange(len(scores))):  # to ask about all takes long, and is seldom needed
            allowed = self._allowed(tokens, scores)
            if allowed.max() > -np.inf:
                token = int(tokens[allowed.argmax()])
                llama_cpp.llama_sampler_accept(self._sampler, token)
                return token
        return None

    def _allowed(self, tokens: NDArray[Any], scores: Logits) -> Logits:
        """The scores of these tokens; minus infinity of those that may not stand here."""
        rows = np.zeros(len(tokens), _CANDIDATE)
        rows["id"], rows["logit"] = tokens, scores[tokens]
        data = rows.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_token_data))
        array = llama_cpp.llama_token_data_array(data, len(rows), -1, False)
        llama_cpp.llama_sampler_apply(self._sampler, ctypes.byref(array))
        return rows["logit"].copy()


def _mark_of(path: Path) -> str:
    found = path.stat()
    return f"{path.name} {found.st_size} {found.st_mtime_ns}"


_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
_ERROR = 4
_errors: deque[str] = deque(maxlen=10)


@llama_cpp.llama_log_callback  # the library keeps a pointer to it for ever
def _log(level: int, text: bytes, data: Any) -> None:
    del data
    if level == _ERROR and text.strip():
        _errors.append(text.decode(errors="replace").strip())


def _complaint() -> str:
    """What llama.cpp wrote down first as an error: what comes after it says less."""
    return f": {_errors[0].rpartition('error loading model: ')[2].rstrip('.')}" if _errors else ""


def _abort_callback(aborts: Callable[[], bool]) -> Any:
    @llama_cpp.ggml_abort_callback
    def abort(data: Any) -> bool:
        del data
        return aborts()

    return abort
