"""The journal after a crash at any moment."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.journal import BEGUN, DONE, Entry, Journal, read_journal
from model.stream.values import Risk

ACTING = """
import os, sys
from pathlib import Path
from actions.journal import DONE, Journal
from model.stream.values import Risk

journal = Journal(Path(sys.argv[1]), lambda: 0.0, int(sys.argv[2]))
while True:
    entry = journal.begin("type_text", Risk.REVERSIBLE, {"text": "user"}, 1)
    os.write(1, b"%d\\n" % entry.id)  # where a body would act
    journal.end(entry, DONE)
"""
names = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6)


def write(path: Path, actions: list[str], max_bytes: int = 1_000_000) -> None:
    times = count(1)
    journal = Journal(path, lambda: float(next(times)), max_bytes)
    for name in actions:
        journal.end(journal.begin(name, Risk.REVERSIBLE, {"text": "clipboard"}), DONE)
    journal.close()


@settings(deadline=None, max_examples=50)  # every line waits for the disk
@given(names, st.data())
def test_cut_at_any_byte_it_reads_up_to_there_and_goes_on(actions: list[str], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "journal.jsonl"
        write(path, actions)
        whole = read_journal(path)
        assert [entry.name for entry in whole] == [name for name in actions for _ in range(2)]
        content = path.read_bytes()
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        left = read_journal(path)
        assert left == whole[: len(left)]
        write(path, ["after"])
        again = read_journal(path)
        assert again[: len(left)] == left
        assert [entry.name for entry in again[len(left) :]] == ["after", "after"]
        assert again[-1].id > max((entry.id for entry in left), default=0)


@settings(deadline=None, max_examples=10)
@given(names)
def test_it_stays_bounded_and_keeps_the_newest(actions: list[str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "journal.jsonl"
        write(path, actions * 20, max_bytes=500)
        assert sum(file.stat().st_size for file in Path(directory).iterdir()) < 2 * (500 + 250)
        newest: Entry = read_journal(path)[-1]
        assert newest.name == actions[-1]


@settings(deadline=None, max_examples=50)  # every line waits for the disk
@given(st.binary(max_size=200))
def test_a_damaged_file_is_no_obstacle(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "journal.jsonl"
        path.write_bytes(content)
        write(path, ["after"])
        assert [entry.name for entry in read_journal(path)][-2:] == ["after", "after"]


@pytest.mark.parametrize("max_bytes", [1_000_000, 2_000])
def test_killed_at_any_moment_it_names_every_action_that_was_begun(tmp_path: Path, max_bytes: int) -> None:
    path = tmp_path / "journal.jsonl"
    for delay_ms in range(8):
        command = (sys.executable, "-c", ACTING, str(path), str(max_bytes))
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as acting:
            assert acting.stdout is not None
            first = acting.stdout.readline()
            time.sleep(delay_ms / 500)
            acting.kill()
            acted = [int(line) for line in (first + acting.stdout.read()).splitlines()]
        entries = read_journal(path)
        begun = [entry.id for entry in entries if entry.state == BEGUN]
        assert begun == list(range(begun[0], begun[-1] + 1))
        assert begun[-1] - acted[-1] in (0, 1)
        assert begun[-1] - max((entry.id for entry in entries if entry.state == DONE), default=0) in (0, 1)
