"""Hands on X11, by the XTEST extension.

pynput's controller was rejected: it types by XSendEvent, which xterm and others ignore as a matter of security.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event as StopSignal
from typing import Any

from Xlib import error

from actions.hands import Focus, typeable
from actions.held import BORROWED, BUTTON, KEY, Held, HeldNote, left_behind
from actions.keymap import Keymap, Stroke
from actions.keys import parts_of
from actions.watched import Watchdog
from actions.x11_properties import title_and_app
from actions.xtest import losing_display, move_pointer, open_display, press, release, release_noted, tap
from model.stream.errors import DeviceLost, NotPermitted
from model.stream.values import Place

BETWEEN_CHARACTERS_S = 0.003
BETWEEN_CLICKS_S = 0.03
"""Qt takes two clicks of the same millisecond for two single ones."""
FRAMES = 3
"""How deep a window may lie in what its window manager puts around it."""
DRAG_STEPS = 10
DRAG_STEP_S = 0.01
"""A pause for programs that lose keys which come all at once."""
AFTER_LENDING_S = 0.03
"""Time for programs to read what was typed before, and to notice the changed keyboard."""
BEFORE_LENDING_AGAIN_S = 0.25
"""The same where a key that was lent before changes its meaning."""
PATIENCE_S = 5.0
"""How long to wait for the user to let go of Control, Alt and the like; in the middle of a text, for ever."""
LOOK_AGAIN_S = 0.01
LATE_NS = 60_000_000
"""How long after a stroke listeners may still report it."""

_BUTTONS = {"left": 1, "middle": 2, "right": 3}
_WHEEL = {"up": 4, "down": 5, "left": 6, "right": 7}


class X11Hands:
    """`actions.hands.Hands` on one X display, with a connection of its own. Close it, or use it as a context manager.

    At the start it lets go of what a killed one held; `guarded` adds a child process that does so at once.
    """

    def __init__(
        self,
        display: str | None,
        directory: Path,
        guarded: bool = True,
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """`directory` is private, for the note of what is held. Raises `DeviceLost` without a display or XTEST."""
        self._display = open_display(display)
        try:
            for path in left_behind(directory):
                release_noted(self._display, path)
            self._note = HeldNote(directory)
            self._watchdog = Watchdog(self._display.get_display_name(), self._note.path) if guarded else None
        except OSError as fault:
            self._display.close()
            raise NotPermitted(f"{directory} cannot be written ({fault}); mend its permissions.") from fault
        self._now_ns = now_ns
        self._lock = threading.RLock()  # the connection and the note; held for one stroke at a time
        self._keymap = Keymap(self._display, self._lend, self._return)
        self._strokes = 0
        self._last_ns = 0
        self._last_chord_ns = 0
        self._closed = False

    def __enter__(self) -> X11Hands:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything and leave the keyboard as it was. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            try:
                self.release_all()
                self._keymap.take_back()
                self._display.sync()
                self._display.close()
            except (DeviceLost, error.ConnectionClosedError, OSError):
                pass  # there is no display left to tidy up
            self._note.close()
        if self._watchdog is not None:
            self._watchdog.close()

    # Keys -----------------------------------------------------------------------------------------------------

    def type_text(self, text: str, stop: StopSignal) -> int:
        text = typeable(text)
        self._prepare(stop)
        typed = 0
        with self._caps_lock_off(), self._watching_layout():
            window = self._focus_number()
            while typed < len(text) and not stop.is_set() and self._focus_number() == window:
                piece = self._lend_for(text[typed:], stop)
                typed += self._type(piece, window, stop)
        return typed

    @contextmanager
    def _watching_layout(self) -> Generator[None]:
        """Only while typing: what is told and never read would pile up."""
        with self._x():
            self._keymap.watch(True)
            self._keymap.refresh()
        try:
            yield
        finally:
            with self._x():
                self._keymap.watch(False)

    @contextmanager
    def _caps_lock_off(self) -> Generator[None]:
        """Programs do not agree on what Caps Lock does to a key that was lent a letter. It is on again afterwards."""
        with self._x():
            caps_lock = self._keymap.caps_lock
            if caps_lock is not None:
                self._stroke(caps_lock)
                self._keymap.refresh()
        try:
            yield
        finally:
            if caps_lock is not None:
                with self._x():
                    self._stroke(caps_lock)

    def press(self, chord: str, stop: StopSignal) -> None:
        modifiers, key = parts_of(chord)
        self._prepare(stop)
        self._lend_for_chord(key, modifiers, stop)
        with self._x():
            stroke = self._key(key)
            held = [self._key(modifier).keycode for modifier in modifiers]
            if not stop.is_set():
                self._stroke(Stroke(stroke.keycode, tuple(dict.fromkeys([*held, *stroke.modifiers]))))
                self._last_chord_ns = self._last_ns

    def _lend_for(self, text: str, stop: StopSignal) -> str:
        """Lend keys to what is on none, and return how much of `text` can be typed before more must be lent."""
        with self._x():
            changed = self._keymap.stale()
            if changed:
                self._keymap.refresh()
            room = self._keymap.spare()
            foreign = self._keymap.foreign(text)
            again = self._keymap.must_take_back(foreign[:room])
        if again:
            stop.wait(BEFORE_LENDING_AGAIN_S)
        with self._x():
            changed |= self._keymap.lend(foreign[:room])
        if changed:
            stop.wait(AFTER_LENDING_S)
        if len(foreign) <= room or room == 0:
            return text
        return text[: text.index(foreign[room])]

    def _type(self, text: str, window: int, stop: StopSignal) -> int:
        """How many were typed: fewer if `stop` was set, or the keyboard or the window in front is another by now."""
        field = self._field_number()
        if self._focus_number() != window:
            return 0
        for index, character in enumerate(text):
            if not self._type_one(character, field, stop):
                return index
            stop.wait(BETWEEN_CHARACTERS_S)
        return len(text)

    def _type_one(self, character: str, field: int, stop: StopSignal) -> bool:
        """False, and nothing pressed, once `stop` is set or the keyboard is another or belongs to another window.

        The X server hears nobody else between the looks and the stroke, or the window manager could give the keyboard
        away in between, or the user press Control. The whole desktop waits meanwhile: less than a millisecond.
        """
        while True:
            with self._x(), self._heard_alone():
                if stop.is_set() or self._field_number() != field or self._keymap.stale():
                    return False
                if not self._user_holds_modifier():
                    self._stroke(self._for_character(character))
                    return True
            self._until_let_go(stop)

    @contextmanager
    def _heard_alone(self) -> Generator[None]:
        self._display.grab_server()
        try:
            yield
        finally:
            self._display.ungrab_server()
            self._display.flush()

    def _for_character(self, character: str) -> Stroke:
        stroke = self._keymap.stroke(character)
        if stroke is None:
            raise NotPermitted(f"This keyboard cannot type “{character}”; paste it instead.")
        return stroke

    def _lend_for_chord(self, key: str, modifiers: Sequence[str], stop: StopSignal) -> None:
        """Control S is wanted where the layout has no S, too, and Control 1 where the digits need Shift."""
        if len(key) > 1:
            return
        with self._x():
            stroke = self._keymap.key(key)
            fits = stroke is not None and (not stroke.modifiers or not modifiers)
            if not fits:
                self._keymap.lend([key])
        if not fits:
            stop.wait(AFTER_LENDING_S)

    def _key(self, name: str) -> Stroke:
        stroke = self._keymap.key(name)
        if stroke is None:
            raise NotPermitted(f"This keyboard has no key “{name.replace('_', ' ')}”.")
        return stroke

    def _stroke(self, stroke: Stroke) -> None:
        self._tap([(KEY, code) for code in (*stroke.modifiers, stroke.keycode)])

    # Pointer --------------------------------------------------------------------------------------------------

    def click(self, point: tuple[int, int], button: str, count: int, stop: StopSignal) -> None:
        self._prepare(stop)
        with self._x():
            if not stop.is_set():
                move_pointer(self._display, point)
        self._press_button(_BUTTONS[button], count, stop)

    def move(self, point: tuple[int, int], stop: StopSignal) -> None:
        with self._x():
            if not stop.is_set():
                move_pointer(self._display, point)
                self._last_ns = self._now_ns()

    def drag(self, start: tuple[int, int], end: tuple[int, int], stop: StopSignal, presses: int = 1) -> None:
        """In steps: programs begin to drag only after some movement, and ask what is under the pointer on the way."""
        self._prepare(stop)
        left = (BUTTON, _BUTTONS["left"])
        with self._x():
            if not stop.is_set():
                move_pointer(self._display, start)
        self._press_button(left[1], presses - 1, stop)
        stop.wait(BETWEEN_CLICKS_S if presses > 1 else 0)
        with self._x():
            if stop.is_set():
                return
            self._note.add(left)
            press(self._display, left)
        for step in range(1, DRAG_STEPS + 1):
            stop.wait(DRAG_STEP_S)
            with self._x():
                if stop.is_set() or left not in self._note.all():  # let go of by a panic
                    break
                move_pointer(self._display, _between(start, end, step / DRAG_STEPS))
        stop.wait(DRAG_STEP_S)
        with self._x():
            release(self._display, [left])
            self._note.discard(left)
            self._strokes += 1
            self._last_ns = self._now_ns()

    def scroll(self, direction: str, notches: int, stop: StopSignal) -> None:
        self._prepare(stop)
        focus = self.active_window()
        with self._x():
            pointer = self._display.screen().root.query_pointer()
            if focus and focus.place and not _inside(focus.place, (pointer.root_x, pointer.root_y)):
                move_pointer(self._display, focus.place.centre)
            self._turn(_WHEEL[direction], notches, stop)

    def _press_button(self, button: int, times: int, stop: StopSignal) -> None:
        for n in range(times):
            stop.wait(BETWEEN_CLICKS_S if n else 0)
            with self._x():
                self._turn(button, 1, stop)

    def _turn(self, button: int, times: int, stop: StopSignal) -> None:
        for _ in range(times):
            if stop.is_set():
                return
            self._tap([(BUTTON, button)])

    # Both -----------------------------------------------------------------------------------------------------

    def release_all(self) -> None:
        with self._x():
            held = [each for each in self._note.all() if each[0] != BORROWED]
            release(self._display, held)
            self._note.discard(*held)

    @property
    def strokes(self) -> int:
        return self._strokes

    @property
    def watchdog_pid(self) -> int:
        """The process that lets go of everything should this one be killed; 0 if there is none."""
        return 0 if self._watchdog is None else self._watchdog.pid

    def recently_active(self) -> bool:
        """Whether a key event that a listener reports now may be one of ours."""
        return self._now_ns() - self._last_ns < LATE_NS

    def recently_pressed(self) -> bool:
        """The same, of keys and shortcuts that were pressed by name. Typing does not count: it presses no shortcuts."""
        return self._now_ns() - self._last_chord_ns < LATE_NS

    def _tap(self, keys: Sequence[Held]) -> None:
        """Down and up again, noted before anything is down and until all is up."""
        self._note.add(*keys)
        tap(self._display, keys)
        self._note.discard(*keys)
        self._strokes += len(keys)
        self._last_ns = self._now_ns()

    def ready(self, stop: StopSignal) -> None:
        """What we press would become a shortcut of what the user holds: the hotkey for talking, most of all.

        Lifting their keys for the moment was rejected: a key they let go of meanwhile would stay down for ever.
        """
        if not self._until_let_go(stop, PATIENCE_S):
            raise NotPermitted("A key such as Control or Alt is still held down; let go of it and ask again.")

    def _until_let_go(self, stop: StopSignal, patience_s: float = math.inf) -> bool:
        """Wait until the user holds no modifier key or `stop` is set. False if they do not let go."""
        waited_s = 0.0
        while self._user_holds_modifier() and not stop.wait(LOOK_AGAIN_S):
            waited_s += LOOK_AGAIN_S
            if waited_s > patience_s:
                return False
        return True

    def _prepare(self, stop: StopSignal) -> None:
        """Wait until we may, then look at the keyboard afresh: the user may have changed its layout."""
        self.ready(stop)
        with self._x():
            self._keymap.refresh()

    def _user_holds_modifier(self) -> bool:
        with self._x():
            down = self._display.query_keymap()
            shift, _caps, *others = self._display.get_modifier_mapping()
            ours = {code for kind, code in self._note.all() if kind == KEY}
        codes = {code for row in (shift, *others) for code in row if code} - ours
        return any(down[code // 8] & (1 << code % 8) for code in codes)

    def _lend(self, code: int) -> None:
        self._note.add((BORROWED, code))

    def _return(self, code: int) -> None:
        self._note.discard((BORROWED, code))

    @contextmanager
    def _x(self) -> Generator[None]:
        """The connection, for this thread alone; its faults become ours."""
        with self._lock, losing_display():
            yield

    # Windows --------------------------------------------------------------------------------------------------

    def active_window(self) -> Focus | None:
        with self._x():
            try:
                window = self._focused()
                return None if window is None else self._describe(window)
            except (error.BadWindow, error.BadDrawable):
                return None  # it closed in this moment

    def window_at(self, point: tuple[int, int]) -> int:
        with self._x():
            root = self._display.screen().root
            child: Any = root.translate_coords(root, *point).child
            return getattr(child, "id", child)

    def described(self, window: int) -> Focus | None:
        with self._x():
            if not window:
                return None
            inside: list[Any] = [self._display.create_resource_object("window", window)]
            try:
                for _ in range(FRAMES):  # a window manager's frame has no name, but a window inside that has
                    for each in inside:
                        if each.get_wm_class() is not None:
                            return self._describe(each)
                    inside = [child for each in inside for child in each.query_tree().children]
            except (error.BadWindow, error.BadDrawable):
                pass  # it closed in this moment
            return None

    def screen_size(self) -> tuple[int, int]:
        with self._x():
            size = self._display.screen().root.get_geometry()
            return size.width, size.height

    def _focused(self) -> Any:
        """The window with the keyboard, by the server's word: _NET_ACTIVE_WINDOW follows a moment later.

        A program may give the keyboard to a window inside its own; the one outside has the name.
        """
        window: Any = self._display.get_input_focus().focus
        while not isinstance(window, int) and window.get_wm_class() is None:
            window = window.query_tree().parent
        return None if isinstance(window, int) else window

    def _field_number(self) -> int:
        """The window with the keyboard, be it inside another; 0 or 1 where there is none."""
        with self._x():
            focus: Any = self._display.get_input_focus().focus
            return getattr(focus, "id", focus)

    def _focus_number(self) -> int:
        """0 where no window has the keyboard."""
        with self._x():
            try:
                return getattr(self._focused(), "id", 0)
            except (error.BadWindow, error.BadDrawable):
                return 0

    def _describe(self, window: Any) -> Focus:
        size = window.get_geometry()
        corner = self._display.screen().root.translate_coords(window, 0, 0)
        place = Place(corner.x, corner.y, size.width, size.height)
        return Focus(window.id, *title_and_app(self._display, window.id), place)


def _between(start: tuple[int, int], end: tuple[int, int], part: float) -> tuple[int, int]:
    return round(start[0] + part * (end[0] - start[0])), round(start[1] + part * (end[1] - start[1]))


def _inside(place: Place, point: tuple[int, int]) -> bool:
    x_px, y_px = point
    return place.x_px <= x_px < place.x_px + place.width_px and place.y_px <= y_px < place.y_px + place.height_px
