"""What the documentation says about formats, files and commands is true."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from desktop.action_table import table
from desktop.cli import app
from model.stream.queues import INBOX_SIZE
from model.stream.sources import MAX_FIELD, MAX_ITEMS, MAX_WORDS
from model.stream.trace import FORMAT, KINDS
from model.stream.values import INPUTS, OUTPUTS, Channel, Status

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_within_the_repository_leads_somewhere(path: Path):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_trace_format_is_documented_kind_by_kind():
    text = read("docs/trace.md")
    assert f"format {FORMAT}" in text
    rows = dict(re.findall(r"^\| `(\w+)` \| \w+ \| (.*) \|$", text.split("## steps.jsonl")[0], re.MULTILINE))
    for kind, cls in KINDS.items():
        assert all(f"`{field.name}`" in rows[kind] for field in fields(cls)), kind


def test_every_status_of_an_outcome_is_documented():
    text = read("docs/trace.md")
    assert [status.value for status in Status if f"`{status.value}`" not in text] == []


def test_every_channel_is_documented():
    named = set(re.findall(r"^\| `(\w+)` \|", read("docs/channels.md"), re.MULTILINE))
    assert named == {channel.value for channel in INPUTS + OUTPUTS}


def test_the_sizes_in_the_documents_are_those_of_the_program():
    channels, privacy = read("docs/channels.md"), read("docs/privacy.md")
    assert f"at most {MAX_FIELD}" in channels
    assert f"{MAX_WORDS:,} words, {MAX_ITEMS:,} items" in privacy
    assert f"| `inbox.tone` | {INBOX_SIZE[Channel.TONE]} " in channels
    assert f"| `inbox.user`, `inbox.screen` | {INBOX_SIZE[Channel.USER]} " in channels


def test_every_command_is_in_the_readme():
    text = read("README.md")
    commands = typer.main.get_command(app).commands  # pyright: ignore[reportAttributeAccessIssue]
    assert [name for name in commands if not re.search(rf"`(ambidex )?{name}\b", text)] == []


def test_every_dependency_has_its_reason():
    declared = re.findall(r'^    "([A-Za-z0-9-]+)[><~=]', read("pyproject.toml"), re.MULTILINE)
    reasons = read("docs/adr/0006-dependencies.md")
    assert [name for name in declared if name not in reasons] == []


def test_the_table_of_actions_is_that_of_the_declarations():
    assert read("docs/actions.md") == table()


def test_every_promise_is_held_by_a_test_that_exists():
    named = set(re.findall(r"`(test_\w+)`", read("SECURITY.md")))
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert named
    assert named <= set(re.findall(r"def (test_\w+)", tests))
