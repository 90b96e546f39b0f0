"""Actions on real windows, a real sound system, a real media player, real files and the real xdg-open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event as StopSignal

import cv2
import numpy as np
import pytest

from actions.bodies import Body, Done, Refused
from actions.builtin.links import link_bodies
from actions.builtin.media import media_bodies
from actions.builtin.screen import picture_bodies, screen_bodies
from actions.builtin.sound import sound_bodies
from actions.launcher import launch
from actions.mixer import PulseMixer
from actions.players import MprisPlayers
from actions.x11 import X11Hands
from desktop.probing import open_probe
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost
from perception.screen import Eyes
from tests.fake_devices import FakeMarker
from tests.openers import take_what_is_opened

pytestmark = pytest.mark.integration

WITHIN_S = 15.0


def run(bodies: Mapping[str, Body], name: str, /, **values: str) -> str:
    """What a body that must succeed says."""
    result = bodies[name](values, StopSignal())
    assert isinstance(result, Done), result
    return result.text


def copied(screen: VirtualDesktop) -> str:
    """What the focused program copies on Ctrl+C: the selection as it sees it."""
    screen.xdotool("key", "ctrl+c")
    return screen.run("xclip", "-o", "-selection", "clipboard")


# Pointer --------------------------------------------------------------------------------------------------------


@pytest.fixture
def pointing(on_screen: VirtualDesktop, tmp_path: Path) -> Iterator[Mapping[str, Body]]:
    with X11Hands(on_screen.display, tmp_path / "run", guarded=False) as hands:
        yield screen_bodies(hands, Eyes(), FakeMarker())


def test_selects_words_and_drags_them_elsewhere(pointing: Mapping[str, Body], on_screen: VirtualDesktop) -> None:
    probe = open_probe(on_screen, text="Meadow river\n\nMountain")
    assert run(pointing, "select_text", target="Meadow river") == "Selected Meadow river."
    on_screen.copy("nothing yet")
    wait_until(lambda: copied(on_screen) == "Meadow river", WITHIN_S, "the selection")
    run(pointing, "drag", source="Meadow river", target="Mountain")
    wait_until(lambda: "Meadow" in probe.text.split("\n")[-1], WITHIN_S, "the word in the last line")
    assert run(pointing, "select_text", target="everything") == "Selected everything."
    wait_until(lambda: copied(on_screen).split() == probe.text.split(), WITHIN_S, "a selection of everything")


def test_moves_the_pointer_and_says_where_things_are(pointing: Mapping[str, Body], on_screen: VirtualDesktop) -> None:
    open_probe(on_screen, place="60,40,700,300")
    run(pointing, "move_pointer", target="Submit")
    where = dict(part.split(":") for part in on_screen.xdotool("getmouselocation").split())
    assert 60 < int(where["x"]) < 410
    assert 300 < int(where["y"]) < 360
    assert run(pointing, "find_on_screen", text="Cancel") == "Cancel is at the top left."


def test_a_screenshot_shows_the_screen(on_screen: VirtualDesktop, tmp_path: Path) -> None:
    from datetime import datetime

    run(picture_bodies(Eyes(), tmp_path, datetime.now), "screenshot")
    (saved,) = tmp_path.glob("*.png")
    theirs = cv2.imread(str(on_screen.screenshot(tmp_path / "theirs.png")))
    assert np.array_equal(cv2.imread(str(saved)), theirs)


# Sound and media ------------------------------------------------------------------------------------------------


def test_the_volume_of_the_real_sound_system(virtual_sound: VirtualDesktop) -> None:
    bodies = sound_bodies(PulseMixer(virtual_sound.env["PULSE_SERVER"]))
    run(bodies, "set_volume", level="35")
    assert " 35% " in virtual_sound.run("pactl", "get-sink-volume", "speaker")
    run(bodies, "mute")
    assert virtual_sound.run("pactl", "get-sink-mute", "speaker") == "Mute: yes\n"
    run(bodies, "unmute")
    assert virtual_sound.run("pactl", "get-sink-mute", "speaker") == "Mute: no\n"


def test_without_a_sound_system_the_cure_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceLost, match="PulseAudio or PipeWire"):
        PulseMixer(f"unix:{tmp_path}/none").level()


def test_without_a_bus_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(DeviceLost, match="no session bus"):
        MprisPlayers({}).all()
    with pytest.raises(DeviceLost, match="does not answer"):
        MprisPlayers({"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/none"}).all()


def test_a_real_player_plays_pauses_and_skips(virtual_desktop: VirtualDesktop, tmp_path: Path) -> None:
    env, player = virtual_desktop.env, MprisPlayers(virtual_desktop.env)
    for name, pitch in (("first", "440"), ("second", "220")):
        file = ("--add-comment", f"Title={name}", str(tmp_path / f"{name}.flac"))
        virtual_desktop.run("sox", "-n", *file, "synth", "60", "sine", pitch, "vol", "0.1")
    bodies = media_bodies(player, env, launch, tmp_path / "playing.m3u")
    assert bodies["pause_media"]({}, StopSignal()) == Refused("No media player is running.")
    virtual_desktop.start("xterm", "-e", "cmus")
    wait_until(lambda: bool(player.all()), WITHIN_S, "cmus on the bus")
    virtual_desktop.run("cmus-remote", "-q", str(tmp_path / "second.flac"))
    virtual_desktop.run("cmus-remote", "-f", str(tmp_path / "first.flac"))

    def playing(title: str) -> Callable[[], bool]:
        return lambda: (player.all()[0].playing, player.all()[0].title) == (True, title)

    wait_until(playing("first"), WITHIN_S, "the first piece")
    run(bodies, "next_track")
    wait_until(playing("second"), WITHIN_S, "the second piece")
    assert run(bodies, "pause_media") == "Paused second."
    wait_until(lambda: not player.all()[0].playing, WITHIN_S, "a pause")
    assert "status paused" in virtual_desktop.run("cmus-remote", "-Q")
    assert run(bodies, "resume_media") == "Playing second."
    wait_until(playing("second"), WITHIN_S, "the second piece again")


# What other programs open ---------------------------------------------------------------------------------------


@pytest.fixture
def opened(virtual_screen: VirtualDesktop) -> Callable[[], str]:
    """What the programs for web pages, mail and documents were given; they are set up as a desktop would."""
    log = take_what_is_opened(virtual_screen)

    def lines() -> str:
        wait_until(log.exists, WITHIN_S, "something opened")
        text = log.read_text().strip()
        log.unlink()
        return text

    return lines


def test_the_desktops_own_programs_open_what_is_asked(
    virtual_screen: VirtualDesktop, opened: Callable[[], str]
) -> None:
    env = virtual_screen.env
    documents = Path(env["HOME"]) / "Documents"
    documents.mkdir()
    (documents / "annual report.pdf").write_bytes(b"%PDF-1.4\n")
    bodies = link_bodies(env, launch, "https://search.example/?q={}")
    run(bodies, "web_search", query="pasta recipes")
    assert opened() == "https://search.example/?q=pasta+recipes"
    run(bodies, "compose_email", to="anna at example dot org", subject="the delay")
    assert opened() == "mailto:anna@example.org?subject=the%20delay"
    run(bodies, "open_file", path="the annual report")
    assert opened().endswith("annual report.pdf")
    run(bodies, "open_file", path="my documents folder")
    assert opened().rstrip("/").endswith("Documents")
