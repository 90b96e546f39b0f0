"""Hotkeys: hold to talk, tap to toggle, Esc to cancel, panic."""

from __future__ import annotations

import pytest

from desktop.chords import STUCK_MS, TAP_MS, Chords, Held, Key, Surroundings, parse_chord, react
from desktop.intents import Wish
from model.stream.errors import BadSettings

CHORDS = Chords(parse_chord("<ctrl>+<alt>+space"), parse_chord("<ctrl>+<alt>+<esc>"), parse_chord("<ctrl>+<alt>+t"))


class Keyboard:
    """Presses keys and collects what they ask for, as the hook does."""

    def __init__(self) -> None:
        self.held = Held()
        self.around = Surroundings()
        self.t_ms = 1000.0

    def down(self, *names: str) -> list[Wish]:
        return self._keys(names, down=True)

    def up(self, *names: str) -> list[Wish]:
        return self._keys(names, down=False)

    def wait(self, ms: float) -> None:
        self.t_ms += ms

    def _keys(self, names: tuple[str, ...], down: bool) -> list[Wish]:
        wishes: list[Wish] = []
        for name in names:
            self.held, intents = react(CHORDS, self.held, Key(name, down, self.t_ms), self.around)
            wishes += [intent.wish for intent in intents]
        return wishes


@pytest.fixture
def keys() -> Keyboard:
    return Keyboard()


def test_holding_talks_until_release(keys: Keyboard) -> None:
    assert keys.down("ctrl", "alt", "space") == [Wish.LISTEN_HOLD]
    keys.wait(TAP_MS)
    assert keys.up("space") == [Wish.CLOSE_LISTENING]
    assert keys.up("alt", "ctrl") == []


def test_a_tap_keeps_listening_and_the_next_press_ends_it(keys: Keyboard) -> None:
    keys.down("ctrl", "alt", "space")
    keys.wait(TAP_MS - 1)
    assert keys.up("space", "alt", "ctrl") == [Wish.LISTEN_TOGGLE]
    keys.around = Surroundings(listening=True, active=True)
    assert keys.down("ctrl", "alt", "space") == [Wish.CLOSE_LISTENING]
    keys.wait(2000)
    assert keys.up("space", "alt", "ctrl") == []


def test_releasing_a_modifier_first_ends_the_hold_too(keys: Keyboard) -> None:
    keys.down("ctrl", "alt", "space")
    keys.wait(500)
    assert keys.up("ctrl") == [Wish.CLOSE_LISTENING]
    assert keys.up("space", "alt") == []


@pytest.mark.parametrize("pause_ms", [30, 1300])
def test_a_repeating_key_is_one_press(keys: Keyboard, pause_ms: float) -> None:
    keys.down("ctrl", "alt", "space")
    keys.around = Surroundings(listening=True, active=True)
    for _ in range(20):
        keys.wait(pause_ms)
        assert keys.down("space") == []
    assert keys.up("space") == [Wish.CLOSE_LISTENING]


def test_a_missed_release_does_not_disable_the_hotkey(keys: Keyboard) -> None:
    keys.down("ctrl", "alt", "space")
    keys.wait(400)
    keys.up("ctrl")
    keys.wait(STUCK_MS + 1)  # meanwhile the releases of alt and space were lost
    assert keys.down("ctrl", "alt") == []  # nor do those two alone open the microphone
    assert keys.down("space") == [Wish.LISTEN_HOLD]


def test_a_modifier_whose_release_was_missed_spoils_chords_for_a_while_only(keys: Keyboard) -> None:
    keys.down("shift")
    assert keys.down("ctrl", "alt", "space") == []
    keys.up("ctrl", "alt", "space")
    keys.wait(STUCK_MS + 1)
    assert keys.down("ctrl", "alt", "space") == [Wish.LISTEN_HOLD]


def test_another_chord_that_contains_the_keys_is_not_ours(keys: Keyboard) -> None:
    assert keys.down("ctrl", "shift", "alt", "space") == []


@pytest.mark.parametrize("listening", [True, False])
def test_escape_cancels_only_while_something_goes_on(keys: Keyboard, listening: bool) -> None:
    assert keys.down("esc") == []
    keys.up("esc")
    keys.around = Surroundings(listening, active=True)
    assert keys.down("esc") == [Wish.CANCEL]


def test_escape_during_a_hold_cancels_and_the_release_does_nothing(keys: Keyboard) -> None:
    keys.down("ctrl", "alt", "space")
    keys.up("ctrl", "alt")  # closes; then Esc while the assistant is still busy
    keys.around = Surroundings(active=True)
    assert keys.down("esc") == [Wish.CANCEL]
    assert keys.up("space") == []


def test_panic_goes_before_everything(keys: Keyboard) -> None:
    keys.around = Surroundings(listening=True, active=True)
    assert keys.down("ctrl", "alt", "esc") == [Wish.PANIC]


def test_the_prompt_has_a_chord(keys: Keyboard) -> None:
    assert keys.down("alt", "ctrl", "t") == [Wish.PROMPT]


@pytest.mark.parametrize("text", ["", "space", "<ctrl>+<alt>", "<ctrl>++a", "<ctrl>+<ctrl>+a"])
def test_what_is_not_a_chord_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadSettings, match=r"<ctrl>\+<alt>\+space"):
        parse_chord(text)


def test_names_people_use_mean_the_same_keys() -> None:
    assert parse_chord("Control + Escape") == parse_chord("<ctrl>+<esc>")
