"""Hands on a real X server: what pressing, stopping and being killed leave behind."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event as StopSignal

import pytest
from Xlib.display import Display

from actions.held import KEY, HeldNote
from actions.x11 import X11Hands
from desktop.probing import Probe
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost, NotPermitted

pytestmark = pytest.mark.integration

NOTHING = bytes(32)


@pytest.fixture
def hands(virtual_screen: VirtualDesktop, tmp_path: Path) -> Iterator[X11Hands]:
    with X11Hands(virtual_screen.display, tmp_path / "run", guarded=False) as hands:
        yield hands


@pytest.fixture
def keys_down(virtual_screen: VirtualDesktop) -> Iterator[Callable[[], bytes]]:
    """What the X server says is held, on a connection of its own."""
    display = Display(virtual_screen.display)
    yield lambda: bytes(display.query_keymap())
    display.close()


def wait_until(met: Callable[[], bool], within_s: float = 5.0) -> None:
    deadline = time.monotonic() + within_s
    while not met():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.005)


def test_more_odd_characters_than_spare_keys(hands: X11Hands, probe: Probe) -> None:
    text = "".join(chr(point) for point in range(0x3B1, 0x3B1 + 25)) + "".join(map(chr, range(0x430, 0x430 + 32)))
    text += "".join(map(chr, range(0x4E00, 0x4E00 + 60)))
    assert hands.type_text(text, StopSignal()) == len(text)
    probe.wait_for_text(text, within_s=20)


def test_the_keyboard_is_left_as_it_was_found(virtual_screen: VirtualDesktop, probe: Probe, tmp_path: Path) -> None:
    display = Display(virtual_screen.display)
    before = display.get_keyboard_mapping(8, 248)
    with X11Hands(virtual_screen.display, tmp_path, guarded=False) as hands:
        hands.type_text("日本", StopSignal())
        probe.wait_for_text("日本")
        assert display.get_keyboard_mapping(8, 248) != before
    assert display.get_keyboard_mapping(8, 248) == before
    display.close()


def test_a_terminal_hears_it_too(hands: X11Hands, virtual_screen: VirtualDesktop, tmp_path: Path) -> None:
    """xterm ignores the events that XSendEvent makes."""
    written = tmp_path / "written"
    virtual_screen.start("xterm", "-title", "shell", "-e", "sh", "-c", f"head -n1 > {written}")
    wait_until(lambda: (focus := hands.active_window()) is not None and focus.app == "xterm", 10)
    hands.type_text("héllo world\n", StopSignal())
    wait_until(lambda: written.exists() and written.read_text() == "héllo world\n")


def test_chords_reach_the_window(hands: X11Hands, probe: Probe) -> None:
    hands.type_text("abc", StopSignal())
    hands.press("ctrl+a", StopSignal())
    hands.press("shift+x", StopSignal())
    probe.wait_for_text("X")


def test_a_click_lands_where_it_should(hands: X11Hands, probe: Probe) -> None:
    """The two buttons fill the bottom row of a window 900 pixels wide at 300, 150."""
    hands.click((520, 625), "left", 1, StopSignal())
    probe.wait_for_press("Submit")
    hands.click((970, 625), "left", 2, StopSignal())
    probe.wait_for_press("Cancel")
    assert probe.presses[0] == "Submit"


def test_waits_until_the_user_lets_go_of_their_modifiers(
    hands: X11Hands, probe: Probe, virtual_screen: VirtualDesktop
) -> None:
    """Held as by the hotkey: what we type must not become a shortcut."""
    virtual_screen.xdotool("keydown", "ctrl", "keydown", "alt")
    typing = threading.Thread(target=hands.type_text, args=("free", StopSignal()))
    typing.start()
    typing.join(0.3)
    assert typing.is_alive()
    assert hands.strokes == 0
    virtual_screen.xdotool("keyup", "alt", "keyup", "ctrl")
    typing.join(5)
    probe.wait_for_text("free")


def test_refuses_when_they_never_let_go(
    hands: X11Hands, virtual_screen: VirtualDesktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.x11.PATIENCE_S", 0.05)
    virtual_screen.xdotool("keydown", "shift")
    with pytest.raises(NotPermitted, match="let go"):
        hands.press("a", StopSignal())
    assert hands.strokes == 0


def test_typing_pauses_while_the_user_presses_a_hotkey(
    hands: X11Hands, probe: Probe, virtual_screen: VirtualDesktop
) -> None:
    """Ctrl and Alt are theirs: with a space of ours in between they would be the chord for talking."""
    text = "a b c d e " * 100
    typing = threading.Thread(target=hands.type_text, args=(text, StopSignal()))
    typing.start()
    wait_until(lambda: len(probe.text) > 20)
    virtual_screen.xdotool("keydown", "ctrl", "keydown", "alt")
    time.sleep(0.2)
    strokes = hands.strokes
    time.sleep(0.2)
    assert hands.strokes == strokes
    virtual_screen.xdotool("keyup", "alt", "keyup", "ctrl")
    typing.join(10)
    probe.wait_for_text(text)


def test_no_hotkey_is_pressed_between_the_look_and_the_stroke(
    hands: X11Hands, probe: Probe, virtual_screen: VirtualDesktop
) -> None:
    """Thirty chances: a stroke between the keys of the user's would be lost to the text."""
    text = "a b c d e " * 100
    typing = threading.Thread(target=hands.type_text, args=(text, StopSignal()))
    typing.start()
    for _ in range(30):
        virtual_screen.xdotool("keydown", "ctrl", "keydown", "alt", "keyup", "alt", "keyup", "ctrl")
    typing.join(20)
    probe.wait_for_text(text)


def test_stopping_in_the_middle_of_typing_leaves_nothing_held(
    hands: X11Hands, probe: Probe, keys_down: Callable[[], bytes]
) -> None:
    stop = StopSignal()
    typing = threading.Thread(target=hands.type_text, args=("ABC " * 5_000, stop))
    typing.start()
    wait_until(lambda: len(probe.text) > 20)
    began_s = time.monotonic()
    stop.set()
    hands.release_all()
    strokes = hands.strokes
    took_s = time.monotonic() - began_s
    typing.join(1)
    assert not typing.is_alive()
    assert took_s < 0.1
    assert hands.strokes == strokes
    assert keys_down() == NOTHING


_TYPIST = """
import sys, threading
from pathlib import Path
from Xlib import X
from Xlib.ext import xtest
from actions import x11
from actions.held import KEY
hands = x11.X11Hands(sys.argv[1], Path(sys.argv[2]), guarded=sys.argv[3] == "guarded")
print(hands.watchdog_pid, flush=True)
shift = hands._display.keysym_to_keycode(0xFFE1)
hands._note.add((KEY, shift))
xtest.fake_input(hands._display, X.KeyPress, shift)
hands._user_holds_modifier = lambda: False
hands.type_text("still typing " * 5000, threading.Event())
"""


@pytest.fixture
def killed_typist(
    virtual_screen: VirtualDesktop, probe: Probe, keys_down: Callable[[], bytes], tmp_path: Path
) -> Callable[[str], int]:
    """Runs hands that hold Shift and type, kills them with SIGKILL, and returns the process id of their watchdog."""

    def run(guard: str) -> int:
        command = [sys.executable, "-c", _TYPIST, virtual_screen.display, str(tmp_path / "run"), guard]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as typist:
            assert typist.stdout is not None
            watchdog = int(typist.stdout.readline())
            wait_until(lambda: len(probe.text) > 10, 10)
            assert keys_down() != NOTHING
            os.killpg(typist.pid, signal.SIGKILL)
        return watchdog

    return run


def test_the_watchdog_lets_go_after_kill_9(
    killed_typist: Callable[[str], int], keys_down: Callable[[], bytes], tmp_path: Path
) -> None:
    watchdog = killed_typist("guarded")
    wait_until(lambda: keys_down() == NOTHING)
    wait_until(lambda: not list((tmp_path / "run").iterdir()))
    wait_until(lambda: not _alive(watchdog))


def test_the_next_start_lets_go_where_no_watchdog_did(
    killed_typist: Callable[[str], int],
    keys_down: Callable[[], bytes],
    virtual_screen: VirtualDesktop,
    tmp_path: Path,
) -> None:
    killed_typist("alone")
    assert keys_down() != NOTHING
    with X11Hands(virtual_screen.display, tmp_path / "run", guarded=False):
        assert keys_down() == NOTHING


def test_a_clean_end_leaves_no_note_and_no_watchdog(virtual_screen: VirtualDesktop, tmp_path: Path) -> None:
    hands = X11Hands(virtual_screen.display, tmp_path)
    watchdog = hands.watchdog_pid
    assert _alive(watchdog)
    hands.close()
    hands.close()
    assert list(tmp_path.iterdir()) == []
    assert not _alive(watchdog)


def test_notes_of_the_living_are_left_alone(
    virtual_screen: VirtualDesktop, keys_down: Callable[[], bytes], tmp_path: Path
) -> None:
    with X11Hands(virtual_screen.display, tmp_path, guarded=False) as living:
        living.press("a", StopSignal())
        note = next(tmp_path.iterdir())
        assert note.stat().st_mode & 0o777 == 0o600
        other = HeldNote(tmp_path / "other")
        other.add((KEY, 50))
        with X11Hands(virtual_screen.display, tmp_path / "other", guarded=False):
            assert other.path.exists()
        other.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # python-xlib leaves sockets unclosed
def test_no_display_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(DeviceLost, match=":9876") as said:
        X11Hands(":9876", tmp_path)
    del said
    gc.collect()


def test_a_display_that_goes_away_is_said_so(virtual_screen: VirtualDesktop, tmp_path: Path) -> None:
    with X11Hands(virtual_screen.display, tmp_path, guarded=False) as hands:
        virtual_screen.close()
        with pytest.raises(DeviceLost):
            hands.press("a", StopSignal())


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
