"""The playback cursor over made-up times of writing."""

from __future__ import annotations

from actions.cursor import Cursor

MS = 1_000_000


def test_words_are_heard_in_their_time_and_once() -> None:
    cursor = Cursor(sample_rate=1000)
    cursor.wrote(300, ((0, "one"), (200, "two")), now_ns=50 * MS)
    assert cursor.heard(49 * MS) == []
    assert cursor.heard(249 * MS) == [(50 * MS, "one")]
    assert cursor.heard(900 * MS) == [(250 * MS, "two")]
    assert cursor.heard(999 * MS) == []


def test_a_block_written_ahead_waits_for_the_one_before() -> None:
    cursor = Cursor(sample_rate=1000)
    cursor.wrote(300, (), now_ns=0)
    cursor.wrote(100, ((0, "later"),), now_ns=10 * MS)
    assert cursor.heard(1000 * MS) == [(300 * MS, "later")]
    assert cursor.end_ns == 400 * MS


def test_a_block_written_too_late_is_heard_when_it_is_written() -> None:
    cursor = Cursor(sample_rate=1000)
    cursor.wrote(100, (), now_ns=0)
    cursor.wrote(100, ((0, "late"),), now_ns=500 * MS)
    assert cursor.heard(1000 * MS) == [(500 * MS, "late")]


def test_what_was_dropped_is_never_heard() -> None:
    cursor = Cursor(sample_rate=1000)
    cursor.wrote(300, ((0, "heard"), (200, "dropped")), now_ns=0)
    assert cursor.heard(100 * MS) == [(0, "heard")]
    cursor.forget(150 * MS)
    assert cursor.heard(900 * MS) == []
    assert cursor.end_ns == 150 * MS
