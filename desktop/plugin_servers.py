"""Any MCP server as a plugin: a manifest from what it says of itself, with every tool to be asked about."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from actions.plugins.host import Host
from actions.plugins.manifest import MAX_MEMORY_MB, Manifest, Permissions
from model.stream.errors import PluginFailed

MAX_DESCRIPTION = 200
NUMBERS = frozenset({"number", "integer"})


def plain_name(command: Sequence[str]) -> str:
    """`npx -y @scope/server-notes ~/notes` -> `server_notes`."""
    named = [word for word in command[1:] if not word.startswith("-")] or list(command)
    name = re.sub(r"[^a-z0-9]+", "_", Path(named[0]).stem.casefold()).strip("_")
    return (name if name[:1].isalpha() else f"plugin_{name}")[:40]


def manifest_of(name: str, command: Sequence[str], host: Host) -> str:
    """Its `plugin.toml`. Such a server was not made to be confined: it gets the network, and may read the folders of
    the files that the command names.

    Raises `PluginFailed` if the command is no MCP server, or has no tools.
    """
    command = [str(Path(word).expanduser().absolute()) if _is_file(word) else word for word in command]
    read = sorted({_readable(Path(word)) for word in command if _is_file(word)})
    with tempfile.TemporaryDirectory() as folder:
        rights = Permissions(network=True, read=tuple(map(Path, read)))
        tools = host.tools(Manifest(Path(folder), name, "", "", tuple(command), (), rights, MAX_MEMORY_MB))
    if not tools:
        raise PluginFailed(f"{' '.join(command)} has no tools.")
    head = (
        f"# Made by `ambidex plugins add -- ...`. Every tool is asked about: risk says how much one can do.\n"
        f'name = {_text(name)}\nversion = "0"\ndescription = {_text(f"The MCP server {name}")}\n'
        f"command = [{', '.join(map(_text, command))}]\n\n[permissions]\nnetwork = true\n"
        f"read = [{', '.join(map(_text, read))}]\n\n"
        f"[limits]\nmemory_mb = {MAX_MEMORY_MB}  # some runtimes reserve far more than they use\n"
    )
    return head + "".join(_tool(name, tool.name, tool.description or tool.name, tool.input_schema) for tool in tools)


def _readable(file: Path) -> str:
    """Its folder, or the file alone where that would be the user's whole home or more."""
    return str(file if Path.home().is_relative_to(file.parent) else file.parent)


def _is_file(word: str) -> bool:
    return "/" in word and Path(word).expanduser().is_file()


def _tool(plugin: str, name: str, description: str, schema: Mapping[str, Any]) -> str:
    about = " ".join(description.split())[:MAX_DESCRIPTION]
    properties: Mapping[str, Any] = schema.get("properties", {})
    needed = set(schema.get("required", ()))
    slots, arguments = list[str](), dict[str, str]()
    for argument, row in properties.items():
        slot = re.sub(r"\W+", "_", argument.casefold())
        kind = ": number" if row.get("type") in NUMBERS else ""
        slots.append(f"{slot}{'' if argument in needed else '?'}{kind}")
        if slot != argument:
            arguments[slot] = argument
    spoken = name.replace("_", " ").replace("-", " ")
    action = re.sub(r"[^a-z0-9]+", "_", f"{plugin}_{name}".casefold()).strip("_")[:80]
    lines = [
        f"\n[tools.{_text(name)}]", 'risk = "outward"', f"description = {_text(about)}",
        f"slots = [{', '.join(map(_text, slots))}]", f"examples = [{_text(spoken)}, {_text(about)}]",
    ]  # fmt: skip
    if action != f"{plugin}_{name}":
        lines.append(f"action = {_text(action)}")
    if arguments:
        pairs = ", ".join(f"{slot} = {_text(argument)}" for slot, argument in arguments.items())
        lines.append(f"arguments = {{ {pairs} }}")
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """As TOML writes it."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
