"""Small models of each kind that are what they say they are, made on the spot."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TINY = Path(__file__).parent / "data" / "tiny_recogniser"
"""A streaming recogniser of ten words, made by scripts/tiny_recogniser.py."""


def write_gguf(path: Path) -> Path:
    """A language model in form, of one tensor."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_tensor("token_embd.weight", np.ones((64, 64), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


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
