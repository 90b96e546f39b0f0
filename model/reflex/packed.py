"""Matrices that stay in 8 bits while they are used: a quarter of the memory, and less to read.

A step is bound by reading its weights. A product of [1152, 384] with one row takes 70 us in float32 on two cores
without AVX-512, 130 us where the bytes are widened first (`PackedLinear`, the same values), 49 us where they are
multiplied as bytes (`RoundedLinear`); with eight rows 191, 334 and 66 us. torch's `_int_mm` took 759 us for one row.
"""

from __future__ import annotations

import threading
import warnings
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
        return torch.addcmul(self.bias, F.linear(x, _widened(self.weight)), self.scale)


class _Scratch(threading.local):
    """Memory that each product uses anew. Asking for some each time scatters the heap: 30 MB in a minute of work."""

    def __init__(self) -> None:
        self.numbers = torch.empty(0)


_scratch = _Scratch()


def _widened(matrix: Tensor) -> Tensor:
    """As float32, until the next call in this thread."""
    if _scratch.numbers.numel() < matrix.numel() or _scratch.numbers.device != matrix.device:
        with torch.inference_mode(mode=False):  # or it could not be written outside of that mode
            _scratch.numbers = torch.empty(matrix.numel(), device=matrix.device)
    return _scratch.numbers[: matrix.numel()].view(matrix.shape).copy_(matrix)


class RoundedLinear(nn.Module):
    """The same, but what is multiplied is rounded to 7 bits: 2 % of the product, for half the time or less.

    Seven, because with eight the sums of older processors overflow.
    """

    def __init__(self, weight: Tensor, scale: Tensor, bias: Tensor) -> None:
        super().__init__()
        zeros = torch.zeros(len(scale), dtype=torch.long)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "torch.quantize_per_tensor", UserWarning)  # see ADR 5
            rows = torch._make_per_channel_quantized_tensor(weight, scale.double(), zeros, axis=0)  # pyright: ignore
        self.matrix = torch.ops.quantized.linear_prepack(rows, bias)

    def forward(self, x: Tensor) -> Tensor:
        """`x` has two dimensions or more, the last of them C."""
        return torch.ops.quantized.linear_dynamic(x, self.matrix, reduce_range=True)


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

    def product(self, rows: Tensor) -> RoundedLinear:
        """[C] -> [n], the products with these rows."""
        return RoundedLinear(self.weight[rows], self.scale[rows], torch.zeros(len(rows)))

    def dense(self) -> Tensor:
        return self.weight.float() * self.scale[:, None]


def load_packed(
    module: nn.Module, path: Path, linear: type[PackedLinear | RoundedLinear], tables: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Fill a module that was made within `unfilled`; returns the metadata.

    Its linear layers, which become `linear`, and the embeddings named in `tables` stay in 8 bits; it can be lived with,
    not trained. Raises `ModelFailed` if the weights are missing, damaged or of another shape.
    """
    mapped, metadata = weights.read(path)
    # What is small is copied, so that the file stays in memory only where its matrices are used as they are.
    stored = {name: tensor if tensor.ndim == 2 else tensor.clone() for name, tensor in mapped.items()}
    del mapped
    scales = {name.removesuffix(weights.SCALE): stored.pop(name) for name in [*stored] if name.endswith(weights.SCALE)}
    module.requires_grad_(False)
    fill(module, stored, path)
    for name, child in [*module.named_modules()]:
        scale = scales.get(f"{name}.weight")
        if scale is not None:
            _replace(module, name, _packed(child, scale, linear, keep=name in tables))
    return metadata


def fill(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Put the tensors in the place of the module's own. Raises `ModelFailed` where they do not fit."""
    try:
        module.load_state_dict(tensors, assign=True)
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ModelFailed(f"The weights in {path} do not fit this version of Ambidex: {reason}") from error


def _packed(module: nn.Module, scale: Tensor, linear: type[PackedLinear | RoundedLinear], keep: bool) -> nn.Module:
    match module:
        case nn.Linear(weight=weight, bias=bias):
            return linear(weight.data, scale, bias.data)
        case nn.Embedding(weight=weight) if keep:
            return PackedTable(weight.data, scale)
        case nn.Embedding(weight=weight):
            return nn.Embedding.from_pretrained(weight * scale[:, None])
        case _:
            raise TypeError(f"{type(module).__name__} has no packed form")


def _replace(module: nn.Module, name: str, child: nn.Module) -> None:
    parent, _, attribute = name.rpartition(".")
    setattr(module.get_submodule(parent), attribute, child)
