"""The table of what works is true: an action of each group is done where it says so, and nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.capabilities import TABLE, Extent
from desktop.probing import Probe, open_probe
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from tests.fake_session import FakeSession
from tests.integration.capabilities_program import SAMPLES
from tests.openers import take_what_is_opened

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

NOWHERE = "unix:path=/nonexistent"
SENSES = {"hearing", "speaking", "seeing the screen", "noticing what is copied", "hotkeys"}
HANDS = {
    "dictation", "keys", "pointing at what is read", "clipboard", "clipboard by keys", "windows", "screen",
    "seeing the screen", "noticing what is copied", "hotkeys",
}  # fmt: skip
NEVER = {"home", "open questions"}


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[VirtualDesktop, Probe]]:
    """A whole desktop: a window to operate, a player, a browser, and somebody who tells of a locked screen."""
    with VirtualDesktop() as desktop:
        take_what_is_opened(desktop)
        desktop.start("xterm", "-geometry", "80x24-0-0", "-e", "cmus")
        bus = desktop.env["DBUS_SESSION_BUS_ADDRESS"]
        wait_until(lambda: "MediaPlayer2" in names_on(desktop), 20, "The player")
        with FakeSession(bus, "org.freedesktop.ScreenSaver"):
            yield desktop, open_probe(desktop)


def names_on(desktop: VirtualDesktop) -> str:
    ask = ("--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames")
    return desktop.run("dbus-send", "--session", "--print-reply", *ask)


def examined(desktop: VirtualDesktop, home: Path, **changes: str) -> dict[str, Any]:
    env = {name: value for name, value in {**desktop.env, **changes, "AMBIDEX_HOME": str(home)}.items() if value}
    command = (sys.executable, "-m", "tests.integration.capabilities_program")
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def not_there(report: dict[str, Any]) -> set[str]:
    """What the table says does not work, after it was compared with what was really done."""
    claimed, done = report["claimed"], report["done"]
    wrong = {name: (claimed[name], done[name]) for name in SAMPLES if (claimed[name] != Extent.NOT) != done[name][0]}
    assert wrong == {}
    return {name for name, extent in claimed.items() if extent == Extent.NOT}


def test_there_is_a_sample_of_every_group():
    assert {capability.name for capability in TABLE if capability.actions} == set(SAMPLES)


def test_on_a_whole_desktop_all_of_it_works(stage: tuple[VirtualDesktop, Probe], tmp_path: Path) -> None:
    desktop, probe = stage
    report = examined(desktop, tmp_path)
    assert not_there(report) == NEVER
    assert {name for name, extent in report["claimed"].items() if extent == Extent.PARTLY} == set()
    probe.wait_for_text("hello world")
    probe.wait_for_press("Submit")


def test_without_a_display(stage: tuple[VirtualDesktop, Probe], tmp_path: Path) -> None:
    browser = str(Path(stage[0].env["HOME"]) / "recorder")  # one for the terminal
    report = examined(stage[0], tmp_path, DISPLAY="", BROWSER=browser)
    assert not_there(report) == NEVER | HANDS
    assert report["claimed"]["programs, pages, files, mail"] == Extent.PARTLY


def test_without_a_sound_system(stage: tuple[VirtualDesktop, Probe], tmp_path: Path) -> None:
    report = examined(stage[0], tmp_path, PULSE_SERVER=NOWHERE)
    assert not_there(report) == NEVER | {"hearing", "speaking", "dictation", "volume"}
    assert report["claimed"]["voice"] == Extent.PARTLY


def test_without_a_message_bus(stage: tuple[VirtualDesktop, Probe], tmp_path: Path) -> None:
    buses = {"DBUS_SESSION_BUS_ADDRESS": NOWHERE, "DBUS_SYSTEM_BUS_ADDRESS": NOWHERE}
    assert not_there(examined(stage[0], tmp_path, **buses)) == NEVER | {"media", "closing when the screen is locked"}
