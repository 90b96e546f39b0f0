"""The reflex: a causal transformer over ticks that reads six channels, looks at the field, and writes four.

It looks back to where the utterance began and no further: what is to be remembered of earlier ones stands in the field.

Letters in shape comments: B sequences, T ticks, M items in the field, N positions kept in the window, C width,
H heads, D = C / H, K width of a pointer, A symbols of the action channel.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.reflex.packed import PackedTable, RoundedLinear

LIKENESS = 10.0, 20.0
"""Nats per unit of cosine between what was said and what an action is described as, to begin with: of actions that were
trained on, which have weights of their own besides, and of others, which have nothing else."""
CONTEXT = 0.25
"""How much what the stream knows besides counts against the words as a whole, where it is about which action is meant:
it learns its lessons by heart (docs/log.md)."""


@dataclass(frozen=True)
class Config:
    n_layer: int = 6
    n_head: int = 12
    width: int = 384
    n_position: int = 256
    window: int = 256
    field_layers: tuple[int, ...] = (1, 3)
    pointer_width: int = 96
    item_width: int = 384
    n_piece: int = 30522
    n_predicted_piece: int = 4096
    n_tone: int = 21
    n_dt: int = 8
    n_lexicon: int = 64
    n_speech_symbols: int = 4
    n_action_symbols: int = 2
    n_gesture: int = 5
    n_item_channel: int = 4
    n_known_action: int = 96
    """Rows of the table that refines the computed embeddings of built-in actions; other actions do without."""
    dropout: float = 0.0
    """Share of what each layer adds that is left out, anew at every tick, while training."""

    @classmethod
    def from_json(cls, text: str) -> Config:
        """Raises `ValueError` or `TypeError` where the text is not a configuration."""
        values: dict[str, Any] = json.loads(text)
        values["field_layers"] = tuple(values["field_layers"])
        return cls(**values)


@dataclass
class Columns:
    """Ticks as numbers. Everything is [B, T] int64 unless said otherwise; 0 is nothing."""

    user: Tensor
    word: Tensor  # which word the piece in `user` belongs to, -1 where there is none
    self_: Tensor
    tone: Tensor
    dt: Tensor
    position: Tensor  # user pieces since the utterance was opened
    utterance: Tensor
    said: Tensor  # [B, T, item_width] float, the utterance so far as its own encoder reads it
    said_plain: Tensor  # [B, T, item_width] float, as the encoder reads it that reads the descriptions
    thought: Tensor  # our own outputs of the tick before
    speech: Tensor
    action: Tensor
    item: Tensor  # [B, T, 3] rows of the field that entered on screen, clipboard, outcome; -1 for none

    def to(self, device: torch.device | str) -> Columns:
        return Columns(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


@dataclass
class Field:
    """Items as numbers, those that stand together or, for a whole sequence, all that ever stood there."""

    vectors: Tensor  # [B, M, item_width] float
    channel: Tensor  # [B, M] int64
    place: Tensor  # [B, M, 4] float, fractions of the screen

    def to(self, device: torch.device | str) -> Field:
        return Field(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


@dataclass
class Sight:
    """The field as each part of the network sees it. It is worked out when the field changes, not at every tick."""

    items: Tensor  # [B, M, C]
    layers: list[tuple[Tensor, Tensor] | None]  # keys and values [B, H, 1 + M, D], where a layer looks at all
    start_keys: Tensor  # [B, M, K] against which pointers are scored
    point_keys: Tensor  # [B, M, K]


@dataclass
class Actions:
    """What can be done right now: vectors of the slots' names and of the actions' descriptions."""

    slots: Tensor  # [S, item_width]
    actions: Tensor  # [n, item_width]
    known: Tensor  # [n] row of the refining table, -1 for an action never trained on


@dataclass
class Tables:
    """What follows from the weights and the actions alone: computed once per catalogue, not once per tick."""

    thought: Tensor  # [1 + n_lexicon + n, C] our own outputs as they are read back
    speech: Tensor  # [n_speech_symbols + n_lexicon, C]
    action: Tensor  # [A, C]
    slot_keys: Tensor  # [S, C] against which outputs are scored
    action_keys: Tensor  # [n, C]
    actions: Tensor  # [n, item_width] the vectors of the descriptions themselves
    learned: Tensor  # [n] boolean: which actions have weights of their own


@dataclass
class Logits:
    """One row per tick; `user` to `items` predict what the inputs bring next."""

    thought: Tensor  # [B, T, 1 + n_lexicon + n]
    speech: Tensor  # [B, T, n_speech_symbols + n_lexicon]
    action: Tensor  # [B, T, A]
    start: Tensor  # [B, T, N + M] pointer at the first piece of a span, or at an item
    end: Tensor  # [B, T, N] pointer at the last piece of a span
    point: Tensor  # [B, T, M] which item is spoken or pointed at
    gesture: Tensor  # [B, T, n_gesture]
    tone: Tensor  # [B, T, n_tone]
    piece: Tensor  # [B, T, C] direction of the next word piece; `piece_logits` makes logits of it
    item: Tensor  # [B, T, item_width] direction of the next item's vector

    def float(self) -> Logits:
        return Logits(**{f.name: getattr(self, f.name).float() for f in fields(self)})


@dataclass
class State:
    """The stream so far: a ring of the last N positions. `step` uses it up and returns the next one."""

    keys: list[Tensor]  # n_layer of [1, H, N, D]
    values: list[Tensor]
    pointer_start: Tensor  # [1, N, K]
    pointer_end: Tensor  # [1, N, K]
    word: Tensor  # [1, N]
    utterance: Tensor  # [1, N], -1 where unwritten
    count: int = 0

    def clone(self) -> State:
        return State(
            [k.clone() for k in self.keys],
            [v.clone() for v in self.values],
            self.pointer_start.clone(),
            self.pointer_end.clone(),
            self.word.clone(),
            self.utterance.clone(),
            self.count,
        )


class Attention(nn.Module):
    """Causal self-attention. Order is in the input's position embedding."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.n_head, self.head_width = c.n_head, c.width // c.n_head
        self.qkv = nn.Linear(c.width, 3 * c.width)
        self.out = nn.Linear(c.width, c.width)

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        b, t, _ = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.n_head, self.head_width).permute(2, 0, 3, 1, 4)  # [B, H, T, D]
        return q, k, v

    def attend(self, q: Tensor, k: Tensor, v: Tensor, allowed: Tensor) -> Tensor:
        """`allowed` is [B, T, N] boolean: may be looked at."""
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed[:, None])
        b, _, t, _ = y.shape
        return self.out(y.transpose(1, 2).reshape(b, t, -1))


class FieldAttention(nn.Module):
    """Looks at the items that are present. Starts as nothing: its output projection is zero."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.n_head, self.head_width = c.n_head, c.width // c.n_head
        self.q = nn.Linear(c.width, c.width)
        self.kv = nn.Linear(c.width, 2 * c.width)
        self.out = nn.Linear(c.width, c.width)

    def project(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """[B, M, C] -> keys and values [B, H, 1 + M, D]. A null item keeps the softmax defined."""
        items = F.pad(items, (0, 0, 1, 0))
        k, v = self.kv(items).view(len(items), -1, 2, self.n_head, self.head_width).permute(2, 0, 3, 1, 4)
        return k, v

    def forward(self, x: Tensor, seen: tuple[Tensor, Tensor], present: Tensor) -> Tensor:
        """`seen` as `project` gives it, `present` [B, T, M] boolean -> [B, T, C]."""
        b, t, c = x.shape
        q = self.q(x).view(b, t, self.n_head, self.head_width).transpose(1, 2)
        y = F.scaled_dot_product_attention(q, *seen, attn_mask=F.pad(present, (1, 0), value=True)[:, None])
        return self.out(y.transpose(1, 2).reshape(b, t, c))


class Block(nn.Module):
    """Normalisation after each part, as in the sentence encoder whose weights training starts from."""

    def __init__(self, c: Config, looks: bool) -> None:
        super().__init__()
        self.attention = Attention(c)
        self.norm1 = nn.LayerNorm(c.width, eps=1e-12)
        self.field = FieldAttention(c) if looks else None
        self.up = nn.Linear(c.width, 4 * c.width)
        self.down = nn.Linear(4 * c.width, c.width)
        self.norm2 = nn.LayerNorm(c.width, eps=1e-12)
        self.dropout = nn.Dropout(c.dropout)

    def finish(
        self, x: Tensor, attended: Tensor, seen: tuple[Tensor, Tensor] | None = None, present: Tensor | None = None
    ) -> Tensor:
        """`seen` is what this layer sees of the field, None where it does not look."""
        x = self.norm1(x + self.dropout(attended))
        if self.field is not None and seen is not None and present is not None:
            x = x + self.field(x, seen, present)
        return self.norm2(x + self.dropout(self.down(F.gelu(self.up(x)))))


class Reading(nn.Module):
    """Sums what stands on the input channels at a tick, and our own outputs of the tick before."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.silent = nn.Parameter(torch.zeros(c.width))  # stands on `user` when nobody says anything
        self.said = nn.Linear(c.item_width, c.width)
        self.position = nn.Embedding(c.n_position, c.width)
        self.tone = nn.Embedding(c.n_tone, c.width)
        self.dt = nn.Embedding(c.n_dt, c.width)
        self.lexicon = nn.Embedding(c.n_lexicon, c.width)
        self.speech_symbol = nn.Embedding(c.n_speech_symbols, c.width)
        self.action_symbol = nn.Embedding(c.n_action_symbols, c.width)
        self.self_ = nn.Linear(c.width, c.width)
        self.thought_word = nn.Linear(c.width, c.width)
        self.thought_action = nn.Linear(c.item_width, c.width)
        self.speech_word = nn.Linear(c.width, c.width)
        self.action = nn.Linear(c.item_width, c.width)
        self.item = nn.Linear(c.item_width, c.width)
        self.item_channel = nn.Embedding(c.n_item_channel, c.width)
        self.place = nn.Linear(4, c.width)
        self.norm = nn.LayerNorm(c.width, eps=1e-12)

    def items(self, field: Field) -> Tensor:
        """[B, M, C]"""
        return self.item(field.vectors) + self.item_channel(field.channel) + self.place(field.place)

    def own(self, actions: Actions) -> tuple[Tensor, Tensor, Tensor]:
        """What each symbol of thought, speech and action looks like when it is read back."""
        nothing = torch.zeros_like(self.silent)[None]
        thought = [nothing, self.thought_word(self.lexicon.weight), self.thought_action(actions.actions)]
        speech = [nothing, self.speech_symbol.weight[1:], self.speech_word(self.lexicon.weight)]
        action = [nothing, self.action_symbol.weight[1:], self.action(actions.slots), self.action(actions.actions)]
        return torch.cat(thought), torch.cat(speech), torch.cat(action)

    def forward(self, x: Columns, pieces: Tensor | PackedTable, tables: Tables, items: Tensor) -> Tensor:
        """`pieces` [n_piece, C] is the frozen table of word pieces. -> [B, T, C]"""
        user = torch.where((x.user > 0)[..., None], pieces[x.user], self.silent)
        heard = user + self.position(x.position.clamp(max=self.position.num_embeddings - 1))
        heard = heard + self.said(x.said) + self.tone(x.tone) + self.dt(x.dt)
        heard = heard + (x.self_ > 0)[..., None] * self.self_(pieces[x.self_])
        heard = heard + tables.thought[x.thought] + tables.speech[x.speech] + tables.action[x.action]
        return self.norm(heard + self._new_items(x, items))

    @staticmethod
    def _new_items(x: Columns, items: Tensor) -> Tensor:
        b, t, n = x.item.shape
        index = x.item.clamp(min=0).view(b, t * n, 1).expand(-1, -1, items.shape[-1])
        if items.shape[1] == 0:
            return torch.zeros(b, t, items.shape[-1], device=items.device)
        taken = items.gather(1, index).view(b, t, n, -1)
        return (taken * (x.item >= 0)[..., None]).sum(2)


class Writing(nn.Module):
    """The heads. Symbols that name actions, slots and items are scored by similarity, so new ones need no weights."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.thought_words = nn.Linear(c.width, 1 + c.n_lexicon)
        self.speech = nn.Linear(c.width, c.n_speech_symbols + c.n_lexicon)
        self.thought_query = nn.Linear(c.width, c.width)
        self.action_query = nn.Linear(c.width, c.width)
        self.said_query = nn.Linear(c.item_width, c.width)
        self.said_unlearned = nn.Linear(c.item_width, 1)  # whether something is meant that was never learned
        self.likeness = nn.Parameter(torch.tensor(LIKENESS))
        self.action_key = nn.Linear(c.item_width, c.width)
        self.slot_key = nn.Linear(c.item_width, c.width)
        self.known_action = nn.Embedding(c.n_known_action, c.width)
        self.action_symbol = nn.Linear(c.width, c.n_action_symbols)
        self.start_query = nn.Linear(c.width, c.pointer_width)
        self.end_query = nn.Linear(c.width, c.pointer_width)
        self.start_key = nn.Linear(c.width, c.pointer_width)
        self.end_key = nn.Linear(c.width, c.pointer_width)
        self.item_start_key = nn.Linear(c.width, c.pointer_width)
        self.point_query = nn.Linear(c.width, c.pointer_width)
        self.point_key = nn.Linear(c.width, c.pointer_width)
        self.gesture = nn.Linear(c.width, c.n_gesture)
        self.next_tone = nn.Linear(c.width, c.n_tone)
        self.next_piece = nn.Linear(c.width, c.width)
        self.next_item = nn.Linear(c.width, c.item_width)

    def action_keys(self, actions: Actions) -> Tensor:
        """[n, C]: computed from the description, refined; nothing for actions that were never trained on, since weights
        that see a hundred descriptions again and again learn them by heart."""
        refined = self.action_key(actions.actions) + self.known_action(actions.known.clamp(min=0))
        return refined * (actions.known >= 0)[:, None]

    def by_words(self, said: Tensor, plain: Tensor, tables: Tables) -> Tensor:
        """[..., item_width] twice -> logits [..., n]: which action the words alone speak for.

        What was never learned is compared by an encoder that did not learn either: one that learns what some actions
        are described as learns them by heart (docs/log.md).
        """
        query = tables.action_keys.shape[-1] ** -0.5 * self.said_query(said)
        learned = query @ tables.action_keys.T + self.likeness[0] * said @ tables.actions.T
        unlearned = self.likeness[1] * plain @ tables.actions.T + self.said_unlearned(said)
        return torch.where(tables.learned, learned, unlearned)


class Network(nn.Module):
    pieces: Tensor | PackedTable
    predicted: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = c = config
        # Frozen: the table of the sentence encoder, shared with it and saved there.
        self.register_buffer("pieces", torch.zeros(c.n_piece, c.width), persistent=False)
        self.register_buffer("predicted", torch.zeros(c.n_predicted_piece, dtype=torch.long))
        self.guess: RoundedLinear | None = None
        self.reading = Reading(c)
        self.blocks = nn.ModuleList(Block(c, layer in c.field_layers) for layer in range(c.n_layer))
        self.writing = Writing(c)
        self.initialise()

    def initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)
        writing = self.writing
        for layer in (writing.known_action, writing.said_query, writing.said_unlearned, self.reading.said):
            nn.init.zeros_(layer.weight)
        for block in self.layers():
            if block.field is not None:
                nn.init.zeros_(block.field.out.weight)

    def read_with(self, pieces: PackedTable) -> None:
        """Share the sentence encoder's table, as it is in memory, for living."""
        del self.pieces  # a buffer until now, which only a tensor may follow
        self.pieces = pieces
        self.guess = pieces.product(self.predicted)

    def tables(self, actions: Actions) -> Tables:
        thought, speech, action = self.reading.own(actions)
        keys = self.writing.slot_key(actions.slots), self.writing.action_keys(actions)
        return Tables(thought, speech, action, *keys, actions.actions, actions.known >= 0)

    def layers(self) -> Iterator[Block]:
        for block in self.blocks:
            assert isinstance(block, Block)
            yield block

    def look(self, field: Field) -> Sight:
        items, w = self.reading.items(field), self.writing
        layers = [None if block.field is None else block.field.project(items) for block in self.layers()]
        return Sight(items, layers, w.item_start_key(items), w.point_key(items))

    # The whole sequence at once, for training ---------------------------------------------------------------

    def forward(self, x: Columns, field: Field, present: Tensor, tables: Tables) -> Logits:
        """`present` [B, T, M] boolean: which items stood in the field at which tick."""
        t = torch.arange(x.user.shape[1], device=x.user.device)
        distance = t[:, None] - t[None, :]  # [T, T]
        allowed = x.utterance[:, :, None] == x.utterance[:, None, :]  # [B, T, T]
        allowed = allowed & (distance >= 0) & (distance < self.config.window)
        sight = self.look(field)
        h = self.reading(x, self.pieces, tables, sight.items)  # [B, T, C]
        for block, seen in zip(self.layers(), sight.layers, strict=True):
            q, k, v = block.attention.project(h)
            h = block.finish(h, block.attention.attend(q, k, v, allowed), seen, present)
        spoken = (x.word >= 0)[:, None, :] & allowed  # [B, T, N]
        keys = self.writing.start_key(h), self.writing.end_key(h)
        return self._write(h, x, tables, sight, present, spoken, keys)

    # One tick, for living -----------------------------------------------------------------------------------

    def begin(self) -> State:
        c = self.config
        shape = (1, c.n_head, c.window, c.width // c.n_head)
        return State(
            [torch.zeros(shape) for _ in range(c.n_layer)],
            [torch.zeros(shape) for _ in range(c.n_layer)],
            torch.zeros(1, c.window, c.pointer_width),
            torch.zeros(1, c.window, c.pointer_width),
            torch.full((1, c.window), -1),
            torch.full((1, c.window), -1),
        )

    def step(self, x: Columns, sight: Sight, tables: Tables, state: State) -> tuple[Logits, State]:
        """One tick: T = 1, B = 1. All that is in sight is present."""
        slot = state.count % self.config.window
        state.word[:, slot] = x.word[:, 0]
        state.utterance[:, slot] = x.utterance[:, 0]
        allowed = (state.utterance == x.utterance)[:, None]  # [1, 1, N]
        present = torch.ones(1, 1, sight.items.shape[1], dtype=torch.bool)
        h = self.reading(x, self.pieces, tables, sight.items)  # [1, 1, C]
        for layer, block in enumerate(self.layers()):
            q, k, v = block.attention.project(h)
            state.keys[layer][:, :, slot], state.values[layer][:, :, slot] = k[:, :, 0], v[:, :, 0]
            attended = block.attention.attend(q, state.keys[layer], state.values[layer], allowed)
            h = block.finish(h, attended, sight.layers[layer], present)
        state.pointer_start[:, slot] = self.writing.start_key(h)[:, 0]
        state.pointer_end[:, slot] = self.writing.end_key(h)[:, 0]
        spoken = (state.word >= 0)[:, None] & allowed
        keys = state.pointer_start, state.pointer_end
        state.count += 1
        return self._write(h, x, tables, sight, present, spoken, keys), state

    def piece_logits(self, direction: Tensor) -> Tensor:
        """`Logits.piece` [n, C] -> [n, n_predicted_piece]. Apart, since it is needed only when a word came."""
        scores = self.guess(direction) if self.guess else direction @ self.pieces[self.predicted].T
        return self.config.width**-0.5 * scores

    # Both -----------------------------------------------------------------------------------------------------

    def _write(
        self,
        h: Tensor,
        x: Columns,
        tables: Tables,
        sight: Sight,
        present: Tensor,
        spoken: Tensor,
        keys: tuple[Tensor, Tensor],
    ) -> Logits:
        """`h` [B, T, C], `present` [B, T, M], `spoken` [B, T, N], `keys` two [B, N, K]."""
        w = self.writing
        scale, pointer_scale = self.config.width**-0.5, self.config.pointer_width**-0.5
        action_query, thought_query = scale * w.action_query(h), scale * w.thought_query(h)
        by_words = w.by_words(x.said, x.said_plain, tables)
        thought = by_words + CONTEXT * thought_query @ tables.action_keys.T
        called = by_words + CONTEXT * action_query @ tables.action_keys.T
        start_query = w.start_query(h)
        start = pointer_scale * start_query @ keys[0].mT  # [B, T, N]
        start_item = pointer_scale * start_query @ sight.start_keys.mT  # [B, T, M]
        end = pointer_scale * w.end_query(h) @ keys[1].mT
        point = pointer_scale * w.point_query(h) @ sight.point_keys.mT
        never = -1e4
        return Logits(
            thought=torch.cat([w.thought_words(h), thought], -1),
            speech=w.speech(h),
            action=torch.cat([w.action_symbol(h), action_query @ tables.slot_keys.T, called], -1),
            start=torch.cat([start.masked_fill(~spoken, never), start_item.masked_fill(~present, never)], -1),
            end=end.masked_fill(~spoken, never),
            point=point.masked_fill(~present, never),
            gesture=w.gesture(h),
            tone=w.next_tone(h),
            piece=w.next_piece(h),
            item=w.next_item(h),
        )
