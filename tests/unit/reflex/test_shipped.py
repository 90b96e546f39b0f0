"""What ships in resources fits the catalogue and itself."""

import json
from pathlib import Path

import pytest
import torch

import resources
from model.reflex import TEXTS, load_reflex, weights
from model.reflex.texts import TextEncoder, catalogue_texts
from model.reflex.vocabulary import Pieces
from model.stream.catalogue import load_catalogue
from model.stream.errors import ModelFailed

SHIPPED = resources.ROOT / "reflex"


def test_the_vectors_that_ship_are_those_of_the_catalogue() -> None:
    """After a change of the catalogue: `ambidex train` writes them anew."""
    tensors, metadata = weights.load(SHIPPED / TEXTS)
    texts = json.loads(metadata["texts"])
    assert set(catalogue_texts(load_catalogue(resources.ROOT / "actions.toml"))) <= set(texts)
    items = TextEncoder.load(SHIPPED / "items.safetensors", Pieces(SHIPPED / "tokenizer.json"))
    some = texts[::40]
    torch.testing.assert_close(items.encode(some), tensors["vectors"][0, ::40], atol=1e-4, rtol=1e-4)


def test_the_weights_fit_a_budget_of_45_mb() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 45e6


@pytest.mark.parametrize(
    "name", ["stream.safetensors", "items.safetensors", "utterances.safetensors", "tokenizer.json"]
)
@pytest.mark.parametrize("damage", [None, b"", b"rubbish"])
def test_a_missing_or_damaged_file_is_a_sentence(tmp_path: Path, name: str, damage: bytes | None) -> None:
    for path in SHIPPED.iterdir():
        if path.name != name:
            (tmp_path / path.name).symlink_to(path)
        elif damage is not None:
            (tmp_path / name).write_bytes(damage)
    with pytest.raises(ModelFailed, match=name.split(".")[0]):
        load_reflex(tmp_path, load_catalogue(resources.ROOT / "actions.toml"))
