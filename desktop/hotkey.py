"""Global hotkeys: listens to the keyboard while another program has the focus."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from desktop.chords import MODIFIERS, Chords, Held, Key, Surroundings, react
from desktop.intents import Intent, Wish
from model.stream.errors import DeviceLost, NotPermitted

START_TIMEOUT_S = 5.0
WHOEVER_PRESSES = frozenset({Wish.PANIC, Wish.CLOSE_LISTENING})
"""Obeyed even if our own hands might have pressed it. Esc is not among them: pressing it can be an action of ours."""


class Hotkeys:
    """Turns global key presses into intents, on the key hook's own thread.

    The keyboard is watched as a whole; on X11 the chords are grabbed too, so that nobody else answers them. What our
    own hands typed during that would be lost, but they wait until the modifiers are up.
    """

    def __init__(
        self,
        chords: Chords,
        submit: Callable[[Intent], None],
        surroundings: Callable[[], Surroundings],
        ours: Callable[[], bool] = lambda: False,
        now_ms: Callable[[], float] = lambda: time.monotonic() * 1000,
    ) -> None:
        """`ours` says whether our own hands may be pressing a chord at this moment."""
        self._chords = chords
        self._submit = submit
        self._surroundings = surroundings
        self._ours = ours
        self._now_ms = now_ms
        self._held = Held()
        self._listener: Any = None
        self._grab: Any = None

    @property
    def modifiers_down(self) -> frozenset[str]:
        """The modifiers a person holds now: whoever types for them must wait for these or release them first."""
        return MODIFIERS & self._held.pressed_ms.keys()

    def start(self) -> tuple[str, ...]:
        """Returns a sentence per chord that another program answers as well.

        Raises `NotPermitted` or `DeviceLost` if this desktop offers no global hotkeys.
        """
        if os.environ.get("XDG_SESSION_TYPE") == "wayland" and not os.environ.get("DISPLAY"):
            raise NotPermitted("Wayland lets no program watch the keyboard: bind `ambidex toggle` to a key instead.")
        keyboard = _keyboard()
        listener = keyboard.Listener(on_press=self._pressed, on_release=self._released)
        listener.name = "desktop.hotkeys"
        listener.start()
        _await(listener)
        self._listener = listener
        if sys.platform != "linux":
            return ()
        self._grab = _grab(self._chords, keyboard)
        return self._grab.complaints

    def close(self) -> None:
        """Idempotent."""
        if self._grab is not None:
            self._grab.close()
            self._grab = None
        if self._listener is not None:
            self._listener.stop()
            self._listener = None

    def _pressed(self, key: Any) -> None:
        self.key(name_of(key), down=True)

    def _released(self, key: Any) -> None:
        self.key(name_of(key), down=False)

    def key(self, name: str, down: bool) -> None:
        """One key, as the hook reports it.

        Our own keys are followed too: leaving them out would lose keys that a person releases at the same moment.
        """
        key = Key(name, down, self._now_ms())
        self._held, intents = react(self._chords, self._held, key, self._surroundings())
        for intent in intents:
            if intent.wish in WHOEVER_PRESSES or not self._ours():
                self._submit(intent)


def name_of(key: Any) -> str:
    """One name for the left and right key of a pair, in lower case; keys without a name by their code."""
    name = getattr(key, "name", None) or getattr(key, "char", None)
    if not name:
        return f"code{getattr(key, 'vk', 0)}"
    name = str(name).lower()
    stem = name.removesuffix("_l").removesuffix("_r")
    return stem if stem in MODIFIERS else name


def _grab(chords: Chords, keyboard: Any) -> Any:
    from desktop.grab import Grab  # X11 only

    by_setting = {"hotkey": chords.talk, "panic_hotkey": chords.panic, "prompt_hotkey": chords.prompt}
    kept = {setting: chord for setting, chord in by_setting.items() if chord}
    names = {name for chord in kept.values() for name in chord - MODIFIERS}
    return Grab(kept, {name: keysym_of(name, keyboard) for name in names})


def keysym_of(name: str, keyboard: Any) -> int:
    """X11's number of a key, by the name that `name_of` gives it; 0 if there is none."""
    if name in keyboard.Key.__members__:
        return keyboard.Key[name].value.vk
    if len(name) == 1:
        return ord(name) if ord(name) < 0x100 else 0x01000000 | ord(name)
    return int(name[4:]) if name.startswith("code") and name[4:].isdigit() else 0


def _keyboard() -> Any:
    try:
        from pynput import keyboard  # connects to the display when imported
    except ImportError as error:
        raise DeviceLost("Global hotkeys need an X11 display, and none answers: is DISPLAY set?") from error
    if sys.platform == "linux" and not _records():
        raise NotPermitted(
            "Global hotkeys are off: this display has no RECORD extension; bind `ambidex toggle` to a key."
        )
    return keyboard


def _records() -> bool:
    """Asked beforehand: without the extension the library's thread dies before it can say so."""
    from Xlib.display import Display

    display = Display()
    try:
        return bool(display.has_extension("RECORD"))
    finally:
        display.close()


def _await(listener: Any) -> None:
    """Wait until the hook works; the library's own wait would be for ever if its thread died."""
    ready = threading.Event()
    threading.Thread(target=lambda: (listener.wait(), ready.set()), name="desktop.hotkeys.wait", daemon=True).start()
    if not ready.wait(START_TIMEOUT_S):
        raise DeviceLost("The keyboard cannot be watched: the display did not answer. Start Ambidex again.")
