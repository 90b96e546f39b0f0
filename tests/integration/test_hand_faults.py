"""What may go wrong while the hands are at work: each ends in a sentence, and nothing goes where it should not."""

from __future__ import annotations

import os
import pwd
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event as StopSignal

import pytest
from jeepney import message_bus
from jeepney.io.blocking import open_dbus_connection

from actions.agenda import Agenda
from actions.bodies import Body, Refused
from actions.builtin.agenda import agenda_bodies
from actions.builtin.apps import app_bodies
from actions.builtin.links import link_bodies
from actions.builtin.lists import list_bodies, note_bodies
from actions.builtin.media import media_bodies
from actions.builtin.sound import sound_bodies
from actions.builtin.timers import reminder_bodies, timer_bodies
from actions.builtin.windows import window_bodies
from actions.launcher import launch
from actions.lists import Lists
from actions.mixer import PulseMixer
from actions.players import MprisPlayers, Player
from actions.schedule import Schedule
from actions.x11 import X11Hands
from actions.x11_windows import X11Windows
from desktop.probing import Probe, open_probe
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost, NotPermitted

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

GO = StopSignal()
LONG = "All work and no play. " * 200


@pytest.fixture
def hands(virtual_screen: VirtualDesktop, tmp_path: Path) -> Iterator[X11Hands]:
    with X11Hands(virtual_screen.display, tmp_path / "run", guarded=False) as hands:
        yield hands


class Typing:
    """Types a long text on a thread of its own; `typed` is how much of it was, or `error` what came in between."""

    def __init__(self, hands: X11Hands) -> None:
        self.typed = -1
        self.error: DeviceLost | None = None
        self._hands = hands
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.typed = self._hands.type_text(LONG, GO)
        except DeviceLost as error:
            self.error = error

    def end(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()


def began(probe: Probe) -> None:
    wait_until(lambda: len(probe.text) > 20, 10, "the beginning of the text")


def test_another_window_that_takes_the_keyboard_gets_nothing(
    hands: X11Hands, probe: Probe, virtual_screen: VirtualDesktop
) -> None:
    typing = Typing(hands)
    began(probe)
    other = open_probe(virtual_screen, title="Other")
    typing.end()
    assert 20 < typing.typed < len(LONG)
    # A key that is down at the moment when the keyboard is taken may reach nobody.
    wait_until(lambda: probe.text in (LONG[: typing.typed - 1], LONG[: typing.typed]), 10, "what was typed")
    assert [row for row in other.rows if row.get("text") or row.get("down")] == []


def test_a_window_that_closes_while_it_is_typed_into(
    hands: X11Hands, virtual_screen: VirtualDesktop, probe: Probe
) -> None:
    front = open_probe(virtual_screen, title="Front")
    typing = Typing(hands)
    began(front)
    front.close()
    typing.end()
    assert 20 < typing.typed < len(LONG)
    assert probe.text == ""


def test_a_screen_that_goes_away_while_it_is_typed_on(
    hands: X11Hands, virtual_screen: VirtualDesktop, probe: Probe, tmp_path: Path
) -> None:
    typing = Typing(hands)
    began(probe)
    virtual_screen.stop_screen()
    typing.end()
    assert typing.typed == -1
    assert "The X display went away; start Ambidex again" in str(typing.error)
    hands.close()
    assert list((tmp_path / "run").iterdir()) == []


# Windows --------------------------------------------------------------------------------------------------------


@pytest.fixture
def windows(virtual_screen: VirtualDesktop) -> Iterator[Mapping[str, Body]]:
    with closing(X11Windows(virtual_screen.display)) as windows:
        yield window_bodies(windows, virtual_screen.env)


@pytest.mark.parametrize(
    "action", ["focus_window", "minimize_window", "maximize_window", "close_window", "switch_window"]
)
def test_without_a_window_manager_it_is_said_so(
    windows: Mapping[str, Body], virtual_screen: VirtualDesktop, probe: Probe, action: str
) -> None:
    virtual_screen.stop_window_manager()
    with pytest.raises(DeviceLost, match=r"No window manager is running.* start one"):
        windows[action]({} if action == "switch_window" else {"name": "notes"}, GO)
    assert not [row for row in probe.rows if "closed" in row]


def test_a_program_that_hangs_while_it_is_to_close_is_said_so_and_loses_nothing(
    windows: Mapping[str, Body], virtual_screen: VirtualDesktop
) -> None:
    hung = open_probe(virtual_screen, text="unsaved")
    hung.pause()
    with pytest.raises(NotPermitted, match=r"Notes does not respond.* end it in your system monitor"):
        windows["close_window"]({"name": "notes"}, GO)
    hung.resume()
    wait_until(lambda: {"closed": True}.items() <= hung.rows[-1].items(), 10, "what it was asked for")


# Other programs -------------------------------------------------------------------------------------------------


@pytest.fixture
def programs(virtual_screen: VirtualDesktop) -> Mapping[str, Body]:
    """What opens programs, pages, files and mail, on a desktop where nothing is set up for any of them."""
    env = {**virtual_screen.env, "XDG_DATA_DIRS": str(virtual_screen.home / "share"), "BROWSER": ""}
    return {**app_bodies(env, launch), **link_bodies(env, launch, "https://search.example/?q={}")}


def declare(desktop: VirtualDesktop, entry: str) -> None:
    path = desktop.home / ".local/share/applications/ledger.desktop"
    path.parent.mkdir(parents=True)
    path.write_text(f"[Desktop Entry]\nType=Application\nName=Ledger\n{entry}\n")


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("open_url", {"url": "https://example.org"}),
        ("web_search", {"query": "pasta"}),
        ("open_file", {"path": "report"}),
        ("compose_email", {"to": "anna at example dot org"}),
    ],
)
def test_what_no_program_opens_is_said_not_to_be_open(
    programs: Mapping[str, Body], virtual_screen: VirtualDesktop, action: str, values: Mapping[str, str]
) -> None:
    (virtual_screen.home / "report.xyz").write_bytes(bytes(range(256)))
    with pytest.raises(NotPermitted, match=r"Nothing was opened: xdg-open failed with code \d.* choose one"):
        programs[action](values, GO)


def test_without_anything_that_opens_links_the_cure_is_named(virtual_screen: VirtualDesktop, tmp_path: Path) -> None:
    bodies = link_bodies({**virtual_screen.env, "PATH": str(tmp_path)}, launch, "https://search.example/?q={}")
    assert bodies["open_url"]({"url": "https://example.org"}, GO) == Refused(
        "Nothing is installed that opens links; install xdg-utils."
    )


def test_a_program_of_the_menu_that_is_gone(programs: Mapping[str, Body], virtual_screen: VirtualDesktop) -> None:
    declare(virtual_screen, "Exec=/opt/ledger/run")
    answer = programs["open_app"]({"name": "ledger"}, GO)
    assert answer == Refused("Ledger is in the menu, but its program /opt/ledger/run is not there; install it again.")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\nexit 3\n", r"ledger failed at once with code 3\. Start it in a terminal"),
        ("#!/bin/sh\nkill -SEGV $$\n", r"ledger failed at once with code 139\. Start it in a terminal"),
        ("#!/none/interpreter\n", "ledger cannot be started; check that it is installed"),
    ],
)
def test_a_program_that_dies_at_once(
    programs: Mapping[str, Body], virtual_screen: VirtualDesktop, tmp_path: Path, script: str, said: str
) -> None:
    program = tmp_path / "ledger"
    program.write_text(script)
    program.chmod(0o755)
    declare(virtual_screen, f"Exec={program}")
    with pytest.raises(NotPermitted, match=said):
        programs["open_app"]({"name": "ledger"}, GO)


# Sound ----------------------------------------------------------------------------------------------------------


def test_a_player_that_hangs_holds_nobody_up(
    virtual_sound: VirtualDesktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("actions.players.TIMEOUT_S", 0.2)
    name = "org.mpris.MediaPlayer2.hung"
    players = MprisPlayers(virtual_sound.env)
    with open_dbus_connection(virtual_sound.env["DBUS_SESSION_BUS_ADDRESS"]) as hung:
        hung.send_and_get_reply(message_bus.RequestName(name))
        assert players.all() == []
        with pytest.raises(NotPermitted, match="hung does not answer"):
            players.tell(Player(name, "hung", True, ""), "Pause")
        bodies = media_bodies(players, virtual_sound.env, lambda command, env: None, tmp_path / "playing.m3u")
        assert bodies["pause_media"]({}, GO).text == "No media player is running."


def test_a_sound_system_that_goes_away(virtual_sound: VirtualDesktop) -> None:
    bodies = sound_bodies(PulseMixer(virtual_sound.env["PULSE_SERVER"]))
    bodies["set_volume"]({"level": "35"}, GO)
    virtual_sound.run("pactl", "exit")
    wait_until(lambda: not Path(virtual_sound.env["PULSE_SERVER"].removeprefix("unix:")).exists(), 10, "its end")
    with pytest.raises(DeviceLost, match="no sound system"):
        bodies["set_volume"]({"level": "up"}, GO)


# Files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that everybody may enter, as those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="ambidex-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def read_only(folder: Path) -> Generator[None]:
    """Root, who may write everywhere, is nobody for so long."""
    user = os.geteuid()
    for each in (folder, *folder.rglob("*")):
        each.chmod(0o555 if each.is_dir() else 0o444)
    if user == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(user)
        for each in (folder, *(each for each in folder.rglob("*") if each.is_dir())):
            each.chmod(0o755)


@contextmanager
def no_room(folder: Path) -> Generator[None]:
    """No file may hold more than some bytes: what is written ends in the middle, as on a full disk."""
    del folder
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("fault", "cause"), [(read_only, "Permission denied"), (no_room, "File too large")])
@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("list_add", {"item": "bread", "list": "shopping"}),
        ("list_remove", {"item": "milk", "list": "shopping"}),
        ("add_note", {"text": "another thought"}),
        ("add_event", {"title": "dinner", "time": "tomorrow at noon"}),
        ("set_timer", {"duration": "300"}),
        ("set_reminder", {"text": "call Anna", "time": "tomorrow at noon"}),
    ],
)
def test_what_cannot_be_written_is_not_promised_and_what_was_there_stays(
    folder: Path,
    action: str,
    values: Mapping[str, str],
    fault: Callable[[Path], AbstractContextManager[None]],
    cause: str,
) -> None:
    schedule = Schedule(lambda event: None, time.monotonic_ns, folder / "schedule.json")
    bodies = {
        **list_bodies(Lists(folder / "lists")),
        **note_bodies(folder / "notes.md", datetime.now),
        **agenda_bodies(Agenda(folder / "calendar.ics"), datetime.now),
        **timer_bodies(schedule, datetime.now),
        **reminder_bodies(schedule, datetime.now),
    }
    for item in ("milk", "flour", "sugar"):
        bodies["list_add"]({"item": item, "list": "shopping"}, GO)
    bodies[action](values, GO) if action != "list_remove" else None
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with fault(folder), pytest.raises(NotPermitted, match=rf"{cause}.*free space or mend its permissions"):
        bodies[action](values, GO)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("name", "action", "values"),
    [
        ("lists/shopping.md", "list_add", {"item": "bread", "list": "shopping"}),
        ("notes.md", "add_note", {"text": "a thought"}),
        ("calendar.ics", "add_event", {"title": "dinner", "time": "tomorrow at noon"}),
    ],
)
def test_a_damaged_file_of_the_users_is_named_and_left_alone(
    folder: Path, name: str, action: str, values: Mapping[str, str]
) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x00\xff\xfe damaged")
    bodies = {
        **list_bodies(Lists(folder / "lists")),
        **note_bodies(folder / "notes.md", datetime.now),
        **agenda_bodies(Agenda(folder / "calendar.ics"), datetime.now),
    }
    with pytest.raises(NotPermitted, match=rf"{name} .*mend it or move it away"):
        bodies[action](values, GO)
    assert path.read_bytes() == b"\x00\xff\xfe damaged"


def test_damaged_timers_that_cannot_even_be_moved_away_are_named(folder: Path) -> None:
    path = folder / "schedule.json"
    path.write_text("[{]")
    with (
        read_only(folder),
        pytest.raises(NotPermitted, match=r"schedule\.json cannot be understood.*Permission denied"),
    ):
        Schedule(lambda event: None, time.monotonic_ns, path)
    assert path.read_text() == "[{]"
