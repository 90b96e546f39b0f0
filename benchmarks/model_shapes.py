"""Language models of random weights in the shape of real ones: what they say means nothing, their speed is the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import gguf
import numpy as np
from numpy.typing import NDArray

CONVOLUTION = 3
"""Tokens that a short convolution looks at."""
Format = Literal["Q8_0", "Q4_0", "Q4_K"]
WEIGHTS, BYTES = {"Q8_0": 32, "Q4_0": 32, "Q4_K": 256}, {"Q8_0": 34, "Q4_0": 18, "Q4_K": 144}
"""Of a block."""
LARGEST = {"Q8_0": 128, "Q4_0": 8, "Q4_K": 15 * 32}
"""Of its weights, in scales."""
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WHOLE_WORDS = ("pause", "user", "assistant", "system", "think", "say", "do")
"""One token each, as in a real vocabulary: what stands around a transcript would be long otherwise."""
MARKS = ("<|im_start|>", "<|im_end|>", "<|endoftext|>")


@dataclass(frozen=True, slots=True)
class Shape:
    n_layer: int
    n_embd: int
    n_head: int
    n_head_kv: int
    head_dim: int
    n_ff: int
    n_vocabulary: int


TINY = Shape(2, 64, 4, 2, 16, 128, 384)
SMALL = Shape(28, 1024, 16, 8, 128, 3072, 151_936)
"""As of models with 0.6 billion weights."""
MIDDLE = Shape(28, 1536, 12, 2, 128, 8960, 151_936)
"""As of models with 1.5 billion."""


Architecture = Literal["llama", "qwen3vl", "lfm2"]
"""Plain attention; positions of several parts; and a hybrid, whose layers but the last are short convolutions."""


def write_shape(
    path: Path, shape: Shape, format: Format = "Q8_0", seed: int = 0, architecture: Architecture = "llama"
) -> Path:
    """Write it with a byte-level vocabulary: but for a few words, each byte of a text is one token."""
    rng = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, architecture)
    _describe(writer, shape, architecture)
    is_hybrid, normed = architecture == "lfm2", architecture != "llama"

    def add(name: str, rows: int, columns: int) -> None:
        writer.add_tensor(
            f"{name}.weight", _random(rng, rows, columns, format), raw_dtype=gguf.GGMLQuantizationType[format]
        )

    def add_ones(name: str, size: int) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(size, np.float32))

    embedding = _random(rng, shape.n_vocabulary, shape.n_embd, format)
    _write_letters_alone(embedding, format)
    writer.add_tensor("token_embd.weight", embedding, raw_dtype=gguf.GGMLQuantizationType[format])
    add_ones("token_embd_norm" if is_hybrid else "output_norm", shape.n_embd)
    for n in range(shape.n_layer):
        add_ones(f"blk.{n}.attn_norm", shape.n_embd)
        add_ones(f"blk.{n}.ffn_norm", shape.n_embd)
        if is_hybrid and n < shape.n_layer - 1:
            kernel = rng.normal(size=(shape.n_embd, CONVOLUTION)).astype(np.float32)
            writer.add_tensor(f"blk.{n}.shortconv.conv.weight", kernel)
            add(f"blk.{n}.shortconv.in_proj", 3 * shape.n_embd, shape.n_embd)
            add(f"blk.{n}.shortconv.out_proj", shape.n_embd, shape.n_embd)
        else:
            if normed:
                add_ones(f"blk.{n}.attn_q_norm", shape.head_dim)
                add_ones(f"blk.{n}.attn_k_norm", shape.head_dim)
            add(f"blk.{n}.attn_q", shape.n_head * shape.head_dim, shape.n_embd)
            add(f"blk.{n}.attn_k", shape.n_head_kv * shape.head_dim, shape.n_embd)
            add(f"blk.{n}.attn_v", shape.n_head_kv * shape.head_dim, shape.n_embd)
            add(f"blk.{n}.attn_output", shape.n_embd, shape.n_head * shape.head_dim)
        add(f"blk.{n}.ffn_gate", shape.n_ff, shape.n_embd)
        add(f"blk.{n}.ffn_up", shape.n_ff, shape.n_embd)
        add(f"blk.{n}.ffn_down", shape.n_embd, shape.n_ff)
    _finish(writer)
    return path


def _describe(writer: gguf.GGUFWriter, shape: Shape, architecture: Architecture) -> None:
    writer.add_name("random")
    writer.add_context_length(40_960)
    writer.add_block_count(shape.n_layer)
    writer.add_embedding_length(shape.n_embd)
    writer.add_feed_forward_length(shape.n_ff)
    writer.add_head_count(shape.n_head)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1_000_000.0)
    _add_vocabulary(writer, shape.n_vocabulary)
    if architecture == "lfm2":
        writer.add_head_count_kv([0] * (shape.n_layer - 1) + [shape.n_head_kv])
        writer.add_shortconv_l_cache(CONVOLUTION)
        writer.add_vocab_size(shape.n_vocabulary)
    else:
        writer.add_head_count_kv(shape.n_head_kv)
        writer.add_key_length(shape.head_dim)
        writer.add_value_length(shape.head_dim)
        writer.add_rope_dimension_count(shape.head_dim)
    if architecture == "qwen3vl":
        writer.add_rope_dimension_sections([shape.head_dim // 4, shape.head_dim // 8, shape.head_dim // 8, 0])
        writer.add_num_deepstack_layers(0)


def write_adapter(path: Path, shape: Shape, seed: int = 0) -> Path:
    """LoRA weights for the queries of the first layer, large enough to be noticed."""
    rng = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 1.0)
    rank, rows = 4, shape.n_head * shape.head_dim
    writer.add_tensor("blk.0.attn_q.weight.lora_a", rng.normal(size=(rank, shape.n_embd)).astype(np.float32))
    writer.add_tensor("blk.0.attn_q.weight.lora_b", rng.normal(size=(rows, rank)).astype(np.float32))
    _finish(writer)
    return path


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    merges = [(word[:n], word[n]) for word in WHOLE_WORDS for n in range(1, len(word))]
    letters = [*_byte_letters(), *dict.fromkeys("".join(pair) for pair in merges)]
    fill = [*(f"[unused{n}]" for n in range(size - len(letters) - len(MARKS) - 1)), "<think>"]
    kinds = [gguf.TokenType.NORMAL] * (len(letters) + len(fill) - 1)
    kinds += [gguf.TokenType.USER_DEFINED, *[gguf.TokenType.CONTROL] * len(MARKS)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*letters, *fill, *MARKS])
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(pair) for pair in dict.fromkeys(merges)])
    writer.add_eos_token_id(size - 2)
    writer.add_bos_token_id(size - 1)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def _write_letters_alone(embedding: NDArray[np.uint8], format: Format) -> None:
    """What is written is read again: most of it were unused tokens, which are a dozen letters when they are read."""
    printable = np.zeros(len(embedding), bool)
    printable[[*range(ord(" "), ord("~") + 1)]] = True
    blocks = embedding.reshape(len(embedding), -1, BYTES[format])
    blocks[~printable, :, :2] = 0  # the scales; the embedding is the output matrix, too


def _byte_letters() -> list[str]:
    """The letter that stands for each byte in byte-level vocabularies: itself where it can be printed."""
    shown = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return [chr(byte) if byte in shown else chr(next(others)) for byte in range(256)]


def _random(rng: np.random.Generator, rows: int, columns: int, format: Format) -> NDArray[np.uint8]:
    """Blocks of scales, the first of them in two bytes, and of weights in 8 or 4 bits each."""
    blocks = rng.integers(0, 256, (rows * columns // WEIGHTS[format], BYTES[format]), np.uint8)
    scale = np.float16(2 / (LARGEST[format] * columns**0.5))
    blocks[:, :2] = np.frombuffer(scale.tobytes(), np.uint8)
    if format == "Q4_K":
        blocks[:, 2:4] = 0  # what is taken off from each weight
    return blocks.reshape(rows, -1)
