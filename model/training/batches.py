"""Lessons to tensors: columns as the network reads them, and for every tick what it should have written."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from model.reflex.columns import ITEM_ROW, Column, Scribe, field_channel, field_place, written
from model.reflex.network import Columns, Field
from model.reflex.texts import TextEncoder
from model.reflex.vocabulary import GESTURES, NONE, Pieces, Symbols
from model.stream.catalogue import Catalogue
from model.stream.values import Fill, Item, Span
from model.training.teacher import Lesson, Plan

T = TypeVar("T")
IGNORE = -100
MAX_TICKS = 160
MAX_ITEMS = 32
NEVER = 1 << 20


@dataclass
class Targets:
    """What should stand at each tick, [B, T]; `IGNORE` where anything may."""

    thought: Tensor
    speech: Tensor
    action: Tensor
    start: Tensor  # tick of the span's first piece, or T + row of an item
    end: Tensor
    point: Tensor
    gesture: Tensor
    tone: Tensor
    piece: Tensor
    item: Tensor  # row of the item that comes next

    def to(self, device: torch.device | str) -> Targets:
        return Targets(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


@dataclass
class Row:
    """One lesson as plain numbers. Item rows refer to `texts`."""

    columns: list[Column] = field(default_factory=list[Column])
    new_items: list[list[int]] = field(default_factory=list[list[int]])
    targets: list[dict[str, int]] = field(default_factory=list[dict[str, int]])
    items: list[Item] = field(default_factory=list[Item])
    present_from: list[int] = field(default_factory=list[int])
    present_until: list[int] = field(default_factory=list[int])


def row_of(lesson: Lesson, catalogue: Catalogue, symbols: Symbols, piece_rank: dict[int, int]) -> Row:
    """Walk the lesson with the same scribe that a living reflex uses."""
    row, scribe, known = Row(), Scribe(), dict[int, int]()
    actions = {plan.first_word: plan for plan in lesson.plans if plan.first_word >= 0}
    plan: Plan | None = None
    belief, open_ended = IGNORE, False
    for t, step in enumerate(lesson.steps[:MAX_TICKS]):
        seen = step.seen
        _follow_field(row, known, t, [*seen.items.values(), *seen.field])
        column = scribe.column(seen)
        if column.word in actions:
            plan = actions[column.word]
            belief, open_ended = symbols.thought_action(plan.request.action), False
        own = written(step, symbols)
        scribe.wrote(own)
        due = lesson.missed.get(t)
        action = symbols.call(due) if due else own.action
        target = {
            "thought": belief if column.word >= 0 else NONE,
            "speech": own.speech,
            "action": IGNORE if open_ended else action,
            "gesture": GESTURES.index(step.gesture.kind) if step.gesture else 0,
        }
        if step.action is not None and plan is not None:
            open_ended = open_ended or plan.is_open_after(step.action, catalogue)
        if isinstance(step.action, Fill):
            target |= _pointers(row, step.action.span, known, column.utterance)
        pointed = _pointed(lesson, step.speech, step.gesture is not None and step.gesture.kind == "point", column)
        if pointed is not None and pointed in known:
            target["point"] = known[pointed]
        row.columns.append(column)
        row.new_items.append([known.get(seen.items[c].id, -1) if c in seen.items else -1 for c in ITEM_ROW])
        row.targets.append(target)
        _expect(row, t, column, piece_rank)
    return row


def _follow_field(row: Row, known: dict[int, int], t: int, present: Sequence[Item]) -> None:
    for item in present:
        if item.id not in known and len(row.items) < MAX_ITEMS:
            known[item.id] = len(row.items)
            row.items.append(item)
            row.present_from.append(t)
            row.present_until.append(t + 1)
        if item.id in known:
            row.present_until[known[item.id]] = t + 1


def _pointers(row: Row, span: Span, known: dict[int, int], utterance: int) -> dict[str, int]:
    """Nothing where the words belong to another utterance than the one under way, at which a reflex cannot point."""
    if span.item_id is not None:
        return {"start_item": known[span.item_id]} if span.item_id in known else {}
    ticks = [t for t, c in enumerate(row.columns) if c.word == span.start and c.utterance == utterance]
    last = [t for t, column in enumerate(row.columns) if column.word == (span.end or 0) - 1]
    return {"start": ticks[0], "end": last[-1]} if ticks and last else {}


def _pointed(lesson: Lesson, speech: object, points: bool, column: Column) -> int | None:
    if isinstance(speech, Span):
        return speech.item_id
    if points:
        return next((plan.target.id for plan in reversed(lesson.plans) if plan.target and plan.first_word >= 0), None)
    return None


def _expect(row: Row, t: int, column: Column, piece_rank: dict[int, int]) -> None:
    """What the tick before should have predicted of this one."""
    if t == 0:
        return
    before = row.targets[t - 1]
    if column.tone:
        before["tone"] = column.tone
    if column.user or column.self_:
        before["piece"] = piece_rank.get(column.user or column.self_, 0)
    new = [item for item in row.new_items[t] if item >= 0]
    if new:
        before["item"] = new[0]


# Batches --------------------------------------------------------------------------------------------------------


@dataclass
class Batch:
    """Rows side by side. Where `columns` holds vectors of texts, there are numbers of `texts` until they are read."""

    columns: Columns
    field: Field
    present: Tensor  # [B, T, M] boolean: which items stood in the field at which tick
    targets: Targets
    texts: list[tuple[int, ...]]
    utterances: list[tuple[int, ...]]
    """Word pieces of what stands in the field and of what is said, each text once. The first is empty."""
    n_ticks: int
    absent: Tensor | None = None  # [n] boolean: which of the actions cannot be called; None for none

    def read(self, items: TextEncoder, utterances: TextEncoder) -> Batch:
        """The same batch with the vectors of its texts, on the device of the encoders."""
        vectors = items.encode_pieces(self.texts)  # [n, item_width]
        said, plain = utterances.encode_pieces(self.utterances), items.encode_pieces(self.utterances)
        to = vectors.device
        columns, field, present = self.columns.to(to), self.field.to(to), self.present.to(to)
        columns = replace(columns, said=said[columns.said], said_plain=plain[columns.said])
        field = replace(field, vectors=vectors[field.vectors])
        absent = None if self.absent is None else self.absent.to(to)
        targets = self.targets.to(to)
        return replace(self, columns=columns, field=field, present=present, targets=targets, absent=absent)


def batches(rows: Sequence[Row], pieces: Pieces, ticks_per_batch: int, rng: random.Random) -> Iterator[Batch]:
    """Rows of like length together, batches in random order."""
    order = sorted(range(len(rows)), key=lambda n: (len(rows[n].columns) + rng.random() * 6, n))
    groups: list[list[int]] = [[]]
    for n in order:
        if groups[-1] and (len(groups[-1]) + 1) * len(rows[n].columns) > ticks_per_batch:
            groups.append([])
        groups[-1].append(n)
    rng.shuffle(groups)
    for group in groups:
        yield collate([rows[n] for n in group], pieces)


def ahead(made: Iterator[T], n: int) -> Iterator[T]:
    """The same values, up to `n` of them prepared by another thread while those before are learned from."""
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, made, None) for _ in range(n))
        while (value := waiting.popleft().result()) is not None:
            waiting.append(pool.submit(next, made, None))
            yield value


def collate(rows: Sequence[Row], pieces: Pieces) -> Batch:
    b, t = len(rows), max(len(row.columns) for row in rows)
    m = max(1, max(len(row.items) for row in rows))
    texts: dict[tuple[int, ...], int] = {(): 0}
    utterances: dict[tuple[int, ...], int] = {(): 0}

    def number(of: tuple[int, ...], known: dict[tuple[int, ...], int]) -> int:
        return known.setdefault(of, len(known))

    ticks = {name: np.full((b, t), fill) for name, fill in TICK_FIELDS.items()}
    vectors, channel = np.zeros((b, m), int), np.zeros((b, m), int)
    since, until = np.full((b, m), NEVER), np.zeros((b, m), int)
    place = np.zeros((b, m, 4), np.float32)
    new = np.full((b, t, len(ITEM_ROW)), -1)
    for n, row in enumerate(rows):
        length, k = len(row.columns), len(row.items)
        numbers = np.array([_numbers(column, number(column.said, utterances)) for column in row.columns])
        for name, values in zip(TICK_FIELDS, numbers.T, strict=True):
            ticks[name][n, :length] = values
        new[n, :length] = row.new_items
        if k:
            read = (tuple(piece for piece, _ in pieces.encode(item.text)) for item in row.items)
            vectors[n, :k] = [number(text, texts) for text in read]
            channel[n, :k] = [field_channel(item) for item in row.items]
            place[n, :k] = [field_place(item.place) for item in row.items]
            since[n, :k], until[n, :k] = row.present_from, row.present_until
    columns = Columns(
        **{name: torch.from_numpy(values) for name, values in ticks.items()},
        said_plain=torch.from_numpy(ticks["said"]),
        item=torch.from_numpy(new),
    )
    field = Field(torch.from_numpy(vectors), torch.from_numpy(channel), torch.from_numpy(place))
    tick = np.arange(t)[None, :, None]
    present = torch.from_numpy((tick >= since[:, None]) & (tick < until[:, None]))
    n_ticks = sum(len(row.columns) for row in rows)
    return Batch(columns, field, present, _targets(rows, t), list(texts), list(utterances), n_ticks)


TICK_FIELDS = {
    "user": 0, "word": -1, "self_": 0, "tone": 0, "dt": 0, "position": 0, "utterance": -1, "said": 0, "thought": 0,
    "speech": 0, "action": 0,
}  # fmt: skip
"""What a column holds as numbers, in the order of `_numbers`, and what stands there where there is no tick."""


def _numbers(column: Column, said: int) -> tuple[int, ...]:
    c = column
    own = (c.own.thought, c.own.speech, c.own.action)
    return (c.user, c.word, c.self_, c.tone, c.dt, c.position, c.utterance, said, *own)


def _targets(rows: Sequence[Row], t: int) -> Targets:
    names = [f.name for f in fields(Targets)]
    grids = {name: np.full((len(rows), t), IGNORE) for name in names}
    for n, row in enumerate(rows):
        for k, target in enumerate(row.targets):
            for name, value in target.items():
                if name == "start_item":
                    grids["start"][n, k] = t + value
                else:
                    grids[name][n, k] = value
    return Targets(**{name: torch.from_numpy(grid) for name, grid in grids.items()})
