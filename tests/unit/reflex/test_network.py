"""The laws of the network: streaming equals the whole sequence, and nothing looks ahead."""

from dataclasses import fields

import pytest
import torch
from torch import Tensor

from model.reflex.network import Actions, Columns, Config, Field, Logits, Network, State, Tables

CONFIG = Config(
    n_layer=3, n_head=2, width=32, item_width=16, n_position=16, window=24, field_layers=(1,), pointer_width=8,
    n_piece=50, n_predicted_piece=10, n_lexicon=4, n_known_action=5,
)  # fmt: skip
T, M = 20, 3
N_SLOT, N_ACTION = 3, 6


@pytest.fixture
def network() -> Network:
    torch.manual_seed(1)
    network = Network(CONFIG).eval()
    network.pieces = torch.randn(network.config.n_piece, network.config.width)
    for parameter in network.parameters():  # also those that start as zero
        parameter.data += 0.3 * torch.randn_like(parameter)
    return network


@pytest.fixture
def actions() -> Actions:
    """Of the last the weights know nothing."""
    return Actions(torch.randn(N_SLOT, 16), torch.randn(N_ACTION, 16), torch.tensor([0, 1, 2, 3, 4, -1]))


@pytest.fixture
def tables(network: Network, actions: Actions) -> Tables:
    return network.tables(actions)


def stream(t: int = T) -> Columns:
    def ticks(n: int) -> torch.Tensor:
        return torch.randint(0, n, (1, t))

    return Columns(
        user=ticks(50),
        word=torch.arange(t)[None] // 2,
        self_=ticks(50),
        tone=ticks(21),
        dt=ticks(8),
        position=torch.arange(t)[None] % 12,
        utterance=torch.arange(t)[None] // 8,
        said=torch.randn(1, t, 16),
        said_plain=torch.randn(1, t, 16),
        thought=ticks(1 + 4 + N_ACTION),
        speech=ticks(4 + 4),
        action=ticks(2 + N_SLOT + N_ACTION),
        item=torch.randint(-1, M, (1, t, 3)),
    )


def some_items() -> Field:
    return Field(torch.randn(1, M, 16), torch.randint(0, 4, (1, M)), torch.rand(1, M, 4))


def whole_of(network: Network, tables: Tables, x: Columns, field: Field, present: Tensor | None = None) -> Logits:
    """All items present all the time, unless said otherwise."""
    everything = torch.ones(1, x.user.shape[1], M, dtype=torch.bool)
    logits = network(x, field, everything if present is None else present, tables)
    assert isinstance(logits, Logits)
    return logits


def tick(x: Columns, t: int) -> Columns:
    return Columns(**{f.name: getattr(x, f.name)[:, t : t + 1] for f in fields(x)})


def lived(network: Network, tables: Tables, x: Columns, field: Field) -> list[dict[str, torch.Tensor]]:
    state, sight, rows = network.begin(), network.look(field), list[dict[str, torch.Tensor]]()
    for t in range(x.user.shape[1]):
        logits, state = network.step(tick(x, t), sight, tables, state)
        rows.append({f.name: getattr(logits, f.name)[0, 0] for f in fields(logits)})
    return rows


@torch.no_grad()
def test_streaming_equals_whole_sequence(network: Network, tables: Tables) -> None:
    x, field = stream(), some_items()
    whole = whole_of(network, tables, x, field)
    for t, row in enumerate(lived(network, tables, x, field)):
        for name in ("thought", "speech", "action", "point", "gesture", "tone", "piece", "item"):
            torch.testing.assert_close(row[name], getattr(whole, name)[0, t], atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(row["start"][: t + 1], whole.start[0, t, : t + 1], atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(row["start"][CONFIG.window :], whole.start[0, t, T:], atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(row["end"][: t + 1], whole.end[0, t, : t + 1], atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_streaming_equals_whole_sequence_beyond_the_window(network: Network, tables: Tables) -> None:
    x, field = stream(3 * CONFIG.window), some_items()
    whole = whole_of(network, tables, x, field)
    for t, row in enumerate(lived(network, tables, x, field)):
        torch.testing.assert_close(row["action"], whole.action[0, t], atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_nothing_looks_ahead(network: Network, tables: Tables) -> None:
    x, field, cut = stream(), some_items(), 9
    before = whole_of(network, tables, x, field)
    other = stream()
    for f in fields(x):
        getattr(x, f.name)[:, cut:] = getattr(other, f.name)[:, cut:]
    after = whole_of(network, tables, x, field)
    torch.testing.assert_close(before.action[:, :cut], after.action[:, :cut])
    assert not torch.allclose(before.action[:, cut:], after.action[:, cut:])


@torch.no_grad()
def test_an_item_outside_its_time_changes_nothing(network: Network, tables: Tables) -> None:
    x, field = stream(), some_items()
    x.item[:] = -1
    present = torch.ones(1, T, M, dtype=torch.bool)
    present[0, :12, 0] = False
    before = whole_of(network, tables, x, field, present)
    field.vectors[0, 0] += 1
    after = whole_of(network, tables, x, field, present)
    torch.testing.assert_close(before.action[:, :12], after.action[:, :12])
    assert not torch.allclose(before.action[:, 12:], after.action[:, 12:])


@torch.no_grad()
def test_pointers_stay_inside_the_utterance(network: Network, tables: Tables) -> None:
    x = stream()
    start = whole_of(network, tables, x, some_items()).start[0, :, :T]
    forbidden = (x.utterance[0][:, None] != x.utterance[0][None]) | (torch.arange(T)[:, None] < torch.arange(T))
    assert bool((start[forbidden] < -1e3).all())
    assert bool((start[~forbidden] > -1e3).all())


@torch.no_grad()
def test_earlier_utterances_make_no_difference(network: Network, tables: Tables) -> None:
    """A sentence looks the same after an hour as after a second."""
    x = stream()
    other = stream()
    begins = int((x.utterance[0] == 0).sum())
    for f in fields(x):
        mixed = getattr(x, f.name).clone()
        if f.name != "utterance":
            mixed[:, :begins] = getattr(other, f.name)[:, :begins]
        setattr(other, f.name, mixed)
    field = some_items()
    one, two = lived(network, tables, x, field), lived(network, tables, other, field)
    assert not torch.equal(one[begins - 1]["action"], two[begins - 1]["action"])
    for before, after in zip(one[begins:], two[begins:], strict=True):
        torch.testing.assert_close(before["action"], after["action"])
        torch.testing.assert_close(before["thought"], after["thought"])


def test_a_cloned_state_is_a_branch_of_its_own(network: Network, tables: Tables) -> None:
    x, sight = stream(), network.look(some_items())
    _, state = network.step(tick(x, 0), sight, tables, network.begin())
    branch: State = state.clone()
    here, _ = network.step(tick(x, 1), sight, tables, state)
    network.step(tick(x, 2), sight, tables, state)
    there, _ = network.step(tick(x, 1), sight, tables, branch)
    torch.testing.assert_close(here.action, there.action)


@torch.no_grad()
def test_an_action_never_trained_on_has_a_place(network: Network, tables: Tables) -> None:
    assert whole_of(network, tables, stream(), some_items()).action.shape == (1, T, 2 + N_SLOT + N_ACTION)


@torch.no_grad()
def test_what_is_learned_of_other_actions_does_not_touch_one_that_was_never_learned(
    network: Network, actions: Actions
) -> None:
    x, field = stream(), some_items()
    before = whole_of(network, network.tables(actions), x, field)
    network.writing.action_key.weight += 1.0
    network.writing.known_action.weight += 1.0
    network.writing.likeness[0] += 1.0
    network.writing.said_query.bias += 1.0
    after = whole_of(network, network.tables(actions), x, field)
    for name in ("thought", "action"):
        was, is_ = getattr(before, name), getattr(after, name)
        assert torch.equal(was[..., -1], is_[..., -1])
        assert not torch.isclose(was[..., -N_ACTION:-1], is_[..., -N_ACTION:-1]).any()
