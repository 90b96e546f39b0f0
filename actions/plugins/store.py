"""The plugins that the user added: each a folder with its manifest, in a private place."""

from __future__ import annotations

import random
import shutil
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from threading import Event as StopSignal
from typing import TYPE_CHECKING

from actions.bodies import Body, Done, Result
from actions.builtin.spoken import MAX_READ_OUT, sentence, shortened
from actions.plugins.manifest import FILE, NAME, Manifest, Tool, load_manifest
from model.stream.catalogue import Catalogue
from model.stream.choices import chosen
from model.stream.errors import BadSettings, NotPermitted
from model.stream.values import ActionSpec, Risk

if TYPE_CHECKING:
    from actions.plugins.host import Host  # takes half a second to import, and is not wanted to list what there is

MAX_FILES = 2_000
MAX_BYTES = 100_000_000
DISABLED = ".disabled"
VARIATIONS = 300
"""Requests that are made of the examples of an action with choices, for the recogniser to expect."""
NUMBERS = frozenset({"number", "duration", "level", "index"})
"""Kinds of slots whose values are numbers, as far as they can be read as such."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A plugin of the store. `fault` says why it cannot be used, where it cannot."""

    name: str
    enabled: bool
    manifest: Manifest | None
    fault: str = ""


class PluginStore:
    """Raises `NotPermitted` where the folder cannot be written, `BadSettings` for what cannot be added or found."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def all(self) -> list[Installed]:
        """By name."""
        if not self._directory.is_dir():
            return []
        return [self._installed(folder) for folder in sorted(self._directory.iterdir()) if (folder / FILE).exists()]

    def get(self, name: str) -> Installed:
        found = next((each for each in self.all() if each.name == name), None)
        if found is None:
            known = ", ".join(each.name for each in self.all())
            raise BadSettings(f"There is no plugin {name}. " + (f"There are {known}." if known else "Add one first."))
        return found

    def add(self, source: Path) -> Manifest:
        """Copy a plugin's folder in, under the name in its manifest."""
        manifest = load_manifest(source)
        self._require_free(manifest.name)
        _require_inside(source)
        size, files = 0, [path for path in source.rglob("*") if path.is_file()]
        for path in files:
            size += path.stat().st_size
        if len(files) > MAX_FILES or size > MAX_BYTES:
            raise BadSettings(
                f"{source} has {len(files)} files and {size / 1e6:.0f} MB; a plugin has at most {MAX_FILES} files and "
                f"{MAX_BYTES // 1_000_000} MB. Install large parts elsewhere and name them in its permissions."
            )
        with self._making(manifest.name) as folder:
            shutil.copytree(
                source, folder, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", ".git", ".venv")
            )
        return load_manifest(self._directory / manifest.name)

    def add_written(self, name: str, manifest: str) -> Manifest:
        """A plugin that is nothing but its manifest: the program is elsewhere."""
        self._require_free(name)
        with self._making(name) as folder:
            folder.mkdir()
            (folder / FILE).write_text(manifest, encoding="utf-8")
            load_manifest(folder)
        return load_manifest(self._directory / name)

    def enable(self, name: str, on: bool) -> None:
        self.get(name)
        mark = self._directory / name / DISABLED
        with _writing(mark):
            if on:
                mark.unlink(missing_ok=True)
            else:
                mark.touch()

    def remove(self, name: str) -> None:
        self.get(name)
        with _writing(self._directory):
            shutil.rmtree(self._directory / name)

    def _installed(self, folder: Path) -> Installed:
        enabled = not (folder / DISABLED).exists()
        try:
            return Installed(folder.name, enabled, load_manifest(folder))
        except BadSettings as error:
            return Installed(folder.name, enabled, None, str(error))

    def _require_free(self, name: str) -> None:
        if not NAME.fullmatch(name):
            raise BadSettings(f"A plugin's name has small letters, digits and underscores, not {name!r}.")
        if (self._directory / name).exists():
            raise BadSettings(f"There is a plugin {name} already. Remove it first: ambidex plugins remove {name}.")

    @contextmanager
    def _making(self, name: str) -> Generator[Path]:
        """A folder that takes its place only when it is whole."""
        new = self._directory / f".new-{name}"
        with _writing(self._directory):
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.rmtree(new, ignore_errors=True)
            try:
                yield new
                new.rename(self._directory / name)
            finally:
                shutil.rmtree(new, ignore_errors=True)


def _require_inside(source: Path) -> None:
    """A link out of the folder would bring a file of the user's in, past every wall."""
    for path in source.rglob("*"):
        if path.is_symlink() and not path.resolve().is_relative_to(source.resolve()):
            raise BadSettings(f"{path} is a link to {path.resolve()}, outside of the plugin. Take it out.")


@contextmanager
def _writing(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise NotPermitted(
            f"{path} cannot be written ({error.strerror}); free space or mend its permissions."
        ) from error


@dataclass(frozen=True)
class PluginActions:
    """What the enabled plugins add. `complaints` say what of them is left out, and why."""

    catalogue: Catalogue
    bodies: Mapping[str, Body]
    complaints: tuple[str, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        """What their users are likely to say, one of each action's in turn."""
        groups = [likely(self.catalogue[name]) for name in self.bodies]
        return tuple(dict.fromkeys(each for row in zip_longest(*groups) for each in row if each))


def likely(spec: ActionSpec) -> list[str]:
    """The action's examples, then the same with other choices in them, then the choices by themselves. Always the
    same ones."""
    choices = {slot.name: slot.choices for slot in spec.slots if slot.choices}
    rng, varied = random.Random(spec.name), list[str]()
    for example in (spec.examples * VARIATIONS)[: VARIATIONS if choices else 0]:
        words = " ".join(example.casefold().split())
        for name, said in chosen(choices, words.split()).items():
            words = words.replace(said, rng.choice(choices[name]), 1)
        varied.append(words)
    return [*spec.examples, *varied, *(each for own in choices.values() for each in own)]


def plugin_actions(installed: Sequence[Installed], builtin: Catalogue, host: Host) -> PluginActions:
    """An action of ours that needs a plugin (`missing`) may be done by one; no other can be replaced."""
    catalogue, bodies, complaints = dict(builtin), dict[str, Body](), list[str]()
    for plugin in installed:
        if not plugin.enabled:
            continue
        if plugin.manifest is None:
            complaints.append(f"The plugin {plugin.name} is left out. {plugin.fault}")
            continue
        for tool in plugin.manifest.tools:
            name, known = tool.action.name, builtin.get(tool.action.name)
            if name in bodies or (known is not None and not known.missing):
                complaints.append(f"{plugin.name} may not do {name}: there is an action of that name already.")
                continue
            catalogue[name] = _served(known, tool.action) if known else tool.action
            bodies[name] = _body(plugin.manifest, tool, host)
    return PluginActions(catalogue, bodies, tuple(complaints))


def _served(ours: ActionSpec, theirs: ActionSpec) -> ActionSpec:
    """Our action, which a plugin can do; its risk is the greater of the two."""
    return replace(ours, missing="", risk=max(ours.risk, theirs.risk, key=list(Risk).index))


def _body(manifest: Manifest, tool: Tool, host: Host) -> Body:
    kinds = {slot.name: slot.kind for slot in tool.action.slots}

    def do(values: Mapping[str, str], stop: StopSignal) -> Result:
        given = {tool.arguments.get(slot, slot): _value(kinds.get(slot, ""), text) for slot, text in values.items()}
        answer = host.call(manifest, tool.name, given, stop)
        return Done(sentence(shortened(answer, MAX_READ_OUT)) if answer else "Done.")

    return do


def _value(kind: str, text: str) -> str | float:
    if kind in NUMBERS:
        try:
            return float(text)
        except ValueError:
            return text
    return text
