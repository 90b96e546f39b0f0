"""One spoken command, end to end: the real program, its trained reflex, a real desktop, a voice at the microphone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from Xlib.display import Display

from desktop.probing import Probe, open_probe
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from model.stream import trace
from model.stream.values import Copied, Outcome, Played, Silenced, Status, Word
from tests.e2e.conftest import configure
from tests.fake_session import FakeSession
from tests.listening import heard_in, sounding_s
from tests.program import Ambidex

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CHORD = ("ctrl", "alt", "space")
PANIC = "ctrl+alt+x"
ANSWERED_WITHIN_S = 30.0
REPLIES = (
    "typed hello world", "typed yellow words", "typed good morning", "clicked submit", "clicked cancel",
    "your clipboard says seven green apples", "your clipboard says eleven clean tables", "your clipboard is empty",
    "it is ten past three", "i cannot find submit on the screen", "that needs a language model and none is installed",
)  # fmt: skip
"""What might be said, to tell apart in a recording."""


@pytest.fixture
def window(virtual_desktop: VirtualDesktop) -> Probe:
    return open_probe(virtual_desktop, title="Notes")


@contextmanager
def held(desktop: VirtualDesktop, *keys: str) -> Iterator[None]:
    """A person's fingers on the hotkey."""
    desktop.xdotool("keydown", *keys)
    try:
        yield
    finally:
        desktop.xdotool("keyup", *reversed(keys))


def say(program: Ambidex, text: str, voice: str = "slt") -> None:
    """Hold the hotkey, speak, let go."""
    spoken = program.desktop.voice_file(text, voice)  # made first: the key is not held while it is
    with held(program.desktop, *CHORD):
        wait_until(lambda: program.status()["listening"], 10, "Listening")
        program.desktop.speak(spoken)


def events(directory: Path) -> list[Any]:
    return [event.data for event in trace.load(directory).events]


def wait_for(directory: Path, kind: type, suits: Callable[[Any], bool], what: str) -> Any:
    """The first event of that kind in the trace being written that suits."""

    def found() -> list[Any]:
        return [data for data in events(directory) if isinstance(data, kind) and suits(data)]

    wait_until(lambda: bool(found()), ANSWERED_WITHIN_S, what)
    return found()[0]


def outcome_of(directory: Path, action: str) -> Outcome:
    return wait_for(directory, Outcome, lambda data: data.action == action, f"An outcome of {action}")


def wait_for_silence(directory: Path) -> Silenced:
    return wait_for(directory, Silenced, lambda _: True, "The end of the reply")


def copy(program: Ambidex, directory: Path, text: str) -> None:
    """Somebody copies a text, and it is noticed."""
    program.desktop.copy(text)
    wait_for(directory, Copied, lambda data: data.text[:100] == text[:100], "The copied text")


def test_spoken_words_are_typed_and_confirmed_aloud(ambidex: Ambidex, window: Probe, tmp_path: Path) -> None:
    """(a) and (g): hold the hotkey, "type hello world"; the trace of it replays to the same steps."""
    recorded = tmp_path / "trace"
    ambidex.start("--record", str(recorded))
    with ambidex.desktop.record(tmp_path / "reply.wav") as reply:
        say(ambidex, "type hello world")
        window.wait_for_text("hello world", ANSWERED_WITHIN_S)
        wait_for_silence(recorded)
    assert heard_in(reply.path, REPLIES) == "typed hello world"
    assert ambidex.call("quit").returncode == 0
    replayed = ambidex.call("replay", str(recorded), "--json")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    words = [data.text.lower() for data in events(recorded) if isinstance(data, Word)]
    assert words == ["type", "hello", "world"]


def test_the_clipboard_is_read_out(ambidex: Ambidex, window: Probe, tmp_path: Path) -> None:
    """(b): "what is on my clipboard"."""
    recorded = tmp_path / "trace"
    ambidex.start("--record", str(recorded))
    copy(ambidex, recorded, "seven green apples")
    with ambidex.desktop.record(tmp_path / "reply.wav") as reply:
        say(ambidex, "what is on my clipboard")
        assert "seven green apples" in outcome_of(recorded, "read_clipboard").text
        wait_for_silence(recorded)
    assert heard_in(reply.path, REPLIES) == "your clipboard says seven green apples"
    said = " ".join(data.text for data in events(recorded) if isinstance(data, Played))
    assert "seven green apples" in said


def test_a_button_is_found_by_its_pixels_and_pressed(ambidex: Ambidex, window: Probe, tmp_path: Path) -> None:
    """(c): "click the submit button"."""
    recorded = tmp_path / "trace"
    ambidex.start("--record", str(recorded))
    say(ambidex, "click the submit button")
    window.wait_for_press("Submit", ANSWERED_WITHIN_S)
    assert outcome_of(recorded, "click").status is Status.DONE
    assert window.presses == ("Submit",)


def test_talking_over_the_reply_stops_it(ambidex: Ambidex, window: Probe, tmp_path: Path) -> None:
    """(d): the microphone stays open, and somebody speaks while a long text is being read out."""
    recorded = tmp_path / "trace"
    ambidex.start("--record", str(recorded))
    copy(ambidex, recorded, " ".join(f"sentence number {n} of a long story." for n in range(1, 30)))
    ambidex.call("listen")
    with ambidex.desktop.record(tmp_path / "reply.wav") as reply:
        ambidex.desktop.say("what is on my clipboard")
        wait_for(recorded, Played, lambda data: data.text.startswith("story"), "The reply")
        ambidex.desktop.say("wait a moment that is enough for me now")
        cut = wait_for_silence(recorded)
    assert cut.cut
    assert "sentence" in cut.unsaid
    assert sounding_s(reply.path) < 20


def test_speech_without_the_hotkey_does_nothing(ambidex: Ambidex, window: Probe, tmp_path: Path) -> None:
    """(e): the microphone is not even open."""
    recorded = tmp_path / "trace"
    ambidex.start("--record", str(recorded))
    ambidex.desktop.say("type hello world")
    ambidex.desktop.say("click the submit button")
    assert not ambidex.status()["listening"]
    assert not [data for data in events(recorded) if isinstance(data, Word | Outcome | Played)]
    assert window.text == ""
    assert window.presses == ()
    assert not [row for row in trace.load(recorded).steps if row["action"]]


def test_dictation_types_what_is_said_until_it_is_ended(ambidex: Ambidex, window: Probe, tmp_path: Path) -> None:
    ambidex.start("--record", str(tmp_path / "trace"))
    say(ambidex, "start dictation")
    wait_until(lambda: ambidex.status()["mode"] == "acting", ANSWERED_WITHIN_S, "Dictation")
    say(ambidex, "hello world")
    window.wait_for_text("Hello world", ANSWERED_WITHIN_S)
    say(ambidex, "new line")
    window.wait_for_text("Hello world\n", ANSWERED_WITHIN_S)
    say(ambidex, "stop dictation")
    assert outcome_of(tmp_path / "trace", "start_dictation").text == "Dictation is over: 2 words."


@pytest.mark.covers("start_dictation", "stop_dictation")
def test_dictation_is_ended_by_a_typed_request_too(ambidex: Ambidex, window: Probe, tmp_path: Path) -> None:
    recorded = tmp_path / "trace"
    configure(ambidex, prompt_hotkey="<ctrl>+<alt>+p")
    ambidex.start("--record", str(recorded))
    say(ambidex, "start dictation")
    wait_until(lambda: ambidex.status()["mode"] == "acting", ANSWERED_WITHIN_S, "Dictation")
    say(ambidex, "hello world")
    window.wait_for_text("Hello world", ANSWERED_WITHIN_S)
    before = ambidex.desktop.xdotool("getactivewindow")
    ambidex.desktop.xdotool("key", "ctrl+alt+p")
    wait_until(lambda: ambidex.desktop.xdotool("getactivewindow") != before, 10, "The line to type into")
    time.sleep(0.3)  # the window has the keyboard a little before the line in it has
    ambidex.desktop.xdotool("type", "stop dictation")
    ambidex.desktop.xdotool("key", "Return")
    assert outcome_of(recorded, "stop_dictation").status is Status.DONE
    assert outcome_of(recorded, "start_dictation").text == "Dictation is over: 2 words."
    assert window.text == "Hello world"


def test_a_locked_screen_drops_what_was_asked(ambidex: Ambidex, window: Probe, tmp_path: Path) -> None:
    recorded = tmp_path / "trace"
    with FakeSession(ambidex.desktop.env["DBUS_SESSION_BUS_ADDRESS"], "org.freedesktop.ScreenSaver") as locker:
        ambidex.start("--record", str(recorded))
        say(ambidex, "close the notes window")
        assert outcome_of(recorded, "close_window").status is Status.ASKS
        lock(ambidex, locker)
        say(ambidex, "yes")
        wait_for(recorded, Word, lambda data: data.text == "yes", "The yes")
        wait_until(lambda: ambidex.status()["mode"] == "idle", ANSWERED_WITHIN_S, "The end of the reply to it")
    assert not [data for data in events(recorded) if isinstance(data, Outcome) and data.status is Status.DONE]
    assert {"closed": True} not in window.rows
    assert window.text == ""


def lock(program: Ambidex, locker: FakeSession) -> None:
    """The screen is locked and unlocked again."""
    locker.lock_screen(True)
    wait_until(lambda: program.status()["away"] != "", 10, "the lock")
    locker.lock_screen(False)
    wait_until(lambda: program.status()["away"] == "", 10, "the end of the lock")


def test_panic_stops_typing_in_the_middle(ambidex: Ambidex, window: Probe, tmp_path: Path) -> None:
    """(f): what is left is not typed, and no key stays down."""
    recorded = tmp_path / "trace"
    ambidex.start("--record", str(recorded))
    copy(ambidex, recorded, "All work and no play. " * 200)
    say(ambidex, "type what is on my clipboard")
    wait_until(lambda: len(window.text) > 20, ANSWERED_WITHIN_S, "The beginning of the text")
    ambidex.desktop.xdotool("key", PANIC)
    wait_until(lambda: ambidex.status()["mode"] == "panicked", 10, "The panic")
    stopped_at = len(window.text)
    assert ambidex.call("rearm").returncode == 0  # and a while later, nothing more has come
    assert len(window.text) == stopped_at < 22 * 200
    with closing(Display(ambidex.desktop.display)) as display:
        assert not any(display.query_keymap()), "a key is down"
