"""The floor to beat: frozen sentence vectors and a linear classifier, told the whole text at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from model.reflex import weights
from model.reflex.texts import TextEncoder
from model.reflex.vocabulary import Pieces
from model.stream.errors import ModelFailed
from model.training.compose import Request

FILE = "floor.safetensors"
BATCH = 256


class Floor:
    """`weight` [n_action, C] and `bias` [n_action] over the vectors of the sentence encoder."""

    def __init__(self, items: TextEncoder, actions: tuple[str, ...], weight: Tensor, bias: Tensor) -> None:
        self._items, self._actions, self._weight, self._bias = items, actions, weight, bias

    def action(self, text: str) -> str:
        scores = self._weight @ self._items.encode([text])[0] + self._bias
        return self._actions[int(scores.argmax())]

    def save(self, path: Path) -> None:
        weights.save(path, {"weight": self._weight, "bias": self._bias}, {"actions": " ".join(self._actions)})

    @classmethod
    def load(cls, path: Path, items: TextEncoder) -> Floor:
        """Raises `ModelFailed` if the file is missing or damaged."""
        tensors, metadata = weights.load(path)
        try:
            return cls(items, tuple(metadata["actions"].split()), tensors["weight"], tensors["bias"])
        except KeyError as error:
            raise ModelFailed(f"{path} is not a linear classifier: {error} is missing.") from error


def fit(
    requests: Sequence[Request], items: TextEncoder, actions: tuple[str, ...], epochs: int = 40, seed: int = 1
) -> Floor:
    """Logistic regression by Adam, each request once per epoch."""
    torch.manual_seed(seed)
    texts = [" ".join(request.words) for request in requests]
    vectors = torch.cat([items.encode(texts[n : n + 1024]).cpu() for n in range(0, len(texts), 1024)])
    labels = torch.tensor([actions.index(request.action) for request in requests])
    linear = torch.nn.Linear(vectors.shape[1], len(actions))
    optimizer = torch.optim.AdamW(linear.parameters(), lr=0.02, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, epochs)
    for _ in range(epochs):
        for rows in torch.randperm(len(labels)).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(linear(vectors[rows]), labels[rows]).backward()
            optimizer.step()
        schedule.step()
    return Floor(items, actions, linear.weight.detach(), linear.bias.detach())


def open_floor(directory: Path) -> Floor:
    """The classifier that lies beside the reflex in `directory`. Raises `ModelFailed`."""
    pieces = Pieces(directory / "tokenizer.json")
    return Floor.load(directory / FILE, TextEncoder.load(directory / "items.safetensors", pieces))
