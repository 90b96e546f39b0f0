"""Which files of a folder make up a streaming model for sherpa-onnx, and of which kind it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from model.stream.errors import ModelFailed
from perception.protobuf import onnx_metadata


class Family(StrEnum):
    TRANSDUCER = "transducer"
    PARAFORMER = "paraformer"
    ZIPFORMER2_CTC = "zipformer2 CTC"
    WENET_CTC = "WeNet CTC"
    NEMO_CTC = "NeMo CTC"
    TONE_CTC = "T-one CTC"


@dataclass(frozen=True, slots=True)
class Layout:
    """`parts` are the ONNX files by role: `encoder`, `decoder`, `joiner`, or the one `model`."""

    family: Family
    parts: Mapping[str, Path]
    tokens: Path
    pieces: Path | None = None
    """The vocabulary of word pieces, `bpe.vocab` or `bpe.model`: without it no phrase can be favoured."""
    piece_ms: int = 0
    """How much audio the model takes at a time; 0 where it does not say so."""

    @property
    def files(self) -> tuple[Path, ...]:
        return (*self.parts.values(), self.tokens, *((self.pieces,) if self.pieces else ()))


_ROLES = ("encoder", "decoder", "joiner")
_TRANSDUCERS = ("conformer", "lstm", "zipformer", "zipformer2")
STEP_MS = 10
"""Of the features; the models count in it."""
_CTC_MARKS = {
    "frame_length_ms": Family.TONE_CTC,
    "chunk_shift": Family.NEMO_CTC,
    "right_context": Family.WENET_CTC,
    "decode_chunk_len": Family.ZIPFORMER2_CTC,
}
"""A note in the model that only this family of streaming models carries."""


def find_layout(folder: Path) -> Layout | None:
    """None if there is no speech recogniser in `folder`. Raises `ModelFailed` for one that cannot be used."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    chosen = choose_files(names)
    if "tokens" not in chosen or not set(chosen) & {"encoder", "model"}:
        return None
    parts = {role: folder / name for role, name in chosen.items() if role not in ("tokens", "pieces")}
    notes = {role: onnx_metadata(path) for role, path in parts.items()}
    tokens = folder / chosen["tokens"]
    _require_tokens(tokens, notes)
    return Layout(
        family=_family(parts, notes),
        parts=parts,
        tokens=tokens,
        pieces=folder / chosen["pieces"] if "pieces" in chosen else None,
        piece_ms=STEP_MS * int(_leading_digits(next(iter(notes.values())).get("decode_chunk_len", ""))),
    )


def choose_files(names: Iterable[str]) -> dict[str, str]:
    """File names by role. Where a model is there twice, the smaller one in 8 bits is taken."""
    names = list(names)
    models = [name for name in names if name.endswith(".onnx")]
    found = {role: _preferred([name for name in models if role in name.lower()]) for role in _ROLES}
    if not found["encoder"] and models:
        found = {"model": _preferred([name for name in models if not any(role in name.lower() for role in _ROLES)])}
    found["tokens"] = _preferred([name for name in names if name.endswith("tokens.txt")])
    found["pieces"] = next((name for name in ("bpe.vocab", "bpe.model") if name in names), "")
    return {role: name for role, name in found.items() if name}


def _preferred(names: Sequence[str]) -> str:
    return min(names, key=lambda name: ("int8" not in name, len(name), name), default="")


def _leading_digits(text: str) -> str:
    return text if text.isdecimal() else "0"


def _require_tokens(tokens: Path, notes: Mapping[str, Mapping[str, str]]) -> None:
    """A model that writes a token which has no text would end the process in the middle of a sentence."""
    wanted = int(_leading_digits(notes.get("decoder", {}).get("vocab_size", "")))
    try:
        rows = [line.rsplit(maxsplit=1) for line in tokens.read_text(encoding="utf-8").splitlines()]
        there = {int(row[-1]) for row in rows if row}
    except (OSError, ValueError) as error:
        raise ModelFailed(f"{tokens.name} is no list of tokens and numbers ({error}). Fetch it again.") from error
    if not there or there < set(range(wanted)):
        raise ModelFailed(
            f"{tokens.name} does not belong to the model: {len(there)} tokens of {wanted}. Fetch it again."
        )


def _family(parts: Mapping[str, Path], notes: Mapping[str, Mapping[str, str]]) -> Family:
    if "model" in notes:
        family = next((family for note, family in _CTC_MARKS.items() if note in notes["model"]), None)
        if family is None:
            raise ModelFailed(f"{parts['model'].name} is no streaming model that sherpa-onnx knows. {STREAMING}")
        return family
    kind = notes["encoder"].get("model_type", "")
    if "joiner" in parts and "decoder" in parts:
        return Family.TRANSDUCER
    if "decoder" in parts and "paraformer" in kind:
        return Family.PARAFORMER
    if "decoder" in parts and kind and kind not in _TRANSDUCERS:
        raise ModelFailed(f"{parts['encoder'].name} is of the type {kind}, which does not stream. {STREAMING}")
    missing = [role for role in _ROLES if role not in parts]
    raise ModelFailed(
        f"Beside {parts['encoder'].name} the {' and the '.join(missing)} is missing. Fetch the whole folder."
    )


STREAMING = "Only models that are called streaming or online can be used: the others give no words until the end."
