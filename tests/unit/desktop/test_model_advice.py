"""Which language model is suggested for which machine."""

from __future__ import annotations

import pytest

from desktop.model_advice import TABLE, Machine, advice, fault_of, this_machine
from desktop.model_hub import hub_name

GB = 1e9


@pytest.mark.parametrize(
    ("free_gb", "cores", "best"),
    [(22, 1, "Qwen3 0.6B"), (22, 3, "Qwen3 4B"), (4, 15, "Qwen3 4B"), (64, 15, "Qwen3 14B"), (2, 15, "Qwen3 0.6B")],
)
def test_the_largest_that_fits_and_keeps_up_is_the_best(free_gb: float, cores: int, best: str) -> None:
    model, why = advice(Machine(free_gb * GB, cores))
    assert model is not None
    assert model.name == best
    assert why.startswith(f"{best}: {free_gb:.1f} GB of memory are free")


def test_why_not_a_larger_one_is_said() -> None:
    assert "Qwen3 1.7B would be slower than it speaks." in advice(Machine(22 * GB, 1))[1]
    assert "Qwen3 8B would be too large." in advice(Machine(4 * GB, 15))[1]
    assert "would be" not in advice(Machine(64 * GB, 15))[1]


def test_where_none_fits_none_is_suggested() -> None:
    model, why = advice(Machine(1 * GB, 8))
    assert model is None
    assert (
        why
        == "None fits: 1.0 GB of memory are free, and 8 cores are left beside the reflex. The smallest needs 1.5 GB."
    )


def test_each_has_a_reason_where_it_does_not_suit() -> None:
    assert [fault_of(model, Machine(4 * GB, 1)) for model in TABLE] == [
        "", "slower than a voice", "slower than a voice", "more memory than is free", "more memory than is free"
    ]  # fmt: skip


def test_every_one_can_be_added() -> None:
    assert all(hub_name(model.source) is not None for model in TABLE)


def test_this_machine_has_memory_and_cores() -> None:
    machine = this_machine()
    assert machine.free_bytes > 1e8
    assert machine.cores >= 1
