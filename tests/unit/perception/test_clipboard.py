"""A clipboard that is watched: each change once, and those that were not told counted."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event as StopSignal

import pytest

from model.stream.clipboard import BINARY, SECRET
from model.stream.errors import DeviceLost
from model.stream.values import Channel, Copied, Event, Origin
from perception.clipboard import ClipboardWatch, SelectionWatch, open_selection

Reading = Copied | DeviceLost | None


class ScriptedClipboard:
    """Each entry is what the next reading finds, after so many changes. Stops after the last."""

    def __init__(self, script: Sequence[Reading | tuple[int, Reading]], stop: StopSignal) -> None:
        self._script = [entry if isinstance(entry, tuple) else (1, entry) for entry in script]
        self._stop = stop
        self.closed = False

    def wait(self, stop: StopSignal) -> int:
        return self._script[0][0] if self._script else 0

    def read(self, stop: StopSignal) -> Copied | None:
        _, entry = self._script.pop(0)
        if not self._script:
            self._stop.set()
        if isinstance(entry, DeviceLost):
            raise entry
        return entry

    def close(self) -> None:
        self.closed = True


def run(sense: type[ClipboardWatch], *script: Reading | tuple[int, Reading]) -> tuple[list[Event], ClipboardWatch]:
    stop, events = StopSignal(), list[Event]()
    source = ScriptedClipboard(script, stop)
    watch = sense(lambda: source, lambda: 7)
    watch.rest_s = 0.0
    try:
        watch.run(events.append, stop)
    finally:
        assert source.closed
    return events, watch


def text(content: str) -> Copied:
    return Copied("text", content, len(content))


def posted(*script: Reading | tuple[int, Reading]) -> list[object]:
    return [event.data for event in run(ClipboardWatch, *script)[0]]


def test_only_changes_are_posted() -> None:
    assert posted(text("a"), text("a"), text("b"), text("a")) == [text("a"), text("b"), text("a")]
    assert run(ClipboardWatch, text("a"))[0] == [Event(7, Channel.CLIPBOARD, text("a"), Origin.WORLD)]


def test_what_cannot_be_read_is_not_posted_but_counted() -> None:
    events, watch = run(ClipboardWatch, text("a"), (3, None), (5, text("b")))
    assert [event.data for event in events] == [text("a"), text("b")]
    counted = watch.statistics()
    assert (counted.name, counted.accepted, counted.dropped) == ("clipboard", 9, 7)


class Patient(StopSignal):
    """Notes how long somebody would have rested."""

    def __init__(self) -> None:
        super().__init__()
        self.rests: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.rests.append(timeout or 0.0)
        return self.is_set()


def test_changes_to_nothing_new_are_read_less_and_less_often() -> None:
    stop, events = Patient(), list[Event]()
    source = ScriptedClipboard([text("a")] * 9 + [text("b"), text("b")], stop)
    ClipboardWatch(lambda: source, lambda: 7).run(events.append, stop)
    assert [event.data for event in events] == [text("a"), text("b")]
    assert stop.rests == [0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 0.0, 0.05]


def test_a_clipboard_that_dies_is_told_and_closed() -> None:
    with pytest.raises(DeviceLost, match="gone"):
        posted(text("a"), DeviceLost("gone"))


def test_what_is_selected_is_told_as_such() -> None:
    url = Copied("url", "https://a.org", 13)
    events, watch = run(SelectionWatch, url, SECRET, text("b"), BINARY, None)
    nothing = Copied("selection", "", 0)
    assert [event.data for event in events] == [
        Copied("selection", "https://a.org", 13), nothing, Copied("selection", "b", 1), nothing,
    ]  # fmt: skip
    assert watch.statistics().name == "selection"


def test_without_marks_there_is_no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(DeviceLost, match="DISPLAY"):
        open_selection("CLIPBOARD")
    monkeypatch.setenv("DISPLAY", ":77")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DeviceLost, match="apt-get install xclip"):
        open_selection("CLIPBOARD")
