"""Several processes, on one host or more, that learn as one: `torchrun` starts them, each with a share of the data."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Together:
    """Which of how many this process is. One alone is a group of its own, in which nothing has to be agreed upon."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the one that reports and writes files."""
        return self.rank == 0

    def anybody(self, has: bool, share: float) -> float | None:
        """How far all are on average, of those that still have something to learn from; None once none has."""
        if self.size == 1:
            return share if has else None
        told = torch.tensor([float(has), share if has else 0.0])
        told = self._summed(told)
        return float(told[1] / told[0]) if told[0] else None

    def average(self, network: nn.Module, has: bool) -> None:
        """Make the gradients the mean of those of the processes that had a batch."""
        if self.size == 1:
            return
        parameters = [p for p in network.parameters() if p.requires_grad]
        parts = [p.grad.flatten() if has and p.grad is not None else torch.zeros_like(p).flatten() for p in parameters]
        together = torch.cat([*parts, torch.full_like(parts[0][:1], float(has))])
        together = self._summed(together)
        together /= together[-1].clone()
        for parameter, grad in zip(parameters, together[:-1].split([p.numel() for p in parameters]), strict=True):
            parameter.grad = grad.view_as(parameter).clone()

    def from_leader(self, value: Any) -> Any:
        """What the leader holds, on every process."""
        if self.size == 1:
            return value
        held = [value]
        dist.broadcast_object_list(held, src=0)
        return held[0]

    @staticmethod
    def _summed(values: Tensor) -> Tensor:
        """On every process the same."""
        where = values.device
        if dist.get_backend() == "nccl" and where.type == "cpu":
            values = values.cuda()
        dist.all_reduce(values)
        return values.to(where)


ALONE = Together()


@contextmanager
def joined(device: str) -> Generator[Together]:
    """The group that `torchrun` started this process in, if it did; `device` is `cuda` for whichever GPU is its own."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    if device.startswith("cuda"):
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Together(dist.get_rank(), size)
    finally:
        dist.destroy_process_group()
