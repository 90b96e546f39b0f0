"""The virtual desktop itself: what the other tests stand on."""

from __future__ import annotations

import array
import os
import wave
from pathlib import Path

import pytest

from desktop.probing import Probe
from desktop.processes import require, wait_until
from desktop.virtual import Recording, VirtualDesktop
from model.stream.errors import DeviceLost

pytestmark = pytest.mark.integration


def test_keys_reach_the_window_with_the_focus(virtual_screen: VirtualDesktop, probe: Probe):
    virtual_screen.xdotool("type", "Hello world")
    probe.wait_for_text("Hello world")


def test_a_click_reaches_the_button_under_the_pointer(virtual_screen: VirtualDesktop, probe: Probe):
    virtual_screen.xdotool("mousemove", "500", "620", "click", "1")
    probe.wait_for_press("Submit")
    assert probe.presses == ("Submit",)


def test_a_screenshot_shows_the_window(virtual_screen: VirtualDesktop, probe: Probe, tmp_path: Path):
    with_window = virtual_screen.screenshot(tmp_path / "with.png").read_bytes()
    probe.close()
    assert with_window[:8] == b"\x89PNG\r\n\x1a\n"

    def gone() -> bool:
        return virtual_screen.screenshot(tmp_path / "without.png").read_bytes() != with_window

    wait_until(gone, 10, "A screen without the window")


def test_what_the_loudspeaker_plays_is_recorded(virtual_sound: VirtualDesktop):
    spoken = virtual_sound.voice_file("hello world")
    with virtual_sound.record() as recording:
        virtual_sound.run("paplay", str(spoken))
    assert loudest(recording) > 1000


def test_what_is_said_into_the_microphone_is_not_heard_on_the_loudspeaker(virtual_sound: VirtualDesktop):
    with virtual_sound.record() as recording:
        virtual_sound.say("hello world")
    assert loudest(recording) == 0


def test_the_microphone_hears_what_is_said(virtual_sound: VirtualDesktop, tmp_path: Path):
    heard = tmp_path / "heard.wav"
    recorder = virtual_sound.start("parec", "--file-format=wav", "--latency-msec=20", str(heard))
    virtual_sound.say("hello world")
    recorder.terminate()
    recorder.wait(5)
    assert loudest(Recording(heard, 0)) > 1000


def test_two_desktops_have_different_screens():
    with VirtualDesktop(sound=False) as one, VirtualDesktop(sound=False) as other:
        assert one.display != other.display


def test_nothing_is_left_behind():
    with VirtualDesktop() as desktop:
        watched = desktop.watch("xprop", "-root", "-spy")
        home = desktop.home
    assert watched.process.poll() is not None
    assert not home.exists()
    desktop.close()


def test_the_real_desktop_cannot_be_reached(virtual_sound: VirtualDesktop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with VirtualDesktop(screen=False, sound=False) as desktop:
        assert "WAYLAND_DISPLAY" not in desktop.env
        assert "DISPLAY" not in desktop.env
        assert desktop.env["HOME"] != os.environ["HOME"]


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(DeviceLost, match="apt-get install pulseaudio-utils"):
        require("parec")


def test_speaking_without_sound_says_so():
    with VirtualDesktop(screen=False, sound=False) as desktop, pytest.raises(DeviceLost, match="without sound"):
        desktop.say("hello")


def test_a_screenshot_without_a_screen_says_so(tmp_path: Path):
    with VirtualDesktop(screen=False, sound=False) as desktop, pytest.raises(DeviceLost, match="without a screen"):
        desktop.screenshot(tmp_path / "x.png")


def test_waiting_in_vain_shows_the_last_words():
    with VirtualDesktop(screen=False, sound=False) as desktop:
        program = desktop.watch("sh", "-c", "echo so far so good; exit 3")
        with pytest.raises(DeviceLost, match=r"(?s)ended with code.*so far so good"):
            program.wait_for("never", within_s=5)


def test_a_failing_program_is_quoted():
    with VirtualDesktop(screen=False, sound=False) as desktop, pytest.raises(DeviceLost, match="code 2: no such thing"):
        desktop.run("sh", "-c", "echo no such thing >&2; exit 2")


def loudest(recording: Recording) -> int:
    with wave.open(str(recording.path)) as file:
        return max((abs(sample) for sample in array.array("h", file.readframes(file.getnframes()))), default=0)
