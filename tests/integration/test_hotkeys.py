"""The hotkeys on a real X server: their keys are heard by us, and by nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from threading import Event as StopSignal
from typing import Any

import pytest
from Xlib import XK, X, error
from Xlib.display import Display

from actions.x11 import X11Hands
from desktop.chords import Chords, Surroundings, parse_chord
from desktop.hotkey import Hotkeys
from desktop.intents import Intent, Wish
from desktop.probing import Probe, open_probe
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop

pytestmark = pytest.mark.integration

CHORDS = Chords(parse_chord("<ctrl>+<alt>+space"), parse_chord("<ctrl>+<alt>+x"), parse_chord("<ctrl>+<alt>+p"))
KEYS = ("ctrl", "alt", "space")
REPEATS_S = 1.2
"""Slept and not waited for: how long a chord is held, and how long a stray repeat has to arrive, is the matter here."""
BETWEEN_KEYS_S = 0.3


class Ears:
    """Hotkeys at work in this process, and what they asked for."""

    def __init__(self, desktop: VirtualDesktop) -> None:
        self._desktop = desktop
        self.submitted: list[Intent] = []
        self.hotkeys = Hotkeys(CHORDS, self.submitted.append, lambda: Surroundings())
        self.complaints = self.hotkeys.start()

    @property
    def wishes(self) -> list[Wish]:
        return [intent.wish for intent in self.submitted]

    def close(self) -> None:
        """The key hook's library ends its thread at the next key only, and would complain of a screen gone before."""
        self.hotkeys.close()
        self._desktop.xdotool("key", "Shift_L")
        wait_until(lambda: all(thread.name != "desktop.hotkeys" for thread in threading.enumerate()), 10.0, "its end")

    def wait_for(self, *wishes: Wish) -> None:
        wait_until(lambda: self.wishes == list(wishes), 10.0, f"the wishes {wishes}, not {self.wishes},")


@pytest.fixture
def desktop(on_screen: VirtualDesktop) -> VirtualDesktop:
    """With the window manager as it comes: Alt+Space opens a menu."""
    before = window_manager(on_screen)
    on_screen.start("openbox", "--sm-disable", "--replace", "--config-file", "/etc/xdg/openbox/rc.xml")
    wait_until(lambda: window_manager(on_screen) not in (before, ""), 20.0, "the other window manager")
    return on_screen


@pytest.fixture
def notes(desktop: VirtualDesktop) -> Probe:
    return open_probe(desktop)


@pytest.fixture
def ears(desktop: VirtualDesktop, notes: Probe) -> Iterator[Ears]:
    ears = Ears(desktop)
    yield ears
    ears.close()


@pytest.fixture
def shown(desktop: VirtualDesktop) -> Iterator[Callable[[], set[int]]]:
    """Every window that is shown; menus of the window manager are windows too."""
    display = Display(desktop.display)
    yield lambda: {
        window.id
        for window in display.screen().root.query_tree().children
        if window.get_attributes().map_state == X.IsViewable
    }
    display.close()


def window_manager(desktop: VirtualDesktop) -> str:
    answer = desktop.run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")
    return answer.partition("#")[2].strip()


def hold_and_release(desktop: VirtualDesktop, order: tuple[str, ...]) -> None:
    desktop.xdotool("keydown", "ctrl", "alt", "space")
    time.sleep(REPEATS_S)
    for key in order:
        desktop.xdotool("keyup", key)
        time.sleep(BETWEEN_KEYS_S)


def test_ungrabbed_the_repeats_reach_the_others(
    desktop: VirtualDesktop, notes: Probe, shown: Callable[[], set[int]]
) -> None:
    """What the grab is for; were it not so, the next test could not fail."""
    before = shown()
    hold_and_release(desktop, ("ctrl", "alt", "space"))
    assert shown() - before


@pytest.mark.parametrize("order", list(permutations(KEYS)), ids="-".join)
def test_nobody_else_hears_the_chord(
    order: tuple[str, ...], desktop: VirtualDesktop, notes: Probe, ears: Ears, shown: Callable[[], set[int]]
) -> None:
    assert ears.complaints == ()
    before = shown()
    hold_and_release(desktop, order)
    ears.wait_for(Wish.LISTEN_HOLD, Wish.CLOSE_LISTENING)
    assert notes.text == ""
    assert shown() == before
    desktop.xdotool("key", "a")
    notes.wait_for_text("a")


def test_locks_make_no_difference(desktop: VirtualDesktop, notes: Probe, ears: Ears) -> None:
    desktop.xdotool("key", "Caps_Lock", "key", "Num_Lock")
    hold_and_release(desktop, ("alt", "ctrl", "space"))
    ears.wait_for(Wish.LISTEN_HOLD, Wish.CLOSE_LISTENING)
    assert notes.text == ""


def test_panic_arrives_while_our_hands_type(desktop: VirtualDesktop, notes: Probe, ears: Ears, tmp_path: Path) -> None:
    stop, text = StopSignal(), "x Xylophones ; " * 400
    with X11Hands(desktop.display, tmp_path / "run", guarded=False) as hands:
        typing = threading.Thread(target=hands.type_text, args=(text, stop), name="typing")
        typing.start()
        try:
            wait_until(lambda: len(notes.text) > 20, 20.0, "typing")
            desktop.xdotool("key", "ctrl+alt+x")
            # A space typed while the person holds Ctrl and Alt is the chord to talk as well.
            wait_until(lambda: Wish.PANIC in ears.wishes, 10.0, "panic")
        finally:
            stop.set()
            typing.join()
        assert len(notes.text) < len(text)


def test_our_hands_type_once_the_chord_is_let_go_of(
    desktop: VirtualDesktop, notes: Probe, ears: Ears, tmp_path: Path
) -> None:
    with X11Hands(desktop.display, tmp_path / "run", guarded=False) as hands:
        desktop.xdotool("keydown", "ctrl", "alt", "space")
        ears.wait_for(Wish.LISTEN_HOLD)
        typing = threading.Thread(target=hands.type_text, args=("hello x world", StopSignal()), name="typing")
        typing.start()
        for key in reversed(KEYS):
            desktop.xdotool("keyup", key)
        typing.join()
    notes.wait_for_text("hello x world")


def test_the_main_keys_alone_and_esc_reach_the_program(desktop: VirtualDesktop, notes: Probe, ears: Ears) -> None:
    desktop.xdotool("key", "x", "key", "p", "key", "space", "key", "Escape")
    notes.wait_for_text("xp ")
    wait_until(lambda: {"key": "Escape", "down": False}.items() <= notes.rows[-1].items(), 10.0, "Esc in the program")


def test_a_chord_that_another_program_claimed_is_named(desktop: VirtualDesktop) -> None:
    with Rival(desktop) as rival:
        assert rival.claim("space")
        ears = Ears(desktop)
        (complaint,) = ears.complaints
        assert "Ctrl+Alt+Space" in complaint and "`hotkey`" in complaint
        desktop.xdotool("key", "ctrl+alt+x")
        ears.wait_for(Wish.PANIC)
        ears.close()


def test_closing_gives_the_keys_back(desktop: VirtualDesktop) -> None:
    with Rival(desktop) as rival:
        ears = Ears(desktop)
        assert not rival.may_claim("space")
        ears.close()
        ears.hotkeys.close()
        assert rival.may_claim("space")


def test_the_grab_follows_the_keyboard_layout(desktop: VirtualDesktop, ears: Ears) -> None:
    """What is on the key counts, not where it lies."""
    with Rival(desktop) as rival:
        assert rival.may_claim("y")
        rival.swap("x", "y")
        wait_until(lambda: not rival.may_claim("x") and rival.may_claim("y"), 10.0, "the grab on its new key")
        rival.swap("x", "y")


class Rival:
    """Another program that would like Ctrl+Alt and a key."""

    def __init__(self, desktop: VirtualDesktop) -> None:
        self._display = Display(desktop.display)

    def __enter__(self) -> Rival:
        return self

    def __exit__(self, *_: object) -> None:
        self._display.close()

    def may_claim(self, key: str) -> bool:
        """Claims it, and lets go of it again."""
        while self._display.pending_events():
            self._display.refresh_keyboard_mapping(self._display.next_event())
        claimed = self.claim(key)
        self._root.ungrab_key(self._code(key), X.ControlMask | X.Mod1Mask)
        self._display.sync()
        return claimed

    def claim(self, key: str) -> bool:
        refused = error.CatchError(error.BadAccess)
        chord = (self._code(key), X.ControlMask | X.Mod1Mask)
        self._root.grab_key(*chord, False, X.GrabModeAsync, X.GrabModeAsync, onerror=refused)
        self._display.sync()
        return refused.get_error() is None

    def swap(self, one: str, other: str) -> None:
        """Put each of two letters on the other's key."""
        codes = self._code(one), self._code(other)
        for code, letter in zip(codes, (other, one), strict=True):
            self._display.change_keyboard_mapping(code, [[ord(letter), ord(letter.upper())] * 2])
        self._display.sync()

    @property
    def _root(self) -> Any:
        return self._display.screen().root

    def _code(self, key: str) -> int:
        return self._display.keysym_to_keycode(XK.string_to_keysym(key))
