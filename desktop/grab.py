"""Keeps the hotkeys' keys from the focused program and the window manager, on X11.

While a chord is held its main key repeats, and a person lets go of one key after the other: without a grab, programs
get the letters and the window manager the shorter chords in between. RECORD, which the hotkeys listen by, sees grabbed
keys all the same. Grabbing the whole keyboard once a chord is seen was rejected: its first press has got through then.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Any

from Xlib import XK, X, error
from Xlib.display import Display

from desktop.chords import MODIFIERS, Chord, spelled
from model.stream.errors import DeviceLost

log = logging.getLogger(__name__)

CLOSE_TIMEOUT_S = 5.0

_GONE = (error.ConnectionClosedError, error.DisplayError, OSError)
_MODIFIER_KEYS = {
    "ctrl": ("Control_L", "Control_R"),
    "alt": ("Alt_L", "Alt_R"),
    "alt_gr": ("ISO_Level3_Shift", "Mode_switch"),
    "shift": ("Shift_L", "Shift_R"),
    "cmd": ("Super_L", "Super_R"),
}
_LOCK_KEYS = ("Caps_Lock", "Num_Lock", "Scroll_Lock")

Grabbed = frozenset[tuple[int, int]]
"""Keycodes, each with the modifier mask at which pressing it is ours."""


class Grab:
    """From the press of a chord's main key to its release, the keyboard is ours.

    The connection belongs to a thread of its own, which throws away what it is sent. Raises `DeviceLost`.
    """

    def __init__(self, chords: Mapping[str, Chord], keysyms: Mapping[str, int]) -> None:
        """`chords` by the name of the setting that holds each; `keysyms` by the names of their main keys."""
        self._chords = chords
        self._keysyms = keysyms
        self._held: dict[str, Grabbed] = {}
        try:
            self._display: Any = Display()
            self._complaints = self._take()
        except _GONE as fault:
            raise DeviceLost("The hotkeys cannot be kept from other programs: the display went away.") from fault
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._run, name="desktop.hotkeys.grab", daemon=True)
        self._thread.start()

    @property
    def complaints(self) -> tuple[str, ...]:
        """A sentence per chord that another program held at the start."""
        return self._complaints

    def close(self) -> None:
        """Give the keys back. Idempotent."""
        if self._waker >= 0:
            os.close(self._waker)
            self._waker = -1
            self._thread.join(CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        try:
            self._drain()
            while not self._closing():
                self._drain()
        except _GONE:
            log.warning("The hotkeys are no longer kept from other programs: the display went away.")
        finally:
            os.close(self._wake)
            self._leave()

    def _closing(self) -> bool:
        """Wait for something to read; whether it is the end of the pipe."""
        ready, _, _ = select.select([self._display.fileno(), self._wake], [], [])
        return self._wake in ready

    def _drain(self) -> None:
        while self._display.pending_events():
            event = self._display.next_event()
            if event.type == X.MappingNotify:
                self._display.refresh_keyboard_mapping(event)
                for complaint in self._take():
                    log.warning("%s", complaint)

    def _leave(self) -> None:
        try:
            self._display.close()  # the server ends a client's grabs with its connection
        except _GONE:
            pass

    def _take(self) -> tuple[str, ...]:
        """Grab each chord where the keyboard has it now; what of these another program holds is told."""
        complaints = [self._take_one(setting, chord) for setting, chord in self._chords.items()]
        return tuple(filter(None, complaints))

    def _take_one(self, setting: str, chord: Chord) -> str:
        wanted = self._keys_of(chord)
        if wanted == self._held.get(setting):
            return ""  # our own hands lend keys while they type; that moves none of these
        self._let_go(self._held.get(setting, frozenset()))
        self._held[setting] = wanted
        if self._grab(wanted):
            return ""
        self._let_go(wanted)
        return (
            f"Another program has claimed {spelled(chord)}, so both answer it; "
            f"choose another chord for `{setting}` in the settings."
        )

    def _grab(self, keys: Grabbed) -> bool:
        refused = error.CatchError(error.BadAccess)
        for keycode, mask in keys:
            self._root.grab_key(keycode, mask, False, X.GrabModeAsync, X.GrabModeAsync, onerror=refused)
        self._display.sync()
        return refused.get_error() is None

    def _let_go(self, keys: Grabbed) -> None:
        for keycode, mask in keys:
            self._root.ungrab_key(keycode, mask)
        self._display.sync()

    @property
    def _root(self) -> Any:
        return self._display.screen().root

    def _keys_of(self, chord: Chord) -> Grabbed:
        """Empty for a chord of two main keys: neither may be taken from programs alone."""
        main, *more = chord - MODIFIERS
        masks = [self._mask(_MODIFIER_KEYS[name]) for name in chord & MODIFIERS]
        if more or 0 in masks:
            return frozenset()
        codes = {
            code for code, level in self._display.keysym_to_keycodes(self._keysyms.get(main, 0))
            if level % 2 == 0 or "shift" in chord
        }  # fmt: skip
        locks = {self._mask((name,)) for name in _LOCK_KEYS} - {0}
        return frozenset((code, mask) for code in codes for mask in with_locks(reduce(or_, masks), locks))

    def _mask(self, names: Iterable[str]) -> int:
        """The bits of the modifiers that these keys are; 0 if they are none."""
        syms = [XK.string_to_keysym(name) for name in names]
        codes = {code for sym in syms for code, _ in self._display.keysym_to_keycodes(sym)}
        rows = self._display.get_modifier_mapping()
        return next((1 << bit for bit, row in enumerate(rows) if codes & set(row) - {0}), 0)


def with_locks(mask: int, locks: Iterable[int]) -> frozenset[int]:
    """A grab wants the exact modifiers, and CapsLock and the like count among them: the mask with each set of those."""
    others = sorted({lock for lock in locks if not lock & mask})
    sets = (some for size in range(len(others) + 1) for some in combinations(others, size))
    return frozenset(reduce(or_, some, mask) for some in sets)
