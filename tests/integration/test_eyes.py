"""The eyes on a real screen: what is read, what is reported, what is left alone."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from difflib import SequenceMatcher

import pytest
from Xlib import Xatom
from Xlib.display import Display

from desktop.probing import Probe, open_probe
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost
from model.stream.values import Channel, Event, Line, Place
from perception.screen import PRIVATE_TITLE, Eyes
from tests.watching import Watching

pytestmark = pytest.mark.integration

LETTER = (
    "Dear Anna,\nthe meeting is on Tuesday at half past ten.\nBring the report (version 2.1) and three copies.\n"
    "Write to anna@example.org if you cannot come."
)


@pytest.fixture
def four_k(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualDesktop]:
    """A screen of 3840x2160 pixels that can also be 1280x1024; this process sees it too."""
    with VirtualDesktop(sound=False, width_px=3840, height_px=2160) as desktop:
        for name, value in desktop.env.items():
            monkeypatch.setenv(name, value)
        desktop.run("xrandr", "--newmode", "small", "1", *["1280"] * 4, *["1024"] * 4)
        desktop.run("xrandr", "--addmode", "screen", "small")
        yield desktop


def monitors(desktop: VirtualDesktop, *widths_px: int) -> None:
    """Monitors side by side on one screen, as window managers and screenshots see them."""
    for n, (width_px, left) in enumerate(zip(widths_px, itertools.accumulate((0, *widths_px)), strict=False)):
        place = f"{width_px}/300x2160/200+{left}+0"
        desktop.run("xrandr", "--setmonitor", f"monitor-{n}", place, "screen" if n == 0 else "none")


@pytest.fixture
def watching(on_screen: VirtualDesktop) -> Iterator[Watching]:
    with Watching() as started:
        yield started


def test_known_text_is_read_right(on_screen: VirtualDesktop) -> None:
    open_probe(on_screen, text=LETTER)
    wanted = "\n".join(["Notes", LETTER, "Submit", "Cancel"])
    lines = Eyes().read()
    read = "\n".join(text for text, _ in sorted(lines, key=lambda line: (line[1].y_px // 10, line[1].x_px)))
    assert SequenceMatcher(None, wanted, read, autojunk=False).ratio() >= 0.95, read


def test_buttons_are_found_where_they_can_be_pressed(on_screen: VirtualDesktop) -> None:
    probe = open_probe(on_screen)
    places = dict(Eyes().read())
    for label in ("Submit", "Cancel"):
        x_px, y_px = places[label].centre
        on_screen.xdotool("mousemove", str(x_px), str(y_px), "click", "1")
        probe.wait_for_press(label)


def test_a_place_is_read_alone(on_screen: VirtualDesktop) -> None:
    open_probe(on_screen)
    eyes = Eyes()
    place = next(place for text, place in eyes.read() if text == "Submit")
    around = Place(place.x_px - 6, place.y_px - 6, place.width_px + 12, place.height_px + 12)
    assert [text for text, _ in eyes.read(around)] == ["Submit"]
    assert eyes.read(Place(5000, 5000, 10, 10)) == []


def test_a_second_look_costs_next_to_nothing(on_screen: VirtualDesktop) -> None:
    open_probe(on_screen, text=LETTER)
    eyes = Eyes()
    first = eyes.read()
    began_s = time.thread_time()
    assert eyes.read() == first
    assert time.thread_time() - began_s < 0.3


def test_lines_come_change_and_go(watching: Watching, on_screen: VirtualDesktop) -> None:
    probe = open_probe(on_screen, text="alpha beta\nmilk and eggs\n")
    watching.wait(lambda: "Notes" in watching.windows, "the window")
    number = watching.line("milk and eggs").line_id
    watching.rest()
    n_events = len(watching.events)
    on_screen.xdotool("key", "ctrl+End")
    on_screen.xdotool("type", "some bread")
    watching.line("some bread")
    watching.rest()
    changed = [event.data for event in watching.events[n_events:] if isinstance(event.data, Line)]
    assert not any(line.text in ("alpha beta", "milk and eggs", "Submit", "Cancel") for line in changed)
    assert watching.line("milk and eggs").line_id == number
    assert {event.channel for event in watching.events} == {Channel.SCREEN}
    probe.close()
    watching.wait(lambda: not watching.lines, "an empty screen")


def test_a_cursor_that_blinks_is_not_told(watching: Watching, on_screen: VirtualDesktop) -> None:
    open_probe(on_screen)
    on_screen.xdotool("type", "hello world")
    watching.line("hello world")
    time.sleep(4.0)  # it has come and gone once, at looks a second apart
    before = list(watching.events)
    time.sleep(4.0)
    assert watching.events == before
    assert "hello world" in watching.texts


def test_a_screen_on_which_nothing_changes_costs_nothing(on_screen: VirtualDesktop) -> None:
    open_probe(on_screen, text=LETTER)
    seconds: list[float] = []
    stop = threading.Event()

    def run() -> None:
        began_s = time.thread_time()
        events: list[Event] = []
        Eyes().run(lambda event: (events.append(event), seconds.append(time.thread_time() - began_s))[0], stop)
        seconds.append(time.thread_time() - began_s)

    thread = threading.Thread(target=run)
    thread.start()
    while not seconds:
        time.sleep(0.1)
    time.sleep(5)  # the letter is read
    read_s = seconds[-1]
    time.sleep(10)  # a cursor blinks
    stop.set()
    thread.join()
    assert seconds[-1] - read_s < 0.3  # 2 % of a core


def test_a_private_window_is_not_read(watching: Watching, on_screen: VirtualDesktop) -> None:
    vault = open_probe(on_screen, title="Vault - KeePassXC", text="hunter2 swordfish", buttons=["Unlock"])
    watching.wait(lambda: PRIVATE_TITLE in watching.windows, "the window")
    open_probe(on_screen, text="nothing to hide", place="300,700,900,300")
    watching.line("nothing to hide")
    watching.rest()
    read = " ".join([str(event) for event in watching.events] + [text for text, _ in Eyes().read()])
    for secret in ("hunter2", "swordfish", "Unlock"):
        assert secret not in read
    vault.close()


def test_a_window_that_becomes_private_is_forgotten(watching: Watching, on_screen: VirtualDesktop) -> None:
    open_probe(on_screen, text="alpha beta")
    watching.line("alpha beta")
    window = on_screen.xdotool("search", "--name", "^Notes$")
    on_screen.xdotool("set_window", "--name", "Private Browsing", window)
    watching.wait(lambda: not any("alpha" in text for text in watching.texts), "forgetting")


@contextmanager
def menu(text: str, pid: int) -> Iterator[None]:
    """A window that no window manager lists, of a program with this number."""
    with closing(Display()) as display:
        screen = display.screen()
        window = screen.root.create_window(
            300, 100, 400, 60, 0, screen.root_depth, background_pixel=screen.white_pixel, override_redirect=True
        )
        window.change_property(display.intern_atom("_NET_WM_PID"), Xatom.CARDINAL, 32, [pid])
        window.map()
        window.draw_text(window.create_gc(foreground=screen.black_pixel), 20, 30, text.encode())
        display.sync()
        yield


def test_a_menu_is_read_unless_it_is_ours(on_screen: VirtualDesktop) -> None:
    with menu("Pause listening", pid=os.getppid()):
        assert [text for text, _ in Eyes().read()] == ["Pause listening"]
    with menu("Pause listening", pid=os.getpid()):
        assert Eyes().read() == []


def test_what_is_masked_is_not_read(on_screen: VirtualDesktop, probe: Probe) -> None:
    masked = Place(300, 100, 900, 300)
    assert [text for text, _ in Eyes(masked=lambda: [masked]).read()] == ["Submit", "Cancel"]


# python-xlib leaves the sockets on which nobody answered to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_screen_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for display in ("", ":987"):
        monkeypatch.setenv("DISPLAY", display)
        with pytest.raises(DeviceLost, match="X11"):
            Eyes().read()
        with pytest.raises(DeviceLost, match="X11"):
            Eyes().run(lambda event: None, threading.Event())


def test_a_screen_that_goes_away_is_said_so(on_screen: VirtualDesktop) -> None:
    watching = Watching()
    open_probe(on_screen)
    watching.line("Submit")
    on_screen.close()
    watching.wait(lambda: watching.lost is not None, "the end")
    watching.close()
    assert watching.lines == {}


@pytest.mark.parametrize("widths_px", [(3840,), (1920, 1920), (1280, 1280, 1280)])
def test_buttons_on_every_monitor_are_pressed_where_they_were_read(
    four_k: VirtualDesktop, widths_px: tuple[int, ...]
) -> None:
    monitors(four_k, *widths_px)
    lefts = [0, *itertools.accumulate(widths_px)][: len(widths_px)]
    labels = ["Submit", "Cancel", "Archive"][: len(widths_px)]
    probes = [
        open_probe(four_k, title=label, buttons=[label], place=f"{left + 300},{1200 + 50 * n},700,300")
        for n, (label, left) in enumerate(zip(labels, lefts, strict=True))
    ]
    for label, probe, left in zip(labels, probes, lefts, strict=True):
        # The title says the same as the button below it.
        place = max((place for text, place in Eyes().read() if text == label), key=lambda place: place.y_px)
        x_px, y_px = place.centre
        assert left <= x_px < left + 1300
        four_k.xdotool("mousemove", str(x_px), str(y_px), "click", "1")
        probe.wait_for_press(label)


def test_another_resolution_is_read_anew(four_k: VirtualDesktop) -> None:
    open_probe(four_k, text="alpha beta", place="100,100,600,300")
    with Watching() as watching:
        number = watching.line("alpha beta").line_id
        for mode in ("small", "3840x2160"):
            before = number
            four_k.run("xrandr", "--output", "screen", "--mode", mode)
            watching.wait(lambda known=before: known not in watching.lines, "the end of the old screen")
            number = watching.line("alpha beta").line_id
        assert watching.lost is None
