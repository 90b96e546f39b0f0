"""What is found by looking: clicking, dragging, scrolling, pointing, reading aloud."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import Event as StopSignal

from actions.aim import Aim, Marker
from actions.bodies import Body, Done, Halted, Refused, Result
from actions.builtin.spoken import MAX_READ_OUT, sentence, shortened
from actions.hands import Hands
from actions.numbers import words_of
from actions.papers import modified_ns, remove_paper, write_bytes
from actions.targets import Found, NotFound, choose
from model.stream.errors import NotPermitted
from model.stream.protocols import Look
from model.stream.values import Place

NOTCHES = 5
MAX_NOTCHES = 100
_ENDS = {"top": "up", "bottom": "down"}
_EVERYTHING = frozenset(words_of("the this that my whole all of it everything page screen window text"))
MAX_CLICKS = 3


def screen_bodies(hands: Hands, look: Look, marker: Marker) -> Mapping[str, Body]:
    aim = Aim(hands, look, marker)
    return {**_pointer_bodies(hands, aim), **_reading_bodies(hands, look, aim)}


def _pointer_bodies(hands: Hands, aim: Aim) -> Mapping[str, Body]:
    def click(values: Mapping[str, str], stop: StopSignal) -> Result:
        count = int(float(values.get("count", "1")))
        if not 1 <= count <= MAX_CLICKS:
            return Refused(f"I click at most {MAX_CLICKS} times.")
        button = values.get("button", "left")
        found = aim.at({"target": values["target"]}, stop, drops=button == "middle")
        if not isinstance(found, list):
            return found
        hands.click(found[0].place.centre, button, count, stop)
        return Halted("Stopped before clicking.") if stop.is_set() else Done(f"Clicked {sentence(found[0].text)}")

    def move_pointer(values: Mapping[str, str], stop: StopSignal) -> Result:
        found = aim.at({"target": values["target"]}, stop, presses=False)
        if not isinstance(found, list):
            return found
        hands.move(found[0].place.centre, stop)
        return Done(f"The pointer is on {sentence(found[0].text)}")

    def drag(values: Mapping[str, str], stop: StopSignal) -> Result:
        source, target = _apart(values["source"], values["target"])
        found = aim.at({"source": source, "target": target}, stop, drops=True)
        if not isinstance(found, list):
            return found
        hands.drag(found[0].place.centre, found[1].place.centre, stop)
        done = f"Dragged {found[0].text} to {sentence(found[1].text)}"
        return Halted("Stopped while dragging.") if stop.is_set() else Done(done)

    def select_text(values: Mapping[str, str], stop: StopSignal) -> Result:
        if set(words_of(values["target"])) <= _EVERYTHING:
            hands.press("ctrl+a", stop)
            return Done("Selected everything.")
        found = aim.at({"target": values["target"]}, stop, presses=False)
        if not isinstance(found, list):
            return found
        hands.drag(*_inner_ends(found[0]), stop, presses=2)
        return Halted("Stopped while selecting.") if stop.is_set() else Done(f"Selected {sentence(found[0].text)}")

    def scroll(values: Mapping[str, str], stop: StopSignal) -> Result:
        direction = values["direction"]
        notches = int(float(values.get("amount", str(MAX_NOTCHES if direction in _ENDS else NOTCHES))))
        if not 1 <= notches <= MAX_NOTCHES:
            return Refused(f"I scroll between 1 and {MAX_NOTCHES} steps.")
        hands.scroll(_ENDS.get(direction, direction), notches, stop)
        where = f"to the {direction}" if direction in _ENDS else direction
        return Halted("Stopped scrolling.") if stop.is_set() else Done(f"Scrolled {where}.")

    return {
        "click": click, "move_pointer": move_pointer, "drag": drag, "select_text": select_text, "scroll": scroll,
    }  # fmt: skip


def _reading_bodies(hands: Hands, look: Look, aim: Aim) -> Mapping[str, Body]:
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

    def point_at(target: str) -> Result:
        found = aim.point(target)
        if isinstance(found, Refused):
            return found
        return Done(f"{found.text} is {_whereabouts(found.place, hands.screen_size())}.")

    return {
        "read_screen": read_screen,
        "find_on_screen": lambda values, stop: point_at(values["text"]),
        "point_at": lambda values, stop: point_at(values["target"]),
    }


def picture_bodies(look: Look, directory: Path, now: Callable[[], datetime]) -> Mapping[str, Body]:
    def screenshot(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        path = _free(directory, f"Screenshot {now():%Y-%m-%d %H-%M-%S}")
        write_bytes(path, look.picture())
        written_ns = modified_ns(path)

        def undo(stop: StopSignal) -> str:
            del stop
            if modified_ns(path) != written_ns:
                raise NotPermitted(f"I leave {path.name} alone: it was changed or moved since.")
            remove_paper(path)
            return "The screenshot is gone."

        return Done(f"Saved a screenshot in {directory.name}.", undo)

    return {"screenshot": screenshot}


def _free(directory: Path, name: str) -> Path:
    """Two pictures may be taken within the same second."""
    names = itertools.chain([name], (f"{name} ({n})" for n in itertools.count(2)))
    return next(path for each in names if not (path := directory / f"{each}.png").exists())


def _apart(source: str, target: str) -> tuple[str, str]:
    """`the file to the trash`, `trash`: what is taken ends where the way to the target begins."""
    before, _, after = re.sub(r"\s+(?:in|on)?to\s+", "\0", source).partition("\0")
    return (before, target) if after and words_of(target)[-1:] == words_of(after)[-1:] else (source, target)


def _inner_ends(found: Found) -> tuple[tuple[int, int], tuple[int, int]]:
    """In the first letter and in the last, taking all for equally wide: whole words are selected from there to there,
    so that it matters little. Programs count a word in once the pointer is past its middle."""
    place = found.place
    inside_px = round(min(place.width_px / max(1, len(found.text)), place.width_px) * 0.75)
    y_px = place.centre[1]
    return (place.x_px + inside_px, y_px), (place.x_px + place.width_px - inside_px, y_px)


def _whereabouts(place: Place, size_px: tuple[int, int]) -> str:
    """`at the top left`, in thirds of the screen."""
    x_px, y_px = place.centre
    column = ("left", "", "right")[min(2, 3 * x_px // max(1, size_px[0]))]
    row = ("top", "", "bottom")[min(2, 3 * y_px // max(1, size_px[1]))]
    return " ".join(["at the", *filter(None, (row, column))]) if row or column else "in the middle"


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
