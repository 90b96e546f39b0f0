"""A made-up program on a made-up accessibility bus, answering as the real ones do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.stream.values import Place
from perception.atspi import ROOT, TEXT, Node, Question

FRAME, LABEL, BUTTON, FIELD, PASSWORD, FILLER = 23, 29, 43, 79, 40, 20
LETTER_PX, ROW_PX = 10, 20
NOWHERE = Node("", "")


@dataclass
class Part:
    """Something in a window; `text` stands in letters of 10 x 20 pixels from the top left of its place."""

    role: int
    place: Place
    name: str = ""
    text: str | None = None
    parts: list[Part] = field(default_factory=list)
    knows_points: bool = True
    node: Node = NOWHERE
    parent: Part | None = None

    def all(self) -> Iterator[Part]:
        yield self
        for part in self.parts:
            yield from part.all()

    def at(self, x_px: int, y_px: int) -> Part | None:
        return next((part for part in reversed(self.parts) if _inside(part.place, x_px, y_px)), None)


class MadeUpPrograms:
    """Takes the place of `Programs`. One program with the windows it is given; `hangs` and `says` can be set."""

    def __init__(self, *frames: Part, pid: int = 7) -> None:
        self.frames = list(frames)
        self.pid = pid
        self.hangs = False
        self.says: set[str] = set()
        self.n_asked = 0
        self.asked_of: list[str] = []
        self.closed = False

    def watch(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def fileno(self) -> int:
        return 0

    def changed(self) -> set[str]:
        says, self.says = self.says, set()
        return says

    def answers(self, bus: str) -> bool:
        return not self.hangs

    def ask(self, questions: Sequence[Question]) -> list[tuple[Any, ...] | None]:
        self.n_asked += len(questions)
        parts = {}
        for part in (part for frame in self.frames for part in frame.all()):
            part.node = Node(":1.7", f"/{id(part)}")
            parts[part.node] = part
            for child in part.parts:
                child.parent = part
        return [self._answer(question, parts) for question in questions]

    def _answer(self, question: Question, parts: dict[Node, Part]) -> tuple[Any, ...] | None:
        if question.node == ROOT:
            return ([(":1.7", "/root")],)
        if question.member == "GetConnectionUnixProcessID":
            return (self.pid,)
        if self.hangs:
            return None
        if question.node.path == "/root":
            return ([(frame.node.bus, frame.node.path) for frame in self.frames],)
        part = parts.get(question.node)
        if part is None:
            return None
        if question.interface == TEXT or TEXT in question.values:
            self.asked_of.append(part.text or "")
        return getattr(self, f"_{question.member}")(part, *question.values)

    def _Get(self, part: Part, interface: str, name: str) -> tuple[Any, ...]:
        if name == "CharacterCount":
            return (("i", len(part.text or "")),)
        if name == "Parent":
            above = part.parent.node if part.parent else Node("", "/null")
            return (("(so)", (above.bus, above.path)),)
        return (("s", part.name),)

    def _GetRole(self, part: Part) -> tuple[Any, ...]:
        return (part.role,)

    def _GetInterfaces(self, part: Part) -> tuple[Any, ...]:
        return ([TEXT] if part.text is not None else [],)

    def _GetExtents(self, part: Part, *_: object) -> tuple[Any, ...]:
        return (_tuple(part.place),)

    def _GetAccessibleAtPoint(self, part: Part, x_px: int, y_px: int, _: int) -> tuple[Any, ...]:
        found = part.at(x_px, y_px)
        return ((found.node.bus, found.node.path) if found else ("", "/org/a11y/atspi/null"),)

    def _GetMatches(self, part: Part, rule: Any, *_: object) -> tuple[Any, ...]:
        roles = rule[4]
        found = [each for each in part.all() if (roles[each.role // 32] >> each.role % 32) & 1]
        return ([(each.node.bus, each.node.path) for each in found],)

    def _GetOffsetAtPoint(self, part: Part, x_px: int, y_px: int, _: int) -> tuple[Any, ...]:
        row = (y_px - part.place.y_px) // ROW_PX
        rows = (part.text or "").split("\n")
        known = part.knows_points and 0 <= row < len(rows)
        return (sum(len(each) + 1 for each in rows[:row]) if known else -1,)

    def _GetStringAtOffset(self, part: Part, offset: int, _: int) -> tuple[Any, ...]:
        text = part.text or ""
        start = text.rfind("\n", 0, offset) + 1
        end = text.find("\n", start)
        return (text[start:] if end < 0 else text[start : end + 1], start, len(text) if end < 0 else end + 1)

    def _GetRangeExtents(self, part: Part, start: int, end: int, _: int) -> tuple[Any, ...]:
        before = (part.text or "")[:start]
        column = start - (before.rfind("\n") + 1)
        top = part.place.y_px + ROW_PX * before.count("\n")
        return (part.place.x_px + LETTER_PX * column, top, LETTER_PX * (end - start), ROW_PX)

    def _GetText(self, part: Part, *_: object) -> tuple[Any, ...]:
        return (part.text,)


def _inside(place: Place, x_px: int, y_px: int) -> bool:
    return place.x_px <= x_px < place.x_px + place.width_px and place.y_px <= y_px < place.y_px + place.height_px


def _tuple(place: Place) -> tuple[int, int, int, int]:
    return place.x_px, place.y_px, place.width_px, place.height_px
