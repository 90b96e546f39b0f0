"""Plugins as a user has them: written, tested, added, asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.plugins.sandbox import confinement
from desktop.virtual import VirtualDesktop
from tests.program import Ambidex

pytestmark = pytest.mark.e2e

SERVER = '''
from mcp.server import MCPServer

server = MCPServer("kitchen")


@server.tool()
def boil_egg(minutes: int) -> str:
    """Boil an egg for some minutes"""
    return f"The egg boils for {minutes} minutes"


server.run()
'''


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Ambidex]:
    """With the reflex that ships, on a machine without screen and sound."""
    with VirtualDesktop(screen=False, sound=False) as desktop:
        yield Ambidex(desktop, tmp_path / "ambidex")


def actions(done: str) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in done.splitlines() if line.startswith("{")]
    return [row for row in rows if row["channel"] == "action"]


def test_a_plugin_is_written_tested_added_and_asked_for(program: Ambidex, tmp_path: Path) -> None:
    assert "Wrote" in program.call("plugins", "new", "hello", "--in", str(tmp_path)).stdout
    tested = program.call("plugins", "test", str(tmp_path / "hello"))
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "✓  “greet anna”" in tested.stdout
    assert "hello_greet" in program.call("plugins", "add", str(tmp_path / "hello")).stdout
    (greeting,) = actions(program.call("ask", "greet the neighbour", "--json").stdout)
    assert (greeting["action"], greeting["policy"], greeting["status"]) == ("hello_greet", "allow", "done")
    assert "how do you do" in str(greeting["text"])
    program.call("plugins", "disable", "hello")
    assert all(
        row["action"] != "hello_greet"
        for row in actions(program.call("ask", "greet tom", "--dry-run", "--json").stdout)
    )
    listed = json.loads(program.call("plugins", "list", "--json").stdout)
    assert [(row["name"], row["enabled"]) for row in listed["plugins"]] == [("hello", False)]
    assert "notes" in listed["shipped"]
    assert "Removed hello" in program.call("plugins", "remove", "hello").stdout


def test_the_tools_of_any_server_are_asked_about(program: Ambidex, tmp_path: Path) -> None:
    (tmp_path / "kitchen.py").write_text(SERVER)
    added = program.call("plugins", "add", "--", sys.executable, str(tmp_path / "kitchen.py"))
    assert "kitchen_boil_egg" in added.stdout, added.stderr
    asked = actions(program.call("ask", "boil an egg for five minutes", "--json").stdout)
    assert [(row["action"], row["policy"], row["status"]) for row in asked] == [("kitchen_boil_egg", "ask", "asks")]


@pytest.mark.parametrize("name", ["notes", "facts", "barista"])
def test_the_plugins_that_ship_pass_their_own_tests(program: Ambidex, name: str) -> None:
    if confinement():
        pytest.skip(confinement())
    tested = program.call("plugins", "test", name)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_what_is_no_plugin_is_a_sentence(program: Ambidex, tmp_path: Path) -> None:
    for command in (("add", str(tmp_path)), ("add", "--", "true"), ("test", "nothing"), ("enable", "nothing")):
        done = program.call("plugins", *command)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert done.stderr.strip()
