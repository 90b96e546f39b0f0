"""Whether a window is still as our hands left it, so that taking back takes back the right thing."""

from __future__ import annotations

from dataclasses import dataclass

from actions.hands import Focus, Hands
from model.stream.errors import NotPermitted


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, by the window that had the focus and the number of strokes made until then."""

    window: int
    strokes: int


class Trail:
    """Marks moments. Taking something back returns to the moment before it, so that what came earlier can follow.

    It sees our own strokes only: what the user types into the same window by hand goes unnoticed.
    """

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._same_as: dict[int, int] = {}

    def mark(self, focus: Focus) -> Mark:
        return Mark(focus.window, self._now())

    def check(self, mark: Mark) -> None:
        """Raises `NotPermitted` unless everything is as it was at the mark."""
        focus = self._hands.active_window()
        if focus is None or (focus.window, self._now()) != (mark.window, mark.strokes):
            raise NotPermitted("I cannot take that back: the window changed or something else was typed since.")

    def returned_to(self, mark: Mark) -> None:
        """Everything is again as it was at the mark."""
        self._same_as[self._hands.strokes] = mark.strokes

    def _now(self) -> int:
        return self._same_as.get(self._hands.strokes, self._hands.strokes)
