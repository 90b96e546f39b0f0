"""Which language model suits this machine, and why.

Plain attention and plain positions alone: what such a model has read can be moved and partly forgotten. Sizes are those
of the files; the hub is asked for the true ones before anything is fetched.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from model.deliberation.memory import available_bytes

N_CONTEXT = 4096
OTHER_BYTES = 0.4e9
"""What is computed with, and the process itself."""
STEP_S_PER_BYTE = 0.037 / 0.335e9 * 2
"""Of three streams on one core: 37 ms on two with a file of 335 MB (docs/log.md, 2026-11-28)."""
SLOWEST_STEP_S = 0.2
"""A voice speaks about four tokens a second."""


@dataclass(frozen=True, slots=True)
class Suitable:
    """A model on the hub. `source` is what `ambidex models add` takes."""

    name: str
    source: str
    size_bytes: float
    n_layer: int
    n_kv: int
    """Width of the keys, and of the values, of one token in one layer."""
    licence: str

    @property
    def needs_bytes(self) -> float:
        """Memory: the weights, the context at two bytes a number, and what is computed with."""
        return self.size_bytes + 2 * 2 * self.n_layer * self.n_kv * N_CONTEXT + OTHER_BYTES

    def step_s(self, cores: int) -> float:
        """About how long three streams take for a token each."""
        return STEP_S_PER_BYTE * self.size_bytes / max(1, cores)


def _qwen(size: str, file: str, size_bytes: float, n_layer: int) -> Suitable:
    source = f"Qwen/Qwen3-{size}-GGUF/Qwen3-{size}-{file}.gguf"
    return Suitable(f"Qwen3 {size}", source, size_bytes, n_layer, 1024, "Apache 2.0")


TABLE = (
    _qwen("0.6B", "Q8_0", 0.64e9, 28),
    _qwen("1.7B", "Q8_0", 1.83e9, 28),
    _qwen("4B", "Q4_K_M", 2.50e9, 36),
    _qwen("8B", "Q4_K_M", 5.03e9, 36),
    _qwen("14B", "Q4_K_M", 9.00e9, 40),
)
"""The larger, the better it answers."""


@dataclass(frozen=True, slots=True)
class Machine:
    free_bytes: float
    cores: int


def this_machine() -> Machine:
    """Memory that programs can still have, and the cores that are left beside the reflex."""
    return Machine(available_bytes(), max(1, (os.cpu_count() or 2) - 1))


def fault_of(model: Suitable, machine: Machine) -> str:
    """Why it does not suit; empty if it does."""
    if model.needs_bytes > machine.free_bytes:
        return "more memory than is free"
    if model.step_s(machine.cores) > SLOWEST_STEP_S:
        return "slower than a voice"
    return ""


def advice(machine: Machine) -> tuple[Suitable | None, str]:
    """The largest that suits, and a sentence why."""
    here = f"{machine.free_bytes / 1e9:.1f} GB of memory are free, and {_cores(machine.cores)} left beside the reflex"
    fitting = [model for model in TABLE if model.needs_bytes <= machine.free_bytes]
    if not fitting:
        return None, f"None fits: {here}. The smallest needs {TABLE[0].needs_bytes / 1e9:.1f} GB."
    quick = [model for model in fitting if not fault_of(model, machine)]
    if not quick:
        return fitting[0], f"{fitting[0].name}, the smallest, though it will write more slowly than it speaks: {here}."
    model = quick[-1]
    larger = next((other for other in TABLE[TABLE.index(model) + 1 :]), None)
    why = f" {larger.name} would be {_worse(larger, machine)}." if larger else ""
    return model, f"{model.name}: {here}.{why}"


def _worse(model: Suitable, machine: Machine) -> str:
    return "slower than it speaks" if model.needs_bytes <= machine.free_bytes else "too large"


def _cores(count: int) -> str:
    return "one core is" if count == 1 else f"{count} cores are"
