"""What is on the screen, kept up to date: pixels in, events about lines out. Knows no device and no thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from threading import Event as StopSignal

import numpy as np

from model.stream.values import Line, LineGone, Place
from perception.allowance import Allowance
from perception.carets import Carets
from perception.layout import STRIP_PX, Picture
from perception.lines import LineBook
from perception.merging import NobodyTells, Telling, Told, unseen
from perception.reading import Reader
from perception.tiles import around, changed_places, cut, merged, moved, overlap, stands_out, widened
from perception.unrest import Unrest

NEIGHBOUR_PX, NEIGHBOUR_ROW_PX = 30, 6
"""How near a known line must be to a change to be looked at again with it."""

BESIDE_PX = 64
"""What comes to stand this near beside a line just read is likely typed there."""

Report = Callable[[Line | LineGone], None]


class View:
    """Reads what changed since the last look, and nothing else."""

    def __init__(
        self,
        area: Place,
        reader: Reader,
        report: Report,
        numbers: Iterator[int] | None = None,
        telling: Telling | None = None,
        attended: Callable[[], bool] = lambda: True,
        now_s: Callable[[], float] = time.monotonic,
        used_s: Callable[[], float] = time.thread_time,
    ) -> None:
        """`attended` says whether somebody talks to the assistant; else reading is paid from an `Allowance`."""
        self.area = area
        self._reader = reader
        self._telling = telling or NobodyTells()
        self._roles: dict[Place, str] = {}
        self._report = report
        self._picture = np.zeros((area.height_px, area.width_px), np.uint8)
        self._book = LineBook(numbers)
        self._carets = Carets()
        self._unrest = Unrest(area)
        self._now_s, self._used_s = now_s, used_s
        self._attended = attended
        self._was_attended = True  # all there is at first may be read
        self._allowance = Allowance(now_s())

    def wanted(self, changed: Sequence[Place]) -> list[Place]:
        """Where to look now that this changed: some of it is put off, and what was put off before may be due."""
        now_s = self._now_s()
        was_attended, self._was_attended = self._was_attended, self._attended()
        if self._was_attended and not was_attended:
            self._unrest.release(now_s)
        return self._unrest.wanted(changed, now_s)

    def due_in_s(self) -> float:
        """How long until something that was put off is `wanted`."""
        return max(0.0, self._unrest.next_s() - self._now_s())

    def look(self, picture: Picture, at: Place, stop: StopSignal, everything: bool = False) -> None:
        """Take in the pixels of the place `at`, one that was `wanted`. Small changes are read before large ones.

        With `everything`, nothing of it is put off.
        """
        began_s, used_before_s = self._now_s(), self._used_s()
        changed = self._take_in(picture, at, everything, began_s)
        self._read_all(changed, stop, began_s)
        if not self._was_attended:
            self._allowance.spend(self._used_s() - used_before_s, self._now_s())
            self._unrest.hold(self._allowance.free_s(self._now_s()))

    def _read_all(self, changed: Sequence[Place], stop: StopSignal, began_s: float) -> None:
        regions = merged([self._with_neighbours(place) for place in changed])
        for region in sorted(regions, key=lambda region: region.width_px * region.height_px):
            if stop.is_set():
                return
            self._read(region, stop)
            self._unrest.read(widened(region, BESIDE_PX, NEIGHBOUR_ROW_PX), began_s)

    def _take_in(self, picture: Picture, at: Place, everything: bool, now_s: float) -> list[Place]:
        """What changed and is to be read; the rest stays as it was in our picture, and is a change again next time."""
        before = cut(self._picture, at)
        changed: list[Place] = []
        later: list[tuple[Place, float]] = []
        for part in changed_places(before, picture):
            if self._carets.came_back(before, picture, part, at):  # the picture stays the one without it
                continue
            place = moved(part, at.x_px, at.y_px)
            until_s = self._unrest.until_s(place, now_s)
            if until_s > now_s and not everything:
                later.append((place, until_s))
            else:
                self._unrest.took_in(place, now_s)
                cut(before, part)[:] = cut(picture, part)
                changed.append(place)
        self._unrest.looked(at)
        for place, until_s in later:
            self._unrest.leave(place, until_s)
        return changed

    def look_again(self, places: Sequence[Place], stop: StopSignal) -> None:
        """What is known of these places is no longer the same, though their pixels may be."""
        for region in merged([self._with_neighbours(place) for place in places]):
            if not stop.is_set():
                self._read(region, stop)

    def clear(self) -> None:
        for gone in self._book.clear():
            self._report(gone)

    def _with_neighbours(self, place: Place) -> Place:
        """The change and every known line that may have become one with it, whole."""
        while True:
            near = self._book.touching(widened(place, NEIGHBOUR_PX, NEIGHBOUR_ROW_PX))
            grown = around([place, *(line.place for line in near)]) or place
            if grown == place:
                return overlap(place, self.area) or place
            place = grown

    def _read(self, region: Place, stop: StopSignal) -> None:
        fresh = not self._book.touching(region)
        found: list[tuple[str, Place]] = []
        for text, place in self._lines_in(region):
            if stop.is_set():
                return
            found.append((text, place))
            if fresh:
                self._update(place, [(text, place)])  # a new window is told line by line, not at its end
        self._update(region, [*found, *self._unseen(region, found)])
        self._roles.clear()

    def _unseen(self, region: Place, found: Sequence[tuple[str, Place]]) -> Iterator[tuple[str, Place]]:
        """Things with a name and no text, as far as they can be told from the ground they stand on."""
        elements = [each for each in self._telling.named(region) if stands_out(self._picture, each.place)]
        if not elements:
            return
        named = {(element.name, element.place) for element in elements}
        near = self._book.touching(around([region, *(element.place for element in elements)]) or region)
        known = [(line.text, line.place) for line in near if overlap(line.place, region) is None]
        lines = [line for line in (*found, *known) if line not in named]
        for element in unseen(elements, lines):
            if self._telling.shows(element):
                self._roles[element.place] = element.role
                yield element.name, element.place

    def _lines_in(self, region: Place) -> Iterator[tuple[str, Place]]:
        """The lines that touch the region. They are sought with what surrounds them, cut where the strips of the
        layout are cut, so that a line that did not change is found with the same borders as before."""
        wide = widened(region, NEIGHBOUR_PX, NEIGHBOUR_ROW_PX)
        left = wide.x_px // STRIP_PX * STRIP_PX
        wide = Place(left, wide.y_px, wide.width_px + wide.x_px - left, wide.height_px)
        seen = overlap(wide, self.area) or region
        inside = moved(region, -seen.x_px, -seen.y_px)

        def tell(places: Sequence[Place]) -> Sequence[Told | None]:
            there = [moved(place, seen.x_px, seen.y_px) for place in places]
            told = self._telling.lines(there)
            self._roles.update({place: known.role for place, known in zip(there, told, strict=True) if known})
            return told

        for text, place in self._reader.read(cut(self._picture, seen), inside, tell):
            yield text, moved(place, seen.x_px, seen.y_px)

    def _update(self, area: Place, found: list[tuple[str, Place]]) -> None:
        for change in self._book.update(area, found):
            is_line = isinstance(change, Line)
            self._report(replace(change, role=self._roles.get(change.place, "")) if is_line else change)
