"""Matrices that stay in 8 bits while they are used: a quarter of the memory, to the same values.

A step is bound by reading its weights. Widening a matrix of bytes on its way to the product takes half as long as
reading it in float32 (98 against 192 us for [1152, 384] and one row). torch's own `_weight_int8pack_mm` was slower.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from model.reflex import weights
from model.stream.errors import ModelFailed


class _NoNumbers(TorchFunctionMode):
    """Leaves out what `nn.init` does: drawing random numbers on the device "meta" loads torch's compiler, 60 MB."""

    def __torch_function__(
        self, function: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if getattr(function, "__module__", "") == "torch.nn.init":
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return function(*args, **kwargs)


@contextmanager
def unfilled() -> Generator[None]:
    """Modules made within have shapes but no numbers, which `load_packed` brings: making them up takes a second."""
    with torch.device("meta"), _NoNumbers():
        yield


class PackedLinear(nn.Module):
    """Stands for a `nn.Linear` whose weight is `weight` [R, C] int8 times `scale` [R]."""

    weight: Tensor
    scale: Tensor
    bias: Tensor

    def __init__(self, weight: Tensor, scale: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)
        self.register_buffer("bias", bias)

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.bias, F.linear(x, self.weight.float()), self.scale)


class PackedTable(nn.Module):
    """Stands for a table of rows: only those that are looked up are widened."""

    weight: Tensor
    scale: Tensor

    def __init__(self, weight: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)

    def forward(self, rows: Tensor) -> Tensor:
        return self.weight[rows].float() * self.scale[rows][..., None]

    def __getitem__(self, rows: Tensor, /) -> Tensor:
        return self(rows)

    def dense(self) -> Tensor:
        return self.weight.float() * self.scale[:, None]


def load_packed(module: nn.Module, path: Path, tables: frozenset[str] = frozenset()) -> dict[str, str]:
    """Fill a module that was made within `unfilled`; returns the metadata.

    Its linear layers and the embeddings named in `tables` stay in 8 bits; it can be lived with, not trained. Raises
    `ModelFailed` if the weights are missing, damaged or of another shape.
    """
    stored, metadata = weights.read(path)
    scales = {name.removesuffix(weights.SCALE): stored.pop(name) for name in [*stored] if name.endswith(weights.SCALE)}
    module.requires_grad_(False)
    fill(module, stored, path)
    for name, child in [*module.named_modules()]:
        scale = scales.get(f"{name}.weight")
        if scale is not None:
            _replace(module, name, _packed(child, scale, keep=name in tables))
    return metadata


def fill(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Put the tensors in the place of the module's own. Raises `ModelFailed` where they do not fit."""
    try:
        module.load_state_dict(tensors, assign=True)
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ModelFailed(f"The weights in {path} do not fit this version of Ambidex: {reason}") from error


def _packed(module: nn.Module, scale: Tensor, keep: bool) -> nn.Module:
    match module:
        case nn.Linear(weight=weight, bias=bias):
            return PackedLinear(weight.data, scale, bias.data)
        case nn.Embedding(weight=weight) if keep:
            return PackedTable(weight.data, scale)
        case nn.Embedding(weight=weight):
            return nn.Embedding.from_pretrained(weight * scale[:, None])
        case _:
            raise TypeError(f"{type(module).__name__} has no packed form")


def _replace(module: nn.Module, name: str, child: nn.Module) -> None:
    parent, _, attribute = name.rpartition(".")
    setattr(module.get_submodule(parent), attribute, child)
