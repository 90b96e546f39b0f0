"""Speech to words by sherpa-onnx, with a streaming model that the user added."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from model.stream.errors import ModelFailed
from model.stream.values import Word
from perception.protobuf import sentence_pieces
from perception.recogniser import StablePrefix
from perception.sherpa_layout import STREAMING, Family, Layout, find_layout
from perception.tone import SAMPLE_RATE_HZ, Block

STABLE_LOOKS = 1
"""A word is certain once it has outlived that many further pieces of audio, as the model takes them (some 0.3 s)."""
TAIL_S = 0.8
"""Silence behind the last word, for a model that looks ahead and takes audio in pieces."""
HOTWORDS_SCORE = 1.5
PATHS = 4


class SherpaRecogniser:
    """Any streaming model that sherpa-onnx runs: it decides which language is understood."""

    def __init__(self, folder: Path, phrases: Sequence[str] = ()) -> None:
        """`phrases` are favoured where the model carries its vocabulary of pieces. Raises `ModelFailed`.

        A model that was never loaded before may end the process here: try it in another one first.
        """
        layout = find_layout(folder)
        if layout is None:
            raise ModelFailed(f"{folder} holds no streaming recogniser: tokens.txt and .onnx files make one.")
        self._engine = _engine(layout, phrases)
        self._stable = StablePrefix(STABLE_LOOKS)
        self._stream: Any = None

    def start(self) -> None:
        self._stable.reset()
        self._stream = self._engine.create_stream()

    def accept(self, block: Block) -> list[Word]:
        self._take(block)
        return self._decode()

    def finish(self) -> list[Word]:
        self._take(np.zeros(int(TAIL_S * SAMPLE_RATE_HZ), np.int16))
        self._stream.input_finished()
        words = [*self._decode(), *(Word(text) for text in self._stable.rest(self._hypothesis()))]
        self._stable.reset()
        return words

    def partial(self) -> str:
        return " ".join(self._stable.rest(self._hypothesis()))

    def close(self) -> None:
        """Nothing is held that does not go by itself."""

    def _take(self, block: Block) -> None:
        self._stream.accept_waveform(SAMPLE_RATE_HZ, np.ascontiguousarray(block, np.float32) / 32_768)

    def _decode(self) -> list[Word]:
        """The model takes audio in pieces of its own; only then can there be anything new."""
        words: list[str] = []
        while self._engine.is_ready(self._stream):
            self._engine.decode_stream(self._stream)
            words += self._stable.update(self._hypothesis())
        return [Word(word) for word in words]

    def _hypothesis(self) -> list[str]:
        return spoken_words(self._engine.get_result(self._stream))


def spoken_words(text: str) -> list[str]:
    """As pocketsphinx writes them and the reflex learned them: lower case, no punctuation but within a word."""
    words = (re.sub(r"^[^\w]+|[^\w.]+$|(?<!\.\w)\.+$", "", word) for word in text.lower().replace("’", "'").split())
    return [word for word in words if word]


def missing() -> str:
    """Why no model can be used here at all; empty if it can."""
    try:
        import_module("sherpa_onnx")
    except (ImportError, OSError) as error:
        return (
            f"sherpa-onnx is missing ({error}). Install it: `{sys.executable} -m pip install 'sherpa-onnx>=2.0.1,<3'`."
        )
    return ""


def try_out(folder: Path) -> None:
    """Load the model and let it hear noise and silence. Raises `ModelFailed`, or ends the process."""
    recogniser = SherpaRecogniser(folder, ["hello"])
    noise = np.random.default_rng(0).normal(0, 1_000, 2 * SAMPLE_RATE_HZ).astype(np.int16)
    recogniser.start()
    recogniser.accept(noise)
    recogniser.finish()


def _engine(layout: Layout, phrases: Sequence[str]) -> Any:
    if reason := missing():
        raise ModelFailed(reason)
    from sherpa_onnx import OnlineRecognizer

    common: dict[str, Any] = {"tokens": str(layout.tokens), "num_threads": 1, "provider": "cpu"}
    parts = {role: str(path) for role, path in layout.parts.items()}
    try:
        match layout.family:
            case Family.TRANSDUCER:
                with tempfile.TemporaryDirectory(prefix="ambidex-") as directory:
                    favoured = _favoured(layout, phrases, Path(directory))
                    return OnlineRecognizer.from_transducer(**parts, **common, **favoured)
            case Family.PARAFORMER:
                return OnlineRecognizer.from_paraformer(**parts, **common)
            case Family.ZIPFORMER2_CTC:
                return OnlineRecognizer.from_zipformer2_ctc(**parts, **common)
            case Family.WENET_CTC:
                return OnlineRecognizer.from_wenet_ctc(**parts, **common)
            case Family.NEMO_CTC:
                return OnlineRecognizer.from_nemo_ctc(**parts, **common)
            case Family.TONE_CTC:
                return OnlineRecognizer.from_t_one_ctc(**parts, **common)
    except (RuntimeError, ValueError, AssertionError) as error:
        raise ModelFailed(f"sherpa-onnx cannot load the model ({error}). {STREAMING}") from error


def _favoured(layout: Layout, phrases: Iterable[str], directory: Path) -> dict[str, Any]:
    """The options by which a transducer prefers these phrases; none where it has no vocabulary to spell them in."""
    if layout.pieces is None or not phrases:
        return {}
    vocabulary = _vocabulary(layout.pieces)
    (directory / "bpe.vocab").write_text(
        "".join(f"{piece}\t{score:.6f}\n" for piece, score in vocabulary), encoding="utf-8"
    )
    upper = any(piece.isupper() for piece, _ in vocabulary)
    spelled = [phrase.upper() if upper else phrase for phrase in phrases]
    (directory / "hotwords.txt").write_text("\n".join(spelled) + "\n", encoding="utf-8")
    return {
        "decoding_method": "modified_beam_search",
        "max_active_paths": PATHS,
        "modeling_unit": "bpe",
        "bpe_vocab": str(directory / "bpe.vocab"),
        "hotwords_file": str(directory / "hotwords.txt"),
        "hotwords_score": HOTWORDS_SCORE,
    }


def _vocabulary(path: Path) -> list[tuple[str, float]]:
    if path.suffix == ".model":
        return sentence_pieces(path)
    try:
        rows = [line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if line]
        return [(piece, float(score)) for piece, score in rows]
    except (OSError, ValueError) as error:
        raise ModelFailed(f"{path.name} is no list of pieces and scores ({error}). Fetch it again.") from error
