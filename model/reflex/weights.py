"""Weights on disk: 8 bits a number with one scale per row, in safetensors."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from model.stream.errors import ModelFailed

SCALE = ".scale"


def quantise(weight: Tensor) -> tuple[Tensor, Tensor]:
    """[R, C] float -> [R, C] int8 and [R] float: the row's largest magnitude becomes 127."""
    scale = weight.abs().amax(1).clamp(min=1e-12) / 127
    return (weight / scale[:, None]).round().to(torch.int8), scale


def save(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Matrices in 8 bits, everything else as it is. Written beside the old file and then put in its place."""
    stored: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2 and tensor.is_floating_point():
            stored[name], stored[name + SCALE] = quantise(tensor.detach().cpu())
        else:
            stored[name] = tensor.detach().cpu().contiguous()
    new = path.with_suffix(".new")
    save_file(stored, new, dict(metadata))
    new.replace(path)


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors as they are stored, scales among them, and the metadata.

    Raises `ModelFailed` if the file is missing or damaged.
    """
    with _opened(path) as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118 - no mapping


@contextmanager
def _opened(path: Path) -> Generator[Any]:
    try:
        with safe_open(path, "pt") as file:  # type: ignore[no-untyped-call]
            yield file
    except (OSError, SafetensorError) as error:
        cure = "Install Ambidex again, or train the reflex with `ambidex train`."
        raise ModelFailed(f"The weights in {path} are missing or damaged ({error}). {cure}") from error


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors in float32, and the metadata. Raises `ModelFailed` if the file is missing or damaged."""
    stored, metadata = read(path)
    tensors = {
        name: tensor.float() * stored[name + SCALE][:, None] if name + SCALE in stored else tensor
        for name, tensor in stored.items()
        if not name.endswith(SCALE)
    }
    return tensors, metadata


def metadata(path: Path) -> dict[str, str]:
    """What a file says about itself. Raises `ModelFailed` if it is missing or damaged."""
    with _opened(path) as file:
        return file.metadata() or {}


def fingerprint(*paths: Path) -> str:
    """A short hash that names these weights in traces and in `status`."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
