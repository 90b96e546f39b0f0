"""The eyes: lines of text that appear, change and go, the window that has the focus, and a look at any moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import replace
from itertools import count
from threading import Event as StopSignal

import cv2
import mss
import mss.tools
import numpy as np
from mss.exception import ScreenShotError

from model.stream.errors import DeviceLost
from model.stream.protocols import Post
from model.stream.values import Channel, Event, Line, LineGone, Origin, Place, Window
from perception.accessibility import Accessibility
from perception.inks import ground_and_ink
from perception.layout import Picture
from perception.merging import Element, NobodyTells, Telling, Told, unseen
from perception.reading import Reader, reader
from perception.tiles import in_whole_tiles, merged, moved, overlap, stands_out
from perception.view import View
from perception.windows import Change, SeenWindow, XDesktop, conceal

REST = 5.0
MAX_REST_S = 2.0
"""After work the eyes rest, in proportion: however much moves on the screen, most of a core stays with the user."""
MAX_TRIES = 3
"""How often a picture is taken anew because a window moved meanwhile."""
MAX_COLOURED_PX = 2**21
"""A screenshot in colours takes four times the memory of ours, twice over: more than this is taken in bands."""
PRIVATE_TITLE = "Private window"

Camera = Callable[[Place], Picture]


class Eyes:
    """The sense "screen", and the `Look` of the hands. `read` may be called from any thread, also without `run`."""

    name = "screen"

    def __init__(
        self,
        masked: Callable[[], Sequence[Place]] = tuple,
        now_ns: Callable[[], int] = time.monotonic_ns,
        open_reader: Callable[[], Reader] = reader,
        accessibility: Accessibility | None = None,
        attended: Callable[[], bool] = lambda: True,
    ) -> None:
        """`masked` gives rectangles that are not read, besides private windows and those of this process.

        Without `accessibility` there are only pixels. While nobody talks to the assistant (`attended`), much new text
        at once is read late, so that the machine stays the user's; what was put off is read when somebody does.
        """
        self._masked = masked
        self._accessibility = accessibility
        self._attended = attended
        self._now_ns = now_ns
        self._open_reader = open_reader
        self._numbers = count(1)

    def read(self, place: Place | None = None) -> list[tuple[str, Place]]:
        """Raises `DeviceLost`, or `ModelFailed` if there is no text recogniser."""
        with closing(XDesktop()) as desktop, _camera() as take, self._asking(watching=False):
            area = overlap(place, desktop.area) if place else desktop.area
            if area is None:
                return []
            if self._accessibility is not None:
                self._accessibility.refresh(desktop.windows(), soon=True)
            picture = self._take_hidden(desktop, take, area)
            telling = self._telling(desktop)
            found = self._open_reader().read_soon(
                picture, lambda places: telling.lines([moved(place, area.x_px, area.y_px) for place in places])
            )
            lines = [(text, moved(at, area.x_px, area.y_px)) for text, at in found]
            named = [
                each for each in telling.named(area) if stands_out(picture, moved(each.place, -area.x_px, -area.y_px))
            ]
            shown = (each for each in unseen(named, lines) if telling.shows(each))
            return [*lines, *((each.name, each.place) for each in shown)]

    def _take_hidden(self, desktop: XDesktop, take: Camera, area: Place, tries: int = MAX_TRIES) -> Picture:
        """What must not be read is hidden where it stood before the picture was taken, and where it stood after."""
        before, picture, after = self._with_masks(desktop.windows()), take(area), self._with_masks(desktop.windows())
        if _hidden(before) != _hidden(after) and tries > 1:
            return self._take_hidden(desktop, take, area, tries - 1)
        conceal(picture, area, before)
        conceal(picture, area, after)
        return picture

    def types_secret(self, window: int) -> bool:
        """Whether what has the keyboard in this window is, as far as its program says, a field for passwords."""
        return self._accessibility is not None and self._accessibility.types_secret(window)

    def colours(self, place: Place) -> list[tuple[int, int, int]]:
        """Of what was read there: what must not be read was never given a place."""
        with closing(XDesktop()) as desktop:
            area = overlap(place, desktop.area)
        if area is None:
            return []
        try:
            with mss.MSS() as screen:
                box = {"left": area.x_px, "top": area.y_px, "width": area.width_px, "height": area.height_px}
                shot = screen.grab(box)
        except (ScreenShotError, OSError) as error:
            raise DeviceLost(f"The screen cannot be read: no screenshot can be taken ({error}).") from error
        return ground_and_ink(np.frombuffer(shot.bgra, np.uint8).reshape(-1, 4)[:, 2::-1])

    def picture(self) -> bytes:
        """Everything as the user sees it: it is for them, and nothing is read from it."""
        try:
            with mss.MSS() as screen:
                shot = screen.grab(screen.monitors[0])
                png = mss.tools.to_png(shot.rgb, shot.size)
        except (ScreenShotError, OSError) as error:
            raise DeviceLost(f"No screenshot can be taken ({error}).") from error
        assert png is not None  # it is given back where no file is named
        return png

    def run(self, post: Post, stop: StopSignal) -> None:
        """Raises `DeviceLost`, or `ModelFailed` if there is no text recogniser."""

        def tell(data: Line | LineGone | Window) -> None:
            post(Event(self._now_ns(), Channel.SCREEN, data, Origin.WORLD))

        with closing(XDesktop()) as desktop, _camera() as take, self._asking(watching=True):
            desktop.watch()
            while not stop.is_set():  # once more whenever the screen has another size
                telling = self._telling(desktop)
                view = View(desktop.area, self._open_reader(), tell, self._numbers, telling, self._attended)
                try:
                    _Watch(desktop, take, self._with_masks, view, tell, self._accessibility).run(stop)
                finally:
                    view.clear()  # a screen that went away shows nothing

    def _with_masks(self, windows: Sequence[SeenWindow]) -> tuple[SeenWindow, ...]:
        if self._accessibility is not None:
            windows = self._accessibility.masked(windows)
        return (*windows, *(SeenWindow(place, "", "", hidden=True) for place in self._masked()))

    def _telling(self, desktop: XDesktop) -> Telling:
        return _Asked(self._accessibility, desktop) if self._accessibility else NobodyTells()

    def _asking(self, *, watching: bool) -> AbstractContextManager[None]:
        return self._accessibility.used(watching=watching) if self._accessibility else nullcontext()


class _Asked:
    """What the programs say of what is on top on a desktop. For the thread that the desktop is for."""

    def __init__(self, accessibility: Accessibility, desktop: XDesktop) -> None:
        self._accessibility = accessibility
        self._desktop = desktop

    def lines(self, places: Sequence[Place]) -> Sequence[Told | None]:
        return self._accessibility.lines(places, self._desktop.window_at)

    def named(self, area: Place) -> Sequence[Element]:
        return self._accessibility.named(area, self._desktop.window_at)

    def shows(self, element: Element) -> bool:
        return self._accessibility.shows(element)


class _Watch:
    """One run of the sense, on a screen of one size."""

    def __init__(
        self,
        desktop: XDesktop,
        take: Camera,
        with_masks: Callable[[Sequence[SeenWindow]], tuple[SeenWindow, ...]],
        view: View,
        tell: Callable[[Window], None],
        accessibility: Accessibility | None,
    ) -> None:
        self._desktop = desktop
        self._take = take
        self._with_masks = with_masks
        self._view = view
        self._tell = tell
        self._accessibility = accessibility
        self._windows: tuple[SeenWindow, ...] = ()
        self._owed: list[Place] = []
        """Where a look is owed that is not put off: something there must not be read any more."""
        self._revealed: list[Place] = []
        """Where something was hidden until now: a change like any other."""
        self._active = Window("")
        self._named_anew: list[Place] = []
        """Where programs have said that something with a name came or went."""

    def run(self, stop: StopSignal) -> None:
        change: Change | None = Change(windows=True)
        self._owed = [self._view.area]
        while not stop.is_set() and self._desktop.area == self._view.area:
            began_s = time.thread_time()
            self._take_in(change or Change(), stop)
            stop.wait(min(MAX_REST_S, REST * (time.thread_time() - began_s)))
            change = self._next_change()

    def _next_change(self) -> Change | None:
        """What programs say of their windows counts as a change about windows."""
        tree = self._accessibility
        if tree is None:
            return self._desktop.wait(within_s=self._view.due_in_s())
        change = self._desktop.wait(tree.fileno(), self._view.due_in_s())
        return replace(change or Change(), windows=True) if tree.pending() else change

    def _take_in(self, change: Change, stop: StopSignal) -> None:
        fields_moved = self._accessibility is not None and self._accessibility.note_pixels(change.areas)
        if change.windows or fields_moved:
            self._look_at_windows()
        (owed, revealed), self._owed, self._revealed = (self._owed, self._revealed), [], []
        for area in merged([in_whole_tiles(place) for place in owed]):
            self._look(area, stop, everything=True)
        for area in self._view.wanted([*change.areas, *revealed]):
            self._look(area, stop)
        named_anew, self._named_anew = self._named_anew, []
        self._view.look_again(named_anew, stop)

    def _look(self, area: Place, stop: StopSignal, everything: bool = False) -> None:
        seen = overlap(area, self._view.area)
        picture = self._take_hidden(seen) if seen else None
        if seen and picture is not None:
            self._view.look(picture, seen, stop, everything)

    def _take_hidden(self, area: Place) -> Picture | None:
        """None, and a look at everything is owed, if windows keep moving: what is hidden could stand anywhere in it.

        None also if the screen is no longer there in this size.
        """
        for _ in range(MAX_TRIES):
            try:
                picture = self._take(area)
            except ScreenShotError:
                if self._desktop.area != self._view.area:
                    break  # the screen has another size by now
                raise
            if not self._desktop.windows_moved():
                conceal(picture, area, self._windows)
                return picture
            self._look_at_windows()
        self._owed = [self._view.area]
        return None

    def _look_at_windows(self) -> None:
        """Owe a look to where something is hidden now; where something was, other things have come into sight."""
        windows = self._desktop.windows()
        if self._accessibility is not None:
            self._named_anew += self._accessibility.refresh(windows)
        before, self._windows = self._windows, self._with_masks(windows)
        active = self._desktop.active()
        if active is not None:
            self._focus(active)
        if before != self._windows:
            self._owed += [window.place for window in _hidden(self._windows)]
            self._revealed += [window.place for window in _hidden(before)]

    def _focus(self, window: SeenWindow) -> None:
        now = Window(PRIVATE_TITLE) if window.hidden else Window(window.title, window.app)
        if now != self._active:
            self._active = now
            self._tell(now)


def _hidden(windows: Sequence[SeenWindow]) -> list[SeenWindow]:
    return [window for window in windows if window.hidden]


@contextmanager
def _camera() -> Generator[Camera]:
    """Takes screenshots on the thread that opened it."""
    try:
        with _taking() as take:
            yield take
    except (ScreenShotError, OSError) as error:
        raise DeviceLost(f"The screen cannot be read: no screenshot can be taken ({error}).") from error


@contextmanager
def _taking() -> Generator[Camera]:
    with mss.MSS() as screen:

        def take(area: Place) -> Picture:
            picture = np.empty((area.height_px, area.width_px), np.uint8)
            n_rows = max(1, MAX_COLOURED_PX // area.width_px)
            for top in range(0, area.height_px, n_rows):
                box = Place(area.x_px, area.y_px + top, area.width_px, min(n_rows, area.height_px - top))
                picture[top : top + n_rows] = _grey(screen, box)
            return picture

        yield take


def _grey(screen: mss.MSS, area: Place) -> Picture:
    box = {"left": area.x_px, "top": area.y_px, "width": area.width_px, "height": area.height_px}
    shot = screen.grab(box)
    pixels = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2GRAY), np.uint8)
