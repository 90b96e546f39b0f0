"""The journal after a crash at any moment."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from actions.journal import DONE, Entry, Journal, read_journal
from model.stream.values import Risk

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
