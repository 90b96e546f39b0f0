"""Training the reflex: on a CPU or a GPU, seeded, resumable."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from model.reflex import TEXTS, UTTERANCES, weights
from model.reflex.mind import action_vectors
from model.reflex.network import Actions, Logits, Network
from model.reflex.packed import fill
from model.reflex.texts import catalogue_texts
from model.reflex.vocabulary import NONE
from model.stream.catalogue import Catalogue
from model.stream.errors import BadSettings, ModelFailed
from model.training import pretrained
from model.training.batches import IGNORE, Batch
from model.training.compose import Request, compose
from model.training.floor import FILE as FLOOR
from model.training.floor import fit
from model.training.lessons import LEXICON, Lessons, Options, Parts, kept_back, prepared, read_human, to_measure_by
from model.training.measure import Rightness, rightness
from model.training.practice import practised
from model.training.precision import half, plain_attention
from model.training.progress import Progressed, Report, between, no_report, rate
from model.training.together import ALONE, Together, joined
from model.training.utterances import first_layers, learn_utterances, learn_words

WEIGHTS = {
    "thought": 1.0, "speech": 1.0, "action": 1.0, "start": 1.0, "end": 1.0, "point": 0.5, "gesture": 0.2,
    "tone": 0.02, "piece": 0.05, "item": 0.02,
}  # fmt: skip
SHOWN = ("thought", "action", "start", "speech", "piece")
CHECKPOINT = "checkpoint.pt"
AS_FAST = 16
"""So many requests are read whole while one is learned from word by word."""
NONE_WEIGHT = 0.25
"""A tick on which nothing should be written counts this much against one on which something should."""


# Loss -----------------------------------------------------------------------------------------------------------


def losses(network: Network, logits: Logits, batch: Batch) -> dict[str, Tensor]:
    """The mean loss of each head, in nats."""
    targets = batch.targets
    found: dict[str, Tensor] = {}
    for name in ("thought", "speech", "action", "gesture"):
        target: Tensor = getattr(targets, name)
        each = F.cross_entropy(
            getattr(logits, name).flatten(0, 1), target.flatten(), ignore_index=IGNORE, reduction="none"
        )
        weight = torch.where(target.flatten() == NONE, NONE_WEIGHT, 1.0) * (target.flatten() != IGNORE)
        found[name] = (each * weight).sum() / weight.sum().clamp(min=1)
    for name in ("start", "end", "point", "tone"):
        found[name] = _mean_loss(getattr(logits, name), getattr(targets, name))
    wanted = targets.piece != IGNORE
    found["piece"] = _mean_loss(network.piece_logits(logits.piece[wanted])[None], targets.piece[wanted][None])
    scores = logits.item @ batch.field.vectors.mT  # [B, T, M]
    present_next = F.pad(batch.present[:, 1:], (0, 0, 0, 1))
    found["item"] = _mean_loss(scores.masked_fill(~present_next, -1e4), targets.item)
    return found


def _mean_loss(logits: Tensor, target: Tensor) -> Tensor:
    if not bool((target != IGNORE).any()):
        return logits.sum() * 0
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=IGNORE)


# Training -------------------------------------------------------------------------------------------------------


def train_reflex(options: Options, shipped: Path, catalogue: Catalogue, report: Report) -> None:
    """Train, or go on with the run that `options.directory` holds, and leave a whole reflex there.

    Started by `torchrun`, several processes do it together; the first of them writes the folder. `shipped` holds the
    tokenizer and the sentence encoder, which training leaves as they are. Raises `BadSettings` if the folder cannot be
    written, `BadTrace` if the requests cannot be read, `ModelFailed` if weights cannot.
    """
    with joined(options.device) as together:
        _train(options, shipped, catalogue, report, together)


def _train(options: Options, shipped: Path, catalogue: Catalogue, report: Report, together: Together) -> None:
    torch.manual_seed(options.seed)
    torch.set_float32_matmul_precision("high")
    torch.backends.cuda.enable_cudnn_sdp(False)  # it prepares itself anew for every shape of a batch: 0.3 s each
    report = report if together.leads else no_report
    if together.leads:
        _prepare(options.directory, shipped)
    parts = Parts.load(shipped, catalogue, options.device)
    human = read_human(options.commands) if options.commands else []
    network = new_network(options, parts, human or _some(options))
    practice, human = practised(human, parts)
    parts.practice = [*parts.practice, *practice]
    share = options.utterances / (options.utterances + AS_FAST * options.epochs * options.n_requests)
    _read_utterances(network, options, shipped, parts, human, between(report, 0.0, share), together)
    run = Run(network, options, parts, human, between(report, share, 1.0), together)
    run.resume()
    run.go()
    if not together.leads:
        return
    metadata = {"seed": str(options.seed), "actions": json.dumps(trained_rows(options, parts))}
    save(network, options.directory / "stream.safetensors", metadata)
    parts.items.save(options.directory / TEXTS, catalogue_texts(catalogue))
    _fit_floor(options, parts, human)


def _read_utterances(
    network: Network,
    options: Options,
    shipped: Path,
    parts: Parts,
    human: Sequence[Request],
    report: Report,
    together: Together,
) -> None:
    """Learn how to read what is said, unless an earlier run did, and read with it from now on."""
    path = options.directory / UTTERANCES
    if not (path.exists() and (options.directory / CHECKPOINT).exists()):
        layers = first_layers(Path(options.start), shipped).to(options.device)
        if options.utterances:
            learned = [request for request in human if not kept_back(request)]
            learn_utterances(network, layers, options, parts, learned, trained_rows(options, parts), report, together)
        if together.leads:
            weights.save(path, layers.state_dict(), {})
    together.from_leader(None)  # not before it is written
    parts.utterances = parts.items.for_utterances(path)


def trained_rows(options: Options, parts: Parts) -> dict[str, int]:
    """Which row of the refining table each action has that is trained on."""
    learned = parts.symbols.actions[: parts.n_learned]
    return {name: row for row, name in enumerate(learned) if name not in options.held_out}


def _prepare(directory: Path, shipped: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in ("tokenizer.json", "items.safetensors"):
            shutil.copyfile(shipped / name, directory / name)
    except OSError as error:
        raise BadSettings(f"The reflex cannot be trained in {directory}: {error.strerror}.") from error


def new_network(options: Options, parts: Parts, requests: Sequence[Request]) -> Network:
    network = Network(options.config)
    pieces = parts.items.piece_table.dense()
    network.pieces = pieces.cpu() if options.start != "scratch" else torch.randn(pieces.shape) * 0.05
    network.predicted.copy_(parts.rank_pieces(requests, options.config.n_predicted_piece))
    if options.start == "pretrained":
        pretrained.initialise(network)
    elif options.start not in ("embeddings", "scratch"):
        path = Path(options.start) / "stream.safetensors"
        fill(network, weights.load(path)[0], path)
        parts.piece_rank = {int(piece): rank for rank, piece in enumerate(network.predicted.tolist())}
    return network.to(options.device)


def _fit_floor(options: Options, parts: Parts, human: Sequence[Request]) -> None:
    """The floor learns from the same requests as the first epoch of the reflex."""
    lessons = Lessons(options, parts, [request for request in human if not kept_back(request)], 0)
    rng = random.Random(options.seed)
    learned, absent = parts.symbols.actions[: parts.n_learned], parts.symbols.actions[parts.n_learned :]
    groups = [group for chunk in range(len(lessons)) for group in lessons.requests(chunk, rng, absent)]
    requests = [request for group in groups for request in group]
    fit(requests, parts.items, learned, seed=options.seed).save(options.directory / FLOOR)


def _some(options: Options) -> list[Request]:
    rng = random.Random(options.seed)
    return [compose(rng) for _ in range(4000)]


class Run:
    """One training run: its optimiser, its place in the data, its checkpoint."""

    def __init__(
        self,
        network: Network,
        options: Options,
        parts: Parts,
        human: Sequence[Request],
        report: Report,
        together: Together = ALONE,
    ) -> None:
        self.network, self.options, self.parts, self.together = network, options, parts, together
        self.report = report
        self.human = [request for request in human if not kept_back(request)]
        self.measured = [batch.read(parts.items, parts.utterances) for batch in to_measure_by(options, parts, human)]
        network.requires_grad_(True)
        learn_words(network.writing, False)  # that was learned with the layers that read what is said
        heads = [p for n, p in network.named_parameters() if not n.startswith("blocks.") or ".field." in n]
        body = [p for n, p in network.named_parameters() if n.startswith("blocks.") and ".field." not in n]
        rates = (options.learning_rate, options.head_learning_rate)
        if options.start == "scratch":
            rates = (options.head_learning_rate / 2, options.head_learning_rate)
        groups = [
            {"params": body, "lr": rates[0], "peak": rates[0]},
            {"params": heads, "lr": rates[1], "peak": rates[1]},
        ]
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01)
        self.epoch = 0
        self.progress = 0.0

    @property
    def checkpoint(self) -> Path:
        return self.options.directory / CHECKPOINT

    def resume(self) -> None:
        saved = self.together.from_leader(self._saved() if self.together.leads else None)
        if saved is None:
            return
        try:
            self.network.load_state_dict(saved["network"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.epoch = saved["epoch"]
        except (RuntimeError, KeyError, TypeError) as error:
            raise self._damaged(error) from error
        self.report(Progressed(self.epoch / self.options.epochs, f"going on after epoch {self.epoch}"))

    def _saved(self) -> dict[str, Any] | None:
        if not self.checkpoint.exists():
            return None
        try:
            return torch.load(self.checkpoint, map_location=self.options.device, weights_only=True)
        except (OSError, EOFError, RuntimeError, LookupError, TypeError, ValueError, UnpicklingError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> ModelFailed:
        cure = "Train in another folder, or delete it."
        return ModelFailed(f"The checkpoint {self.checkpoint} is damaged or of another run ({error!r:.80}). {cure}")

    def go(self) -> None:
        rows = trained_rows(self.options, self.parts)
        actions = action_vectors(self.parts.catalogue, self.parts.symbols, self.parts.items, rows)
        while self.epoch < self.options.epochs:
            self._epoch(actions)
            self.epoch += 1
            if not self.together.leads:
                continue
            self.report(Progressed(self.epoch / self.options.epochs, f"epoch {self.epoch}: {self.rightness(actions)}"))
            state = {
                "network": self.network.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "epoch": self.epoch,
            }
            new = self.checkpoint.with_suffix(".new")
            torch.save(state, new)
            new.replace(self.checkpoint)

    def rightness(self, actions: Actions) -> Rightness:
        """On the lessons that are never learned from."""
        with torch.inference_mode():
            tables = self.network.tables(actions)
        return rightness(self.network, tables, self.measured, self.parts.symbols)

    def _epoch(self, actions: Actions) -> None:
        done, began, mean = 0, time.monotonic(), dict[str, Tensor]()
        self.network.train()
        group = self.together
        lessons = Lessons(self.options, self.parts, self.human, self.epoch, group.rank, group.size)
        batches = prepared(lessons, self.parts, self.options.workers)
        for n in count():
            own_share, batch = next(batches, (1.0, None))
            share = group.anybody(batch is not None, own_share)
            if share is None:
                return
            share = (self.epoch + share) / self.options.epochs
            self._learn(share)
            found = self._batch(batch, actions)
            done += batch.n_ticks if batch else 0
            for name, value in found.items():
                mean[name] = 0.98 * mean.get(name, value) + 0.02 * value
            if n % 50 == 0:
                per_second = done / (time.monotonic() - began)
                shown = " ".join(f"{name} {float(mean[name]):.2f}" for name in SHOWN if name in mean)
                self.report(Progressed(share, f"epoch {self.epoch + 1}, {per_second:.0f} ticks/s, {shown}"))

    def _learn(self, progress: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate(progress, self.options.warm_up)
        self.progress = progress

    def _batch(self, batch: Batch | None, actions: Actions) -> dict[str, Tensor]:
        """One step of all processes, by what each of them has; the losses on ours."""
        self.optimizer.zero_grad(set_to_none=True)
        found = self._backward(batch, actions) if batch else {}
        self.together.average(self.network, batch is not None)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return found

    def _backward(self, batch: Batch, actions: Actions) -> dict[str, Tensor]:
        device = torch.device(self.options.device)
        with plain_attention(device):
            with half(device):
                logits = self.network(batch.columns, batch.field, batch.present, self.network.tables(actions))
            found = losses(self.network, _possible(logits.float(), batch.absent), batch)
            loss = sum((WEIGHTS[name] * value for name, value in found.items()), torch.zeros((), device=device))
            loss.backward()
        return {name: value.detach() for name, value in found.items()}


def _possible(logits: Logits, absent: Tensor | None) -> Logits:
    """Actions stand last among thoughts and calls."""
    if absent is None:
        return logits
    masked = [
        torch.cat([each[..., : -len(absent)], each[..., -len(absent) :].masked_fill(absent, -1e4)], -1)
        for each in (logits.thought, logits.action)
    ]
    return replace(logits, thought=masked[0], action=masked[1])


def save(network: Network, path: Path, metadata: dict[str, str]) -> None:
    metadata = {**metadata, "config": json.dumps(asdict(network.config)), "lexicon": json.dumps(LEXICON)}
    weights.save(path, network.state_dict(), metadata)
