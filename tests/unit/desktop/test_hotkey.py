"""The key hook without a keyboard: whose keys count, and what it says where there is no hook."""

from __future__ import annotations

from enum import Enum
from types import SimpleNamespace

import pytest

from desktop.chords import Chords, Surroundings, parse_chord
from desktop.hotkey import Hotkeys, keysym_of, name_of
from desktop.intents import Intent, Wish
from model.stream.errors import DeviceLost, NotPermitted

CHORDS = Chords(parse_chord("<ctrl>+<alt>+space"), parse_chord("<ctrl>+<alt>+<backspace>"))


class Hook:
    """Hotkeys whose keys, time and surroundings are the test's."""

    def __init__(self) -> None:
        self.ours = False
        self.now_ms = 0.0
        self.around = Surroundings()
        self.submitted: list[Intent] = []
        self.hotkeys = Hotkeys(
            CHORDS, self.submitted.append, lambda: self.around, lambda: self.ours, lambda: self.now_ms
        )

    def down(self, *names: str) -> None:
        for name in names:
            self.hotkeys.key(name, down=True)

    def up(self, *names: str) -> None:
        for name in names:
            self.hotkeys.key(name, down=False)

    @property
    def wishes(self) -> list[Wish]:
        return [intent.wish for intent in self.submitted]


def test_panic_counts_even_while_our_own_hands_type() -> None:
    hook = Hook()
    hook.ours = True
    hook.down("ctrl", "alt", "backspace")
    assert hook.wishes == [Wish.PANIC]


def test_what_our_own_hands_press_opens_nothing_and_cancels_nothing() -> None:
    hook = Hook()
    hook.ours = True
    hook.around = Surroundings(active=True)
    hook.down("ctrl", "alt", "space", "esc")
    assert hook.wishes == []


def test_letting_go_counts_even_while_our_own_hands_type() -> None:
    hook = Hook()
    hook.down("ctrl", "alt", "space")
    hook.ours = True
    hook.now_ms = 900
    hook.up("space", "alt", "ctrl")
    assert hook.wishes == [Wish.LISTEN_HOLD, Wish.CLOSE_LISTENING]
    assert hook.hotkeys.modifiers_down == frozenset()


def test_modifiers_that_a_person_holds_are_known() -> None:
    hook = Hook()
    hook.down("ctrl", "a", "shift")
    assert hook.hotkeys.modifiers_down == {"ctrl", "shift"}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (SimpleNamespace(name="ctrl_r"), "ctrl"),
        (SimpleNamespace(name="alt_gr"), "alt_gr"),
        (SimpleNamespace(name="space"), "space"),
        (SimpleNamespace(char="A", vk=65), "a"),
        (SimpleNamespace(char=None, vk=269025043), "code269025043"),
    ],
)
def test_keys_are_named_alike_on_both_sides(key: object, name: str) -> None:
    assert name_of(key) == name


@pytest.mark.parametrize(
    ("name", "keysym"), [("x", 0x78), ("ü", 0xFC), ("ж", 0x01000436), ("space", 0x20), ("code269025043", 269025043)]
)
def test_a_name_leads_back_to_its_key(name: str, keysym: int) -> None:
    keyboard = SimpleNamespace(Key=Enum("Key", {"space": SimpleNamespace(vk=0x20)}))
    assert keysym_of(name, keyboard) == keysym


def test_a_name_that_no_key_has_is_no_key() -> None:
    assert keysym_of("nonsense", SimpleNamespace(Key=Enum("Key", {}))) == 0


def test_without_a_display_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    monkeypatch.setitem(__import__("sys").modules, "pynput", None)
    with pytest.raises(DeviceLost, match="DISPLAY"):
        Hook().hotkeys.start()


def test_on_wayland_it_names_the_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(NotPermitted, match="ambidex toggle"):
        Hook().hotkeys.start()
