"""What programs themselves say of their windows: exact text, names of buttons, and where passwords are typed.

It is asked for where the pixels changed, never kept up to date for its own sake, so that it costs nothing while nothing
happens. A program that says nothing, says it late or hangs is read from its pixels.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from model.stream.errors import DeviceLost
from model.stream.values import Place
from perception.atspi import Node, Programs, Switch
from perception.merging import Element, Told
from perception.tiles import moved, overlap
from perception.trees import Frame, Thing, Trees
from perception.windows import SeenWindow

AGAIN_AFTER_S = 0.3
REST = 10.0
"""A window is gone through again after this many times as long as it took, and not before `AGAIN_AFTER_S`."""
SCROLLED_AFTER_S = 2.0
"""The same after a large change of pixels, which may as well be a film."""
NO_ANSWER_S = 5.0
RECONNECT_S, MAX_RECONNECT_S = 30.0, 960.0
"""How long to wait before a bus is sought that was not there, the first time and at most."""
LARGE = 4
"""A change of at least this part of a window may be a page that was scrolled: everything is elsewhere."""
SAME_PX = 3

T = TypeVar("T")
WindowAt = Callable[[tuple[int, int]], int]
"""The id of the window on top at a point, 0 if that is none of those that were seen."""


@dataclass
class _Known:
    """What is known of one window."""

    frame: Frame
    window: SeenWindow
    secrets: tuple[Thing, ...] = ()
    named: dict[Element, Node] = field(default_factory=dict[Element, Node])
    stale: bool = True
    due_s: float = 0.0


class Accessibility:
    """Safe from several threads; one at a time is served. Without an accessibility bus it knows nothing."""

    def __init__(
        self,
        env: Mapping[str, str] = os.environ,
        now_s: Callable[[], float] = time.monotonic,
        connect: Callable[[Mapping[str, str]], Programs] = Programs,
    ) -> None:
        self._env = env
        self._now_s = now_s
        self._connect = connect
        self._lock = threading.RLock()
        self._switch = Switch(env)
        self._trees: Trees | None = None
        self._n_users = 0
        self._reconnect_s, self._reconnect_pause_s = 0.0, RECONNECT_S
        self._rematch = False
        """Whether a window may be known now that was not."""
        self._seen: tuple[SeenWindow, ...] = ()
        self._known: dict[int, _Known] = {}
        self._typed: dict[int, set[Place]] = {}
        """Per window, where passwords were typed once: relative to it, since it may be moved. Showing the password, as
        some fields allow, makes a plain field of it."""

    @contextmanager
    def used(self, *, watching: bool = False) -> Generator[None]:
        """Connected while the block runs. Who is `watching` has the programs build their trees, too."""
        with self._lock:
            self._n_users += 1
            if watching:
                self._trying(self._switch.on)
        try:
            yield
        finally:
            with self._lock:
                self._n_users -= 1
                if watching:
                    self._switch.off()
                if not self._n_users:
                    self._lose()
                    self._reconnect_s, self._reconnect_pause_s = 0.0, RECONNECT_S

    def fileno(self) -> int | None:
        """Readable when a program says that its windows changed; None without a connection."""
        with self._lock:
            return self._trees.programs.fileno() if self._trees else None

    def refresh(self, windows: Sequence[SeenWindow], *, soon: bool = False) -> list[Place]:
        """Bring what is known of the visible windows up to date. Returns where something with a name came or went.

        `soon`: somebody waits, so that no window is left for later.
        """
        with self._lock:
            return self._trying(lambda: self._refresh(tuple(windows), soon)) or []

    def pending(self) -> bool:
        """Whether `refresh` has something to do, as far as programs have said."""
        with self._lock:
            self._trying(self._note_changes)
            now_s = self._now_s()
            return self._rematch or any(known.stale and known.due_s <= now_s for known in self._known.values())

    def note_pixels(self, areas: Sequence[Place]) -> bool:
        """Pixels changed there. Returns whether a password field has another place since."""
        with self._lock:
            return bool(self._trying(lambda: self._note_pixels(areas)))

    @property
    def n_asked(self) -> int:
        """How many questions the programs were asked over this connection."""
        with self._lock:
            return self._trees.programs.n_asked if self._trees else 0

    def secret_places(self) -> dict[int, tuple[Place, ...]]:
        """Per window, where passwords are typed."""
        with self._lock:
            known = self._known.items()
            return {id_: tuple(thing.place for thing in each.secrets) for id_, each in known if each.secrets}

    def types_secret(self, window: int) -> bool:
        """Whether a password field of this window has the keyboard; also where its program does not answer that."""
        with self._lock:
            known, trees = self._known.get(window), self._trees
            if known is None or trees is None or not known.secrets:
                return False
            focused = self._trying(lambda: trees.focused(known.secrets))
            return focused is None or any(each is not False for each in focused)

    def masked(self, windows: Sequence[SeenWindow]) -> list[SeenWindow]:
        """The windows with their password fields, each hidden, right above the window that it is in."""
        with self._lock:
            woven: list[SeenWindow] = []
            for window in windows:
                woven.append(window)
                known = self._known.get(window.id_)
                places = (overlap(thing.place, window.place) for thing in known.secrets) if known else ()
                woven += [SeenWindow(place, "", "", hidden=True) for place in places if place]
            return woven

    def lines(self, places: Sequence[Place], window_at: WindowAt) -> list[Told | None]:
        """What the programs say of lines that the pixels show."""
        with self._lock:
            return self._trying(lambda: self._lines(places, window_at)) or [None] * len(places)

    def named(self, area: Place, window_at: WindowAt) -> list[Element]:
        """The things with a name that are on top, in or across the area."""
        with self._lock:
            near = [each for known in self._known.values() if overlap(known.window.place, area) for each in known.named]
        return [
            each for each in near if overlap(each.place, area) and self._window_of(each) == window_at(each.place.centre)
        ]

    def shows(self, element: Element) -> bool:
        """Whether it is itself what stands at its place, and not something in front of it or scrolled over it."""
        with self._lock:
            known = self._known.get(self._window_of(element))
            trees = self._trees
            if known is None or trees is None:
                return False
            node = known.named[element]
            return bool(self._trying(lambda: trees.is_at(known.frame.node, node, element.place)))

    # Keeping up ---------------------------------------------------------------------------------------------------

    def _refresh(self, windows: tuple[SeenWindow, ...], soon: bool) -> list[Place]:
        self._note_changes()
        trees = self._connected()
        if trees is None:
            return []
        readable = tuple(window for window in windows if window.id_ and not window.hidden)
        if readable != self._seen or self._rematch:
            self._match(trees, readable)
        now_s = self._now_s()
        due = [known for known in self._known.values() if known.stale and (soon or known.due_s <= now_s)]
        return [place for known in due for place in self._go_through(trees, known)]

    def _match(self, trees: Trees, windows: tuple[SeenWindow, ...]) -> None:
        """Which of a program's windows is which on the screen."""
        self._rematch = False
        frames = trees.frames({window.pid for window in windows})
        before, self._known, self._seen = self._known, {}, windows
        for window in windows:
            known = before.get(window.id_)
            frame = _frame_of(window, frames)
            if known is not None and (frame is None or known.frame.node == frame.node):
                if known.window.place != window.place:
                    known = replace(known, stale=True, due_s=0.0)
                if frame is not None or not trees.programs.answers(known.frame.node.bus):
                    self._known[window.id_] = replace(known, window=window)
            elif frame is not None:
                self._known[window.id_] = _Known(frame, window)
        self._typed = {id_: places for id_, places in self._typed.items() if id_ in {w.id_ for w in windows}}

    def _go_through(self, trees: Trees, known: _Known) -> list[Place]:
        began_s = self._now_s()
        things = trees.things(known.frame.node)
        now_s = self._now_s()
        known.due_s = now_s + max(AGAIN_AFTER_S, REST * (now_s - began_s))
        if things is None:
            known.due_s = max(known.due_s, now_s + NO_ANSWER_S)
            return []  # what was known stands
        known.stale = False
        seen = [thing for thing in things if overlap(thing.place, known.window.place)]
        known.secrets = tuple(thing for thing in seen if self._is_secret(thing, known.window))
        before, known.named = known.named, {
            Element(thing.name, thing.kind, thing.place): thing.node
            for thing in seen
            if thing.name and thing.kind and not self._is_secret(thing, known.window)
        }  # fmt: skip
        return [element.place for element in before.keys() ^ known.named.keys()]

    def _is_secret(self, thing: Thing, window: SeenWindow) -> bool:
        inside = moved(thing.place, -window.place.x_px, -window.place.y_px)
        typed = self._typed.setdefault(window.id_, set())
        if thing.is_password:
            typed.add(inside)
        return thing.is_password or (thing.is_field and any(_same(inside, place) for place in typed))

    def _note_changes(self) -> None:
        if self._trees is None:
            return
        changed = self._trees.programs.changed()
        for known in self._known.values():
            known.stale = known.stale or known.frame.node.bus in changed
        unknown = {window.pid for window in self._seen if window.id_ not in self._known}
        self._rematch = self._rematch or any(self._trees.pid(bus) in (None, *unknown) for bus in changed)

    def _note_pixels(self, areas: Sequence[Place]) -> bool:
        moved_away = False
        for known in self._known.values():
            inside = [common for area in areas if (common := overlap(area, known.window.place))]
            if not known.stale and any(_size(part) * LARGE >= _size(known.window.place) for part in inside):
                known.stale, known.due_s = True, max(known.due_s, self._now_s() + SCROLLED_AFTER_S)
            touched = any(overlap(thing.place, part) for thing in known.secrets for part in inside)
            if touched and self._trees is not None:
                now = self._trees.placed(known.secrets)
                moved_away = moved_away or now != known.secrets
                known.secrets = now
        return moved_away

    # Answering ----------------------------------------------------------------------------------------------------

    def _lines(self, places: Sequence[Place], window_at: WindowAt) -> list[Told | None]:
        trees = self._trees
        owners = [self._known.get(window_at(place.centre)) for place in places] if trees and self._known else []
        asked = [(n, known) for n, known in enumerate(owners) if known is not None]
        told: list[Told | None] = [None] * len(places)
        if trees is not None and asked:
            answers = trees.lines([(known.frame.node, places[n]) for n, known in asked])
            for (n, known), (things, told_there) in zip(asked, answers, strict=True):
                secret = any(self._is_secret(thing, known.window) for thing in things)
                told[n] = Told(secret=True) if secret else told_there
        return told

    def _window_of(self, element: Element) -> int:
        return next((id_ for id_, known in self._known.items() if element in known.named), -1)

    # The connection -----------------------------------------------------------------------------------------------

    def _connected(self) -> Trees | None:
        if self._trees is None and self._n_users and self._now_s() >= self._reconnect_s:
            self._reconnect_s = self._now_s() + self._reconnect_pause_s
            self._reconnect_pause_s = min(MAX_RECONNECT_S, 2 * self._reconnect_pause_s)
            programs = self._connect(self._env)
            programs.watch()
            self._trees = Trees(programs)
        return self._trees

    def _lose(self) -> None:
        if self._trees is not None:
            self._trees.programs.close()
        self._trees, self._seen, self._known = None, (), {}

    def _trying(self, do: Callable[[], T]) -> T | None:
        """None if the bus went away: that is no reason to stop seeing."""
        try:
            return do()
        except DeviceLost:
            self._lose()
            return None


def programs_that_tell(env: Mapping[str, str]) -> int:
    """How many are on the accessibility bus. Raises `DeviceLost`, with the cure, if there is none."""
    programs = Programs(env)
    try:
        return Trees(programs).count()
    finally:
        programs.close()


def _frame_of(window: SeenWindow, frames: Iterable[Frame]) -> Frame | None:
    """The one of the same program with the same title at about the same place, borders and shadows aside."""
    near = [(_share(window.place, f.place), f.name == window.title, f) for f in frames if f.pid == window.pid]
    fitting = [(same_title, share, n) for n, (share, same_title, _) in enumerate(near) if share >= 0.6]
    return near[max(fitting)[2]][2] if fitting else None


def _share(one: Place, other: Place) -> float:
    common = overlap(one, other)
    return _size(common) / (_size(one) + _size(other) - _size(common)) if common else 0.0


def _same(one: Place, other: Place) -> bool:
    return all(
        abs(a - b) <= SAME_PX
        for a, b in ((one.x_px, other.x_px), (one.y_px, other.y_px), (one.height_px, other.height_px))
    )


def _size(place: Place) -> int:
    return place.width_px * place.height_px
