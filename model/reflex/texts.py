"""Texts to vectors: what stands in the field by the sentence encoder all-MiniLM-L6-v2 as it was made, what the user
says by the same with last layers of its own, which have learned what people ask for.

Source: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), mean of the last states, normalised.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TypeVar

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from torch import Tensor, nn

from model.reflex import weights
from model.reflex.network import Block, Config
from model.reflex.packed import PackedLinear, PackedTable, load_packed, unfilled
from model.reflex.vocabulary import Pieces
from model.stream.catalogue import Catalogue
from model.stream.errors import ModelFailed
from model.stream.values import ActionSpec

MAX_PIECES = 48
START, STOP = 101, 102
"""Stand around every text."""
Key = TypeVar("Key", str, tuple[int, ...])
CACHE_SIZE = 4096
BATCH, BATCH_ON_GPU = 32, 512
N_OWN_LAYER = 3
"""Last layers of the sentence encoder that what the user says has for itself."""


class SentenceEncoder(nn.Module):
    """Word pieces [B, T] and their number [B] -> one vector each, [B, C], of length one."""

    def __init__(self, n_layer: int = 6, width: int = 384, n_head: int = 12, n_piece: int = 30522) -> None:
        super().__init__()
        self.width = width
        config = Config(n_layer=n_layer, width=width, n_head=n_head)
        self.pieces = nn.Embedding(n_piece, width)
        self.position = nn.Embedding(MAX_PIECES, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.blocks = nn.ModuleList(Block(config, looks=False) for _ in range(n_layer))

    def forward(self, pieces: Tensor, length: Tensor, last: Sequence[nn.Module] = ()) -> Tensor:
        """`last` are layers that stand in the place of as many at the end."""
        b, t = pieces.shape
        index = torch.arange(t, device=pieces.device)
        inside = index[None] < length[:, None]  # [B, T]
        allowed = inside[:, None].expand(b, t, t)
        h = self.norm(self.pieces(pieces) + self.position(index))
        for block in (*self.blocks[: len(self.blocks) - len(last)], *last):
            assert isinstance(block, Block)
            q, k, v = block.attention.project(h)
            h = block.finish(h, block.attention.attend(q, k, v, allowed))
        return F.normalize((h.float() * inside[..., None]).sum(1) / length[:, None], dim=-1)


class TextEncoder:
    """Texts to vectors, remembered by text. It runs only on text it has not seen lately."""

    def __init__(
        self,
        encoder: SentenceEncoder,
        pieces: Pieces,
        cache_size: int = CACHE_SIZE,
        device: str = "cpu",
        last: Sequence[nn.Module] = (),
    ) -> None:
        self._encoder = encoder.eval().to(device)
        self.device = torch.device(device)
        self._pieces = pieces
        self._cache_size = cache_size
        self._last = last
        self._cache: OrderedDict[Hashable, Tensor] = OrderedDict()
        self._means: dict[str, Tensor] = {}
        self._n_remembered = 0

    @classmethod
    def load(cls, path: Path, pieces: Pieces, cache_size: int = CACHE_SIZE, device: str = "cpu") -> TextEncoder:
        """Its vectors lie on `device`. Raises `ModelFailed` if the weights are missing, damaged or of another shape."""
        with unfilled():
            encoder = SentenceEncoder()
        load_packed(encoder, path, PackedLinear, tables=frozenset({"pieces"}))
        return cls(encoder, pieces, cache_size, device)

    def with_last(self, last: nn.ModuleList) -> TextEncoder:
        """The same encoder with other last layers."""
        return TextEncoder(self._encoder, self._pieces, self._cache_size, str(self.device), [*last.to(self.device)])

    def apart(self) -> TextEncoder:
        """The same encoder for another thread, which remembers for itself."""
        return TextEncoder(self._encoder, self._pieces, self._cache_size, str(self.device), self._last)

    def for_utterances(self, path: Path) -> TextEncoder:
        """The same encoder with the last layers that `path` holds. Raises `ModelFailed` as `load` does."""
        with unfilled():
            last = utterance_layers()
        load_packed(last, path, PackedLinear)
        return self.with_last(last)

    def remember(self, path: Path) -> None:
        """Take the vectors of texts that were encoded before, so that starting up need not. Raises `ModelFailed`."""
        tensors, metadata = weights.load(path)
        try:
            texts: list[str] = json.loads(metadata["texts"])
            self._cache.update(zip(texts, tensors["vectors"][0], strict=True))
        except (KeyError, ValueError) as error:
            raise ModelFailed(f"The vectors in {path} do not say what they are of: {error!r}.") from error

    def mean(self, texts: Sequence[str]) -> Tensor:
        """[C], the mean of the texts' vectors. Remembered as long as this encoder lives, and beyond by `save_means`."""
        name = "\n".join(texts)
        if name not in self._means:
            self._means[name] = self.encode(texts).mean(0)
        return self._means[name]

    def remember_means(self, path: Path) -> None:
        """Take the means that were saved; where there are none, or they cannot be read, they are worked out again."""
        try:
            tensors, metadata = weights.load(path)
            self._means.update(zip(json.loads(metadata["texts"]), tensors["vectors"][0], strict=True))
        except (ModelFailed, KeyError, ValueError):
            return
        self._n_remembered = len(self._means)

    def save_means(self, path: Path) -> None:
        """If there are new ones. That they cannot be saved costs time at the next start, and nothing else."""
        if len(self._means) == self._n_remembered:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            vectors = torch.stack(list(self._means.values()))[None]
            weights.save(path, {"vectors": vectors}, {"texts": json.dumps(list(self._means))})
        except (OSError, SafetensorError):
            pass

    def save(self, path: Path, texts: Sequence[str]) -> None:
        """What `remember` reads. In full precision, hence [1, n, C] and not a matrix."""
        weights.save(path, {"vectors": self.encode(texts)[None]}, {"texts": json.dumps(list(texts))})

    @property
    def piece_table(self) -> PackedTable:
        """[n_piece, C], which the reflex reads its words with."""
        assert isinstance(self._encoder.pieces, PackedTable)
        return self._encoder.pieces

    def encode(self, texts: Sequence[str]) -> Tensor:
        """[n, C], one row per text."""
        return self._look_up(texts, lambda new: self._pieces.encode_batch(new, MAX_PIECES))

    def encode_pieces(self, rows: Sequence[tuple[int, ...]]) -> Tensor:
        """[n, C], one row per sequence of word pieces; of a long one the beginning. No pieces, a row of zeros."""
        kept = [row[: MAX_PIECES - 2] for row in rows]
        vectors = self._look_up(kept, lambda new: [[START, *row, STOP] for row in new])
        return vectors * torch.tensor([[float(len(row) > 0)] for row in kept], device=self.device)

    def _look_up(self, keys: Sequence[Key], pieces: Callable[[list[Key]], list[list[int]]]) -> Tensor:
        if self.device.type != "cpu":  # where encoding again is quicker than remembering
            return self._run_all(pieces(list(keys)))
        new = sorted((key for key in dict.fromkeys(keys) if key not in self._cache), key=len)
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self._cache.update(zip(batch, self._run(pieces(batch)), strict=True))
        rows = [self._cache[key] for key in keys]
        for key in keys:
            self._cache.move_to_end(key)
        while len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        return torch.stack(rows) if rows else torch.zeros(0, self._encoder.width)

    def _run_all(self, rows: list[list[int]]) -> Tensor:
        """Rows of like length together."""
        order = sorted(range(len(rows)), key=lambda n: len(rows[n]))
        vectors = torch.zeros(len(rows), self._encoder.width, device=self.device)
        for start in range(0, len(order), BATCH_ON_GPU):
            chosen = order[start : start + BATCH_ON_GPU]
            vectors[torch.tensor(chosen, device=self.device)] = self._run([rows[n] for n in chosen])
        return vectors

    @torch.inference_mode()
    def _run(self, rows: list[list[int]]) -> Tensor:
        return self._vectors(rows)

    def learning(self, rows: Sequence[tuple[int, ...]]) -> Tensor:
        """As `encode_pieces`, with gradients for the last layers, so nothing is remembered. No row may be empty."""
        return self._vectors([[START, *row[: MAX_PIECES - 2], STOP] for row in rows])

    def _vectors(self, rows: Sequence[Sequence[int]]) -> Tensor:
        length = torch.tensor([len(row) for row in rows])
        padded = torch.zeros(len(rows), int(length.max()), dtype=torch.long)
        padded[torch.arange(padded.shape[1]) < length[:, None]] = torch.tensor([p for row in rows for p in row])
        return self._encoder(padded.to(self.device), length.to(self.device), self._last)


def utterance_layers() -> nn.ModuleList:
    """The last layers of the encoder that reads what the user says, without their weights."""
    return SentenceEncoder(N_OWN_LAYER, n_piece=1).blocks


def describe(spec: ActionSpec) -> tuple[str, ...]:
    """The texts an action's vector is the mean of: its description and its example phrases."""
    return (spec.description, *spec.examples)


def catalogue_texts(catalogue: Catalogue) -> list[str]:
    """Every text that an action or a slot is known by, each once."""
    slots = [slot_text(slot.name) for spec in catalogue.values() for slot in spec.slots]
    return list(dict.fromkeys([*slots, *(text for spec in catalogue.values() for text in describe(spec))]))


def slot_text(name: str) -> str:
    return name.replace("_", " ")
