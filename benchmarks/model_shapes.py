"""Language models of random weights in the shape of real ones: what they say means nothing, their speed is the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import gguf
import numpy as np
from numpy.typing import NDArray

BLOCK = 32
"""Weights that share a scale."""
Format = Literal["Q8_0", "Q4_0"]
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


def write_shape(path: Path, shape: Shape, format: Format = "Q8_0", seed: int = 0) -> Path:
    """Write it with a byte-level vocabulary: but for a few words, each byte of a text is one token."""
    rng = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("random")
    writer.add_context_length(40_960)
    writer.add_block_count(shape.n_layer)
    writer.add_embedding_length(shape.n_embd)
    writer.add_feed_forward_length(shape.n_ff)
    writer.add_head_count(shape.n_head)
    writer.add_head_count_kv(shape.n_head_kv)
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1_000_000.0)
    _add_vocabulary(writer, shape.n_vocabulary)

    def add(name: str, rows: int, columns: int) -> None:
        writer.add_tensor(
            f"{name}.weight", _random(rng, rows, columns, format), raw_dtype=gguf.GGMLQuantizationType[format]
        )

    add("token_embd", shape.n_vocabulary, shape.n_embd)
    writer.add_tensor("output_norm.weight", np.ones(shape.n_embd, np.float32))
    for n in range(shape.n_layer):
        writer.add_tensor(f"blk.{n}.attn_norm.weight", np.ones(shape.n_embd, np.float32))
        writer.add_tensor(f"blk.{n}.ffn_norm.weight", np.ones(shape.n_embd, np.float32))
        add(f"blk.{n}.attn_q", shape.n_head * shape.head_dim, shape.n_embd)
        add(f"blk.{n}.attn_k", shape.n_head_kv * shape.head_dim, shape.n_embd)
        add(f"blk.{n}.attn_v", shape.n_head_kv * shape.head_dim, shape.n_embd)
        add(f"blk.{n}.attn_output", shape.n_embd, shape.n_head * shape.head_dim)
        add(f"blk.{n}.ffn_gate", shape.n_ff, shape.n_embd)
        add(f"blk.{n}.ffn_up", shape.n_ff, shape.n_embd)
        add(f"blk.{n}.ffn_down", shape.n_embd, shape.n_ff)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


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


def _byte_letters() -> list[str]:
    """The letter that stands for each byte in byte-level vocabularies: itself where it can be printed."""
    shown = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return [chr(byte) if byte in shown else chr(next(others)) for byte in range(256)]


def _random(rng: np.random.Generator, rows: int, columns: int, format: Format) -> NDArray[np.uint8]:
    """Blocks of a scale, in two bytes, and the weights, in 8 or 4 bits each."""
    size, largest = (BLOCK, 128) if format == "Q8_0" else (BLOCK // 2, 8)
    blocks = np.empty((rows * columns // BLOCK, 2 + size), np.uint8)
    scale = np.float16(2 / (largest * columns**0.5))
    blocks[:, :2] = np.frombuffer(scale.tobytes(), np.uint8)
    blocks[:, 2:] = rng.integers(0, 256, (len(blocks), size), np.uint8)
    return blocks.reshape(rows, -1)
