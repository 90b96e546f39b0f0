"""The reflex (System 1): small, always on. Its network is in `network`, its life as a mind in `mind`."""

from __future__ import annotations

import json
from pathlib import Path

import torch

import resources
from model.reflex import weights
from model.reflex.mind import USUAL, Reflex, Thresholds
from model.reflex.network import Config, Network
from model.reflex.packed import RoundedLinear, load_packed, unfilled
from model.reflex.texts import TextEncoder
from model.reflex.vocabulary import Pieces
from model.stream.catalogue import Catalogue, load_catalogue
from model.stream.errors import ModelFailed

__all__ = ["Reflex", "load_reflex"]

UTTERANCES = "utterances.safetensors"
TEXTS = "texts.safetensors"
"""Vectors of what the catalogue says, which take seconds to compute; where they are absent, they are computed."""


def load_reflex(
    directory: Path, catalogue: Catalogue, thresholds: Thresholds = USUAL, remembered: Path | None = None
) -> Reflex:
    """Read the reflex that ships in `directory`, to run on one thread of this process.

    What actions of plugins are described as takes ten milliseconds each to read; `remembered` is a file that keeps it.
    Raises `ModelFailed` if a file is missing, damaged or too old.
    """
    torch.set_num_threads(1)  # a step is too short for two threads to be worth their meeting
    network_path, items_path = directory / "stream.safetensors", directory / "items.safetensors"
    utterances_path = directory / UTTERANCES
    pieces = Pieces(directory / "tokenizer.json")
    items = TextEncoder.load(items_path, pieces)
    utterances = items.for_utterances(utterances_path)
    if (directory / TEXTS).exists():
        items.remember(directory / TEXTS)
    metadata = weights.metadata(network_path)
    try:
        config = Config.from_json(metadata["config"])
        lexicon = tuple(json.loads(metadata["lexicon"]))
        trained = json.loads(metadata["actions"]) if "actions" in metadata else _shipped_rows()
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFailed(f"The weights in {network_path} do not say what shape they have: {error!r}.") from error
    with unfilled():
        network = Network(config)
    load_packed(network, network_path, RoundedLinear)
    network.read_with(items.piece_table)
    version = weights.fingerprint(network_path, items_path, utterances_path)
    if remembered is not None:
        items.remember_means(remembered)
    reflex = Reflex(network, items, utterances, pieces, lexicon, catalogue, version, thresholds, trained)
    if remembered is not None:
        items.save_means(remembered)
    return reflex


def _shipped_rows() -> dict[str, int]:
    """Of weights from before it was written into them: they were trained on the catalogue that ships."""
    return {name: row for row, name in enumerate(load_catalogue(resources.ROOT / "actions.toml"))}
