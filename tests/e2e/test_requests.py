"""Every built-in action asked for in words: trained reflex, executor, real programs, and what really came of it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from actions.dictation import Dictation
from actions.executor import Executor
from actions.players import MprisPlayers
from actions.schedule import Kind, Schedule
from desktop.desk import open_desk
from desktop.minds import open_reflex, shipped_catalogue
from desktop.outputs import Output
from desktop.places import find_places
from desktop.probing import Probe, open_probe
from desktop.processes import wait_until
from desktop.settings import Settings
from desktop.simulation import MS, Scene, Simulator, last_word_ms, present, spoken
from desktop.virtual import VirtualDesktop
from model.stream.protocols import Post
from model.stream.sources import Sources
from model.stream.values import Channel
from perception.screen import Eyes
from tests.fake_devices import FakeMarker

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

WITHIN_S = 20.0
TEXT = "Quarterly figures\nnothing else\nrosemary"
BETWEEN_MS = 9_000
"""From the end of one request to the next."""
BY_REFUSAL = frozenset({"home_on", "home_off", "home_set", "home_status", "think"})
"""What is answered by saying what is missing."""
covers = pytest.mark.covers


class Speaker:
    """The voice's settings without its sound."""

    def __init__(self) -> None:
        self.rate = 1.0
        self.hushed = 0

    def hush(self) -> None:
        self.hushed += 1

    def last_said(self) -> str:
        return "It is noon."

    def change_rate(self, factor: float) -> bool:
        self.rate *= factor
        return True


class World:
    """A desktop on which somebody asks for things. `ask` plays one request from its first word to its outcome."""

    def __init__(self, desktop: VirtualDesktop, cleanup: ExitStack) -> None:
        self.desktop = desktop
        self.home = Path(desktop.env["HOME"])
        self.files = Path(os.environ["AMBIDEX_HOME"]) / "files"
        self.speaker, self.marker = Speaker(), FakeMarker()
        self.players = MprisPlayers(desktop.env)
        catalogue = shipped_catalogue()
        settings, places = Settings(), find_places()
        desk = open_desk(settings, places)
        cleanup.callback(desk.close)
        self.desk = desk
        self.schedule = Schedule(lambda event: None, time.monotonic_ns, places.schedule)
        bodies = desk.bodies(Eyes(), self.speaker, self.marker, self.schedule, Dictation())

        def make(sources: Sources, post: Post, now_ns: Callable[[], int]) -> Executor:
            return Executor(catalogue, sources, bodies, desk.journal, post, now_ns, release=desk.hands.release_all)

        reflex = open_reflex(settings, catalogue)
        self.simulator = Simulator(reflex, reflex.pieces, catalogue, make, aloud=False)
        self.probe = open_probe(desktop, text=TEXT)
        self.taken: list[tuple[str, str]] = []

    def ask(self, *requests: str) -> str:
        """What became of one request, or of several that follow each other, in the words of the outcomes."""
        screen, events, start_ms = tuple(Eyes().read()), [], 0
        for words in requests:
            scene = Scene(tuple(words.split()), screen)
            events += [replace(event, t_ns=event.t_ns + start_ms * MS) for event in spoken(scene)]
            start_ms += last_word_ms(scene) + BETWEEN_MS
        aloud = len(requests) > 1  # then the mind must hear what it asked
        outputs = replace(self.simulator, aloud=aloud).play(events, before=present(Scene((), screen)))
        actions = [output for output in outputs if output.channel is Channel.ACTION]
        self.taken += [(output.action, output.status) for output in actions]
        return " ".join(map(_told, actions))

    def text(self, name: str) -> str:
        path = self.files / name
        return path.read_text() if path.exists() else ""

    def clipboard(self) -> str:
        return self.desktop.run("xclip", "-o", "-selection", "clipboard")

    def active(self) -> str:
        return self.desktop.xdotool("getactivewindow", "getwindowname").strip()

    def volume(self) -> str:
        return self.desktop.run("pactl", "get-sink-volume", "speaker") + self.desktop.run(
            "pactl", "get-sink-mute", "speaker"
        )

    def until(self, met: Callable[[], bool]) -> bool:
        wait_until(met, WITHIN_S, "the effect")
        return True


def _told(output: Output) -> str:
    return f"{output.action} {dict(output.args)} {output.status}: {output.text}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as cleanup, pytest.MonkeyPatch.context() as patch:
        desktop = cleanup.enter_context(VirtualDesktop())
        for name, value in desktop.env.items():
            patch.setenv(name, value)
        patch.setenv("AMBIDEX_HOME", str(tmp_path_factory.mktemp("ambidex")))
        yield World(desktop, cleanup)


@pytest.fixture(autouse=True)
def really_covered(request: pytest.FixtureRequest, world: World) -> Iterator[None]:
    """What a test says it covers was asked for, understood and done in it."""
    world.taken.clear()
    yield
    wanted = {name for mark in request.node.iter_markers("covers") for name in mark.args}
    done = {name for name, status in world.taken if status == ("refused" if name in BY_REFUSAL else "done")}
    assert wanted <= done, sorted(wanted - done)


def check(world: World, words: str, reply: str, *more: str) -> None:
    told = world.ask(words, *more)
    assert re.search(reply, told), told


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        pytest.param("what is fifteen percent of eighty", "That is 12", marks=covers("calculate")),
        pytest.param("how many kilometres are five miles", "8.04672 kilometres", marks=covers("convert")),
        pytest.param("what time is it", "It is ", marks=covers("tell_time")),
        pytest.param("what's the date today", "Today is", marks=covers("tell_date")),
        pytest.param("turn on the kitchen light", "No home plugin", marks=covers("home_on")),
        pytest.param("turn off the kitchen light", "No home plugin", marks=covers("home_off")),
        pytest.param("set the bedroom light to fifty percent", "No home plugin", marks=covers("home_set")),
        pytest.param("is the heater on", "No home plugin", marks=covers("home_status")),
        pytest.param("say that again", "It is noon", marks=covers("say_again")),
        pytest.param("why is the sky blue", "language model", marks=covers("think")),
        pytest.param("what does it say", "Quarterly figures", marks=covers("read_screen")),
        pytest.param("where does it say rosemary", "osemary", marks=covers("find_on_screen")),
        pytest.param("so anyway I told him", "^none [^:]*done: $", marks=covers("none")),
    ],
)
def test_answers(world: World, words: str, reply: str) -> None:
    check(world, words, reply)


@covers("list_add", "list_show", "list_remove")
def test_lists(world: World) -> None:
    check(world, "add milk to the shopping list", "Added milk")
    assert "- [ ] milk\n" in world.text("lists/shopping.md")
    check(world, "what's on my shopping list", "On your shopping list: milk")
    told = world.ask("cross milk off the shopping list")
    assert "- [ ] milk\n" not in world.text("lists/shopping.md"), told


@covers("add_note")
def test_notes(world: World) -> None:
    check(world, "make a note that the key is under the mat", "Noted")
    assert "the key is under the mat" in world.text("notes.md")


@covers("add_event", "list_events", "remove_event", "deny", "confirm")
def test_the_calendar(world: World) -> None:
    check(world, "put lunch in the calendar tomorrow at noon", "is in your calendar")
    assert "SUMMARY:lunch" in world.text("calendar.ics")
    check(world, "what's on my calendar tomorrow", "Tomorrow: lunch")
    check(world, "remove lunch from my calendar", "asks.* deny {} done", "no")
    assert "SUMMARY:lunch" in world.text("calendar.ics")
    check(world, "remove lunch from my calendar", "asks.*remove_event .* done", "yes")
    assert "SUMMARY:lunch" not in world.text("calendar.ics")


@covers(
    "set_timer",
    "timer_status",
    "cancel_timer",
    "set_alarm",
    "list_alarms",
    "cancel_alarm",
    "set_reminder",
    "list_reminders",
)
def test_timers_alarms_and_reminders(world: World) -> None:
    check(world, "set a timer for five minutes", "Timer set for 5 minutes")
    check(world, "how long is left on the timer", "left on your 5 minute timer")
    check(world, "cancel the timer", "Cancelled")
    check(world, "set an alarm for seven am", "Alarm set for .* at 7 AM")
    check(world, "what alarms do I have", "7 AM")
    check(world, "cancel my alarm", "Cancelled")
    assert not world.schedule.waiting(Kind.ALARM)
    check(world, "remind me to call mom at five", "I will remind you")
    check(world, "what are my reminders", "call mom")
    assert [due.text for due in world.schedule.waiting(Kind.REMINDER)] == ["call mom"]


@covers("remember", "recall", "forget")
def test_memory(world: World) -> None:
    check(world, "remember that my desk is number twelve", "I will remember")
    check(world, "what did I tell you about the desk", "my desk is number twelve")
    check(world, "forget what I said about the desk", "asks.*forget .* done", "yes")
    assert "number twelve" not in world.ask("what did I tell you about the desk")


@covers("set_volume", "mute", "unmute")
def test_sound(world: World) -> None:
    check(world, "set the volume to fifty percent", "at 50 percent")
    assert " 50% " in world.volume()
    check(world, "turn the volume up", "at 60 percent")
    check(world, "mute the sound", "The sound is off")
    assert "Mute: yes" in world.volume()
    check(world, "unmute", "The sound is on")
    assert "Mute: no" in world.volume()


@covers("pause_media", "resume_media", "next_track", "previous_track")
def test_media(world: World) -> None:
    desktop = world.desktop
    check(world, "play some polka", "found polka neither|found some polka neither")
    for name, pitch in (("first", "440"), ("second", "220")):
        file = ("--add-comment", f"Title={name}", str(world.home / f"{name}.flac"))
        desktop.run("sox", "-n", *file, "synth", "60", "sine", pitch, "vol", "0.1")
    player = desktop.start("xterm", "-geometry", "80x24-0-0", "-e", "cmus")
    world.until(lambda: bool(world.players.all()))
    desktop.run("cmus-remote", "-q", str(world.home / "second.flac"))
    desktop.run("cmus-remote", "-f", str(world.home / "first.flac"))

    def playing(title: str) -> Callable[[], bool]:
        return lambda: [(each.playing, each.title) for each in world.players.all()] == [(True, title)]

    world.until(playing("first"))
    check(world, "pause the music", "Paused first")
    world.until(lambda: not world.players.all()[0].playing)
    check(world, "resume the music", "Playing first")
    check(world, "next song", "On to the next")
    world.until(playing("second"))
    check(world, "previous song", "Back to")
    player.terminate()


@covers("speak_faster", "speak_slower", "stop")
def test_the_voice(world: World) -> None:
    check(world, "speak faster", "Like this")
    assert world.speaker.rate > 1
    check(world, "speak slower", "Like this")
    check(world, "stop", "Stopped")
    assert world.speaker.hushed == 1


@covers("type_text", "select_text", "copy", "read_clipboard", "press_keys", "paste", "set_clipboard")
def test_keyboard_and_clipboard(world: World) -> None:
    probe: Probe = world.probe
    world.desktop.xdotool("search", "--name", "^Notes$", "windowactivate", "--sync", "key", "ctrl+End")
    check(world, "type hello world", "Typed hello world")
    probe.wait_for_text(f"{TEXT}hello world")
    check(world, "select everything", "Selected everything")
    check(world, "copy that", "Copied")
    world.until(lambda: world.clipboard() == f"{TEXT}hello world")
    check(world, "what is on my clipboard", "Quarterly")
    check(world, "press delete", "Pressed")
    probe.wait_for_text("")
    check(world, "paste it here", "Pasted")
    probe.wait_for_text(f"{TEXT}hello world")
    check(world, "put good morning on the clipboard", "clipboard")
    assert world.clipboard() == "good morning"


@covers("select_text", "cut", "undo", "drag", "copy")
def test_what_is_on_the_screen_can_be_selected_cut_and_dragged_over(world: World) -> None:
    probe = open_probe(world.desktop, title="Sheet", text="basil\nparsley\nrosemary")
    check(world, "select rosemary", "Selected")
    check(world, "cut that", "Cut")
    world.until(lambda: world.clipboard() == "rosemary")
    probe.wait_for_text("basil\nparsley\n")
    check(world, "type thyme", "undo .* done", "undo that")
    probe.wait_for_text("basil\nparsley\n")
    check(world, "drag basil onto parsley", "drag .* done")
    check(world, "copy that", "Copied")
    world.until(lambda: world.clipboard() != "rosemary")
    assert len(world.clipboard()) > 3
    assert world.clipboard() in "basil\nparsley\n"
    probe.close()


@covers("click", "move_pointer", "point_at", "scroll")
def test_the_pointer(world: World) -> None:
    check(world, "click the submit button", "Clicked Submit")
    world.probe.wait_for_press("Submit")
    check(world, "move the mouse to the cancel button", "The pointer is on Cancel")
    check(world, "point at the cancel button", "Cancel is")
    assert world.marker.marked
    check(world, "scroll down", "Scrolled down")


@covers("screenshot")
def test_a_screenshot(world: World) -> None:
    check(world, "take a screenshot", "Saved a screenshot")
    (saved,) = (world.home / "Pictures" / "Screenshots").iterdir()
    assert saved.read_bytes().startswith(b"\x89PNG")


@covers("focus_window", "switch_window", "maximize_window", "minimize_window", "close_window", "confirm")
def test_windows(world: World) -> None:
    other = open_probe(world.desktop, title="Budget")
    assert world.active() == "Budget"
    check(world, "switch to the notes window", "Here is Notes")
    world.until(lambda: world.active() == "Notes")
    check(world, "next window", "Here is Budget")
    world.until(lambda: world.active() == "Budget")
    check(world, "maximize this window", "Maximized Budget")
    check(world, "minimize this window", "Minimized Budget")
    world.until(lambda: world.active() == "Notes")
    check(world, "close the budget window", "asks.*close_window .* done", "yes")
    world.until(lambda: {"closed": True}.items() <= other.rows[-1].items())


@covers("open_app", "open_url", "web_search", "open_file", "compose_email", "check_email", "play_media")
def test_programs_pages_files_and_mail(world: World) -> None:
    data, config = world.home / ".local/share/applications", world.home / ".config"
    data.mkdir(parents=True, exist_ok=True)
    config.mkdir(parents=True, exist_ok=True)
    recorder = world.home / "recorder"
    recorder.write_text(f'#!/bin/sh\necho "$@" >> {recorder}.log\n')
    recorder.chmod(0o755)
    for name, kind in (("Ledger", "Office"), ("Post", "Email"), ("Jukebox", "AudioVideo;Player")):
        (data / f"{name}.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName={name}\nExec={recorder} {name} %u\nCategories={kind};\n"
        )
    kinds = ("x-scheme-handler/https", "x-scheme-handler/mailto", "inode/directory")
    (config / "mimeapps.list").write_text("[Default Applications]\n" + "".join(f"{k}=Ledger.desktop\n" for k in kinds))
    (world.home / "Downloads").mkdir()

    def opened(what: str) -> bool:
        log = Path(f"{recorder}.log")
        return world.until(lambda: log.exists() and what in log.read_text())

    check(world, "open the ledger", "Opened Ledger")
    assert opened("Ledger")
    check(world, "go to wikipedia dot org", "Opened")
    assert opened("wikipedia.org")
    check(world, "search the web for pasta recipes", "Searching for pasta recipes")
    assert opened("q=pasta+recipes")
    check(world, "open my downloads folder", "Opened Downloads")
    assert opened("/Downloads")
    check(world, "write an email to Anna", "Here is your draft")
    assert opened("mailto:")
    check(world, "check my email", "Opened Post")
    assert opened("Post")
    (world.home / "Music").mkdir()
    (world.home / "Music" / "polka.flac").touch()
    check(world, "play some polka", "Playing polka")
    assert opened("Jukebox")
    assert "/Music/polka.flac\n" in world.text("playing.m3u")
