"""The bodies of the built-in actions, on devices in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as StopSignal

import pytest

from actions.bodies import Asks, Done, Halted, Refused, Result
from actions.builtin import Context, builtin_bodies
from actions.clipboard_history import ClipboardHistory
from actions.dictation import Dictation
from actions.executor import Executor
from actions.facts import Facts
from actions.hands import Focus
from actions.players import Player
from actions.schedule import Kind, Schedule
from model.stream.catalogue import load_catalogue
from model.stream.clipboard import BINARY, SECRET
from model.stream.errors import NotPermitted
from model.stream.values import Copied, Event, Outcome, Place, Status
from tests.fake_clipboard import FakeClipboard
from tests.fake_devices import FakeLook, FakeMarker, FakeMixer, FakePlayers
from tests.fake_hands import FakeHands, FakeWindows

SUBMIT = ("Submit", Place(100, 100, 60, 20))
CANCEL = ("Cancel", Place(200, 100, 60, 20))
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CATALOGUE = load_catalogue(Path(__file__).parents[3] / "resources" / "actions.toml")


class FakeSpeaker:
    def __init__(self) -> None:
        self.said = ""
        self.hushed = 0
        self.rate = 1.0

    def hush(self) -> None:
        self.hushed += 1

    def last_said(self) -> str:
        return self.said

    def change_rate(self, factor: float) -> bool:
        self.rate *= factor
        return 0.5 < self.rate < 2


class Rig:
    """Everything a body may act on, in memory."""

    def __init__(self, home: Path) -> None:
        self.look, self.speaker, self.clipboard = FakeLook([]), FakeSpeaker(), FakeClipboard()
        self.hands, self.history = FakeHands(self.clipboard), ClipboardHistory()
        self.windows = FakeWindows()
        self.started: list[tuple[str, ...]] = []
        self.events: list[Event] = []
        self.now_ns = 0
        self.schedule = Schedule(self.events.append, lambda: self.now_ns, now_s=lambda: self.now().timestamp())
        self.marker, self.mixer, self.players = FakeMarker(), FakeMixer(), FakePlayers()
        self.facts = Facts(lambda: self.now_ns / 1e9)
        self.dictation = Dictation()
        self.home = home
        self.env = {
            "HOME": str(home),
            "PATH": str(home / "bin"),
            "XDG_DATA_HOME": str(home),
            "XDG_DATA_DIRS": str(home / "none"),
        }

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.now_ns / 1e9)

    def start(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.started.append(tuple(command))

    def run(self, name: str, stop: StopSignal | None = None, /, **values: str) -> Result:
        return self.bodies[name](values, stop or StopSignal())

    @property
    def bodies(self) -> Mapping[str, Callable[[Mapping[str, str], StopSignal], Result]]:
        return builtin_bodies(
            Context(
                self.hands,
                self.windows,
                self.look,
                self.clipboard,
                self.speaker,
                self.marker,
                self.mixer,
                self.players,
                self.schedule,
                self.dictation,
                self.facts,
                self.home / "files",
                now=self.now,
                env=self.env,
                start=self.start,
                clipboard_history=self.history,
            )
        )


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_every_action_of_the_catalogue_can_be_done_or_says_what_is_missing(rig: Rig) -> None:
    can = {*rig.bodies, *Executor.OWN}
    assert [name for name, spec in CATALOGUE.items() if not spec.missing and name not in can] == []
    assert [name for name in can if name not in CATALOGUE or CATALOGUE[name].missing] == []


def test_what_is_undoable_by_declaration_comes_with_an_undo(rig: Rig) -> None:
    rig.clipboard.write("before")
    rig.players.players = [Player("p", "Player", True, "So What")]
    rig.windows = FakeWindows(MAIL, EDITOR)
    rig.schedule.set(Kind.ALARM, rig.now().timestamp() + 60, "")
    rig.history.add(Copied("text", "earlier", 7))
    values = {
        "text": "words",
        "name": "letter",
        "index": "1",
        "duration": "60",
        "time": "tomorrow at nine",
        "item": "milk",
        "title": "lunch",
        "level": "9",
    }
    for name, spec in CATALOGUE.items():
        if name in rig.bodies and name != "start_dictation":  # it goes on until somebody ends it; see test_dictation
            filled = {slot.name: values[slot.name] for slot in spec.slots if slot.name in values}
            rig.mixer.silent = name == "unmute"
            rig.hands.selected = "selected"
            result = rig.run(name, **filled) if spec.undoable else None
            assert (isinstance(result, Done) and result.undo is not None) == spec.undoable, name


def cannot_be_taken_back(result: Result, why: str) -> None:
    assert isinstance(result, Done)
    assert result.undo is not None
    with pytest.raises(NotPermitted, match=why):
        result.undo(StopSignal())


# Keyboard -------------------------------------------------------------------------------------------------------


def test_typing_needs_a_window(rig: Rig) -> None:
    rig.hands.focus = None
    assert isinstance(rig.run("type_text", text="hello"), Refused)


def test_typing_halts_in_the_middle_and_can_be_taken_back(rig: Rig) -> None:
    stop = StopSignal()
    rig.hands.before_stroke = lambda: stop.set() if len(rig.hands.done) == 3 else None
    result = rig.run("type_text", stop, text="hello")
    assert isinstance(result, Halted)
    assert rig.hands.text == "hel"


@pytest.mark.parametrize("between", ["another window", "another stroke"])
def test_typing_is_not_taken_back_from_where_it_is_not(rig: Rig, between: str) -> None:
    result = rig.run("type_text", text="hello")
    assert isinstance(result, Done)
    assert result.undo is not None
    if between == "another window":
        rig.hands.focus = 2
        rig.hands.texts[2] = "precious"
    else:
        rig.hands.press("!", StopSignal())
    before = dict(rig.hands.texts)
    with pytest.raises(NotPermitted):
        result.undo(StopSignal())
    assert rig.hands.texts == before


@pytest.mark.parametrize("text", ["sent\n", "a\tb"])
def test_what_may_have_moved_the_focus_is_not_taken_back(rig: Rig, text: str) -> None:
    cannot_be_taken_back(rig.run("type_text", text=text), "a Return, a Tab")
    assert rig.hands.text == text


def test_chords_are_pressed_in_order(rig: Rig) -> None:
    result = rig.run("press_keys", keys="ctrl+a ctrl+c")
    assert rig.hands.done == ["ctrl+a", "ctrl+c"]
    assert result == Done("Pressed Control A, Control C.")


# Screen ---------------------------------------------------------------------------------------------------------


def test_clicks_what_was_named(rig: Rig) -> None:
    rig.look = FakeLook([SUBMIT, CANCEL])
    assert rig.run("click", target="the submit button") == Done("Clicked Submit.")
    assert rig.hands.done == ["click left x1 at (130, 110)"]
    assert rig.look.looked[1] is not None


def test_double_click_with_the_right_button(rig: Rig) -> None:
    rig.look = FakeLook([SUBMIT])
    rig.run("click", target="submit", button="right", count="2")
    assert rig.hands.done == ["click right x2 at (130, 110)"]


@pytest.mark.parametrize(
    "second_look",
    [[], [("Delete", SUBMIT[1])], [("Submit", Place(100, 400, 60, 20))]],
    ids=["gone", "changed", "moved"],
)
def test_looks_again_right_before_the_click(rig: Rig, second_look: list[tuple[str, Place]]) -> None:
    rig.look = FakeLook([SUBMIT], second_look)
    result = rig.run("click", target="submit")
    assert result == Refused("Submit moved or changed before I could reach it.")
    assert not rig.hands.done


def test_another_window_came_in_front(rig: Rig) -> None:
    class Covering(FakeLook):
        def read(self, place: Place | None = None) -> Sequence[tuple[str, Place]]:
            if place is not None:
                rig.hands.window_under_pointer = 2  # it shows the same words at the same place
            return super().read(place)

    rig.look = Covering([SUBMIT])
    assert isinstance(rig.run("click", target="submit"), Refused)
    assert not rig.hands.done


def test_waits_for_the_user_before_the_second_look_and_not_after_it(rig: Rig) -> None:
    order: list[str] = []

    class Watched(FakeLook):
        def read(self, place: Place | None = None) -> Sequence[tuple[str, Place]]:
            order.append("look")
            return super().read(place)

    rig.look = Watched([SUBMIT])
    rig.hands.ready = lambda stop: order.append("wait")  # type: ignore[method-assign]
    rig.hands.before_stroke = lambda: order.append("click")
    rig.run("click", target="submit")
    assert order == ["look", "wait", "look", "click"]


def test_what_is_not_there_or_not_clear_is_not_clicked(rig: Rig) -> None:
    rig.look = FakeLook([SUBMIT, SUBMIT])
    assert rig.run("click", target="reply") == Refused("I cannot find reply on the screen.")
    assert isinstance(rig.run("click", target="submit"), Refused)
    assert isinstance(rig.run("click", target="submit", count="50"), Refused)
    rig.look = FakeLook([("Submit all", SUBMIT[1])])
    assert rig.run("click", target="submit") == Asks("Do you mean Submit all?", {"target": "Submit all"})
    assert not rig.hands.done


def test_a_stop_while_looking_prevents_the_click(rig: Rig) -> None:
    stop = StopSignal()
    stop.set()
    rig.look = FakeLook([SUBMIT])
    assert isinstance(rig.run("click", stop, target="submit"), Halted)
    assert not rig.hands.done


@pytest.mark.parametrize(
    ("values", "done"),
    [
        ({"direction": "down"}, "scroll down x5"),
        ({"direction": "left", "amount": "3"}, "scroll left x3"),
        ({"direction": "top"}, "scroll up x100"),
    ],
)
def test_scrolls(rig: Rig, values: dict[str, str], done: str) -> None:
    rig.run("scroll", **values)
    assert rig.hands.done == [done]


def test_reads_the_focused_window_or_one_line(rig: Rig) -> None:
    rig.look = FakeLook([("Total: 5 euros", Place(0, 50, 100, 20)), ("Invoice", Place(0, 0, 100, 20))])
    assert rig.run("read_screen") == Done("The screen says: Invoice, Total: 5 euros.")
    assert rig.look.looked == [Place(0, 0, 800, 600)]
    assert rig.run("read_screen", target="the whole page") == Done("The screen says: Invoice, Total: 5 euros.")
    assert rig.run("read_screen", target="total") == Done("It says: Total: 5 euros.")
    assert isinstance(rig.run("read_screen", target="discount"), Refused)


# Clipboard ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("app", "chord"), [("notes", "ctrl+c"), ("gnome-terminal-server", "ctrl+shift+c"), ("konsole", "ctrl+shift+c")]
)
def test_copies_without_interrupting_a_terminal(rig: Rig, app: str, chord: str) -> None:
    rig.hands.app, rig.hands.selected = app, "some text"
    assert rig.run("copy").text == "Copied."
    assert rig.hands.done == [chord]
    assert rig.clipboard.text == "some text"


@pytest.mark.parametrize("app", ["xterm", "urxvt"])
def test_a_terminal_without_keys_for_it_is_not_interrupted(rig: Rig, app: str) -> None:
    rig.hands.app = app
    assert rig.run("copy") == Refused("There is nothing selected to copy.")
    rig.clipboard.marked = Copied("text", "a line", 6)
    assert rig.run("copy").text == "Copied."
    assert rig.clipboard.text == "a line"
    assert isinstance(rig.run("paste"), Refused)
    assert rig.hands.done == []


def test_the_same_can_be_copied_again(rig: Rig) -> None:
    rig.clipboard.write("some text")
    rig.hands.selected = "some text"
    assert isinstance(rig.run("copy"), Done)


@pytest.mark.parametrize("action", ["copy", "cut"])
def test_where_nothing_was_taken_that_is_said(rig: Rig, action: str) -> None:
    rig.clipboard.write("before")
    assert rig.run(action) == Refused(f"There is nothing selected to {action}.")
    assert rig.clipboard.text == "before"
    rig.hands.focus = None
    assert isinstance(rig.run(action), Refused)


@pytest.mark.parametrize("action", ["copy", "cut"])
def test_nothing_is_taken_once_stopped(rig: Rig, action: str) -> None:
    stop = StopSignal()
    stop.set()
    rig.hands.selected = "some text"
    assert isinstance(rig.run(action, stop), Halted)
    assert rig.clipboard.text == ""


def test_cuts_and_puts_it_back(rig: Rig) -> None:
    rig.clipboard.write("before")
    rig.hands.texts[1], rig.hands.selected = "keep and cut", " and cut"
    result = rig.run("cut")
    assert isinstance(result, Done)
    assert (rig.hands.text, rig.clipboard.text) == ("keep", " and cut")
    assert result.undo is not None
    assert result.undo(StopSignal()) == "Put back what was cut. The clipboard is as it was."
    assert (rig.hands.text, rig.clipboard.text) == ("keep and cut", "before")


def test_what_was_cut_is_not_put_back_into_another_window(rig: Rig) -> None:
    rig.hands.texts[1] = rig.hands.selected = "cut"
    result = rig.run("cut")
    assert isinstance(result, Done)
    rig.hands.focus = 2
    assert result.undo is not None
    with pytest.raises(NotPermitted):
        result.undo(StopSignal())
    assert rig.clipboard.text == "cut"


def test_what_the_user_copied_afterwards_stays(rig: Rig) -> None:
    rig.clipboard.write("before")
    rig.hands.texts[1] = rig.hands.selected = "cut"
    cut = rig.run("cut")
    placed = rig.run("set_clipboard", text="words")
    rig.clipboard.write("copied by hand")
    assert isinstance(placed, Done)
    assert placed.undo is not None
    with pytest.raises(NotPermitted, match="something else was copied"):
        placed.undo(StopSignal())
    assert isinstance(cut, Done)
    assert cut.undo is not None
    assert cut.undo(StopSignal()).endswith("something else was copied since.")
    assert (rig.hands.text, rig.clipboard.text) == ("cut", "copied by hand")


def test_several_can_be_taken_back_one_by_one(rig: Rig) -> None:
    rig.clipboard.write("before")
    results = [rig.run("set_clipboard", text=text) for text in ("one", "two", "three")]
    for result, text in zip(reversed(results), ("two", "one", "before"), strict=True):
        assert isinstance(result, Done)
        assert result.undo is not None
        result.undo(StopSignal())
        assert rig.clipboard.text == text


def test_what_is_too_long_is_not_copied_in_part(rig: Rig) -> None:
    rig.hands.app = "xterm"
    rig.clipboard.marked = Copied("text", "x" * 1_000_000, 2_000_000)
    assert rig.run("copy") == Refused("That is too long for me to copy.")


def test_nothing_is_cut_out_of_a_terminal(rig: Rig) -> None:
    rig.hands.app, rig.hands.selected = "xterm", "some text"
    assert isinstance(rig.run("cut"), Refused)
    assert rig.hands.done == []


def test_a_secret_is_neither_read_out_nor_held_to_be_restored(rig: Rig) -> None:
    rig.clipboard.hold(SECRET)
    assert rig.run("read_clipboard") == Done("What is on your clipboard is marked as a secret, so I do not read it.")
    cannot_be_taken_back(rig.run("set_clipboard", text="new"), "short texts only")


def test_reads_the_clipboard_out_but_not_for_ever(rig: Rig) -> None:
    assert rig.run("read_clipboard") == Done("There is no text on your clipboard.")
    rig.clipboard.write("milk\nand honey")
    assert rig.run("read_clipboard") == Done("Your clipboard says: milk and honey.")
    rig.clipboard.write("word " * 200_000)
    result = rig.run("read_clipboard")
    assert len(result.text) < 700


IMAGE = Copied("image", "", 2_000, width_px=800, height_px=600)
FILES = Copied("files", "/home/me/a.txt\n/home/me/photos/", 60, count=2)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (IMAGE, "On your clipboard: an image of 800 by 600 pixels."),
        (Copied("image", "", 5), "On your clipboard: an image."),
        (FILES, "On your clipboard: 2 files, a.txt, photos."),
        (BINARY, "There is no text on your clipboard."),
        (None, "The program that you copied from does not answer."),
    ],
)
def test_says_what_is_there_if_it_is_no_text(rig: Rig, held: Copied | None, said: str) -> None:
    rig.clipboard.hold(held)
    assert rig.run("read_clipboard") == Done(said)


def test_what_was_not_known_whole_is_not_put_back(rig: Rig) -> None:
    rig.clipboard.write("x" * 1_000_000)
    cannot_be_taken_back(rig.run("set_clipboard", text="new"), "short texts only")


def copied(rig: Rig, *texts: str) -> None:
    """One after the other, the last of them being what is on the clipboard now."""
    for text in texts:
        rig.clipboard.write(text)
        assert rig.clipboard.held is not None
        rig.history.add(rig.clipboard.held)


def test_says_what_was_copied_earlier(rig: Rig) -> None:
    assert rig.run("clipboard_history") == Done("I have not seen you copy anything yet.")
    rig.history.add(IMAGE)
    rig.history.add(FILES)
    copied(rig, "eggs", "milk and " + "honey " * 50)
    said = rig.run("clipboard_history").text
    assert said.startswith("The newest first, you copied: 1, milk and honey honey")
    assert said.endswith("…; 2, eggs; 3, 2 files, a.txt, photos; 4, an image of 800 by 600 pixels.")
    copied(rig, *map(str, range(10)))
    assert rig.run("clipboard_history").text.endswith("1, 9; 2, 8; 3, 7; 4, 6; 5, 5.")


@pytest.mark.parametrize(("index", "text"), [("2", "eggs"), ("-2", "eggs"), ("3", "milk"), ("-3", "milk")])
def test_what_was_copied_earlier_can_be_pasted_again(rig: Rig, index: str, text: str) -> None:
    copied(rig, "milk", "eggs", "bread")
    result = rig.run("clipboard_history", index=index)
    assert isinstance(result, Done)
    assert result.text == f"Back on your clipboard, ready to be pasted: {text}."
    assert rig.clipboard.text == text
    assert result.undo is not None
    result.undo(StopSignal())
    assert rig.clipboard.text == "bread"


def test_paths_of_files_can_be_pasted_again(rig: Rig) -> None:
    rig.history.add(FILES)
    said = rig.run("clipboard_history", index="1").text
    assert said == "Back on your clipboard, ready to be pasted: the paths of 2 files, a.txt, photos."
    assert rig.clipboard.text == FILES.text


def test_what_cannot_be_fetched_back_is_said(rig: Rig) -> None:
    copied(rig, "milk")
    assert rig.run("clipboard_history", index="-1") == Done("That is on your clipboard now: milk.")
    assert rig.run("clipboard_history", index="2") == Refused("I remember no more than 1 thing that you copied.")
    rig.history.add(IMAGE)
    assert "please copy it again" in rig.run("clipboard_history", index="1").text
    rig.history.add(Copied("text", "x" * 10_000, 50_000))
    assert "too long" in rig.run("clipboard_history", index="1").text
    assert rig.clipboard.text == "milk"


# Apps -----------------------------------------------------------------------------------------------------------


def test_opens_programs_and_addresses(rig: Rig, tmp_path: Path) -> None:
    program(tmp_path, "gnome-calculator")
    program(tmp_path, "xdg-open")
    entry(tmp_path, "calc", "Name=Calculator\nExec=gnome-calculator --new %U\n")
    assert rig.run("open_app", name="the calculator") == Done("Opened Calculator.")
    assert rig.run("open_url", url="https://github.com/torch") == Done("Opened github.com/torch.")
    assert rig.started == [("gnome-calculator", "--new"), ("xdg-open", "https://github.com/torch")]


def test_says_what_is_not_installed(rig: Rig, tmp_path: Path) -> None:
    assert rig.run("open_app", name="photoshop") == Refused("I cannot find a program called photoshop.")
    entry(tmp_path, "ledger", "Name=Ledger\nExec=/opt/ledger/run\n")
    assert rig.run("open_app", name="the ledger") == Refused(
        "Ledger is in the menu, but its program /opt/ledger/run is not there; install it again."
    )
    assert isinstance(rig.run("open_url", url="https://a.de"), Refused)
    assert not rig.started


# Clock ----------------------------------------------------------------------------------------------------------


def test_tells_the_time_and_the_date(rig: Rig) -> None:
    assert rig.run("tell_time") == Done("It is twelve o'clock.")
    assert rig.run("tell_time", place="Tokyo") == Done("It is nine o'clock in Tokyo.")
    assert isinstance(rig.run("tell_time", place="Narnia"), Refused)
    assert rig.run("tell_date") == Done("Today is Saturday, November 21, 2026.")
    assert rig.run("tell_date", day="tomorrow") == Done("Tomorrow is Sunday, November 22, 2026.")
    assert isinstance(rig.run("tell_date", day="my birthday"), Refused)


def test_a_timer_counts_down_fires_once_and_can_be_cancelled(rig: Rig) -> None:
    assert rig.run("set_timer", duration="300", label="tea").text == "Timer set for 5 minutes."
    rig.run("set_timer", duration="60")
    rig.now_ns = 30_000_000_000
    assert rig.run("timer_status").text == "30 seconds left on your 1 minute timer and " + (
        "4 minutes and 30 seconds left on your 5 minute tea timer."
    )
    rig.now_ns = 60_000_000_000
    rig.schedule.fire()
    rig.schedule.fire()
    assert [event.data for event in rig.events] == [Outcome("set_timer", Status.FIRED, "Your 1 minute timer is done.")]
    assert rig.run("cancel_timer", label="tea").text == "Cancelled your 5 minute tea timer."
    assert rig.run("cancel_timer") == Refused("No timer is running.")


def test_asks_which_timer(rig: Rig) -> None:
    for minutes in (1, 2):
        rig.run("set_timer", duration=str(60 * minutes))
    assert isinstance(rig.run("cancel_timer"), Refused)
    assert rig.run("cancel_timer", label="two minutes").text == "Cancelled your 2 minute timer."
    assert isinstance(rig.run("set_timer", duration="0.2"), Refused)


# Talk -----------------------------------------------------------------------------------------------------------


def test_stops_repeats_and_says_what_it_cannot(rig: Rig) -> None:
    assert isinstance(rig.run("say_again"), Refused)
    rig.speaker.said = "It is noon."
    assert rig.run("say_again") == Done("It is noon.")
    assert rig.run("stop") == Done("Stopped.")
    assert rig.speaker.hushed == 1
    assert rig.run("think", question="why") == Refused("That needs a language model, and none is installed.")


def program(home: Path, name: str) -> None:
    path = home / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


def entry(home: Path, name: str, text: str) -> None:
    path = home / "applications" / f"{name}.desktop"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"[Desktop Entry]\nType=Application\n{text}")


# Windows --------------------------------------------------------------------------------------------------------

MAIL = Focus(1, "Inbox - Mail", "thunderbird")
EDITOR = Focus(2, "letter.txt", "mousepad")
SHELL = Focus(3, "anna@home: ~", "xterm")


@pytest.mark.parametrize(
    ("name", "window"),
    [("", MAIL), ("this window", MAIL), ("the inbox", MAIL), ("thunderbird", MAIL), ("mouse pad", EDITOR),
     ("letter", EDITOR), ("the x term window", SHELL), ("thunder bird", MAIL), ("leter", EDITOR)],
)  # fmt: skip
def test_a_window_is_meant_by_its_title_or_its_program(rig: Rig, name: str, window: Focus) -> None:
    rig.windows.windows = [MAIL, EDITOR, SHELL]
    assert isinstance(rig.run("focus_window", name=name), Done)
    assert rig.windows.all()[0] == window


def test_a_window_that_is_not_there_is_said_so(rig: Rig) -> None:
    assert rig.run("close_window", name="gimp") == Refused("No window is open.")
    rig.windows.windows = [MAIL]
    assert rig.run("close_window", name="gimp") == Refused("I see no window called gimp.")
    assert isinstance(rig.run("switch_window"), Refused)
    assert rig.windows.all() == [MAIL]


def test_what_was_done_to_a_window_is_taken_back(rig: Rig) -> None:
    rig.windows.windows = [MAIL, EDITOR]
    for name in ("maximize_window", "minimize_window", "switch_window"):
        result = rig.run(name)
        assert isinstance(result, Done)
        assert result.undo is not None
        result.undo(StopSignal())
    assert rig.windows.all() == [MAIL, EDITOR]
    assert rig.windows.maximized == rig.windows.minimized == set()


def test_a_window_that_fills_the_screen_already_is_left_so(rig: Rig) -> None:
    rig.windows.windows, rig.windows.maximized = [MAIL], {1}
    result = rig.run("maximize_window")
    assert isinstance(result, Done)
    assert result.undo is None


def test_a_window_with_a_question_of_its_own_is_not_said_to_be_closed(rig: Rig) -> None:
    rig.windows.windows, rig.windows.stubborn = [MAIL], {1}
    assert rig.run("close_window") == Done("I asked Inbox - Mail to close; it may want to know something first.")


def test_a_program_that_hangs_is_not_said_to_be_closed(rig: Rig) -> None:
    rig.windows.windows, rig.windows.hung = [MAIL], {1}
    with pytest.raises(NotPermitted, match=r"Inbox - Mail does not respond.* end it in your system monitor"):
        rig.run("close_window")
