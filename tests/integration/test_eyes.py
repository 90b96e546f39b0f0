"""The eyes on a real screen: what is read, what is reported, what is left alone."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from difflib import SequenceMatcher

import pytest
from Xlib import Xatom
from Xlib.display import Display

from desktop.probing import Probe, open_probe
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost
from model.stream.values import Channel, Event, Line, LineGone, Place, Window
from perception.screen import PRIVATE_TITLE, Eyes

pytestmark = pytest.mark.integration

LETTER = (
    "Dear Anna,\nthe meeting is on Tuesday at half past ten.\nBring the report (version 2.1) and three copies.\n"
    "Write to anna@example.org if you cannot come."
)
WITHIN_S = 30.0


class Watching:
    """A running sense and what it has posted."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="eyes")
        self.lost: DeviceLost | None = None
        self._thread.start()

    def _run(self) -> None:
        try:
            Eyes().run(self.events.append, self._stop)
        except DeviceLost as error:
            self.lost = error

    @property
    def lines(self) -> dict[int, str]:
        """The lines that are there, by number."""
        lines: dict[int, str] = {}
        for event in list(self.events):
            match event.data:
                case Line(line_id=line_id, text=text):
                    lines[line_id] = text
                case LineGone(line_id=line_id):
                    del lines[line_id]
                case _:
                    pass
        return lines

    @property
    def windows(self) -> list[str]:
        return [event.data.title for event in list(self.events) if isinstance(event.data, Window)]

    def number_of(self, text: str) -> int:
        self.wait(lambda: text in self.lines.values(), text)
        return next(line_id for line_id, there in self.lines.items() if there == text)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline_s = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < deadline_s, f"{what} did not come; there is {self.lines}"
            time.sleep(0.02)

    def rest(self) -> None:
        """Wait until nothing has been posted for longer than the eyes put off a look."""
        n_events = -1
        while n_events != len(self.events):
            n_events = len(self.events)
            time.sleep(2.5)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


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


@contextmanager
def while_watching() -> Iterator[Watching]:
    started = Watching()
    try:
        yield started
    finally:
        started.close()


@pytest.fixture
def watching(on_screen: VirtualDesktop) -> Iterator[Watching]:
    started = Watching()
    yield started
    started.close()


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
    number = watching.number_of("milk and eggs")
    watching.rest()
    n_events = len(watching.events)
    on_screen.xdotool("key", "ctrl+End")
    on_screen.xdotool("type", "some bread")
    watching.number_of("some bread")
    watching.rest()
    changed = [event.data for event in watching.events[n_events:] if isinstance(event.data, Line)]
    assert not any(line.text in ("alpha beta", "milk and eggs", "Submit", "Cancel") for line in changed)
    assert watching.number_of("milk and eggs") == number
    assert {event.channel for event in watching.events} == {Channel.SCREEN}
    probe.close()
    watching.wait(lambda: not watching.lines, "an empty screen")


def test_a_cursor_that_blinks_is_not_told(watching: Watching, on_screen: VirtualDesktop) -> None:
    open_probe(on_screen)
    on_screen.xdotool("type", "hello world")
    watching.number_of("hello world")
    time.sleep(4.0)  # it has come and gone once, at looks a second apart
    before = list(watching.events)
    time.sleep(4.0)
    assert watching.events == before
    assert "hello world" in watching.lines.values()


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
    watching.number_of("nothing to hide")
    watching.rest()
    read = " ".join([str(event) for event in watching.events] + [text for text, _ in Eyes().read()])
    for secret in ("hunter2", "swordfish", "Unlock"):
        assert secret not in read
    vault.close()


def test_a_window_that_becomes_private_is_forgotten(watching: Watching, on_screen: VirtualDesktop) -> None:
    open_probe(on_screen, text="alpha beta")
    watching.number_of("alpha beta")
    window = on_screen.xdotool("search", "--name", "^Notes$")
    on_screen.xdotool("set_window", "--name", "Private Browsing", window)
    watching.wait(lambda: not any("alpha" in text for text in watching.lines.values()), "forgetting")


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
    watching.number_of("Submit")
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
    with while_watching() as watching:
        number = watching.number_of("alpha beta")
        for mode in ("small", "3840x2160"):
            before = number
            four_k.run("xrandr", "--output", "screen", "--mode", mode)
            watching.wait(lambda known=before: known not in watching.lines, "the end of the old screen")
            number = watching.number_of("alpha beta")
        assert watching.lost is None
