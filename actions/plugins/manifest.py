"""A plugin's manifest, `plugin.toml`: what it is, what its tools may do, and what it may touch."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, cast

from model.stream.catalogue import declared
from model.stream.errors import BadSettings
from model.stream.values import ActionSpec

FILE = "plugin.toml"
NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
MAX_TOOLS = 1000
DEFAULT_MEMORY_MB, MAX_MEMORY_MB = 512, 8192
DEFAULT_CALL_S, MAX_CALL_S = 20.0, 600.0


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the plugin may touch beside its own folder and a temporary one."""

    network: bool = False
    read: tuple[Path, ...] = ()
    write: tuple[Path, ...] = ()
    environment: tuple[str, ...] = ()
    """Variables that are passed on; all others are not."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of the server, and the action that it does."""

    name: str
    action: ActionSpec
    arguments: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the server calls each slot; slots that are not named are called the same."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What `ambidex plugins test` tries: a request in words, the action that it is for, what it gives and answers."""

    say: str
    action: str
    arguments: Mapping[str, str]
    answers: str
    """Stands in the answer."""


@dataclass(frozen=True, slots=True)
class Manifest:
    directory: Path
    name: str
    version: str
    description: str
    command: tuple[str, ...]
    tools: tuple[Tool, ...]
    permissions: Permissions = Permissions()
    memory_mb: int = DEFAULT_MEMORY_MB
    call_s: float = DEFAULT_CALL_S
    """How long one call may take."""
    trials: tuple[Trial, ...] = ()


_TOP = ("name", "version", "description", "command", "permissions", "limits", "tools", "tests")
_PERMISSIONS = ("network", "read", "write", "environment")
_LIMITS = ("memory_mb", "call_s")
_TRIAL = ("say", "action", "arguments", "answers")
_TOOL = ("action", "risk", "description", "slots", "choices", "examples", "arguments")


def load_manifest(directory: Path) -> Manifest:
    """Raises `BadSettings` naming the file, what is wrong in it, and the cure."""
    path = directory / FILE
    try:
        row = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadSettings(f"{directory} is no plugin: there is no {FILE} in it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"The manifest {path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"The manifest {path} is not TOML: {error}. Mend that line.") from error
    return _Reader(path).manifest(row)


@dataclass(frozen=True, slots=True)
class _Reader:
    path: Path

    def manifest(self, row: Mapping[str, Any]) -> Manifest:
        self._known(row, _TOP, "a plugin")
        name = self._text(row, "name")
        if not NAME.fullmatch(name):
            self._fail(f"the name {name!r} must be small letters, digits and underscores, a letter first")
        command = self._texts(row, "command")
        if not command:
            self._fail('it needs command = ["program", "argument"]')
        limits = self._table(row, "limits", _LIMITS)
        tools = self._table(row, "tools", None)
        if not 0 < len(tools) <= MAX_TOOLS:
            self._fail(f"it needs 1 to {MAX_TOOLS} tools, each a table such as [tools.say_hello]")
        return Manifest(
            self.path.parent.absolute(),
            name,
            self._text(row, "version"),
            self._text(row, "description"),
            command,
            tuple(self._tool(name, tool, tools[tool]) for tool in tools),
            self._permissions(self._table(row, "permissions", _PERMISSIONS)),
            int(self._number(limits, "memory_mb", DEFAULT_MEMORY_MB, MAX_MEMORY_MB)),
            self._number(limits, "call_s", DEFAULT_CALL_S, MAX_CALL_S),
            tuple(self._trials(row.get("tests", []))),
        )

    def _trials(self, rows: Any) -> Iterator[Trial]:
        if not isinstance(rows, list):
            self._fail("begin each test with a line [[tests]]")
        for row in cast("list[dict[str, Any]]", rows):
            self._known(row, _TRIAL, "a test")
            given = self._table(row, "arguments", None)
            arguments = {slot: str(value) for slot, value in given.items()}
            yield Trial(self._text(row, "say"), self._text(row, "action"), arguments, self._text(row, "answers"))

    def _tool(self, plugin: str, name: str, row: Any) -> Tool:
        if not isinstance(row, dict):
            self._fail(f"tools.{name} must be a table")
        row = cast("dict[str, Any]", row)
        where = f"the tool {name}"
        self._known(row, _TOOL, where)
        if "risk" not in row:
            self._fail(
                f"{where} does not say its risk, so it would never be allowed: look, reversible, outward or destructive"
            )
        action = row.get("action", f"{plugin}_{name}")
        if not isinstance(action, str) or not NAME.fullmatch(action):
            self._fail(f"{where}: the action {action!r} must be small letters, digits and underscores, a letter first")
        arguments = row.get("arguments", {})
        if not isinstance(arguments, dict) or not all(
            isinstance(v, str) for v in cast("dict[str, Any]", arguments).values()
        ):
            self._fail(f"{where}: arguments is a table of slots and what the server calls them")
        try:
            spec = declared(action, {key: value for key, value in row.items() if key not in ("action", "arguments")})
        except BadSettings as error:
            raise BadSettings(f"{self.path}: {error}") from error
        return Tool(name, spec, cast("dict[str, str]", arguments))

    def _permissions(self, row: Mapping[str, Any]) -> Permissions:
        network = row.get("network", False)
        if not isinstance(network, bool):
            self._fail("permissions.network is true or false")
        read, write = (tuple(Path(text).expanduser() for text in self._texts(row, key)) for key in ("read", "write"))
        relative = next((path for path in (*read, *write) if not path.is_absolute()), None)
        if relative is not None:
            self._fail(f"the path {relative} in the permissions must be absolute or begin with ~")
        return Permissions(network, read, write, self._texts(row, "environment"))

    def _table(self, row: Mapping[str, Any], key: str, known: Sequence[str] | None) -> dict[str, Any]:
        table = row.get(key, {})
        if not isinstance(table, dict):
            self._fail(f"{key} must be a table")
        table = cast("dict[str, Any]", table)
        if known is not None:
            self._known(table, known, key)
        return table

    def _known(self, row: Mapping[str, Any], known: Sequence[str], what: str) -> None:
        for key in row:
            if key not in known:
                close = get_close_matches(key, known, n=1)
                self._fail(f"{what} has no {key}" + (f"; did you mean {close[0]}?" if close else ""))

    def _text(self, row: Mapping[str, Any], key: str) -> str:
        value = row.get(key)
        if not isinstance(value, str) or not value.strip():
            self._fail(f'it needs {key} = "..."')
        return value

    def _texts(self, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in cast("list[Any]", value)):
            self._fail(f"{key} must be a list of texts")
        return tuple(cast("list[str]", value))

    def _number(self, row: Mapping[str, Any], key: str, usual: float, most: float) -> float:
        value = row.get(key, usual)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
            self._fail(f"limits.{key} must lie between 0 and {most:g}")
        return value

    def _fail(self, fault: str) -> NoReturn:
        raise BadSettings(f"{self.path}: {fault}.")
