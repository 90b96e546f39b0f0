"""Training the reflex: on a CPU or a GPU, seeded, resumable."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from pickle import UnpicklingError

import torch
import torch.nn.functional as F
from torch import Tensor

from model.reflex import TEXTS, weights
from model.reflex.items import ItemEncoder, catalogue_texts
from model.reflex.mind import action_vectors
from model.reflex.network import Actions, Config, Logits, Network
from model.reflex.packed import fill
from model.reflex.vocabulary import NONE, Pieces, Symbols
from model.stream.catalogue import Catalogue
from model.stream.errors import BadSettings, BadTrace, ModelFailed
from model.training import pretrained
from model.training.batches import IGNORE, Batch, Row, ahead, batches, row_of
from model.training.compose import Request, compose, disturb, from_row
from model.training.floor import FILE as FLOOR
from model.training.floor import fit
from model.training.teacher import play

LEXICON = ("Sorry.", "Okay.", "Done.", "Yes.", "No.", "Wait.", "Listening.", "Thinking.")
WEIGHTS = {
    "thought": 1.0, "speech": 1.0, "action": 1.0, "start": 1.0, "end": 1.0, "point": 0.5, "gesture": 0.2,
    "tone": 0.02, "piece": 0.05, "item": 0.02,
}  # fmt: skip
SHOWN = ("thought", "action", "start", "speech", "piece")
NONE_WEIGHT = 0.25
"""A tick on which nothing should be written counts this much against one on which something should."""
BATCHES_AHEAD = 4
FOLLOWS, MAX_IN_A_ROW = 0.25, 3
"""Share of the requests that follow another in the same session, as long as those are not too many."""
UNREFINED = 0.2
"""Share of the actions that have to do with their computed embedding alone, drawn anew for each batch."""


@dataclass(frozen=True)
class Options:
    """What a training run is made of. Times are in ticks, learning rates peak values."""

    directory: Path
    commands: Path | None = None
    """A file of human-written requests; without it the reflex learns from composed ones alone."""
    epochs: int = 3
    composed: int = 16_000
    human: int = 15_000
    """Requests per epoch of each kind; of the human ones those for the language model are thinned out first."""
    ticks_per_batch: int = 1024
    learning_rate: float = 2e-4
    head_learning_rate: float = 1e-3
    warm_up: float = 0.06
    seed: int = 1
    device: str = "cpu"
    start: str = "pretrained"
    """`pretrained`, `embeddings` (only the table of word pieces), `scratch`, or the folder of a trained reflex."""
    as_in_life: float = 0.3
    """Share of the utterances with every tone and a recogniser that lags; they cost twice the ticks of the others."""
    held_out: tuple[str, ...] = ()
    """Actions that are left out of training, to be called by their description alone."""
    config: Config = field(default_factory=lambda: Config(n_lexicon=len(LEXICON)))


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a run has come: `share` of all its ticks, and a line about the losses."""

    share: float
    text: str


Report = Callable[[Progressed], None]


# Data -----------------------------------------------------------------------------------------------------------


def read_human(path: Path) -> list[Request]:
    """Requests that people wrote; those that cannot be aligned with an action's arguments are left out.

    Raises `BadTrace` if the file cannot be read.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise BadTrace(f"The requests in {path} cannot be read: {error}.") from error
    return [request for row in rows if (request := from_row(row)) is not None]


def requests_of_epoch(options: Options, human: Sequence[Request], epoch: int) -> list[list[Request]]:
    """What one epoch is about: composed and human-written requests, some of them two or three in a row."""
    rng = random.Random(f"{options.seed}/{epoch}")
    drawn = [disturb(compose(rng), rng) for _ in range(options.composed)]
    drawn += [disturb(r, rng) if rng.random() < 0.4 else r for r in thin_out(human, options.human, rng)]
    drawn = [r for r in drawn if r.action not in options.held_out and 0 < len(r.words) <= 60]
    rng.shuffle(drawn)
    groups: list[list[Request]] = []
    for request in drawn:
        if groups and rng.random() < FOLLOWS and _fits(request, groups[-1]):
            groups[-1].append(request)
        else:
            groups.append([request])
    return groups


def _fits(request: Request, group: Sequence[Request]) -> bool:
    """A group has one screen and one clipboard, so only one of its requests can point at what stands there."""
    return len(group) < MAX_IN_A_ROW and not (request.items and any(other.items for other in group))


def thin_out(human: Sequence[Request], n: int, rng: random.Random) -> list[Request]:
    """`n` requests in which a frequent action is not drawn in full: its share grows with the root of its count."""
    if not human or n <= 0:
        return []
    counts = Counter(request.action for request in human)
    return rng.choices(human, [counts[request.action] ** -0.4 for request in human], k=n)


def rows_of_epoch(options: Options, human: Sequence[Request], epoch: int, reflex: Parts) -> list[Row]:
    rng = random.Random(f"{options.seed}/{epoch}/play")
    lessons = (
        play(group, reflex.catalogue, reflex.symbols, reflex.pieces, rng, as_in_life=options.as_in_life)
        for group in requests_of_epoch(options, human, epoch)
    )
    return [row_of(lesson, reflex.catalogue, reflex.symbols, reflex.piece_rank) for lesson in lessons]


@dataclass
class Parts:
    """What training needs beside the network, all of it fixed."""

    catalogue: Catalogue
    symbols: Symbols
    pieces: Pieces
    items: ItemEncoder
    piece_rank: dict[int, int]

    @classmethod
    def load(cls, resources: Path, catalogue: Catalogue) -> Parts:
        pieces = Pieces(resources / "tokenizer.json")
        items = ItemEncoder.load(resources / "items.safetensors", pieces, cache_size=100_000)
        return cls(catalogue, Symbols.of(LEXICON, catalogue), pieces, items, {})

    def rank_pieces(self, requests: Iterable[Request], n: int) -> Tensor:
        """The pieces whose coming is predicted one by one: the most frequent; all others count as the first."""
        counts = Counter(p for r in requests for word in r.words for p, _ in self.pieces.encode(word))
        unknown, marks = 100, (1, 2, 101, 102)
        ranked = [unknown, *marks, *(p for p, _ in counts.most_common(n) if p not in (unknown, *marks))][:n]
        self.piece_rank = {piece: rank for rank, piece in enumerate(ranked)}
        return torch.tensor([*ranked, *[unknown] * (n - len(ranked))])


# Loss -----------------------------------------------------------------------------------------------------------


def losses(network: Network, logits: Logits, batch: Batch) -> dict[str, Tensor]:
    """The mean loss of each head, in nats."""
    targets, x = batch.targets, batch.columns
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
    scores = logits.item @ x.field_items.mT  # [B, T, M]
    t = torch.arange(scores.shape[1], device=scores.device)[None, :, None] + 1
    present = (t >= x.field_from[:, None]) & (t < x.field_until[:, None])
    found["item"] = _mean_loss(scores.masked_fill(~present, -1e4), targets.item)
    return found


def _mean_loss(logits: Tensor, target: Tensor) -> Tensor:
    if not bool((target != IGNORE).any()):
        return logits.sum() * 0
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=IGNORE)


# Training -------------------------------------------------------------------------------------------------------


def train_reflex(options: Options, shipped: Path, catalogue: Catalogue, report: Report) -> None:
    """Train, or go on with the run that `options.directory` holds, and leave a whole reflex there.

    `shipped` holds the tokenizer and the item encoder, which training leaves as they are. Raises `BadSettings` if the
    folder cannot be written, `BadTrace` if the requests cannot be read, `ModelFailed` if weights cannot.
    """
    torch.manual_seed(options.seed)
    _prepare(options.directory, shipped)
    parts = Parts.load(shipped, catalogue)
    human = read_human(options.commands) if options.commands else []
    network = new_network(options, parts, human or _some(options))
    run = Run(network, options, parts, human, report)
    run.resume()
    run.go()
    save(network, options.directory / "stream.safetensors", {"seed": str(options.seed)})
    parts.items.save(options.directory / TEXTS, catalogue_texts(catalogue))
    _fit_floor(options, parts, human)


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
    network.pieces = pieces if options.start != "scratch" else torch.randn_like(pieces) * 0.05
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
    requests = [request for group in requests_of_epoch(options, human, 0) for request in group]
    fit(requests, parts.items, parts.symbols.actions, seed=options.seed).save(options.directory / FLOOR)


def _some(options: Options) -> list[Request]:
    rng = random.Random(options.seed)
    return [compose(rng) for _ in range(4000)]


class Run:
    """One training run: its optimiser, its place in the data, its checkpoint."""

    def __init__(
        self, network: Network, options: Options, parts: Parts, human: Sequence[Request], report: Report
    ) -> None:
        self.network, self.options, self.parts, self.human, self.report = network, options, parts, human, report
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
        return self.options.directory / "checkpoint.pt"

    def resume(self) -> None:
        if not self.checkpoint.exists():
            return
        try:
            saved = torch.load(self.checkpoint, map_location=self.options.device, weights_only=True)
            self.network.load_state_dict(saved["network"])
            self.optimizer.load_state_dict(saved["optimizer"])
        except (RuntimeError, KeyError, EOFError, UnpicklingError) as error:
            cure = "Train in another folder, or delete it."
            raise ModelFailed(f"The checkpoint {self.checkpoint} is damaged or of another run. {cure}") from error
        self.epoch = saved["epoch"]
        self.report(Progressed(self.epoch / self.options.epochs, f"going on after epoch {self.epoch}"))

    def go(self) -> None:
        actions = action_vectors(self.parts.catalogue, self.parts.symbols, self.parts.items)
        while self.epoch < self.options.epochs:
            rows = rows_of_epoch(self.options, self.human, self.epoch, self.parts)
            self._epoch(rows, actions)
            self.epoch += 1
            state = {
                "network": self.network.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "epoch": self.epoch,
            }
            new = self.checkpoint.with_suffix(".new")
            torch.save(state, new)
            new.replace(self.checkpoint)

    def _epoch(self, rows: list[Row], actions: Actions) -> None:
        rng = random.Random(f"{self.options.seed}/{self.epoch}/order")
        noise = torch.Generator().manual_seed(self.options.seed * 1000 + self.epoch)
        total = sum(len(row.columns) for row in rows)
        done, began, mean = 0, time.monotonic(), dict[str, float]()
        self.network.train()
        prepared = batches(rows, self.parts.items, self.options.ticks_per_batch, rng)
        for n, batch in enumerate(ahead(prepared, BATCHES_AHEAD)):
            self._learn((self.epoch + done / total) / self.options.epochs)
            found = self._batch(batch, _thinned(actions, noise))
            done += batch.n_ticks
            for name, value in found.items():
                mean[name] = 0.98 * mean.get(name, value) + 0.02 * value
            if n % 50 == 0 or done == total:
                rate = done / (time.monotonic() - began)
                shown = " ".join(f"{name} {mean[name]:.2f}" for name in SHOWN)
                share = (self.epoch + done / total) / self.options.epochs
                self.report(Progressed(share, f"epoch {self.epoch + 1}, {rate:.0f} ticks/s, {shown}"))

    def _learn(self, progress: float) -> None:
        """Linear warm-up, then linear decay to a twentieth."""
        warm = self.options.warm_up
        factor = progress / warm if progress < warm else 1 - 0.95 * (progress - warm) / (1 - warm)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * max(factor, 0.01)
        self.progress = progress

    def _batch(self, batch: Batch, actions: Actions) -> dict[str, float]:
        device = self.options.device
        batch = Batch(batch.columns.to(device), batch.targets.to(device), batch.n_ticks)
        on_device = Actions(actions.slots.to(device), actions.actions.to(device), actions.known.to(device))
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            logits = self.network(batch.columns, self.network.tables(on_device))
        found = losses(self.network, logits.float(), batch)
        loss = sum((WEIGHTS[name] * value for name, value in found.items()), torch.zeros((), device=device))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return {name: float(value.detach()) for name, value in found.items()}


def _thinned(actions: Actions, noise: torch.Generator) -> Actions:
    """Some actions without their refining row, so that computed embeddings have to carry the meaning."""
    dropped = torch.rand(len(actions.known), generator=noise) < UNREFINED
    return Actions(actions.slots, actions.actions, torch.where(dropped, -1, actions.known))


def save(network: Network, path: Path, metadata: dict[str, str]) -> None:
    metadata = {**metadata, "config": json.dumps(asdict(network.config)), "lexicon": json.dumps(LEXICON)}
    weights.save(path, network.state_dict(), metadata)
