"""What the user says, read whole: the last layers of its encoder learn what is asked for, before the stream learns.

A sentence that is read from both its ends says more than one that is followed word by word: after seven minutes on two
cores this tells actions apart that the stream alone confuses (docs/log.md).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.reflex import UTTERANCES, weights
from model.reflex.mind import action_vectors
from model.reflex.network import Network, Writing
from model.reflex.packed import fill
from model.reflex.texts import N_OWN_LAYER, SentenceEncoder, utterance_layers
from model.training.compose import Request
from model.training.lessons import Lessons, Options, Parts
from model.training.precision import half, plain_attention
from model.training.progress import Progressed, Report, rate
from model.training.together import Together

BATCH = 256
LEARNING_RATE, HEAD_LEARNING_RATE, LAST_LEARNING_RATE, WARM_UP = 2e-4, 1e-3, 2e-2, 0.05
"""Of the layers, of the query, and of what decides between actions that were learned and others: a few numbers, far
from where they begin."""
CUT_SHORT = 0.25
"""Share of the requests of which only a beginning is read: thoughts come before the last word."""
LIKE_LENGTH = 4
"""Pieces by which texts of one batch may differ in length, about."""


def first_layers(start: Path, shipped: Path) -> nn.ModuleList:
    """Those of the reflex in `start`; of the sentence encoder itself where there is none. Raises `ModelFailed`."""
    if (path := start / UTTERANCES).exists():
        layers = utterance_layers()
        fill(layers, weights.load(path)[0], path)
        return layers
    encoder, path = SentenceEncoder(), shipped / "items.safetensors"
    fill(encoder, weights.load(path)[0], path)
    return encoder.blocks[-N_OWN_LAYER:]


def learn_words(writing: Writing, whether: bool) -> None:
    """Whether what `Writing.by_words` has for itself is trained."""
    for parameter in (*writing.said_query.parameters(), *writing.said_unlearned.parameters(), writing.likeness):
        parameter.requires_grad_(whether)


def learn_utterances(
    network: Network,
    layers: nn.ModuleList,
    options: Options,
    parts: Parts,
    human: Sequence[Request],
    rows: dict[str, int],
    report: Report,
    together: Together,
) -> None:
    """Train the layers, and with them `Writing.by_words` of the network. `rows` as in `action_vectors`."""
    reader, writing = parts.items.with_last(layers), network.writing
    actions = action_vectors(parts.catalogue, parts.symbols, parts.items, rows)
    network.requires_grad_(False)
    learn_words(writing, True)
    learning = nn.ModuleList([layers, writing])
    groups = [
        {"params": [*layers.parameters()], "peak": LEARNING_RATE},
        {"params": [*writing.said_query.parameters()], "peak": HEAD_LEARNING_RATE},
        {"params": [*writing.said_unlearned.parameters(), writing.likeness], "peak": LAST_LEARNING_RATE},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)
    batches = _batches(options, parts, human, together)
    device, mean = parts.items.device, float("nan")
    for n in count():
        own_share, texts, labels, absent = next(batches, (1.0, [], torch.zeros(0), torch.zeros(0)))
        share = together.anybody(bool(texts), own_share)
        if share is None:
            break
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * rate(share, WARM_UP)
        optimizer.zero_grad(set_to_none=True)
        if texts:
            with plain_attention(device):
                with half(device):
                    said, plain = reader.learning(texts), parts.items.encode_pieces(texts)
                logits = writing.by_words(said, plain, network.tables(actions))
                loss = F.cross_entropy(logits.masked_fill(absent.to(device), -1e4), labels.to(device))
                loss.backward()
            mean = loss.item() if n == 0 else 0.97 * mean + 0.03 * loss.item()
        together.average(learning, bool(texts))
        torch.nn.utils.clip_grad_norm_(learning.parameters(), 1.0)
        optimizer.step()
        if n % 50 == 0:
            report(Progressed(share, f"reading utterances, action {mean:.2f}"))


def _batches(
    options: Options, parts: Parts, human: Sequence[Request], together: Together
) -> Iterator[tuple[float, list[tuple[int, ...]], Tensor, Tensor]]:
    """How far this process is with it, texts of like length, what they ask for, and what cannot be called."""
    wanted, done = options.utterances // together.size, 0
    index = {action: n for n, action in enumerate(parts.symbols.actions)}
    for epoch in count(1):
        lessons = Lessons(options, parts, human, -epoch, together.rank, together.size)
        for chunk in range(len(lessons)):
            groups, absent, rng = lessons.drawn(chunk)
            asked = [(_read(request, parts, rng), index[request.action]) for group in groups for request in group]
            order = sorted(range(len(asked)), key=lambda n: len(asked[n][0]) + LIKE_LENGTH * rng.random())
            made = [[asked[n] for n in order[start : start + BATCH]] for start in range(0, len(order), BATCH)]
            rng.shuffle(made)
            for batch in made:
                if done >= wanted:
                    return
                done += len(batch)
                labels = torch.tensor([label for _, label in batch])
                yield done / wanted, [text for text, _ in batch], labels, lessons.marked(absent)


def _read(request: Request, parts: Parts, rng: random.Random) -> tuple[int, ...]:
    """The pieces of the words or of their beginning; what asks for a second thing is not cut."""
    words = request.words
    if request.then is None and len(words) > 2 and rng.random() < CUT_SHORT:
        words = words[: rng.randrange(1, len(words))]
    return tuple(piece for word in words for piece, _ in parts.pieces.encode(word))
