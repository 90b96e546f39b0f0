"""How right a network is on lessons it was not trained on, with the teacher's outputs read back: quick, in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch

from model.reflex.network import Network, Tables
from model.reflex.vocabulary import Symbols
from model.training.batches import Batch


@dataclass(frozen=True, slots=True)
class Rightness:
    """Shares of ticks, 0 to 1. `n` is how many calls were measured."""

    call: float
    """At the tick where an action is called: the right one."""
    quiet: float
    """At ticks where none is called: none."""
    thought: float
    """At the word before the call: the right action is the likeliest thought."""
    span: float
    """At the tick where an argument is filled: both ends exactly right."""
    n: int

    def __str__(self) -> str:
        shares = (f"{name} {getattr(self, name):.1%}" for name in ("call", "quiet", "thought", "span"))
        return f"{', '.join(shares)} of {self.n} calls"


@torch.inference_mode()
def rightness(network: Network, tables: Tables, batches: Iterable[Batch], symbols: Symbols) -> Rightness:
    """`batches` have been read."""
    network.eval()
    call, quiet, thought, span = list[bool](), list[bool](), list[bool](), list[bool]()
    for batch in batches:
        logits = network(batch.columns, batch.field, batch.present, tables)
        calls_only = logits.action.clone()
        calls_only[..., 1 : symbols.first_call] = -1e9
        said, wanted = calls_only.argmax(-1), batch.targets.action
        called, nothing = wanted >= symbols.first_call, wanted == 0
        call += (said == wanted)[called].tolist()
        quiet += (said == wanted)[nothing].tolist()
        thought += _last_thoughts(logits.thought.argmax(-1) == batch.targets.thought, batch.columns.word, called)
        filled = batch.targets.start >= 0
        right = (logits.start.argmax(-1) == batch.targets.start) & (
            (logits.end.argmax(-1) == batch.targets.end) | (batch.targets.end < 0)
        )
        span += right[filled].tolist()
    return Rightness(_share(call), _share(quiet), _share(thought), _share(span), len(call))


def _last_thoughts(right: torch.Tensor, word: torch.Tensor, called: torch.Tensor) -> list[bool]:
    """Whether the thought was right at the last word before each call. All [B, T]."""
    found: list[bool] = []
    for row, tick in called.nonzero().tolist():
        words = (word[row, :tick] >= 0).nonzero()
        if len(words):
            found.append(bool(right[row, int(words[-1])]))
    return found


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / max(1, len(flags))
