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
from perception.tone import BLOCK_MS, SAMPLE_RATE_HZ, Block

STABLE_BLOCKS = 4
"""A word is certain once it has stood for that long (0.3 s), and for one more piece of audio as the model takes it."""
TAIL_S = 0.8
"""Silence behind the last word, for a model that looks ahead and takes audio in pieces."""
HOTWORDS_SCORE = 0.5
"""For each piece of a favoured phrase. With the tiny model of the tests, 65 of 72 sentences in a voice it does not know
are right instead of 44 where they are favoured. Of 60 words in voices it knows, beside ten favoured phrases of the same
words, 58 are right instead of 60; with 1.0 it is 50, with 1.5 32. That model spells letter by letter, which makes many
pieces."""
PATHS = 4
Pieces = Sequence[tuple[str, float]]
"""Each with its score, as the model's vocabulary has them."""


class SherpaRecogniser:
    """Any streaming model that sherpa-onnx runs: it decides which language is understood."""

    def __init__(self, folder: Path, phrases: Sequence[str] = ()) -> None:
        """`phrases` are always favoured, where the model carries its vocabulary of pieces. Raises `ModelFailed`.

        A model that was never loaded before may end the process here: try it in another one first.
        """
        layout = find_layout(folder)
        if layout is None:
            raise ModelFailed(f"{folder} holds no streaming recogniser: tokens.txt and .onnx files make one.")
        self._pieces = _pieces(layout)
        self._engine = _engine(layout, self._pieces)
        self._stable = StablePrefix(max(STABLE_BLOCKS, -(-layout.piece_ms // BLOCK_MS)))
        self._stream: Any = None
        self._phrases = tuple(phrases)
        self.expect(())

    def expect(self, phrases: Sequence[str]) -> None:
        self._favoured = "/".join(spelled((*self._phrases, *phrases), self._pieces))

    def start(self) -> None:
        self._stable.reset()
        self._stream = self._engine.create_stream(self._favoured) if self._favoured else self._engine.create_stream()

    def listen_ahead(self, piece: Block) -> None:
        self._stream.accept_waveform(SAMPLE_RATE_HZ, np.ascontiguousarray(piece, np.float32) / 32_768)

    def accept(self, block: Block) -> list[Word]:
        self.listen_ahead(block)
        return [Word(word) for word in self._stable.update(self._hypothesis())]

    def finish(self) -> list[Word]:
        self.listen_ahead(np.zeros(int(TAIL_S * SAMPLE_RATE_HZ), np.int16))
        self._stream.input_finished()
        words = self._stable.rest(self._hypothesis())
        self._stable.reset()
        return [Word(word) for word in words]

    def partial(self) -> str:
        return " ".join(self._stable.rest(self._hypothesis()))

    def end_probability(self) -> float:
        """It has words and no model of sentences."""
        return 0.0

    def close(self) -> None:
        """Nothing is held that does not go by itself."""

    def _hypothesis(self) -> list[str]:
        """The model takes audio in pieces of its own; until one is complete nothing changes."""
        while self._engine.is_ready(self._stream):
            self._engine.decode_stream(self._stream)
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


def _engine(layout: Layout, pieces: Pieces) -> Any:
    if reason := missing():
        raise ModelFailed(reason)
    from sherpa_onnx import OnlineRecognizer

    common: dict[str, Any] = {"tokens": str(layout.tokens), "num_threads": 1, "provider": "cpu"}
    parts = {role: str(path) for role, path in layout.parts.items()}
    try:
        match layout.family:
            case Family.TRANSDUCER:
                with tempfile.TemporaryDirectory(prefix="ambidex-") as directory:
                    favouring = _favouring(pieces, Path(directory)) if pieces else {}
                    return OnlineRecognizer.from_transducer(**parts, **common, **favouring)
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


def _favouring(pieces: Pieces, directory: Path) -> dict[str, Any]:
    """The options by which a transducer can prefer phrases, which each utterance brings along."""
    vocabulary = directory / "bpe.vocab"
    vocabulary.write_text("".join(f"{piece}\t{score:.6f}\n" for piece, score in pieces), encoding="utf-8")
    return {
        "decoding_method": "modified_beam_search",
        "max_active_paths": PATHS,
        "modeling_unit": "bpe",
        "bpe_vocab": str(vocabulary),
        "hotwords_score": HOTWORDS_SCORE,
    }


def spelled(phrases: Iterable[str], pieces: Pieces) -> list[str]:
    """Those phrases that the pieces can spell, in their letters: over others the engine complains at each utterance."""
    letters = {letter for piece, _ in pieces if not piece.startswith("<") for letter in piece}
    upper = any(piece.isupper() for piece, _ in pieces)
    found: dict[str, None] = {}
    for phrase in phrases:
        words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", phrase.upper() if upper else phrase.lower())
        if words and not re.search(r"\d", phrase) and set("".join(words)) <= letters:
            found[" ".join(words)] = None
    return list(found)


def _pieces(layout: Layout) -> Pieces:
    """Empty where no phrase can be favoured."""
    path = layout.pieces
    if path is None or layout.family is not Family.TRANSDUCER:
        return ()
    if path.suffix == ".model":
        return tuple(sentence_pieces(path))
    try:
        rows = [line.rsplit("\t", 1) for line in path.read_text(encoding="utf-8").splitlines() if line]
        return tuple((piece, float(score)) for piece, score in rows)
    except (OSError, ValueError) as error:
        raise ModelFailed(f"{path.name} is no list of pieces and scores ({error}). Fetch it again.") from error
