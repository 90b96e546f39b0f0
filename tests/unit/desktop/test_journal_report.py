"""`ambidex journal` shows one line for each action."""

import json
from pathlib import Path

from actions.journal import DONE, UNDONE, Journal
from desktop.journal_report import print_journal
from model.stream.values import Risk


def test_each_action_has_one_line_with_its_last_state(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl", lambda: 1_700_000_000.0)
    typed = journal.begin("type_text", Risk.REVERSIBLE, {"text": "user"})
    journal.end(typed, DONE)
    journal.begin("click", Risk.REVERSIBLE, {"target": "screen"}, 7, approved=True)
    journal.end(typed, UNDONE)
    journal.close()
    lines: list[str] = []
    print_journal(tmp_path / "journal.jsonl", False, lines.append)
    assert len(lines) == 2
    assert "type_text" in lines[0] and "undone" in lines[0] and "text from user" in lines[0]
    assert "click" in lines[1] and "cut off" in lines[1] and "approved  target from screen" in lines[1]
    lines.clear()
    print_journal(tmp_path / "journal.jsonl", True, lines.append)
    rows = [json.loads(line) for line in lines]
    assert [row["state"] for row in rows] == ["undone", "begun"]
    assert [(row["utterance"], row["approved"]) for row in rows] == [(0, False), (7, True)]


def test_an_empty_journal(tmp_path: Path) -> None:
    lines: list[str] = []
    print_journal(tmp_path / "journal.jsonl", False, lines.append)
    assert lines == ["Nothing has been done yet."]
    lines.clear()
    print_journal(tmp_path / "journal.jsonl", True, lines.append)
    assert lines == []
