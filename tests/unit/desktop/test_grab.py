"""Which modifier masks a chord is grabbed at, and how a chord is written."""

from __future__ import annotations

import pytest

pytest.importorskip("Xlib")

from desktop.chords import parse_chord, spelled
from desktop.grab import with_locks

CTRL_ALT, CAPS, NUM = 0b1100, 0b10, 0b10000


def test_capslock_and_numlock_make_no_difference() -> None:
    assert with_locks(CTRL_ALT, {CAPS, NUM}) == {
        CTRL_ALT,
        CTRL_ALT | CAPS,
        CTRL_ALT | NUM,
        CTRL_ALT | CAPS | NUM,
    }


def test_a_keyboard_without_locks_needs_one_mask() -> None:
    assert with_locks(CTRL_ALT, set()) == {CTRL_ALT}


def test_a_chord_is_written_with_its_modifiers_first() -> None:
    assert spelled(parse_chord("space+<alt>+<ctrl>")) == "Ctrl+Alt+Space"
