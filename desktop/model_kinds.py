"""What a folder of files is a model for, told from its content."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from model.stream.errors import ModelFailed
from perception.sherpa_layout import find_layout

GGUF_MAGIC = b"GGUF"
VOICE_KEYS = frozenset({"audio", "phoneme_id_map"})
TOLD = (
    "A recogniser is a folder with tokens.txt and .onnx files, a voice NAME.onnx with NAME.onnx.json, "
    "a language model a .gguf file."
)


class Kind(StrEnum):
    RECOGNISER = "recogniser"
    VOICE = "voice"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Found:
    """A model among the files of a folder. `main` is what is given to its engine: a file, or the folder itself."""

    kind: Kind
    main: Path
    files: tuple[Path, ...]


def find_model(folder: Path) -> Found:
    """The one model in `folder` or, if there is none, in the folders below. Raises `ModelFailed`."""
    below = sorted(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())
    for candidate in (folder, *below):
        found = _look_into(candidate)
        if len(found) > 1:
            names = ", ".join(model.main.name for model in found)
            raise ModelFailed(f"There are several models: {names}. Add one of them by its own name.")
        if found:
            return found[0]
    raise ModelFailed(f"There is no model in it. {TOLD}")


def companions(file: Path) -> tuple[Path, ...]:
    """A file and what belongs to it: a voice has its description beside it."""
    description = file.with_name(f"{file.name}.json")
    return (file, description) if file.suffix == ".onnx" and description.is_file() else (file,)


def _look_into(folder: Path) -> list[Found]:
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink()]
    found = [Found(Kind.LANGUAGE, path, (path,)) for path in files if _starts_with(path, GGUF_MAGIC)]
    found += [Found(Kind.VOICE, path, companions(path)) for path in files if _is_voice(path)]
    if layout := None if found else find_layout(folder):
        found.append(Found(Kind.RECOGNISER, folder, layout.files))
    return found


def _is_voice(path: Path) -> bool:
    if path.suffix != ".onnx" or len(companions(path)) < 2:
        return False
    description = companions(path)[1]
    try:
        return set(json.loads(description.read_text(encoding="utf-8"))) >= VOICE_KEYS
    except (OSError, ValueError, TypeError) as error:
        raise ModelFailed(f"{description.name} beside {path.name} is damaged ({error}). Fetch it again.") from error


def _starts_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic
