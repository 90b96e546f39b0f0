"""What is found by looking: clicking, scrolling, reading aloud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Event as StopSignal

from actions.bodies import Body, Done, Halted, Refused, Result
from actions.builtin.spoken import MAX_READ_OUT, sentence, shortened
from actions.hands import Hands
from actions.numbers import words_of
from actions.targets import Found, NotFound, choose, same_text
from model.stream.protocols import Look
from model.stream.values import Place

NOTCHES = 5
MAX_NOTCHES = 100
_ENDS = {"top": "up", "bottom": "down"}
_EVERYTHING = frozenset(words_of("the this that my whole all of it everything page screen window text"))
MAX_CLICKS = 3
MARGIN_PX = 6
"""How much around a place is looked at again, so that letters are not cut."""


def screen_bodies(hands: Hands, look: Look) -> Mapping[str, Body]:
    def click(values: Mapping[str, str], stop: StopSignal) -> Result:
        count = int(float(values.get("count", "1")))
        if not 1 <= count <= MAX_CLICKS:
            return Refused(f"I click at most {MAX_CLICKS} times.")
        found = choose(values["target"], look.read())
        if isinstance(found, NotFound):
            return Refused(found.reason)
        if found.doubt:
            return Refused(found.doubt)
        window = hands.window_at(found.place.centre)
        hands.ready(stop)  # before the second look, so that no waiting comes between it and the click
        if stop.is_set():
            return Halted("Stopped before clicking.")
        if not _still_there(look, found) or hands.window_at(found.place.centre) != window:
            return Refused(f"{found.text} moved or changed before I could click it.")
        hands.click(found.place.centre, values.get("button", "left"), count, stop)
        return Halted("Stopped before clicking.") if stop.is_set() else Done(f"Clicked {sentence(found.text)}")

    def scroll(values: Mapping[str, str], stop: StopSignal) -> Result:
        direction = values["direction"]
        notches = int(float(values.get("amount", str(MAX_NOTCHES if direction in _ENDS else NOTCHES))))
        if not 1 <= notches <= MAX_NOTCHES:
            return Refused(f"I scroll between 1 and {MAX_NOTCHES} steps.")
        hands.scroll(_ENDS.get(direction, direction), notches, stop)
        where = f"to the {direction}" if direction in _ENDS else direction
        return Halted("Stopped scrolling.") if stop.is_set() else Done(f"Scrolled {where}.")

    def read_screen(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        focus = hands.active_window()
        lines = look.read(focus.place if focus is not None else None)
        target = values.get("target", "")
        if target and not set(words_of(target)) <= _EVERYTHING:
            return _read_out(target, lines)
        if not lines:
            return Done("There is no text on the screen.")
        return Done(f"The screen says: {sentence(shortened(_joined(lines), MAX_READ_OUT))}")

    return {"click": click, "scroll": scroll, "read_screen": read_screen}


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


def _read_out(target: str, lines: Sequence[tuple[str, Place]]) -> Result:
    """The whole line in which the target stands."""
    found = choose(target, lines)
    if isinstance(found, NotFound):
        return Refused(found.reason)
    x_px, y_px = found.place.centre
    for text, place in lines:
        across = place.x_px <= x_px < place.x_px + max(1, place.width_px)
        if across and place.y_px <= y_px < place.y_px + max(1, place.height_px):
            return Done(f"It says: {sentence(shortened(text, MAX_READ_OUT))}")
    return Done(f"It says: {sentence(shortened(found.text, MAX_READ_OUT))}")


def _joined(lines: Sequence[tuple[str, Place]]) -> str:
    ordered = sorted(lines, key=lambda line: (line[1].y_px, line[1].x_px))
    return ", ".join(text for text, _ in ordered)
