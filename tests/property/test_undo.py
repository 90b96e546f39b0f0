"""Doing and then taking back is doing nothing."""

from __future__ import annotations

from datetime import datetime
from threading import Event as StopSignal

from hypothesis import given
from hypothesis import strategies as st

from actions.bodies import Done, Halted
from actions.builtin.clipboard import clipboard_bodies, copying_bodies
from actions.builtin.keyboard import keyboard_bodies
from actions.builtin.timers import timer_bodies
from actions.builtin.trail import Trail
from actions.clipboard_history import ClipboardHistory
from actions.hands import can_be_erased, typeable
from actions.schedule import Schedule
from tests.fake_clipboard import FakeClipboard
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
