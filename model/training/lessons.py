"""What the reflex learns from: requests, composed or written by people, played to the teacher, in batches."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

import resources
from model.reflex import UTTERANCES
from model.reflex.network import Config
from model.reflex.texts import TextEncoder
from model.reflex.vocabulary import Pieces, Symbols
from model.stream.catalogue import Catalogue, load_catalogue
from model.stream.errors import BadTrace
from model.training.batches import Batch, Row, ahead, batches, row_of
from model.training.compose import Request, compose, disturb, from_row, surrounded
from model.training.precision import half
from model.training.requests import WHOLE
from model.training.teacher import play

LEXICON = ("Sorry.", "Okay.", "Done.", "Yes.", "No.", "Wait.", "Listening.", "Thinking.")
FOLLOWS, MAX_IN_A_ROW = 0.4, 3
"""Share of the requests that follow another in the same session, as long as those are not too many."""
DISTURBED, SURROUNDED = 0.6, 0.3
"""Shares of the human-written requests that are heard with hesitations and errors, and that get a screen or a clipboard
which has nothing to do with them."""
TWO_THINGS = 3
"""So many times as often is a written request drawn that asks for a second thing."""
MAX_WORDS = 60
WRITTEN = resources.ROOT / "requests.jsonl"
PRACTICE = resources.ROOT / "practice"
"""`.toml`: actions that no plugin has, to practise calling what is known by its description alone. `.jsonl`: requests
for them."""
INSTALLED = 0.5
"""Share of those actions that can be called at a time. Who asks for another one is sent to the language model."""
QUOTED = 0.1
"""Share of the requests for them that are only to be typed."""
CHUNK = 2048
"""Requests that are prepared together: enough for rows of like length to find each other."""
BATCHES_AHEAD = 4
KEPT_BACK = 24
"""One in so many human-written requests is never learned from: what a run is measured by on its way."""
N_MEASURED = 600


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
    workers: int = 0
    """Processes that prepare lessons; 0 for a thread of this one."""
    written: int = 5_000
    """Requests per epoch that were written for this, `resources/requests.jsonl`."""
    practice: int = 1_500
    """Requests per epoch for actions that are known by their description alone."""
    utterances: int = 400_000
    """Requests that are read whole before, 16 times as fast; 0 leaves the reading as it is in `start`."""
    start: str = "pretrained"
    """`pretrained`, `embeddings` (only the table of word pieces), `scratch`, or the folder of a trained reflex."""
    as_in_life: float = 0.3
    """Share of the utterances with every tone and a recogniser that lags; they cost twice the ticks of the others."""
    held_out: tuple[str, ...] = ()
    """Actions that are left out of training, to be called by their description alone."""
    config: Config = field(default_factory=lambda: Config(n_lexicon=len(LEXICON), dropout=0.1))

    @property
    def n_requests(self) -> int:
        """Of an epoch."""
        return self.composed + self.human + self.written + self.practice


def read_human(path: Path, catalogue: Catalogue | None = None) -> list[Request]:
    """Requests that people wrote; those that cannot be aligned with an action's arguments are left out.

    Raises `BadTrace` if the file cannot be read.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise BadTrace(f"The requests in {path} cannot be read: {error}.") from error
    return [request for row in rows if (request := from_row(row, catalogue)) is not None]


def kept_back(request: Request) -> bool:
    """Whether the request is one to measure by. The same words always are or never."""
    return hashlib.sha256(request.text.encode()).digest()[0] * KEPT_BACK < 256


def thin_out(human: Sequence[Request], n: int, rng: random.Random) -> list[Request]:
    """`n` requests in which a frequent action is not drawn in full: its share grows with the root of its count.

    What is no request is as various as everything else together, and loses less; of those that ask for two things there
    are few, so they are drawn more often.
    """
    if not human or n <= 0:
        return []
    counts = Counter(request.action for request in human)
    weights = {action: count ** (-0.25 if action == "none" else -0.4) for action, count in counts.items()}
    return rng.choices(human, [weights[r.action] * (TWO_THINGS if r.then else 1) for r in human], k=n)


@dataclass
class Parts:
    """What training needs beside the network, all of it fixed. The actions of practice stand behind those to learn."""

    catalogue: Catalogue
    symbols: Symbols
    pieces: Pieces
    items: TextEncoder
    utterances: TextEncoder
    piece_rank: dict[int, int]
    written: Sequence[Request]
    practice: Sequence[Request] = ()
    n_learned: int = 0
    """How many actions of the catalogue are to be learned."""

    @classmethod
    def load(cls, resources: Path, catalogue: Catalogue, device: str = "cpu") -> Parts:
        pieces = Pieces(resources / "tokenizer.json")
        items = TextEncoder.load(resources / "items.safetensors", pieces, cache_size=100_000, device=device)
        written = [request for request in read_human(WRITTEN) if request.action in catalogue]
        whole = {**catalogue, **load_catalogue(PRACTICE.with_suffix(".toml"))}
        practice = read_human(PRACTICE.with_suffix(".jsonl"), whole)
        symbols, utterances = Symbols.of(LEXICON, whole), items.for_utterances(resources / UTTERANCES)
        return cls(whole, symbols, pieces, items, utterances, {}, written, practice, len(catalogue))

    def rank_pieces(self, requests: Iterable[Request], n: int) -> Tensor:
        """The pieces whose coming is predicted one by one: the most frequent; all others count as the first."""
        counts = Counter(p for r in requests for word in r.words for p, _ in self.pieces.encode(word))
        unknown, marks = 100, (1, 2, 101, 102)
        ranked = [unknown, *marks, *(p for p, _ in counts.most_common(n) if p not in (unknown, *marks))][:n]
        self.piece_rank = {piece: rank for rank, piece in enumerate(ranked)}
        return torch.tensor([*ranked, *[unknown] * (n - len(ranked))])


class Lessons(Dataset[list[Batch]]):
    """One epoch, in chunks. Any process can make any chunk: what it holds follows from the seed and its number.

    Of several processes that learn together, each takes every `size`th chunk from `rank` on.
    """

    def __init__(
        self, options: Options, parts: Parts, human: Sequence[Request], epoch: int, rank: int = 0, size: int = 1
    ) -> None:
        self._rank, self._size = rank, size
        self._options, self._human, self._epoch = options, human, epoch
        self._catalogue, self._symbols = parts.catalogue, parts.symbols
        self._pieces, self._piece_rank = parts.pieces, parts.piece_rank
        self._written = [request for request in parts.written if not kept_back(request)]
        self._practice, self._n_learned = parts.practice, parts.n_learned

    @property
    def n_chunks(self) -> int:
        """Of all processes."""
        return max(1, round(self._options.n_requests / CHUNK))

    def __len__(self) -> int:
        return len(range(self._rank, self.n_chunks, self._size))

    def __getitem__(self, index: int) -> list[Batch]:
        groups, absent, rng = self.drawn(index)
        rows = [self._row(group, rng) for group in groups]
        made = batches(rows, self._pieces, self._options.ticks_per_batch, rng)
        marked = self.marked(absent)
        return [replace(batch, absent=marked) for batch in made]

    def drawn(self, index: int) -> tuple[list[list[Request]], frozenset[str], random.Random]:
        """The requests of a chunk, the actions that are absent meanwhile, and the generator to go on with."""
        chunk = self._rank + index * self._size
        if chunk >= self.n_chunks:
            raise IndexError(index)
        rng = random.Random(f"{self._options.seed}/{self._epoch}/{chunk}")
        absent = frozenset(a for a in self._symbols.actions[self._n_learned :] if rng.random() >= INSTALLED)
        return self.requests(chunk, rng, absent), absent, rng

    def marked(self, absent: Collection[str]) -> Tensor:
        """[n] boolean, in the order of the actions."""
        return torch.tensor([action in absent for action in self._symbols.actions])

    def requests(self, chunk: int, rng: random.Random, absent: Collection[str] = ()) -> list[list[Request]]:
        """Composed and human-written requests, some of them two or three in a row. What cannot be done, since its
        action is `absent`, is a matter for the language model."""
        options = self._options
        drawn = [disturb(compose(rng), rng) for _ in range(self._share(options.composed, chunk))]
        human = thin_out(self._human, self._share(options.human, chunk), rng)
        human += thin_out(self._written, self._share(options.written, chunk), rng)
        practice = thin_out(self._practice, self._share(options.practice, chunk), rng)
        practice = [_to_be_typed(r, rng) if rng.random() < QUOTED else r for r in practice]
        human += [_to_think_about(r) if r.action in absent else r for r in practice]
        human = [surrounded(r, rng) if rng.random() < SURROUNDED else r for r in human]
        drawn += [disturb(r, rng) if rng.random() < DISTURBED else r for r in human]
        drawn = [r for r in drawn if r.action not in options.held_out and 0 < len(r.words) <= MAX_WORDS]
        rng.shuffle(drawn)
        groups: list[list[Request]] = []
        for request in drawn:
            if groups and rng.random() < FOLLOWS and _fits(request, groups[-1]):
                groups[-1].append(request)
            else:
                groups.append([request])
        return groups

    def _share(self, total: int, chunk: int) -> int:
        return total * (chunk + 1) // self.n_chunks - total * chunk // self.n_chunks

    def _row(self, group: Sequence[Request], rng: random.Random) -> Row:
        as_in_life = self._options.as_in_life
        lesson = play(group, self._catalogue, self._symbols, self._pieces, rng, as_in_life=as_in_life)
        return row_of(lesson, self._catalogue, self._symbols, self._piece_rank)


def _to_think_about(request: Request) -> Request:
    return replace(request, action="think", spans={WHOLE: (0, len(request.words))}, then=None)


def _to_be_typed(request: Request, rng: random.Random) -> Request:
    """To speak of what an action does is not to ask for it."""
    words = (rng.choice(("type", "write")), *request.words)
    return replace(request, words=words, action="type_text", spans={"text": (1, len(words))}, then=None)


def _fits(request: Request, group: Sequence[Request]) -> bool:
    """A group has one screen and one clipboard, so only one of its requests can point at what stands there."""
    return len(group) < MAX_IN_A_ROW and not (request.items and any(other.items for other in group))


def prepared(lessons: Lessons, parts: Parts, workers: int) -> Iterator[tuple[float, Batch]]:
    """The batches of an epoch, their texts read, each with the share of `lessons` that it ends.

    A thread that reads them ahead helps on a CPU. Beside a GPU it stands in the way of the one that learns: 21,000
    against 56,000 ticks/s.
    """
    chunks = DataLoader(lessons, batch_size=None, num_workers=workers, collate_fn=_as_it_is)

    def read() -> Iterator[tuple[float, Batch]]:
        for chunk, made in enumerate(chunks):
            for number, batch in enumerate(made, 1):
                with half(parts.items.device):
                    ready = batch.read(parts.items, parts.utterances)
                yield (chunk + number / len(made)) / len(lessons), ready

    return read() if workers else ahead(read(), BATCHES_AHEAD)


def _as_it_is(chunk: list[Batch]) -> list[Batch]:
    return chunk


def to_measure_by(options: Options, parts: Parts, human: Sequence[Request]) -> list[Batch]:
    """Lessons that are never learned from: half of them of people, half composed with seeds of their own."""
    rng = random.Random(0)
    of_people = [request for request in (*human, *parts.written) if kept_back(request)]
    requests = rng.sample(of_people, min(N_MEASURED // 2, len(of_people)))
    requests += [compose(random.Random(f"test/{n}")) for n in range(N_MEASURED // 2)]
    lessons = [play([r], parts.catalogue, parts.symbols, parts.pieces, rng) for r in requests]
    rows = [row_of(lesson, parts.catalogue, parts.symbols, parts.piece_rank) for lesson in lessons]
    return list(batches(rows, parts.pieces, options.ticks_per_batch, rng))
