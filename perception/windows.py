"""The windows of an X desktop: which are seen and where, which has the focus, and what changed on the screen."""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from Xlib import X, error
from Xlib.display import Display
from Xlib.ext import damage

from model.stream.errors import DeviceLost
from model.stream.values import Place
from perception.layout import Picture
from perception.tiles import around, cut, moved, overlap

WAIT_S = 0.5
SETTLE_S = 0.03
"""A program draws a line in several strokes; a look in between would see half of it."""
MAX_AREAS = 32
"""Places that changed at once; more are taken for one."""
MAX_BORDERS = 4
"""How many windows a window manager may put round one of a program's."""
PRIVATE = re.compile(
    r"keepass|1password|bitwarden|lastpass|dashlane|enpass|password ?safe|proton ?pass|seahorse|kwallet|gnome-keyring"
    r"|pinentry|polkit|incognito|inprivate|private browsing|private window|privates fenster|privater modus",
    re.IGNORECASE,
)
"""Titles and classes of windows that are never read."""


@dataclass(frozen=True, slots=True)
class SeenWindow:
    """A window on the screen. `hidden` if nothing in it may be read: private, or our own."""

    place: Place
    title: str
    app: str
    hidden: bool = False
    id_: int = 0
    """As the window manager names it; 0 for a part of the screen that is no window."""
    pid: int = 0
    """Of its program; 0 if it does not say."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened on the screen: where pixels changed, and whether anything changed about the windows or in them."""

    areas: tuple[Place, ...] = ()
    windows: bool = False

    @property
    def area(self) -> Place | None:
        return around(self.areas)


def conceal(picture: Picture, origin: Place, windows: Sequence[SeenWindow]) -> None:
    """Black out what is seen of hidden windows, in place. `windows` come from the lowest to the highest."""
    if not any(window.hidden for window in windows):
        return
    mask = np.zeros(picture.shape, np.bool_)
    for window in windows:
        seen = overlap(window.place, origin)
        if seen is not None:
            cut(mask, moved(seen, -origin.x_px, -origin.y_px))[:] = window.hidden
    picture[mask] = 0


class XDesktop:
    """One connection to the X server, for one thread. Raises `DeviceLost` without a server, and when it goes away."""

    def __init__(self, private: re.Pattern[str] = PRIVATE) -> None:
        self._private = private
        try:
            self._display = Display()
        except (error.DisplayError, error.XauthError, OSError) as fault:
            raise DeviceLost(
                f"The screen cannot be read: no X server answers ({fault}). Start Ambidex in an X11 session."
            ) from fault
        self._root = self._display.screen().root
        self._watched: set[int] = set()
        self._clients: set[int] = set()
        self._damage = 0  # none yet
        self._areas: list[Place] = []
        self._windows_changed = self._windows_moved = False
        self._unlisted: dict[int, bool] = {}

    def close(self) -> None:
        try:
            self._display.close()
        except (error.ConnectionClosedError, OSError):
            pass  # it is gone already

    @property
    def area(self) -> Place:
        geometry = self._asking(self._root.get_geometry)
        return Place(0, 0, geometry.width, geometry.height)

    def windows(self) -> tuple[SeenWindow, ...]:
        """The windows that are to be seen, from the lowest to the highest."""
        return self._asking(self._all_windows)

    def _all_windows(self) -> tuple[SeenWindow, ...]:
        ids = [int(id_) for id_ in self._property(self._root, "_NET_CLIENT_LIST_STACKING")]
        self._clients = set(ids)
        ids += self._own_unlisted(set(ids))
        return tuple(window for id_ in ids if (window := self._window(id_)) is not None)

    def _own_unlisted(self, listed: set[int]) -> list[int]:
        """Our windows that the window manager leaves alone and does not list, such as menus and marks."""
        children = [child for child in self._root.query_tree().children if child.id not in listed]
        known = {child.id: self._unlisted.get(child.id) for child in children}
        known.update({child.id: self._is_ours(child) for child in children if known[child.id] is None})
        self._unlisted = {id_: ours for id_, ours in known.items() if ours is not None}
        return [id_ for id_, ours in known.items() if ours]

    def _is_ours(self, window: Any) -> bool | None:
        """None if that is not certain yet: a window says so before it is shown for the first time."""
        try:
            pid = self._property(window, "_NET_WM_PID")
            if not len(pid) and window.get_attributes().map_state != X.IsViewable:
                return None
        except (error.BadWindow, error.BadDrawable):
            return None
        return bool(len(pid)) and int(pid[0]) == os.getpid()

    def window_at(self, point: tuple[int, int]) -> int:
        """The id of the window on top there; 0 for what is not in the list of windows, such as a menu."""
        return self._asking(lambda: self._window_at(point))

    def _window_at(self, point: tuple[int, int]) -> int:
        below: Any = self._root
        for _ in range(MAX_BORDERS):
            try:
                below = below.translate_coords(self._root, *point).child
            except error.BadWindow:
                return 0  # gone by now
            if isinstance(below, int):  # there is nothing further inside
                return 0
            if below.id in self._clients:
                return int(below.id)
        return 0

    def active(self) -> SeenWindow | None:
        ids = self._asking(lambda: self._property(self._root, "_NET_ACTIVE_WINDOW"))
        return self._window(int(ids[0])) if len(ids) and ids[0] else None

    # Watching -----------------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Ask to be told of every change from now on."""
        if not self._asking(lambda: self._display.has_extension(damage.extname)):
            raise DeviceLost("The screen cannot be watched: this X server has no DAMAGE extension.")
        self._display.damage_query_version()
        self._damage: int = self._root.damage_create(damage.DamageReportDeltaRectangles)
        mask = X.PropertyChangeMask | X.SubstructureNotifyMask | X.StructureNotifyMask
        self._root.change_attributes(event_mask=mask)
        self._display.flush()

    def wait(self, also: int | None = None, within_s: float = WAIT_S) -> Change | None:
        """What changed; None after `within_s`, half a second at most, in which nothing did, or as soon as the file
        `also` can be read."""
        return self._asking(lambda: self._wait([also] if also is not None else [], min(within_s, WAIT_S)))

    def _wait(self, also: list[int], within_s: float) -> Change | None:
        if not (self._areas or self._windows_changed or self._display.pending_events()):
            if self._display.fileno() not in select.select([self._display.fileno(), *also], [], [], within_s)[0]:
                return None
            time.sleep(SETTLE_S)
        self._collect()
        if self._areas:
            # Before the screenshot is taken: what is drawn after it is reported again.
            self._display.damage_subtract(self._damage)
            self._display.flush()
        areas = tuple(self._areas) if len(self._areas) <= MAX_AREAS else tuple(filter(None, [around(self._areas)]))
        change = Change(areas, self._windows_changed) if areas or self._windows_changed else None
        self._areas, self._windows_changed = [], False
        return change

    def windows_moved(self) -> bool:
        """Whether a window came, went, moved or was resized since this was last asked; `wait` tells of it as well."""
        return self._asking(self._have_moved)

    def _have_moved(self) -> bool:
        self._display.sync()  # all that happened until now has been told once this is answered
        self._collect()
        moved, self._windows_moved = self._windows_moved, False
        return moved

    def _collect(self) -> None:
        while self._display.pending_events():
            event = self._display.next_event()
            if event.type == self._display.extension_event.DamageNotify:
                area: Any = event.area
                self._areas.append(Place(area.x, area.y, area.width, area.height))
            else:
                self._windows_changed = True
                self._windows_moved |= event.type != X.PropertyNotify

    # Asking -------------------------------------------------------------------------------------------------------

    def _asking(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except (error.ConnectionClosedError, OSError, ValueError) as fault:
            raise DeviceLost("The screen went away: the X server closed the connection.") from fault

    def _window(self, id_: int) -> SeenWindow | None:
        """None if it is not to be seen, or gone by now."""
        window = self._display.create_resource_object("window", id_)
        try:
            self._watch_window(window, id_)
            if window.get_attributes().map_state != X.IsViewable:
                return None
            geometry = window.get_geometry()
            corner = window.translate_coords(self._root, 0, 0)
            title, names = self._title(window), window.get_wm_class() or ("", "")
            pid = self._property(window, "_NET_WM_PID")
        except (error.BadWindow, error.BadDrawable):
            return None
        process = int(pid[0]) if len(pid) else 0
        hidden = process == os.getpid() or any(self._private.search(text) for text in (title, *names))
        # translate_coords tells where the root's corner is, seen from the window
        place = Place(-corner.x, -corner.y, geometry.width, geometry.height)
        return SeenWindow(place, title, names[1], hidden, id_, process)

    def _watch_window(self, window: Any, id_: int) -> None:
        """A window that takes another title may have become private."""
        if self._damage and id_ not in self._watched:
            self._watched.add(id_)
            window.change_attributes(event_mask=X.PropertyChangeMask, onerror=error.CatchError(error.BadWindow))

    def _title(self, window: Any) -> str:
        name = self._property(window, "_NET_WM_NAME")
        if isinstance(name, bytes) and name:
            return name.decode("utf-8", "replace")
        name = window.get_wm_name()
        return name.decode("latin-1") if isinstance(name, bytes) else name or ""

    def _property(self, window: Any, name: str) -> Any:
        held = window.get_full_property(self._display.intern_atom(name), X.AnyPropertyType)
        return held.value if held is not None else ()
