"""Doing and then taking back is doing nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event as StopSignal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.agenda import Agenda
from actions.bodies import Done, Halted
from actions.builtin.agenda import agenda_bodies
from actions.builtin.clipboard import clipboard_bodies, copying_bodies
from actions.builtin.keyboard import keyboard_bodies
from actions.builtin.lists import list_bodies, note_bodies
from actions.builtin.media import media_bodies
from actions.builtin.memory import memory_bodies
from actions.builtin.screen import picture_bodies
from actions.builtin.sound import sound_bodies
from actions.builtin.timers import alarm_bodies, reminder_bodies, timer_bodies
from actions.builtin.trail import Trail
from actions.builtin.windows import window_bodies
from actions.clipboard_history import ClipboardHistory
from actions.facts import Facts
from actions.hands import Focus, can_be_erased, typeable
from actions.lists import Lists
from actions.players import Player
from actions.schedule import Kind, Schedule
from model.stream.errors import NotPermitted
from tests.fake_clipboard import FakeClipboard
from tests.fake_devices import FakeLook, FakeMixer, FakePlayers
from tests.fake_hands import FakeHands, FakeWindows

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
        if isinstance(result, Done) and can_be_erased(typeable(text)):
            steps.append((stood, result))
        elif isinstance(result, Done):
            assert result.undo is not None
            with pytest.raises(NotPermitted):
                result.undo(StopSignal())
            steps.clear()  # what cannot be taken back stands in the way of what came before it
        else:
            assert not typeable(text)
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
    if isinstance(result, Done | Halted) and result.undo is not None and can_be_erased(typeable(text)[:after]):
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


def _calls(action: str, /, **values: st.SearchStrategy[str]) -> st.SearchStrategy[Call]:
    return st.tuples(st.just(action), st.fixed_dictionaries(values))


window_names = st.sampled_from(["notes", "mail", "music", "this"])
CHANGEABLE_ACTIONS = st.one_of(
    _calls("screenshot"),
    _calls("focus_window", name=window_names),
    _calls("minimize_window", name=window_names),
    _calls("maximize_window", name=window_names),
    _calls("switch_window"),
    _calls("pause_media"),
    _calls("resume_media"),
)
"""What others change too, while nobody looks."""
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
    _calls("cancel_timer", label=st.sampled_from(["", "tea", "all"])),
    _calls("set_timer", duration=st.sampled_from(["60", "300"]), label=st.sampled_from(["", "tea"])),
    CHANGEABLE_ACTIONS,
)


class Keeping:
    """Everything that is kept for the user, and what it looks like."""

    def __init__(self, files: Path) -> None:
        self._files = files
        self._mixer, self._facts = FakeMixer(), Facts(lambda: 0.0)
        self._schedule = Schedule(lambda event: None, lambda: 0, files / "schedule.json", now_s=NOON.timestamp)
        self._windows = FakeWindows(*(Focus(n, name, name) for n, name in enumerate(("notes", "mail", "music"), 1)))
        self._players = FakePlayers(Player("a", "A", True, "So What"), Player("b", "B", False, "Blue in Green"))
        now = lambda: NOON  # noqa: E731
        self.bodies = {
            **list_bodies(Lists(files / "lists")),
            **note_bodies(files / "notes.md", now),
            **agenda_bodies(Agenda(files / "calendar.ics"), now),
            **alarm_bodies(self._schedule, now),
            **reminder_bodies(self._schedule, now),
            **memory_bodies(self._facts),
            **sound_bodies(self._mixer),
            **timer_bodies(self._schedule, now),
            **window_bodies(self._windows, {}),
            **media_bodies(self._players, {}, lambda command, env: None, files / "list.m3u"),
            **picture_bodies(FakeLook([]), files / "pictures", now),
        }

    def disturb(self, action: str, data: st.DataObject) -> None:
        """Somebody else changes what the action changed."""
        match action.split("_"):
            case ["maximize", _]:
                self._windows.maximized.clear()
            case [_, "window"]:
                window = data.draw(st.sampled_from(self._windows.all())).window
                change = data.draw(st.sampled_from(["closes", "opens"]))
                if change == "closes":
                    self._windows.close_window(window)
                else:
                    self._windows.windows.insert(0, Focus(9, "new", "new"))
            case [_, "media"]:
                change = data.draw(st.sampled_from(["quit", "by hand"]))
                self._players.players = [
                    replace(player, playing=not player.playing) for player in self._players.players if change != "quit"
                ]
            case _:
                for picture in (self._files / "pictures").glob("*"):
                    picture.write_bytes(b"with an arrow drawn on it")
                    os.utime(picture, (1, 1))

    def shown(self) -> object:
        lists = {path.name: path.read_text() for path in (self._files / "lists").glob("*") if path.read_text().strip()}
        notes = [line for line in _lines(self._files / "notes.md") if line.startswith("-")]
        events = sorted(
            line for line in _lines(self._files / "calendar.ics") if line.startswith(("SUMMARY", "DTSTART"))
        )
        due = sorted((each.due_s, each.text) for kind in Kind for each in self._schedule.waiting(kind))
        facts = sorted(fact.text for fact in self._facts.about("everything"))
        pictures = sorted(path.name for path in (self._files / "pictures").glob("*"))
        order = [(window.window, self._windows.is_minimized(window.window)) for window in self._windows.all()]
        playing = [(player.name, player.playing) for player in self._players.all()]
        devices = self._mixer.percent, self._mixer.silent, order, sorted(self._windows.maximized), playing
        return lists, notes, events, due, facts, pictures, devices


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


@given(CHANGEABLE_ACTIONS, st.data())
def test_what_somebody_has_changed_since_stays(call: Call, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        keeping = Keeping(Path(folder))
        name, values = call
        result = keeping.bodies[name](values, StopSignal())
        if not isinstance(result, Done) or result.undo is None:
            return
        keeping.disturb(name, data)
        stood = keeping.shown()
        with pytest.raises(NotPermitted):
            result.undo(StopSignal())
        assert keeping.shown() == stood
