"""Weights that stay in 8 bits give what they give in full."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from model.reflex import weights
from model.reflex.network import Actions, Columns, Config, Field, Network
from model.reflex.packed import PackedLinear, PackedTable, RoundedLinear, fill, load_packed, unfilled
from model.stream.errors import ModelFailed

SMALL = Config(
    n_layer=2, n_head=4, width=32, item_width=32, pointer_width=8, n_piece=60, n_predicted_piece=10, window=8
)


def saved(directory: Path, config: Config = SMALL) -> tuple[Path, Network]:
    """A network on disk, and the same one in full."""
    torch.manual_seed(1)
    path, network = directory / "stream.safetensors", Network(config)
    for parameter in network.parameters():  # as large as trained ones: some begin as nearly nothing
        parameter.data += 0.1 * torch.randn_like(parameter)
    weights.save(path, network.state_dict(), {"config": "small"})
    fill(network, weights.load(path)[0], path)
    return path, network


def table() -> PackedTable:
    return PackedTable(*weights.quantise(torch.randn(SMALL.n_piece, SMALL.width)))


def column(user: int) -> Columns:
    cell = torch.tensor([[user]])
    none = torch.tensor([[0]])
    return Columns(
        user=cell, word=none, self_=cell, tone=none, dt=none, position=none, utterance=none,
        said=torch.randn(1, 1, 32) / 6, said_plain=torch.randn(1, 1, 32) / 6, thought=none, speech=none, action=none,
        item=torch.tensor([[[0, -1, -1]]]),
    )  # fmt: skip


def test_a_packed_network_steps_almost_like_one_in_full(tmp_path: Path) -> None:
    """What enters a product is rounded to 7 bits; what comes out points the same way."""
    path, full = saved(tmp_path)
    with unfilled():
        packed = Network(SMALL)
    assert load_packed(packed, path, RoundedLinear) == {"config": "small"}
    pieces = table()
    packed.read_with(pieces)
    full.pieces = pieces.dense()
    actions = Actions(torch.randn(3, 32), torch.randn(4, 32) / 6, torch.tensor([0, 1, 2, -1]))
    x, field = column(7), Field(torch.randn(1, 2, 32), torch.tensor([[0, 1]]), torch.rand(1, 2, 4))
    with torch.inference_mode():
        ours, _ = packed.step(x, packed.look(field), packed.tables(actions), packed.begin())
        theirs, _ = full.step(x, full.look(field), full.tables(actions), full.begin())
        for name, logits in vars(ours).items():
            assert_alike(logits[0, 0], getattr(theirs, name)[0, 0])
        assert_alike(packed.piece_logits(ours.piece[0])[0], full.piece_logits(theirs.piece[0])[0])


def assert_alike(ours: Tensor, theirs: Tensor) -> None:
    """Up to a twentieth of the length, or of 0.3 where it is less; places that are ruled out left alone."""
    possible = theirs > -1e3
    assert torch.equal(possible, ours > -1e3)
    assert float((ours - theirs)[possible].norm()) <= 0.05 * max(0.3, float(theirs[possible].norm()))


def test_a_product_with_rows_of_a_table_is_one_with_the_quantised_ones() -> None:
    pieces, rows = table(), torch.tensor([3, 0, 59])
    direction = torch.randn(1, SMALL.width)
    assert_alike(pieces.product(rows)(direction)[0], (direction @ pieces.dense()[rows].T)[0])


def test_a_packed_layer_gives_what_it_gives_in_full() -> None:
    weight, scale = weights.quantise(torch.randn(5, 32))
    x, bias = torch.randn(3, 32), torch.randn(5)
    full = x @ (weight.float() * scale[:, None]).T + bias
    torch.testing.assert_close(PackedLinear(weight, scale, bias)(x), full)


def test_a_packed_layer_works_within_inference_and_outside() -> None:
    layer, x = PackedLinear(torch.ones(7, 300, dtype=torch.int8), torch.ones(7), torch.zeros(7)), torch.ones(1, 300)
    with torch.inference_mode():
        layer(x)
    torch.testing.assert_close(layer(x), torch.full((1, 7), 300.0))


def test_nothing_in_sight_is_no_fault(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    with unfilled():
        packed = Network(SMALL)
    load_packed(packed, path, RoundedLinear)
    packed.read_with(table())
    nothing = Field(torch.zeros(1, 0, 32), torch.zeros(1, 0, dtype=torch.long), torch.zeros(1, 0, 4))
    with torch.inference_mode():
        actions = Actions(torch.randn(3, 32), torch.randn(4, 32) / 6, torch.tensor([0, 1, 2, -1]))
        x = column(7)
        x.item[:] = -1
        logits, _ = packed.step(x, packed.look(nothing), packed.tables(actions), packed.begin())
    assert logits.point.shape == (1, 1, 0)


def test_no_matrix_of_a_packed_network_is_in_full(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    with unfilled():
        packed = Network(SMALL)
    load_packed(packed, path, RoundedLinear)
    assert any(isinstance(module, RoundedLinear) for module in packed.modules())
    assert not any(isinstance(module, torch.nn.Linear) for module in packed.modules())


def test_rows_of_a_packed_table_are_the_quantised_ones() -> None:
    pieces = table()
    rows = torch.tensor([[3, 0], [59, 3]])
    assert torch.equal(pieces[rows], pieces.dense()[rows])


def test_weights_of_another_shape_say_so(tmp_path: Path) -> None:
    path, _ = saved(tmp_path)
    with unfilled():
        other = Network(Config(n_layer=1, n_head=4, width=32, item_width=32, pointer_width=8, n_piece=60, window=8))
    with pytest.raises(ModelFailed, match="do not fit"):
        load_packed(other, path, RoundedLinear)
