"""From what was said to a point on the screen, certain enough to press there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Event as StopSignal
from typing import Protocol

from actions.bodies import Asks, Halted, Refused
from actions.denials import INTO_TERMINAL, OURS, runs_commands, untouchable
from actions.hands import Focus, Hands
from actions.targets import Found, NotFound, choose_among, describe, same_text
from model.stream.protocols import Look
from model.stream.values import Place

MARGIN_PX = 6
"""How much around a place is looked at again, so that letters are not cut."""


class Marker(Protocol):
    """Draws the eye to places on the screen for a few seconds; several are numbered from 1."""

    def mark(self, places: Sequence[Place]) -> None: ...


class Aim:
    """Where several things fit it marks them and remembers which, so that next time "the second one" is enough."""

    def __init__(self, hands: Hands, look: Look, marker: Marker) -> None:
        self._hands = hands
        self._look = look
        self._marker = marker
        self._marked: tuple[Found, ...] = ()

    def at(
        self, targets: Mapping[str, str], stop: StopSignal, presses: bool = True, drops: bool = False
    ) -> list[Found] | Refused | Halted | Asks:
        """Where the targets are, given by their slots; looked at again so late that only the movement is left to do.

        What `presses` something must be meant without a doubt; a word may be selected out of any line. What `drops` a
        text there, as the middle button does, is kept from terminals.
        """
        lines, aimed = self._look.read(), list[Found]()
        for slot, target in targets.items():
            found = self._find(target, lines)
            if isinstance(found, NotFound):
                return Refused(found.reason)
            if presses and found.rather:
                return Asks(f"Do you mean {found.rather}?", {slot: found.rather})
            aimed.append(found)
        windows = [self._hands.window_at(found.place.centre) for found in aimed]
        seen = [described for window in windows if (described := self._hands.described(window)) is not None]
        if presses and (reason := next(filter(None, map(_untouchable, seen)), "")):
            return Refused(reason)
        if drops and any(map(runs_commands, seen)):
            return Refused(INTO_TERMINAL)
        self._hands.ready(stop)  # before the second look, so that no waiting comes between it and the hand
        if stop.is_set():
            return Halted("Stopped before anything was done.")
        for found, window in zip(aimed, windows, strict=True):
            if not _still_there(self._look, found) or self._hands.window_at(found.place.centre) != window:
                return Refused(f"{found.text} moved or changed before I could reach it.")
        return aimed

    def point(self, target: str) -> Found | Refused:
        """Mark what is meant."""
        found = self._find(target, self._look.read())
        if isinstance(found, NotFound):
            return Refused(found.reason)
        self._marker.mark([found.place])
        return found

    def _find(self, target: str, lines: Sequence[tuple[str, Place]]) -> Found | NotFound:
        focus = self._hands.active_window()
        found = describe(target, lines, self._look.colours, focus.place if focus else None)
        if isinstance(found, NotFound) and self._marked:
            found = choose_among(target, self._marked) or found
        self._marked = found.among if isinstance(found, NotFound) else ()
        if self._marked:
            self._marker.mark([each.place for each in self._marked])
        return found


def _untouchable(window: Focus) -> str:
    """In our own windows nothing is ever found: what is lies below one that lets clicks through."""
    return untouchable(window) if window.app != OURS else ""


def _still_there(look: Look, found: Found) -> bool:
    """Whether the place says, at this moment, what it said when it was chosen."""
    place = found.place
    around = Place(
        max(0, place.x_px - MARGIN_PX),
        max(0, place.y_px - MARGIN_PX),
        place.width_px + 2 * MARGIN_PX,
        place.height_px + 2 * MARGIN_PX,
    )
    there = [text for text, _ in look.read(around)]
    return same_text(" ".join(there), found.text) or any(same_text(text, found.text) for text in there)
