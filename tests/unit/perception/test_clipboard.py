"""What was copied, and a clipboard that is watched."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event as StopSignal

import pytest

from model.stream.errors import DeviceLost
from model.stream.values import Channel, Copied, Event, Origin
from perception.clipboard import ClipboardPoller, Content, Held, copied


@pytest.mark.parametrize(
    ("content", "kind", "text", "size_bytes"),
    [
        ("milk and eggs", "text", "milk and eggs", 13),
        ("grüße ✓", "text", "grüße ✓", 11),
        ("https://example.org/a?b=1", "url", "https://example.org/a?b=1", 25),
        ("see https://example.org", "text", "see https://example.org", 23),
        ("", "empty", "", 0),
        (None, "empty", "", 0),
        (b"", "binary", "", 0),
        (b"\x89PNG\x00", "binary", "", 5),
        ("\ud800", "text", "\ud800", 3),
    ],
)
def test_what_was_copied(content: Content, kind: str, text: str, size_bytes: int) -> None:
    assert copied(content, 7) == Event(7, Channel.CLIPBOARD, Copied(kind, text, size_bytes), Origin.WORLD)


def test_a_hundred_megabytes_are_shortened() -> None:
    data = copied("a" * 100_000_000, 0).data
    assert isinstance(data, Copied)
    assert (len(data.text), data.size_bytes) == (10_000, 100_000_000)


class ScriptedClipboard:
    """Each entry is what the next reading finds; a `DeviceLost` is raised. Stops after the last."""

    def __init__(self, script: Sequence[Held | DeviceLost | None], stop: StopSignal) -> None:
        self._script = list(script)
        self._stop = stop
        self.closed = False

    def wait(self, stop: StopSignal) -> bool:
        return True

    def read(self) -> Held | None:
        entry = self._script.pop(0)
        if not self._script:
            self._stop.set()
        if isinstance(entry, DeviceLost):
            raise entry
        return entry

    def close(self) -> None:
        self.closed = True


def posted(*script: Held | DeviceLost | None) -> list[str]:
    stop, events = StopSignal(), list[Event]()
    source = ScriptedClipboard(script, stop)
    try:
        ClipboardPoller(lambda: source, now_ns=lambda: 7).run(events.append, stop)
    finally:
        assert source.closed
    return [event.data.text for event in events if isinstance(event.data, Copied)]


def test_only_changes_are_posted() -> None:
    assert posted(Held("a", 1), Held("a", 1), Held("b", 1), Held("a", 1)) == ["a", "b", "a"]


def test_a_secret_is_passed_over() -> None:
    assert posted(Held("a", 1), None, Held("a", 1)) == ["a"]


def test_a_clipboard_that_dies_is_told_and_closed() -> None:
    with pytest.raises(DeviceLost, match="gone"):
        posted(Held("a", 1), DeviceLost("gone"))
