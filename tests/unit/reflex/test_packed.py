"""Weights that stay in 8 bits give what they give in full."""

from pathlib import Path

import pytest
import torch

from model.reflex import weights
from model.reflex.network import Actions, Columns, Config, Network
from model.reflex.packed import PackedLinear, PackedTable, fill, load_packed, unfilled
from model.stream.errors import ModelFailed

SMALL = Config(
    n_layer=2, n_head=4, width=32, item_width=32, pointer_width=8, n_piece=60, n_predicted_piece=10, window=8
)


def saved(directory: Path, config: Config = SMALL) -> tuple[Path, Network]:
    """A network on disk, and the same one in full."""
    torch.manual_seed(1)
    path, network = directory / "stream.safetensors", Network(config)
    weights.save(path, network.state_dict(), {"config": "small"})
    fill(network, weights.load(path)[0], path)
    return path, network


def table() -> PackedTable:
    return PackedTable(*weights.quantise(torch.randn(SMALL.n_piece, SMALL.width)))


def column(user: int) -> Columns:
    cell = torch.tensor([[user]])
    none, one_item = torch.tensor([[0]]), torch.zeros(1, 1, dtype=torch.long)
    return Columns(
        user=cell, word=none, self_=cell, tone=none, dt=none, position=none, utterance=none,
        said=torch.randn(1, 1, 32), thought=none, speech=none, action=none, item=torch.tensor([[[0, -1, -1]]]),
        field_items=torch.randn(1, 1, 32), field_channel=one_item, field_place=torch.rand(1, 1, 4),
        field_from=one_item, field_until=one_item + 1,
    )  # fmt: skip


def test_a_packed_network_steps_like_one_in_full(tmp_path: Path) -> None:
    path, full = saved(tmp_path)
    with unfilled():
        packed = Network(SMALL)
    assert load_packed(packed, path) == {"config": "small"}
    pieces = table()
    packed.read_with(pieces)
    full.pieces = pieces.dense()
    actions = Actions(torch.randn(3, 32), torch.randn(4, 32), torch.tensor([0, 1, 2, -1]))
    x = column(7)
    with torch.inference_mode():
        ours, _ = packed.step(x, packed.tables(actions), packed.begin())
        theirs, _ = full.step(x, full.tables(actions), full.begin())
        torch.testing.assert_close(vars(ours), vars(theirs), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(
            packed.piece_logits(ours.piece), full.piece_logits(theirs.piece), rtol=1e-4, atol=1e-5
        )


def test_no_matrix_of_a_packed_network_is_in_full(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    with unfilled():
        packed = Network(SMALL)
    load_packed(packed, path)
    layers = [module for module in packed.modules() if isinstance(module, torch.nn.Linear | PackedLinear)]
    assert layers and all(layer.weight.dtype == torch.int8 for layer in layers)


def test_rows_of_a_packed_table_are_the_quantised_ones() -> None:
    pieces = table()
    rows = torch.tensor([[3, 0], [59, 3]])
    assert torch.equal(pieces[rows], pieces.dense()[rows])


def test_weights_of_another_shape_say_so(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    with unfilled():
        other = Network(Config(n_layer=1, n_head=4, width=32, item_width=32, pointer_width=8, n_piece=60, window=8))
    with pytest.raises(ModelFailed, match="do not fit"):
        load_packed(other, path)
