"""The eyes before a desktop that does what it must not do: nothing of ours, or private, is ever read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from threading import Event as StopSignal

import numpy as np
import pytest
from mss.exception import ScreenShotError

from model.stream.errors import DeviceLost
from model.stream.values import Event, Line, Place, Window
from perception.layout import Picture
from perception.reading import Reader, Reading
from perception.screen import Eyes
from perception.windows import Change, SeenWindow, conceal
from tests.unit.perception.pictures import blank, write

SCREEN = Place(0, 0, 800, 400)
SMALL, GROWN = Place(300, 340, 200, 40), Place(200, 200, 400, 180)
NOTES = SeenWindow(Place(0, 0, 800, 400), "Notes", "gedit")


class Desktop:
    """A screen with a page, and above it our overlay, whose place `steps` gives: one for each picture taken."""

    def __init__(self, steps: Iterator[Place], stop: StopSignal) -> None:
        self.area = SCREEN
        self.overlay = SMALL
        self._steps = steps
        self._stop = stop
        self._moved = False
        self._changes: list[Change] = []
        self.pictures = 0
        self.before: Callable[[Desktop], None] = lambda desktop: None

    def close(self) -> None:
        pass

    def watch(self) -> None:
        pass

    def windows(self) -> tuple[SeenWindow, ...]:
        return (NOTES, SeenWindow(self.overlay, "Ambidex", "ambidex", hidden=True))

    def active(self) -> SeenWindow:
        return NOTES

    def windows_moved(self) -> bool:
        moved, self._moved = self._moved, False
        return moved

    def wait(self, also: int | None = None, within_s: float = 0.5) -> Change | None:
        if not self._changes:
            if self.pictures > 1 or self.area == SCREEN:
                self._stop.set()
            return None
        return self._changes.pop()

    def take(self, area: Place) -> Picture:
        """The overlay takes its next place just before it is seen."""
        place = next(self._steps, self.overlay)
        if place != self.overlay:
            self.overlay, self._moved = place, True
            self._changes.append(Change((place,), windows=True))
        self.pictures += 1
        self.before(self)
        screen = page()
        conceal(screen, SCREEN, [SeenWindow(self.overlay, "", "", hidden=True)])
        write(screen, "I am listening", self.overlay.x_px + 20, self.overlay.y_px + 25, level=255)
        return screen[area.y_px : area.y_px + area.height_px, area.x_px : area.x_px + area.width_px].copy()


def page() -> Picture:
    screen = blank()
    write(screen, "Dear Anna", 40, 40)
    return screen


def read(picture: Picture) -> Reading:
    """What is dark on light is the page's, what is light on dark ours."""
    return Reading("page" if np.median(picture) > 128 else "ours", 1.0)


def show(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put it before the eyes in place of the real one."""

    @contextmanager
    def taking() -> Generator[Callable[[Place], Picture]]:
        yield desktop.take

    monkeypatch.setattr("perception.screen.XDesktop", lambda: desktop)
    monkeypatch.setattr("perception.screen._taking", taking)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[list[Event], Desktop]]:
    def run(*steps: Place, before: Callable[[Desktop], None] = lambda desktop: None) -> tuple[list[Event], Desktop]:
        stop = StopSignal()
        desktop = Desktop(iter(steps), stop)
        desktop.before = before

        show(desktop, monkeypatch)
        monkeypatch.setattr("perception.screen.REST", 0.0)
        events: list[Event] = []
        Eyes(open_reader=lambda: Reader(read)).run(events.append, stop)
        return events, desktop

    return run


def texts(events: list[Event]) -> set[str]:
    return {event.data.text for event in events if isinstance(event.data, Line)}


def test_what_is_ours_is_not_read(watch: Callable[..., tuple[list[Event], Desktop]]) -> None:
    events, _ = watch()
    assert texts(events) == {"page"}
    assert Window("Notes", "gedit") in [event.data for event in events]


def test_what_is_ours_is_not_read_while_it_grows(watch: Callable[..., tuple[list[Event], Desktop]]) -> None:
    events, desktop = watch(GROWN)
    assert desktop.pictures >= 2
    assert texts(events) == {"page"}


def test_what_is_ours_is_not_read_while_it_keeps_moving(watch: Callable[..., tuple[list[Event], Desktop]]) -> None:
    events, desktop = watch(*(Place(100 + 20 * n, 150 + 10 * n, 300, 60) for n in range(12)))
    assert desktop.pictures >= 12
    assert texts(events) == {"page"}


def test_a_screen_that_takes_another_size_while_it_is_looked_at_is_looked_at_anew(
    watch: Callable[..., tuple[list[Event], Desktop]],
) -> None:
    def shrink(desktop: Desktop) -> None:
        if desktop.pictures == 1:
            desktop.area = Place(0, 0, 400, 200)
            raise ScreenShotError("BadMatch")

    events, desktop = watch(before=shrink)
    assert desktop.pictures == 2
    assert texts(events) == {"page"}


def test_a_screen_of_which_no_picture_can_be_taken_is_said_so(
    watch: Callable[..., tuple[list[Event], Desktop]],
) -> None:
    def fail(desktop: Desktop) -> None:
        raise ScreenShotError("BadAlloc")

    with pytest.raises(DeviceLost, match="screenshot"):
        watch(before=fail)


def test_the_hands_do_not_read_what_is_ours_while_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    show(Desktop(iter((GROWN,)), StopSignal()), monkeypatch)
    assert [text for text, _ in Eyes(open_reader=lambda: Reader(read)).read()] == ["page"]
