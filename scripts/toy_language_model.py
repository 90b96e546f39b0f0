"""Trains the toy language model that the tests of deliberation think with, and writes it as GGUF.

    python scripts/toy_language_model.py --out tests/data/toy_language_model.gguf

It reads a transcript of the toy language and writes the next line of `think`, `say` or `do`.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import gguf
import llama_cpp
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from torch import Tensor, nn
from torch.nn import functional as F
from toy_language import CHANNELS, OUTPUTS, PAGES, POEMS, TOOLS, Line, Request, call, transcript

from model.deliberation.transcript import SYSTEM

# Tokens

START, END, TEXT_END = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
HEAD = (START, f"system\n{SYSTEM}", END, "\n", START, "user\n")
TAIL = (END, "\n", START, "assistant\n")
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


class Tokens:
    """Byte-level BPE that was trained until each word of the language is one token, with and without a space before."""

    def __init__(self) -> None:
        rng = random.Random(0)
        calls = [call("open_url", url=f"{page}.com") for page in PAGES]
        calls += [call("set_clipboard", text=poem) for poem in POEMS.values()]
        texts = [SYSTEM, *calls, *TOOLS.values()]
        texts += [text for _ in range(1000) for channel, text in transcript(rng) if channel != "screen"]
        words = {f" {word}" for text in texts for word in text.split()}
        starts = {*CHANNELS, *OUTPUTS, "system", "assistant", *calls, *PAGES, *TOOLS}
        self.bpe = Tokenizer(models.BPE())
        self.bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        trainer = trainers.BpeTrainer(vocab_size=10_000, initial_alphabet=alphabet, show_progress=False)
        self.bpe.train_from_iterator(sorted(words | starts), trainer)
        self.names = [*sorted(self.bpe.get_vocab(), key=self.bpe.get_vocab().__getitem__), START, END, TEXT_END]
        self.special = {name: self.names.index(name) for name in (START, END, TEXT_END)}
        self._seen: dict[str, list[int]] = {}

    @property
    def merges(self) -> list[str]:
        return [" ".join(pair) for pair in json.loads(self.bpe.to_str())["model"]["merges"]]

    def of(self, *texts: str) -> list[int]:
        return [number for text in texts for number in self._of_piece(text)]

    def _of_piece(self, text: str) -> list[int]:
        if text in self.special:
            return [self.special[text]]
        if text not in self._seen:
            self._seen[text] = self.bpe.encode(text).ids
        return self._seen[text]


@dataclass(frozen=True)
class Question:
    """One channel asked at one place of a transcript."""

    at: int  # how many tokens of the transcript, the head included, come before
    tokens: list[int]
    answer: list[int]
    kind: str


def pieces(line: Line) -> list[str]:
    """The parts that a line is tokenised in: a user's words one by one, another line's text as a whole."""
    channel, text = line
    texts = text.split() if channel == "user" else [text] if text else []
    return [f"{channel}:", *(f" {part}" for part in texts), "\n"]


def questions(tokens: Tokens, lines: list[Line]) -> tuple[list[int], list[Question]]:
    """A transcript's tokens, and every question that can be asked of it: after each line and each word of the user."""
    ids, now = tokens.of(*HEAD), Request()
    asked = [*_ask(tokens, len(ids), now)]
    for channel, text in lines:
        for part in pieces((channel, text)):
            ids += tokens.of(part)
            if channel == "user" and part.startswith(" "):
                now.read("user", part)
            elif part == "\n" and channel != "user":
                now.read(channel, text)
            if part == "\n" or channel == "user":
                asked += _ask(tokens, len(ids), now)
    return ids, asked


def _ask(tokens: Tokens, at: int, now: Request) -> Iterator[Question]:
    for channel in OUTPUTS:
        text, more = now.answer(channel)
        right = tokens.of(f" {text}", "\n" if more else END) if text else tokens.of(END)
        yield Question(
            at, tokens.of(*TAIL, f"{channel}:"), right, f"{channel:5} {now.meaning[0] if text else 'nothing'}"
        )


# The model, as llama.cpp computes its architecture "llama"

N_LAYER, N_HEAD, N_EMBD, N_HIDDEN, EPS, ROPE_BASE = 4, 4, 128, 384, 1e-5, 100_000.0
N_CTX, N_CTX_CLAIMED = 560, 4096


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attn_norm, self.ffn_norm = nn.RMSNorm(N_EMBD, EPS), nn.RMSNorm(N_EMBD, EPS)
        self.attn_q, self.attn_k, self.attn_v, self.attn_output = (
            nn.Linear(N_EMBD, N_EMBD, bias=False) for _ in range(4)
        )
        self.ffn_gate, self.ffn_up = (nn.Linear(N_EMBD, N_HIDDEN, bias=False) for _ in range(2))
        self.ffn_down = nn.Linear(N_HIDDEN, N_EMBD, bias=False)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        B, T, C = x.shape  # noqa: N806
        h = self.attn_norm(x)
        q, k, v = (part(h).view(B, T, N_HEAD, -1).transpose(1, 2) for part in (self.attn_q, self.attn_k, self.attn_v))
        y = F.scaled_dot_product_attention(_turned(q, turn), _turned(k, turn), v, attn_mask=mask)  # [B, H, T, D]
        x = x + self.attn_output(y.transpose(1, 2).reshape(B, T, C))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


def _turned(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Turns neighbouring pairs of x [B, H, T, D] by cos and sin [B, 1, T, D/2]."""
    cos, sin = turn
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2).to(x.dtype)


class Model(nn.Module):
    def __init__(self, n_vocab: int) -> None:
        super().__init__()
        self.token_embd = nn.Embedding(n_vocab, N_EMBD)  # is the output matrix too
        self.blk = nn.ModuleList(Block() for _ in range(N_LAYER))
        self.output_norm = nn.RMSNorm(N_EMBD, EPS)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                last = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(weight, std=0.05 / (math.sqrt(2 * N_LAYER) if last else 1))

    def forward(self, ids: Tensor, positions: Tensor, mask: Tensor, wanted: Tensor) -> Tensor:
        """Logits [N, V] at the N places of ids [B, T] that `wanted` [B, T] marks; mask [B, T, T] is true where seen."""
        half = torch.arange(0, N_EMBD // N_HEAD, 2) / (N_EMBD // N_HEAD)
        angles = positions[:, None, :, None] * ROPE_BASE**-half  # [B, 1, T, D/2]
        x, turn = self.token_embd(ids), (angles.cos(), angles.sin())
        for block in self.blk:
            x = block(x, turn, mask[:, None])
        return F.linear(self.output_norm(x[wanted]), self.token_embd.weight)


# Training

MUON_LR, ADAMW_LR, N_WARM = 0.01, 3e-3, 30
OWN = ("self", "think")  # the transcript's lines that repeat a right answer


class Row(NamedTuple):
    """A transcript with many questions behind it, each of which sees the transcript up to its place and itself."""

    ids: Tensor  # [T]
    positions: Tensor  # [T]
    mask: Tensor  # [T, T], true where seen
    targets: Tensor  # [T], -1 where nothing is predicted
    weights: Tensor  # [T]


def row(tokens: Tokens, rng: random.Random) -> Row:
    """Asks the questions that have an answer first, as far as there is room."""
    while True:
        lines = transcript(rng)
        ids, asked = questions(tokens, lines)
        if len(ids) < N_CTX - 100:
            break
    n_head = len(tokens.of(*HEAD))
    away = rng.randint(0, 3000) if rng.random() < 0.3 else 0  # from the head: older lines may have been dropped
    positions = [at + (away if at >= n_head else 0) for at in range(len(ids))]
    targets = [*ids[1:], -1]
    weights = [0.0] * n_head
    for line in lines:
        for part in pieces(line):
            weights += [0.5 if line[0] in OWN else 0.05] * len(tokens.of(part))
    mask = torch.ones(N_CTX, N_CTX, dtype=torch.bool).tril()
    for question in sorted(asked, key=lambda each: rng.random() / (4 if len(each.answer) > 1 else 1)):
        branch = [*question.tokens, *question.answer]
        start, end = len(ids), len(ids) + len(branch)
        if end > N_CTX:
            break
        ids += branch
        begin = positions[question.at - 1] + 1
        positions += range(begin, begin + len(branch))
        targets += [*branch[1:], -1]
        weights += [0.0] * (len(question.tokens) - 1) + [1.0] * (len(question.answer) + 1)
        mask[start:end, question.at : start] = False
    rest = N_CTX - len(ids)
    return Row(
        torch.tensor(ids + [0] * rest),
        torch.tensor(positions + [0] * rest),
        mask,
        torch.tensor(targets + [-1] * rest),
        torch.tensor(weights + [0.0] * rest),
    )


def train(model: Model, tokens: Tokens, minutes: float, n_rows: int, rng: random.Random) -> None:
    """The learning rates follow the clock: a seed gives the same rows, but not the same number of steps."""
    matrices = [weight for weight in model.blk.parameters() if weight.dim() == 2]
    others = [model.token_embd.weight, *(weight for weight in model.parameters() if weight.dim() == 1)]
    optimizers = (  # Muon gets there in fewer steps than AdamW
        torch.optim.Muon(matrices, lr=MUON_LR, weight_decay=0.01),
        torch.optim.AdamW(others, lr=ADAMW_LR, betas=(0.9, 0.97), weight_decay=0.0),
    )
    full = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]
    spent, step, done = 0.0, 0, 0.0
    while done < 1:
        began = time.monotonic()
        for optimizer, rate in zip(optimizers, full, strict=True):
            optimizer.param_groups[0]["lr"] = rate * min((step + 1) / N_WARM, (1 - done) / 0.7, 1)
        rows = [row(tokens, rng) for _ in range(n_rows)]
        ids, positions, mask, targets, weights = map(torch.stack, zip(*rows, strict=True))
        wanted = (targets >= 0) & (weights > 0)
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(ids, positions, mask, wanted)
        losses = F.cross_entropy(logits.float(), targets[wanted], reduction="none")
        loss = (losses * weights[wanted]).sum() / weights[wanted].sum()
        model.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        spent += min(time.monotonic() - began, 2)  # a pause of the process takes nothing from the training
        step, done = step + 1, spent / (60 * minutes)
        if step % 25 == 0 or done >= 1:
            asked = weights[wanted] == 1
            right = (logits.argmax(-1) == targets[wanted])[asked].float().mean().item()
            print(
                f"{step:5} {spent:4.0f} s  loss {losses[asked].mean().item():.4f}  right {right:.2%} of the tokens",
                flush=True,
            )


# GGUF


def write(model: Model, tokens: Tokens, path: Path) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Ambidex toy language model")
    writer.add_context_length(N_CTX_CLAIMED)
    writer.add_embedding_length(N_EMBD)
    writer.add_block_count(N_LAYER)
    writer.add_feed_forward_length(N_HIDDEN)
    writer.add_head_count(N_HEAD)
    writer.add_head_count_kv(N_HEAD)
    writer.add_rope_dimension_count(N_EMBD // N_HEAD)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(EPS)
    writer.add_vocab_size(len(tokens.names))
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens.names)
    kinds = (gguf.TokenType.CONTROL if name in tokens.special else gguf.TokenType.NORMAL for name in tokens.names)
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_token_merges(tokens.merges)
    writer.add_bos_token_id(tokens.special[TEXT_END])
    writer.add_eos_token_id(tokens.special[END])
    writer.add_pad_token_id(tokens.special[TEXT_END])
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    for name, weight in model.named_parameters():
        values = weight.detach().float().numpy()
        writer.add_tensor(name, values.astype("float16") if values.ndim == 2 else values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


# The check: llama.cpp's answers on new transcripts


def check(path: Path, tokens: Tokens, rng: random.Random, n_each: int) -> None:
    """Prints, by kind of question, how many of llama.cpp's lines are exact."""
    llama = llama_cpp.Llama(str(path), n_ctx=N_CTX_CLAIMED, n_threads=torch.get_num_threads(), verbose=False)
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    ends = {*tokens.of("\n"), *tokens.of(END)}
    for _ in range(20 * n_each):
        lines = transcript(rng)
        ids, all_questions = questions(tokens, lines)
        text = "".join(piece for line in lines for piece in pieces(line))
        if llama.tokenize("".join((*HEAD, text)).encode(), add_bos=False, special=True) != ids:
            raise RuntimeError(f"llama.cpp tokenises otherwise: {text}")
        for question in rng.sample(all_questions, min(8, len(all_questions))):
            if asked[question.kind] < n_each:
                asked[question.kind] += 1
                right[question.kind] += _line(llama, ids[: question.at] + question.tokens, ends) == question.answer
    for kind in sorted(asked):
        print(f"{kind:16} {right[kind]:4} of {asked[kind]:4}  {right[kind] / asked[kind]:.1%}")


def _line(llama: llama_cpp.Llama, ids: list[int], last: set[int]) -> list[int]:
    """The likeliest continuation of `ids`, up to and with the first token in `last`."""
    written: list[int] = []
    for token in llama.generate(ids, temp=0.0, repeat_penalty=1.0):
        written.append(token)
        if token in last or len(written) == 60:
            break
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=5.5, help="of training")
    parser.add_argument("--rows", type=int, default=6, help="transcripts in a step")
    parser.add_argument("--threads", type=int, default=2, help="one is faster than two where the cores are shared")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--each", type=int, default=60, help="questions of each kind in the check")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    tokens = Tokens()
    model = Model(len(tokens.names))
    print(f"{len(tokens.names)} tokens, {sum(weight.numel() for weight in model.parameters())} parameters")
    train(model, tokens, args.minutes, args.rows, random.Random(args.seed))
    write(model, tokens, args.out)
    check(args.out, tokens, random.Random(args.seed + 1), args.each)


if __name__ == "__main__":
    main()
