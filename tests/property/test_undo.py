"""Doing and then taking back is doing nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Event as StopSignal

from hypothesis import given
from hypothesis import strategies as st

from actions.agenda import Agenda
from actions.bodies import Done, Halted
from actions.builtin.agenda import agenda_bodies
from actions.builtin.clipboard import clipboard_bodies, copying_bodies
from actions.builtin.keyboard import keyboard_bodies
from actions.builtin.lists import list_bodies, note_bodies
from actions.builtin.memory import memory_bodies
from actions.builtin.sound import sound_bodies
from actions.builtin.timers import alarm_bodies, reminder_bodies, timer_bodies
from actions.builtin.trail import Trail
from actions.clipboard_history import ClipboardHistory
from actions.facts import Facts
from actions.hands import can_be_erased, typeable
from actions.lists import Lists
from actions.schedule import Kind, Schedule
from tests.fake_clipboard import FakeClipboard
from tests.fake_devices import FakeMixer
from tests.fake_hands import FakeHands

texts = st.text(min_size=1, max_size=12)


@given(texts, st.lists(texts, min_size=1, max_size=4))
def test_typing_several_texts_and_taking_them_back_one_by_one(before: str, typed: list[str]) -> None:
    hands = FakeHands()
    hands.texts[1] = before
    type_text = keyboard_bodies(hands, Trail(hands))["type_text"]
    steps: list[tuple[str, Done]] = []
    for text in typed:
        stood = hands.text
        result = type_text({"text": text}, StopSignal())
        if isinstance(result, Done) and result.undo is not None:
            steps.append((stood, result))
        else:
            assert not typeable(text) or not can_be_erased(typeable(text))
            if typeable(text):
                steps.clear()  # what cannot be taken back stands in the way of what came before it
    for stood, result in reversed(steps):
        assert result.undo is not None
        result.undo(StopSignal())
        assert hands.text == stood


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), min_size=2, max_size=20), st.data())
def test_what_was_typed_before_the_stop_is_taken_back(text: str, data: st.DataObject) -> None:
    hands = FakeHands()
    hands.texts[1] = "kept "
    stop, after = StopSignal(), data.draw(st.integers(1, len(typeable(text)) - 1 or 1))
    hands.before_stroke = lambda: stop.set() if len(hands.done) == after else None
    result = keyboard_bodies(hands, Trail(hands))["type_text"]({"text": text}, stop)
    hands.before_stroke = lambda: None
    if isinstance(result, Halted):
        assert hands.text == "kept " + typeable(text)[:after]
    if isinstance(result, Done | Halted) and result.undo is not None:
        result.undo(StopSignal())
        assert hands.text == "kept "


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_clipboard_is_as_it_was(before: str, text: str) -> None:
    clipboard, hands = FakeClipboard(before), FakeHands()
    bodies = {
        **copying_bodies(hands, Trail(hands), clipboard),
        **clipboard_bodies(clipboard, ClipboardHistory()),
    }
    result = bodies["set_clipboard"]({"text": text}, StopSignal())
    assert clipboard.text == text
    assert isinstance(result, Done)
    assert result.undo is not None
    result.undo(StopSignal())
    assert clipboard.text == before


@given(st.integers(1, 10_000))
def test_a_timer_taken_back_never_fires(duration_s: int) -> None:
    now_s = 1_000_000.0
    fired: list[object] = []
    schedule = Schedule(fired.append, lambda: 0, now_s=lambda: now_s)
    bodies = timer_bodies(schedule, lambda: datetime.fromtimestamp(now_s))
    result = bodies["set_timer"]({"duration": str(duration_s)}, StopSignal())
    assert isinstance(result, Done)
    assert result.undo is not None
    result.undo(StopSignal())
    now_s += 2 * duration_s
    schedule.fire()
    assert not fired


NOON = datetime(2026, 5, 4, 12, 0)
Call = tuple[str, Mapping[str, str]]
"""An action and what it is given."""


def _calls(name: str, **values: st.SearchStrategy[str]) -> st.SearchStrategy[Call]:
    return st.tuples(st.just(name), st.fixed_dictionaries(values))


KEPT_ACTIONS = st.one_of(
    _calls("list_add", item=texts, list=st.sampled_from(["", "shopping", "Tea"])),
    _calls("list_remove", item=texts, list=st.just("shopping")),
    _calls("list_remove", list=st.sampled_from(["shopping", "tea"])),
    _calls("add_note", text=texts),
    _calls("add_event", title=texts, time=st.sampled_from(["", "tomorrow at noon"])),
    _calls("remove_event", title=texts),
    _calls("set_alarm", time=st.sampled_from(["7 am", "half past six"])),
    _calls("cancel_alarm"),
    _calls("set_reminder", text=texts, time=st.just("tomorrow at noon")),
    _calls("remember", text=texts),
    _calls("set_volume", level=st.sampled_from(["up", "down", "0", "70"])),
    _calls("mute"),
    _calls("unmute"),
)


class Keeping:
    """Everything that is kept for the user, and what it looks like."""

    def __init__(self, files: Path) -> None:
        self._files = files
        self._mixer, self._facts = FakeMixer(), Facts(lambda: 0.0)
        self._schedule = Schedule(lambda event: None, lambda: 0, files / "schedule.json", now_s=NOON.timestamp)
        now = lambda: NOON  # noqa: E731
        self.bodies = {
            **list_bodies(Lists(files / "lists")),
            **note_bodies(files / "notes.md", now),
            **agenda_bodies(Agenda(files / "calendar.ics"), now),
            **alarm_bodies(self._schedule, now),
            **reminder_bodies(self._schedule, now),
            **memory_bodies(self._facts),
            **sound_bodies(self._mixer),
        }

    def shown(self) -> object:
        lists = {path.name: path.read_text() for path in (self._files / "lists").glob("*") if path.read_text().strip()}
        notes = [line for line in _lines(self._files / "notes.md") if line.startswith("-")]
        events = sorted(
            line for line in _lines(self._files / "calendar.ics") if line.startswith(("SUMMARY", "DTSTART"))
        )
        due = sorted((each.due_s, each.text) for kind in Kind for each in self._schedule.waiting(kind))
        facts = sorted(fact.text for fact in self._facts.about("everything"))
        return lists, notes, events, due, facts, self._mixer.percent, self._mixer.silent


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@given(st.lists(KEPT_ACTIONS, max_size=5), KEPT_ACTIONS)
def test_what_is_kept_for_the_user_is_as_it_was(before: list[Call], last: Call) -> None:
    with tempfile.TemporaryDirectory() as folder:
        keeping = Keeping(Path(folder))
        for name, values in before:
            keeping.bodies[name](values, StopSignal())
        stood = keeping.shown()
        name, values = last
        result = keeping.bodies[name](values, StopSignal())
        if isinstance(result, Done) and result.undo is not None:
            result.undo(StopSignal())
        assert keeping.shown() == stood  # what has no undo changed nothing: it was so already
