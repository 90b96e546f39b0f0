"""Small models of each kind that are what they say they are, made on the spot."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from benchmarks import model_shapes
from benchmarks.model_shapes import write_shape

TINY = Path(__file__).parent / "data" / "tiny_recogniser"
"""A streaming recogniser of ten words, made by scripts/tiny_recogniser.py."""


def write_gguf(path: Path) -> Path:
    """A language model of random weights."""
    return write_shape(path, model_shapes.TINY)


def write_voice(path: Path, sample_rate: int = 16_000) -> Path:
    """A voice in the form of Piper's, which makes a tone as long as its text, and its description beside it."""
    nodes = [
        helper.make_node("Cast", ["input"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["column", "ids"], ["spread"]),
        helper.make_node("Sin", ["spread"], ["wave"]),
        helper.make_node("Reshape", ["wave", "shape"], ["output"]),
        helper.make_node("Identity", ["input_lengths"], ["lengths"]),
        helper.make_node("Identity", ["scales"], ["scales_again"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    outputs = [
        helper.make_tensor_value_info("output", TensorProto.FLOAT, None),
        helper.make_tensor_value_info("lengths", TensorProto.INT64, ["batch"]),
        helper.make_tensor_value_info("scales_again", TensorProto.FLOAT, [3]),
    ]
    column = np.linspace(0, 1, 256, dtype=np.float32).reshape(256, 1)
    constants = [
        numpy_helper.from_array(column, "column"),
        numpy_helper.from_array(np.array([1, 1, 1, -1], np.int64), "shape"),
    ]
    graph = helper.make_graph(nodes, "voice", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    description = {
        "audio": {"sample_rate": sample_rate},
        "espeak": {"voice": "en-us"},
        "num_speakers": 1,
        "phoneme_id_map": {"_": [0], "^": [1], "$": [2], "a": [3]},
    }
    path.with_name(f"{path.name}.json").write_text(json.dumps(description), encoding="utf-8")
    return path


CTC_STEPS, CTC_TOKENS = 8, ("<blk>", "▁hi", "▁there")


def write_zipformer2_ctc(folder: Path) -> None:
    """In the form of a streaming zipformer of one layer, which hears "hi" in whatever 320 ms it is given."""
    state = {
        "cached_key_0": [4, 1, 4], "cached_nonlin_attn_0": [1, 1, 4, 6], "cached_val1_0": [4, 1, 4],
        "cached_val2_0": [4, 1, 4], "cached_conv1_0": [1, 8, 1], "cached_conv2_0": [1, 8, 1],
        "embed_states": [1, 128, 3, 19],
    }  # fmt: skip
    notes = {
        "model_type": "zipformer2", "encoder_dims": 8, "query_head_dims": 4, "value_head_dims": 4, "num_heads": 1,
        "num_encoder_layers": 1, "cnn_module_kernels": 3, "left_context_len": 4, "T": 45, "decode_chunk_len": 32,
    }  # fmt: skip
    inputs = [_floats("x", [1, 45, 80]), *(_floats(name, shape) for name, shape in state.items())]
    inputs.append(_integers("processed_lens", [1]))
    _write_ctc(folder / "ctc-model.onnx", inputs, blank=0, notes=notes)
    _write_tokens(folder, CTC_TOKENS)


def write_nemo_ctc(folder: Path) -> None:
    """The same in the form of NeMo's streaming models, whose blank comes last."""
    inputs = [
        _floats("audio_signal", ["N", 80, "T"]),
        _integers("length", ["N"]),
        _floats("cache_last_channel", ["N", 1, 4, 8]),
        _floats("cache_last_time", ["N", 1, 8, 4]),
        _integers("cache_last_channel_len", ["N"]),
    ]
    sizes = {"channel": (1, 4, 8), "time": (1, 8, 4)}
    notes = {f"cache_last_{name}_dim{n}": size for name, row in sizes.items() for n, size in enumerate(row, 1)}
    notes |= {"window_size": 41, "chunk_shift": 32, "subsampling_factor": 4, "vocab_size": 2}
    _write_ctc(folder / "model.onnx", inputs, blank=2, notes={"model_type": "EncDecCTCModelBPE", **notes})
    _write_tokens(folder, (*CTC_TOKENS[1:], CTC_TOKENS[0]))


def write_wenet_ctc(folder: Path) -> None:
    """The same in the form of WeNet's streaming models."""
    state = [_floats("attn_cache", [1, 1, "T2", 8]), _floats("conv_cache", [1, 1, 4, 2])]
    mask = helper.make_tensor_value_info("attn_mask", TensorProto.BOOL, [1, 1, "M"])
    sizes = [_integers("offset", []), _integers("required_cache_size", [])]
    notes = {
        "head": 1, "num_blocks": 1, "output_size": 4, "cnn_module_kernel": 3, "right_context": 6,
        "subsampling_factor": 4, "vocab_size": 3,
    }  # fmt: skip
    inputs = [_floats("chunk", ["N", "T", 80]), *sizes, *state, mask]
    _write_ctc(folder / "model-streaming.onnx", inputs, blank=0, notes=notes, returned=state)
    _write_tokens(folder, CTC_TOKENS)


def write_tone_ctc(folder: Path) -> None:
    """The same in the form of T-one, which takes the sound itself, 300 ms at 8 kHz."""
    signal = helper.make_tensor_value_info("signal", TensorProto.INT32, ["N", 2_400, 1])
    state = helper.make_tensor_value_info("state", TensorProto.FLOAT16, ["N", 16])
    notes = {"frame_length_ms": 300, "state_dim": 16, "sample_rate": 8_000}
    _write_ctc(folder / "model.onnx", [signal, state], blank=2, notes=notes)
    _write_tokens(folder, (*CTC_TOKENS[1:], CTC_TOKENS[0]))


def write_paraformer(folder: Path) -> None:
    """The same in the form of a streaming paraformer, which finds a word in every fifth of its steps of 60 ms."""
    width, n_tokens, says = 8, 5, 3
    zeros, ones = (",".join([digit] * 560) for digit in "01")
    notes = {
        "model_type": "paraformer", "vocab_size": n_tokens, "lfr_window_size": 7, "lfr_window_shift": 6,
        "encoder_output_size": width, "decoder_num_blocks": 1, "decoder_kernel_size": 3, "neg_mean": zeros,
        "inv_stddev": ones,
    }  # fmt: skip
    encode = [
        helper.make_node("MatMul", ["speech", "w"], ["enc"]),
        helper.make_node("Identity", ["speech_lengths"], ["enc_len"]),
        helper.make_node("ReduceSum", ["enc", "axis"], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "fifth"], ["alphas"]),
    ]
    lengths = helper.make_tensor_value_info("speech_lengths", TensorProto.INT32, ["N"])
    enc, enc_len = _floats("enc", ["N", "T", width]), helper.make_tensor_value_info("enc_len", TensorProto.INT32, ["N"])
    weights = {"w": np.zeros((560, width), np.float32), "axis": np.array([2]), "fifth": np.full(1, 0.2, np.float32)}
    inputs = [_floats("speech", ["N", "T", 560]), lengths]
    _save(folder / "encoder.onnx", encode, inputs, [enc, enc_len, _floats("alphas", ["N", "T"])], weights, notes)
    scores = np.full((1, 1, n_tokens), -9, np.float32)
    scores[:, :, says] = 0
    decode = [
        helper.make_node("MatMul", ["found", "w"], ["same"]),
        helper.make_node("Add", ["same", "scores"], ["logits"]),
        helper.make_node("ArgMax", ["logits"], ["ids"], axis=2, keepdims=0),
        helper.make_node("Identity", ["cache"], ["new_cache"]),
    ]
    n_found = helper.make_tensor_value_info("n_found", TensorProto.INT32, ["N"])
    cache = ["N", width, "C"]
    inputs = [enc, enc_len, _floats("found", ["N", "U", width]), n_found, _floats("cache", cache)]
    outputs = [_floats("logits", ["N", "U", n_tokens]), _integers("ids", ["N", "U"]), _floats("new_cache", cache)]
    weights = {"w": np.zeros((width, n_tokens), np.float32), "scores": scores}
    _save(folder / "decoder.onnx", decode, inputs, outputs, weights, {})
    _write_tokens(folder, ("<blank>", "<s>", "</s>", "hi", "<unk>"))


def _write_ctc(
    path: Path, inputs: list[Any], blank: int, notes: dict[str, Any], returned: list[Any] | None = None
) -> None:
    """Its scores are always the same; what is `returned`, all other inputs if not told, comes out as it went in."""
    scores = np.full((1, CTC_STEPS, len(CTC_TOKENS)), -9, np.float32)
    scores[:, :, blank] = -0.1
    scores[:, 2, :] = -9
    scores[:, 2, CTC_TOKENS.index("▁hi") if blank == 0 else 0] = -0.1
    audio, *others = inputs
    state = others if returned is None else returned
    nodes = [
        helper.make_node("Cast", [audio.name], ["audio"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["audio", "axes"], ["sum"], keepdims=1),
        helper.make_node("Mul", ["sum", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "always"], ["scores"]),
        *(helper.make_node("Identity", [value.name], [f"new_{value.name}"]) for value in state),
    ]
    outputs = [_floats("scores", ["N", CTC_STEPS, len(CTC_TOKENS)])]
    for value in state:
        again = copy.deepcopy(value)
        again.name = f"new_{value.name}"
        outputs.append(again)
    constants = {"axes": np.array([1, 2]), "zero": np.zeros(1, np.float32), "always": scores}
    _save(path, nodes, inputs, outputs, constants, notes)


def _save(
    path: Path,
    nodes: list[Any],
    inputs: list[Any],
    outputs: list[Any],
    constants: dict[str, Any],
    notes: dict[str, Any],
) -> None:
    tensors = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, {key: str(value) for key, value in notes.items()})
    onnx.save(model, path)


def _write_tokens(folder: Path, tokens: Sequence[str]) -> None:
    lines = "".join(f"{token} {number}\n" for number, token in enumerate(tokens))
    (folder / "tokens.txt").write_text(lines, encoding="utf-8")


def _floats(name: str, shape: list[Any]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _integers(name: str, shape: list[Any]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.INT64, shape)
