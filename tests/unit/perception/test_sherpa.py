"""Models for sherpa-onnx: which files make one, what is wrong with others, and how its words are written."""

import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from desktop.model_kinds import Kind, find_model
from desktop.model_trial import try_model
from model.stream.errors import ModelFailed
from perception import sherpa
from perception.protobuf import onnx_metadata, sentence_pieces
from perception.sherpa import SherpaRecogniser, spelled, spoken_words
from perception.sherpa_layout import Family, choose_files, find_layout
from perception.tone import BLOCK_SAMPLES
from tests.models import (
    TINY,
    write_nemo_ctc,
    write_paraformer,
    write_tone_ctc,
    write_wenet_ctc,
    write_zipformer2_ctc,
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the model of the tests, to be broken."""
    return Path(shutil.copytree(TINY, tmp_path / "model"))


def without_note(path: Path, key: str) -> None:
    loaded = onnx.load(path)
    kept = [note for note in loaded.metadata_props if note.key != key]
    del loaded.metadata_props[:]
    loaded.metadata_props.extend(kept)
    onnx.save(loaded, path)


def only_note(path: Path, key: str, value: str = "1") -> None:
    loaded = onnx.load(path)
    del loaded.metadata_props[:]
    loaded.metadata_props.add(key=key, value=value)
    onnx.save(loaded, path)


def test_the_tiny_model_is_a_transducer_with_pieces() -> None:
    layout = find_layout(TINY)
    assert layout is not None
    assert (layout.family, sorted(layout.parts)) == (Family.TRANSDUCER, ["decoder", "encoder", "joiner"])
    assert layout.pieces == TINY / "bpe.vocab"
    assert layout.piece_ms == 320


def test_it_loads_and_is_used_in_a_process_of_its_own() -> None:
    try_model(Kind.RECOGNISER, TINY)


BREAKS: dict[str, Callable[[Path], object]] = {
    "T' does not exist": lambda model: without_note(model / "encoder.onnx", "T"),
    "was ended by SIGSEGV": lambda model: without_note(model / "encoder.onnx", "model_type"),
    "bytes are missing": lambda model: os.truncate(model / "encoder.onnx", 100_000),
    "not what its name says": lambda model: (model / "joiner.onnx").write_text("<html>Not found</html>"),
    "the joiner is missing": lambda model: (model / "joiner.onnx").unlink(),
    "no list of tokens": lambda model: (model / "tokens.txt").write_text("hello world\n"),
    "does not belong to the model: 2 tokens": lambda model: (model / "tokens.txt").write_text("<blk> 0\na 1\n"),
    "no list of pieces": lambda model: (model / "bpe.vocab").write_text("a b c\n"),
    "of the type whisper-tiny, which does not stream": lambda model: (
        only_note(model / "encoder.onnx", "model_type", "whisper-tiny"), (model / "joiner.onnx").unlink(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("says", BREAKS)
def test_what_cannot_be_used_is_a_sentence_with_a_cure(model: Path, says: str) -> None:
    """Some of these end the process that loads them, which is why it is not ours."""
    BREAKS[says](model)
    with pytest.raises(ModelFailed, match=rf"{says}.*(etch it again|etch the whole|Only models)"):
        try_model(Kind.RECOGNISER, find_model(model).main)


@pytest.mark.parametrize(
    ("note", "family"),
    [
        ("decode_chunk_len", Family.ZIPFORMER2_CTC),
        ("chunk_shift", Family.NEMO_CTC),
        ("right_context", Family.WENET_CTC),
        ("frame_length_ms", Family.TONE_CTC),
    ],
)
def test_models_of_one_file_are_told_apart_by_their_notes(model: Path, note: str, family: Family) -> None:
    for name in ("decoder.onnx", "joiner.onnx"):
        (model / name).unlink()
    (model / "encoder.onnx").rename(model / "model.onnx")
    only_note(model / "model.onnx", note)
    layout = find_layout(model)
    assert layout is not None
    assert (layout.family, list(layout.parts)) == (family, ["model"])


def test_two_parts_are_a_paraformer_if_they_say_so(model: Path) -> None:
    (model / "joiner.onnx").unlink()
    only_note(model / "encoder.onnx", "model_type", "paraformer")
    layout = find_layout(model)
    assert layout is not None
    assert layout.family is Family.PARAFORMER


@pytest.mark.parametrize(
    "write", [write_zipformer2_ctc, write_nemo_ctc, write_wenet_ctc, write_tone_ctc, write_paraformer]
)
def test_the_real_engine_runs_models_of_other_families(write: Callable[[Path], None], tmp_path: Path) -> None:
    """Each of them hears the same word in everything, again and again."""
    write(tmp_path)
    try_model(Kind.RECOGNISER, tmp_path)
    recogniser = SherpaRecogniser(tmp_path, ["hi"])
    recogniser.start()
    live = [word for _ in range(25) for word in recogniser.accept(np.zeros(BLOCK_SAMPLES, np.int16))]
    assert {word.text for word in (*live, *recogniser.finish())} == {"hi"}
    assert len(live) >= 2


def test_the_smaller_of_two_is_taken() -> None:
    names = [f"{part}-e9.{ending}" for part in ("encoder", "decoder", "joiner") for ending in ("onnx", "int8.onnx")]
    assert choose_files([*names, "tokens.txt", "bpe.model", "keywords.txt"]) == {
        "encoder": "encoder-e9.int8.onnx",
        "decoder": "decoder-e9.int8.onnx",
        "joiner": "joiner-e9.int8.onnx",
        "tokens": "tokens.txt",
        "pieces": "bpe.model",
    }


def test_a_folder_without_tokens_is_no_recogniser(model: Path) -> None:
    (model / "tokens.txt").unlink()
    assert find_layout(model) is None
    with pytest.raises(ModelFailed, match="holds no streaming recogniser"):
        SherpaRecogniser(model)


def test_where_the_engine_is_missing_the_command_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sherpa_onnx", None)
    assert "-m pip install 'sherpa-onnx" in sherpa.missing()
    with pytest.raises(ModelFailed, match="pip install"):
        SherpaRecogniser(TINY)


# What is in the files ---------------------------------------------------------------------------------------------


def test_notes_are_read_as_the_package_for_the_format_reads_them() -> None:
    wanted = {note.key: note.value for note in onnx.load(TINY / "encoder.onnx").metadata_props}
    assert onnx_metadata(TINY / "encoder.onnx") == wanted
    assert len(wanted) > 3


def piece(text: str, score: float) -> bytes:
    """As sentencepiece writes it: field 1 of the file, of a string and a float."""
    inner = bytes([0x0A, len(text.encode())]) + text.encode() + b"\x15" + struct.pack("<f", score)
    return bytes([0x0A, len(inner)]) + inner


def test_pieces_are_read_from_a_sentencepiece_model(tmp_path: Path) -> None:
    path = tmp_path / "bpe.model"
    trainer = b"\x12\x03abc"  # field 2: how it was trained
    path.write_bytes(piece("▁THE", -2.5) + piece("S", -3.0) + trainer)
    assert sentence_pieces(path) == [("▁THE", -2.5), ("S", -3.0)]


def test_phrases_are_favoured_with_the_pieces_of_a_sentencepiece_model(model: Path) -> None:
    rows = [line.split("\t") for line in (model / "bpe.vocab").read_text(encoding="utf-8").splitlines()]
    (model / "bpe.vocab").unlink()
    (model / "bpe.model").write_bytes(b"".join(piece(text, float(score)) for text, score in rows))
    try_model(Kind.RECOGNISER, model)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("OPEN THE WINDOW", ["open", "the", "window"]),
        (" Hello, world! ", ["hello", "world"]),
        ("don’t WHAT'S x-ray", ["don't", "what's", "x-ray"]),
        ("at six a.m. please.", ["at", "six", "a.m.", "please"]),
        ("... - ?", []),
        ("", []),
    ],
)
def test_words_are_written_as_the_reflex_learned_them(text: str, words: list[str]) -> None:
    assert spoken_words(text) == words


PIECES = (("<blk>", 0.0), ("▁THE", -1.0), ("S", -2.0), ("T", -3.0), ("'", -4.0))


@pytest.mark.parametrize(
    ("phrases", "favoured"),
    [
        (["the test", "The  Test!", "set"], ["THE TEST", "SET"]),
        (["the tst's"], ["THE TST'S"]),
        (["cat", "42 tests", "Tést", "", "'", "..."], []),
    ],
)
def test_only_what_can_be_spelled_is_favoured(phrases: list[str], favoured: list[str]) -> None:
    assert spelled(phrases, PIECES) == favoured
    assert spelled(phrases, ()) == []
