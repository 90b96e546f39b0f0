"""What was copied earlier: bounded, the newest first, and no secrets."""

from __future__ import annotations

import pytest

from actions.clipboard_history import MAX_BYTES, MAX_ENTRIES, ClipboardHistory, is_whole
from model.stream.clipboard import BINARY, EMPTY, SECRET
from model.stream.values import Channel, Copied, Event, Origin, Seen, Step, Tick, Word


def text(content: str) -> Copied:
    return Copied("text", content, len(content))


def filled(*entries: Copied) -> ClipboardHistory:
    history = ClipboardHistory()
    for entry in entries:
        history.add(entry)
    return history


def test_the_newest_is_first_and_nothing_is_there_twice() -> None:
    assert filled(text("a"), text("b"), text("a")).entries() == (text("a"), text("b"))


def test_it_is_bounded_in_number_and_in_bytes() -> None:
    many = filled(*(text(str(number)) for number in range(2 * MAX_ENTRIES))).entries()
    assert len(many) == MAX_ENTRIES
    assert many[0] == text(str(2 * MAX_ENTRIES - 1))
    large = filled(*(text(f"{number}" + "✓" * 10_000) for number in range(MAX_ENTRIES))).entries()
    assert sum(len(entry.text.encode()) for entry in large) <= MAX_BYTES
    assert large[0].text.startswith("49")


def test_only_what_can_be_told_of_is_kept() -> None:
    selection = Copied("selection", "selected", 8)
    assert filled(SECRET, EMPTY, BINARY, selection).entries() == ()
    assert len(filled(Copied("image", "", 5), Copied("files", "/a", 9, count=1)).entries()) == 2


def test_it_listens_to_the_clipboard_alone() -> None:
    history, tick = ClipboardHistory(), Tick(0, 0, 0.0)
    events = (
        Event(0, Channel.USER, Word("hello"), Origin.USER),
        Event(0, Channel.CLIPBOARD, text("copied"), Origin.WORLD),
    )
    history.record(tick, events, Step(Seen(tick)))
    assert history.entries() == (text("copied"),)


@pytest.mark.parametrize(
    ("entry", "whole"),
    [(text("a"), True), (text("a" * 10_000), False), (Copied("text", "of a page", 1_000_000), False)],
)
def test_what_was_cut_off_is_known(entry: Copied, whole: bool) -> None:
    assert is_whole(entry) == whole
