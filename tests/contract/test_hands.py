"""What all hands promise, checked on the fake and on X11 with a real window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event as StopSignal

import pytest

from actions.hands import Hands
from actions.x11 import X11Hands
from desktop.probing import Probe
from desktop.virtual import VirtualDesktop
from tests.fake_hands import FakeHands


@dataclass
class Rig:
    hands: Hands
    wait_for_text: Callable[[str], None]


@pytest.fixture(params=["fake", pytest.param("x11", marks=pytest.mark.integration)])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    if request.param == "fake":
        fake = FakeHands()

        def check(text: str) -> None:
            assert fake.text == text

        yield Rig(fake, check)
        return
    screen: VirtualDesktop = request.getfixturevalue("virtual_screen")
    probe: Probe = request.getfixturevalue("probe")
    with X11Hands(screen.display, tmp_path, guarded=False) as hands:
        yield Rig(hands, probe.wait_for_text)


def test_types_what_it_is_given_and_says_how_much(rig: Rig) -> None:
    text = "Hello, World! (50 % off) {[~]} Grüße ß é € ✓ Привет 日本"
    assert rig.hands.type_text(text, StopSignal()) == len(text)
    rig.wait_for_text(text)


def test_control_characters_are_not_typed(rig: Rig) -> None:
    assert rig.hands.type_text("a\x1b\x08\r\nb\u202e", StopSignal()) == 3
    rig.wait_for_text("a\nb")


def test_nothing_happens_once_stopped(rig: Rig) -> None:
    stop = StopSignal()
    stop.set()
    before = rig.hands.strokes
    assert rig.hands.type_text("abc", stop) == 0
    rig.hands.press("x", stop)
    rig.hands.click((700, 300), "left", 1, stop)
    rig.hands.scroll("down", 3, stop)
    assert rig.hands.strokes == before
    rig.hands.type_text("only this", StopSignal())
    rig.wait_for_text("only this")


def test_backspace_takes_back_one_character(rig: Rig) -> None:
    rig.hands.type_text("abü", StopSignal())
    rig.hands.press("backspace", StopSignal())
    rig.wait_for_text("ab")


def test_every_stroke_is_counted(rig: Rig) -> None:
    counts = [rig.hands.strokes]
    rig.hands.type_text("a", StopSignal())
    counts.append(rig.hands.strokes)
    rig.hands.press("backspace", StopSignal())
    counts.append(rig.hands.strokes)
    rig.hands.scroll("down", 1, StopSignal())
    counts.append(rig.hands.strokes)
    assert counts == sorted(set(counts))


def test_the_focused_window_is_known(rig: Rig) -> None:
    focus = rig.hands.active_window()
    assert focus is not None
    assert focus.title == "Notes"
    assert focus.place is not None
