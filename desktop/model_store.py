"""The models that the user added: where they lie, which are chosen, and whether they load."""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from desktop.model_kinds import Found, Kind
from desktop.model_trial import try_model
from desktop.places import make_private
from model.stream.errors import BadSettings, ModelFailed, NotPermitted

NOTE = "ambidex.json"
"""What we know of a model, beside its own files."""
UNFINISHED, FETCHED = ".unfinished-", ".fetched-"
FETCHED_KEPT_FOR_S = 7 * 24 * 3600
_ENGINES = {Kind.RECOGNISER: "sherpa-onnx", Kind.VOICE: "onnxruntime", Kind.LANGUAGE: "llama-cpp-python"}


@dataclass(frozen=True, slots=True)
class Model:
    """`main` is what its engine is given: a file, or the folder."""

    name: str
    kind: Kind
    main: Path
    size_bytes: int
    chosen: bool
    fault: str
    """Why it does not load; empty if it does."""


class ModelStore:
    """One folder per model. What is in the folder is whole: it was put together elsewhere, tried, and renamed.

    Safe for several processes: who adds or removes holds a lock.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def all(self) -> list[Model]:
        """Every model by name. Those whose files or engine have changed since they were last loaded are tried anew."""
        chosen = self._choices().values()
        return [self._model(name, name in chosen) for name in self._names()]

    def chosen(self, kind: Kind) -> Path | None:
        """What the engine is to be given; None for the built-in one. Raises `ModelFailed` if it does not load."""
        name = self._choices().get(kind.value)
        if name is None:
            return None
        if name not in self._names():
            raise ModelFailed(f"The chosen {kind.value} {name} is gone. {back_to_built_in(kind)}")
        model = self._model(name, chosen=True)
        if model.fault:
            raise ModelFailed(f"The {kind.value} {name} does not load: {model.fault} {back_to_built_in(kind)}")
        return model.main

    def require_free(self, name: str) -> str:
        """The name as it will be used. Raises `BadSettings` if it is taken or no name."""
        if not re.fullmatch(r"[A-Za-z0-9][\w.+-]{0,79}", name, re.ASCII):
            raise BadSettings(
                f"{name!r} cannot be a name: letters, digits and . _ + - make one. Give another by --name."
            )
        if name in self._names():
            raise BadSettings(
                f"There is a model {name} already. Give another --name, or `ambidex models remove {name}`."
            )
        return name

    def fetched(self, repo: str) -> Path:
        """Where files from the hub are kept until a model is whole."""
        return self._directory / f"{FETCHED}{repo.replace('/', '--')}"

    def _given_up(self) -> Iterator[Path]:
        for folder in self._directory.glob(f"{FETCHED}*"):
            if time.time() - folder.stat().st_mtime > FETCHED_KEPT_FOR_S:
                yield folder

    @contextmanager
    def making(self) -> Generator[Path]:
        """An empty folder on the store's disk to put a model together in; gone afterwards, also after a kill.

        Raises `NotPermitted` while another process is doing the same, or if the disk says no.
        """
        make_private(self._directory)
        with (self._directory / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise NotPermitted(
                    "Models are being added or removed by another Ambidex. Wait for it to end."
                ) from error
            for left in (*self._directory.glob(f"{UNFINISHED}*"), *self._given_up()):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=self._directory) as folder:
                yield Path(folder)

    def keep(self, name: str, found: Found, source: str) -> Model:
        """Take in a model from within `making`, once it has loaded. Raises `ModelFailed` if it does not."""
        self.require_free(name)
        folder = found.files[0].parent
        try_model(found.kind, found.main)
        main = "" if found.main == folder else found.main.name
        for path in folder.iterdir():
            if path not in found.files and not path.name.upper().startswith(("LICENSE", "README")):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        mark = _mark(found.kind, folder)
        _write_json(folder / NOTE, {"kind": found.kind, "main": main, "source": source, "tried": mark, "fault": ""})
        folder.rename(self._directory / name)
        return self._model(name, chosen=False)

    def choose(self, name: str) -> Model:
        """Raises `BadSettings` for an unknown name, `ModelFailed` if it does not load."""
        model = self.named(name)
        if model.fault:
            raise ModelFailed(f"{name} does not load: {model.fault}")
        self._write_choices({**self._choices(), model.kind.value: name})
        return model

    def choose_built_in(self, kind: Kind) -> None:
        self._write_choices({key: name for key, name in self._choices().items() if key != kind.value})

    def remove(self, name: str) -> Model:
        """Raises `BadSettings` for an unknown name. If it was chosen, the built-in one is used again."""
        model = self.named(name)
        with self.making() as folder:
            if model.chosen:
                self.choose_built_in(model.kind)
            (self._directory / name).rename(folder / "removed")
        return model

    def named(self, name: str) -> Model:
        names = self._names()
        if name not in names:
            there = (
                f"There are: {', '.join(names)}." if names else "None was added yet: see `ambidex models add --help`."
            )
            raise BadSettings(f"There is no model {name}. {there}")
        return self._model(name, name in self._choices().values())

    def empty(self) -> bool:
        return not self._names()

    def _names(self) -> list[str]:
        if not self._directory.is_dir():
            return []
        return sorted(path.parent.name for path in self._directory.glob(f"[!.]*/{NOTE}"))

    def _model(self, name: str, chosen: bool) -> Model:
        folder = self._directory / name
        note = _read_json(folder / NOTE)
        try:
            kind, main = Kind(note["kind"]), folder / str(note["main"])
        except (KeyError, ValueError) as error:
            raise ModelFailed(
                f"{folder / NOTE} is damaged. Remove the folder {folder} and add the model again."
            ) from error
        size = sum(path.stat().st_size for path in folder.iterdir() if path.name != NOTE)
        return Model(name, kind, main, size, chosen, _fault(kind, main, folder, note))

    @property
    def _choices_file(self) -> Path:
        return self._directory / "chosen.json"

    def _choices(self) -> dict[str, str]:
        return {str(kind): str(name) for kind, name in _read_json(self._choices_file).items()}

    def _write_choices(self, choices: dict[str, str]) -> None:
        make_private(self._directory)
        _write_json(self._choices_file, choices)


def back_to_built_in(kind: Kind) -> str:
    """The cure for a model that cannot be used."""
    if kind is Kind.LANGUAGE:
        return "Remove it with `ambidex models remove NAME`."
    return f"Add it again, or go back with `ambidex models use --built-in {kind.value}`."


def _fault(kind: Kind, main: Path, folder: Path, note: dict[str, Any]) -> str:
    """What was found when it was last loaded, or is found now if anything has changed since."""
    mark = _mark(kind, folder)
    if note.get("tried") == mark:
        return str(note.get("fault", ""))
    fault = ""
    try:
        try_model(kind, main)
    except ModelFailed as error:
        fault = str(error)
    _write_json(folder / NOTE, {**note, "tried": mark, "fault": fault})
    return fault


def _mark(kind: Kind, folder: Path) -> str:
    """Changes whenever the model's files or the engine's version do."""
    engine = _ENGINES[kind]
    try:
        rows = [f"{engine} {version(engine)}"]
    except PackageNotFoundError:
        rows = [f"no {engine}"]
    for path in sorted(folder.iterdir()):
        if path.name != NOTE:
            found = path.stat()
            rows.append(f"{path.name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    """Empty for a file that is not there, or that holds something else."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _write_json(path: Path, value: dict[str, Any]) -> None:
    """Whole or not at all."""
    other = path.with_name(f"{path.name}.new")
    try:
        other.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
        other.replace(path)
    except OSError as error:
        raise NotPermitted(
            f"{path} cannot be written: {error.strerror}. Mend its permissions or free the disk."
        ) from error
