"""What hands can do, whatever the window system."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from threading import Event as StopSignal
from typing import Protocol

from model.stream.values import Place


@dataclass(frozen=True, slots=True)
class Focus:
    """The window that has the focus. `app` is its class, in lower case."""

    window: int
    title: str
    app: str
    place: Place | None = None


class Hands(Protocol):
    """Keys and pointer. Everything but `release_all` is called from one thread at a time.

    What presses anything waits until the hands are `ready`. Raises `DeviceLost` when the window system goes away.
    """

    def ready(self, stop: StopSignal) -> None:
        """Wait until the user holds no modifier key. Raises `NotPermitted` if they do not let go."""
        ...

    def type_text(self, text: str, stop: StopSignal) -> int:
        """Type `text` as `typeable` leaves it, looking at `stop` before each character; returns how many were typed.

        It ends as soon as another window has the keyboard: what was meant for one must not go to another, not even one
        letter.
        """
        ...

    def press(self, chord: str, stop: StopSignal) -> None:
        """Press and release one chord in the form of `actions.keys`. Nothing happens once `stop` is set."""
        ...

    def click(self, point: tuple[int, int], button: str, count: int, stop: StopSignal) -> None:
        """Click at a point of the screen, in pixels. `button` is left, middle or right."""
        ...

    def move(self, point: tuple[int, int], stop: StopSignal) -> None:
        """Move the pointer and press nothing."""
        ...

    def drag(self, start: tuple[int, int], end: tuple[int, int], stop: StopSignal, presses: int = 1) -> None:
        """Press the left button at `start` and release it at `end`, or where the pointer is once `stop` is set.

        With two `presses`, as in a double click, programs select whole words.
        """
        ...

    def scroll(self, direction: str, notches: int, stop: StopSignal) -> None:
        """Turn the wheel over the window that has the focus. `direction` is up, down, left or right."""
        ...

    def release_all(self) -> None:
        """Let go of every key and button these hands hold. From any thread, at any time."""
        ...

    def active_window(self) -> Focus | None: ...

    def window_at(self, point: tuple[int, int]) -> int:
        """The top-level window that a click at this point would reach; 0 for the desktop itself."""
        ...

    def described(self, window: int) -> Focus | None:
        """Whose window that is; None where it does not say."""
        ...

    def screen_size(self) -> tuple[int, int]:
        """Width and height in pixels, all monitors together."""
        ...

    @property
    def strokes(self) -> int:
        """How many keys and buttons these hands have pressed so far: whether something came in between."""
        ...


def typeable(text: str) -> str:
    """What can be typed of a text: composed characters, line ends as Return, tabs, and no other control characters.

    A text from the clipboard could otherwise hold an Escape or a Backspace, or turn what is read around.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in text if c in KEPT or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))


KEPT = "\n\t\u200c\u200d"
"""Of the characters that are not seen: the joiners are letters of Persian and Hindi, and hold emoji together."""


def can_be_erased(text: str) -> bool:
    """Whether one Backspace for each character takes the text back.

    Not after a Return or a Tab has moved the focus, and not where programs see several characters as one.
    """
    return not any(c in KEPT or unicodedata.category(c)[0] == "M" or _joins(c) for c in text)


def _joins(character: str) -> bool:
    """Colours of skin, and the letters that flags are made of."""
    return "\U0001f3fb" <= character <= "\U0001f3ff" or "\U0001f1e6" <= character <= "\U0001f1ff"
