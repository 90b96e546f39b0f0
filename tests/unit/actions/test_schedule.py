"""What is due: across restarts, suspended nights, full disks and broken files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from actions.schedule import MAX_RINGS, RING_EVERY_S, Kind, Schedule
from model.stream.errors import NotPermitted
from model.stream.values import Event, Outcome

HOUR_S = 3_600.0


class Rig:
    """A schedule, its file, a clock that only the test moves, and what was announced."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "schedule.json"
        self.now_s = 1_000_000.0
        self.events: list[Event] = []

    def open(self) -> Schedule:
        return Schedule(self.events.append, lambda: 0, self.path, lambda: self.now_s)

    @property
    def said(self) -> list[str]:
        return [event.data.text for event in self.events if isinstance(event.data, Outcome)]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_outlives_a_restart_and_fires_once(rig: Rig) -> None:
    rig.open().set(Kind.REMINDER, rig.now_s + HOUR_S, "call Ann")
    again = rig.open()
    again.fire()
    assert rig.said == []
    rig.now_s += HOUR_S
    again.fire()
    again.fire()
    rig.open().fire()
    assert rig.said == ["A reminder: call Ann."]


def test_what_was_due_while_the_machine_slept_says_how_late_it_is(rig: Rig) -> None:
    rig.open().set(Kind.TIMER, rig.now_s + 60, "tea", 60)
    rig.now_s += 60 + 2 * HOUR_S
    rig.open().fire()
    assert rig.said == ["Your 1 minute tea timer is done. It was due 2 hours ago."]


def test_an_alarm_rings_until_it_is_acknowledged(rig: Rig) -> None:
    schedule = rig.open()
    schedule.set(Kind.ALARM, rig.now_s + 1)
    assert not schedule.acknowledge()
    for _ in range(3):
        rig.now_s += RING_EVERY_S
        schedule.fire()
    assert rig.said == ["Your alarm is ringing."] * 3
    assert schedule.acknowledge()
    rig.now_s += RING_EVERY_S
    schedule.fire()
    assert len(rig.said) == 3


def test_an_alarm_that_nobody_hears_gives_up(rig: Rig) -> None:
    schedule = rig.open()
    schedule.set(Kind.ALARM, rig.now_s)
    for _ in range(MAX_RINGS + 5):
        schedule.fire()
        rig.now_s += RING_EVERY_S
    assert len(rig.said) == MAX_RINGS
    assert not schedule.waiting(Kind.ALARM)


def test_what_another_process_added_is_seen_and_kept(rig: Rig) -> None:
    ours, theirs = rig.open(), rig.open()
    theirs.set(Kind.TIMER, rig.now_s + 5, duration_s=5)
    ours.set(Kind.TIMER, rig.now_s + 9, duration_s=9)
    assert [due.duration_s for due in ours.waiting(Kind.TIMER)] == [5, 9]
    rig.now_s += 10
    ours.fire()
    assert len(rig.said) == 2


def test_what_was_cancelled_can_be_restored_until_its_time(rig: Rig) -> None:
    schedule = rig.open()
    due = schedule.set(Kind.ALARM, rig.now_s + HOUR_S)
    assert due is not None
    assert schedule.cancel(due)
    assert not schedule.cancel(due)
    schedule.restore(due)
    assert rig.open().waiting(Kind.ALARM) == [due]
    schedule.cancel(due)
    rig.now_s += HOUR_S
    with pytest.raises(NotPermitted, match="has passed"):
        schedule.restore(due)


@pytest.mark.parametrize("text", ["{", "[1]", '[{"id": 1}]', "null", '[{"id": 1, "kind": "set_fire", "due_s": 1}]'])
def test_a_broken_file_is_moved_aside_and_said_so(rig: Rig, text: str, announce: Callable[[str], None]) -> None:
    announce("cannot be understood")
    rig.path.write_text(text)
    assert rig.open().waiting(Kind.TIMER) == []
    assert rig.path.with_suffix(".broken").read_text() == text


def test_what_cannot_be_written_is_not_promised(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = rig.open()
    monkeypatch.setattr("os.fsync", _full)
    with pytest.raises(NotPermitted, match="No space left"):
        schedule.set(Kind.TIMER, rig.now_s + 5)
    assert schedule.waiting(Kind.TIMER) == []


def test_a_full_disk_does_not_keep_an_alarm_from_ringing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = rig.open()
    schedule.set(Kind.ALARM, rig.now_s)
    monkeypatch.setattr("os.fsync", _full)
    with pytest.raises(NotPermitted):
        schedule.fire()
    assert rig.said == ["Your alarm is ringing."]


def _full(file: int) -> None:
    del file
    raise OSError(28, "No space left on device")
