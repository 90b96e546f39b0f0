"""What `ambidex plugins new` writes: a whole plugin, to be changed from there."""

from __future__ import annotations

from pathlib import Path

from actions.plugins.manifest import FILE, NAME
from model.stream.errors import BadSettings, NotPermitted

MANIFEST = """\
name = "{name}"
version = "0.1.0"
description = "Greets people"
command = ["python", "server.py"]

[permissions]            # what it may touch beside this folder, which it may read; nothing else
network = false
read = []                # such as "~/Music"
write = []
environment = []         # names of variables that it is given

[tools.greet]            # the tool of the server; the action is called {name}_greet
risk = "look"            # look, reversible, outward or destructive: the last two are asked about
description = "Greet somebody by name, politely"
slots = ["person: name"] # "name: kind", with a question mark where it may be left out: "times?: number"
examples = ["greet anna", "say hello to the neighbour", "greet everybody", "give my greetings to tom", "say hi to her"]

[[tests]]                # `ambidex plugins test` says this, and calls the tool
say = "greet anna"
action = "{name}_greet"
arguments = {{ person = "anna" }}
answers = "Hello anna"
"""

SERVER = '''\
"""{name}: a plugin for Ambidex. Whatever the tools answer is read out."""

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

server = MCPServer("{name}")


@server.tool()
def greet(person: str) -> str:
    """Greets somebody."""
    if not person:
        raise ToolError("I do not know whom to greet.")  # what the user will hear
    return f"Hello {{person}}, how do you do?"


if __name__ == "__main__":
    server.run()
'''


def write_template(name: str, parent: Path) -> Path:
    """The folder that was made. Raises `BadSettings` for a name that cannot be, `NotPermitted` where nothing can be."""
    if not NAME.fullmatch(name):
        raise BadSettings(f"A plugin's name has small letters, digits and underscores, a letter first; not {name!r}.")
    folder = parent / name
    try:
        folder.mkdir()
        (folder / FILE).write_text(MANIFEST.format(name=name), encoding="utf-8")
        (folder / "server.py").write_text(SERVER.format(name=name), encoding="utf-8")
    except FileExistsError as error:
        raise BadSettings(f"{folder} is there already; choose another name or place.") from error
    except OSError as error:
        raise NotPermitted(f"{folder} cannot be written: {error.strerror}.") from error
    return folder
