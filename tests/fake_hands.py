"""Hands and windows without a window system: windows are texts.

`tests/contract/test_hands.py` holds the hands to what real ones do.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as StopSignal

from actions.hands import Focus, typeable
from model.stream.errors import NotPermitted
from model.stream.values import Place
from tests.fake_clipboard import FakeClipboard


class FakeHands:
    """`texts` holds what stands in each window; `done` every stroke. `before_stroke` may interfere.

    With a clipboard, what is `selected` in the text can be copied and cut, and cutting be undone.
    """

    def __init__(self, clipboard: FakeClipboard | None = None) -> None:
        self.clipboard = clipboard
        self.selected = ""
        self._uncut = ""
        self.focus: int | None = 1
        self.app = "notes"
        self.texts: dict[int, str] = {1: "", 2: ""}
        self.done: list[str] = []
        self.window_under_pointer = 1
        self.before_stroke: Callable[[], None] = lambda: None
        self.released = 0
        self._strokes = 0

    def ready(self, stop: StopSignal) -> None:
        """Nobody else touches this keyboard."""

    def type_text(self, text: str, stop: StopSignal) -> int:
        window = self.focus
        for typed, character in enumerate(typeable(text)):
            self.before_stroke()
            if stop.is_set() or self.focus != window:
                return typed
            self._stroke(character)
            self._edit(lambda old, added=character: old + added)
        return len(typeable(text))

    def press(self, chord: str, stop: StopSignal) -> None:
        self.before_stroke()
        if stop.is_set():
            return
        self._stroke(chord)
        if chord == "backspace":
            self._edit(lambda old: old[:-1])
        elif len(chord) == 1:
            self._edit(lambda old: old + chord)
        elif self.clipboard is not None:
            self._take(chord, self.clipboard)

    def click(self, point: tuple[int, int], button: str, count: int, stop: StopSignal) -> None:
        self.before_stroke()
        if not stop.is_set():
            self._stroke(f"click {button} x{count} at {point}")

    def move(self, point: tuple[int, int], stop: StopSignal) -> None:
        if not stop.is_set():
            self.done.append(f"move to {point}")

    def drag(self, start: tuple[int, int], end: tuple[int, int], stop: StopSignal, presses: int = 1) -> None:
        self.before_stroke()
        if not stop.is_set():
            self._stroke(f"{'' if presses == 1 else 'double '}drag {start} to {end}")

    def scroll(self, direction: str, notches: int, stop: StopSignal) -> None:
        self.before_stroke()
        if not stop.is_set():
            self._stroke(f"scroll {direction} x{notches}")

    def release_all(self) -> None:
        self.released += 1

    def active_window(self) -> Focus | None:
        return None if self.focus is None else Focus(self.focus, "Notes", self.app, Place(0, 0, 800, 600))

    def window_at(self, point: tuple[int, int]) -> int:
        del point
        return self.window_under_pointer

    def described(self, window: int) -> Focus | None:
        return Focus(window, "Notes", self.app, Place(0, 0, 800, 600)) if window else None

    def screen_size(self) -> tuple[int, int]:
        return 800, 600

    @property
    def strokes(self) -> int:
        return self._strokes

    @property
    def text(self) -> str:
        return self.texts[self.focus or 0]

    def _take(self, chord: str, clipboard: FakeClipboard) -> None:
        if chord in ("ctrl+c", "ctrl+shift+c", "ctrl+x") and self.selected:
            clipboard.write(self.selected)
        if chord == "ctrl+x" and self.selected:
            self._uncut, gone, self.selected = self.text, self.selected, ""
            self._edit(lambda old: old.replace(gone, "", 1))
        elif chord == "ctrl+z":
            self._edit(lambda old: self._uncut)

    def _stroke(self, what: str) -> None:
        self._strokes += 1
        self.done.append(what)

    def _edit(self, change: Callable[[str], str]) -> None:
        if self.focus is not None:
            self.texts[self.focus] = change(self.texts[self.focus])


class FakeWindows:
    """The topmost window first. One in `stubborn` has a question before it closes, one in `hung` reacts to nothing."""

    def __init__(self, *windows: Focus) -> None:
        self.windows = list(windows)
        self.minimized: set[int] = set()
        self.maximized: set[int] = set()
        self.stubborn: set[int] = set()
        self.hung: set[int] = set()

    def all(self) -> list[Focus]:
        return sorted(self.windows, key=lambda window: window.window in self.minimized)

    def focus(self, window: int) -> None:
        if window not in [other.window for other in self.windows]:
            raise NotPermitted("The window did not obey.")
        self.minimized.discard(window)
        self.windows.sort(key=lambda other: other.window != window)

    def minimize(self, window: int) -> None:
        self.minimized.add(window)

    def is_minimized(self, window: int) -> bool:
        return window in self.minimized

    def maximize(self, window: int, on: bool) -> bool:
        changes = (window in self.maximized) != on
        self.maximized ^= {window} if changes else set()
        return changes

    def close_window(self, window: int) -> bool:
        if window in self.stubborn | self.hung:
            return False
        self.windows = [other for other in self.windows if other.window != window]
        return True

    def answers(self, window: int) -> bool:
        return window not in self.hung
