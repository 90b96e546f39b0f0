"""Windows as their programs describe them, in the vocabulary of AT-SPI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from model.stream.values import Place
from perception.atspi import (
    ACCESSIBLE,
    COLLECTION,
    COMPONENT,
    ROOT,
    TEXT,
    Node,
    Programs,
    Question,
    property_of,
)
from perception.merging import Told
from perception.texts import SCREEN, Point, Said, lines_at
from perception.tiles import overlap, widened

MAX_THINGS = 300
"""Of one window: its buttons, fields and the like."""
MAX_DEPTH = 16
MAX_ROWS = 3
"""How many times as high as its pixels the place of one line may be, with what is above and below the letters."""
SLACK_PX = 3
POINTS_FROM = 3
"""A line of at least so many times its height is asked at both ends, too: it may belong to several things."""
PASSWORD = 40
KINDS = {
    2: "alert", 7: "checkbox", 8: "checkbox", 11: "combobox", 23: "window", 26: "image", 29: "label", 31: "list",
    32: "list item", 33: "menu", 35: "menu item", 37: "tab", 40: "password", 43: "button", 44: "radio button",
    45: "menu item", 51: "slider", 52: "field", 56: "cell", 60: "terminal", 61: "text", 62: "button", 73: "paragraph",
    79: "field", 81: "heading", 83: "heading", 88: "link", 91: "tree item", 95: "document", 116: "text",
}  # fmt: skip
"""Our words for those roles that mean something to a user."""
_PRESSED = (7, 8, 11, 35, 37, 40, 43, 44, 45, 51, 52, 61, 62, 79, 88)
"""What can be pressed, typed into or set."""
_FIELDS = (40, 52, 61, 79, 11)
_SHOWING = 25
_FOCUSED = 12
_ALL, _ANY, _IN_ORDER = 1, 2, 1

Ask = tuple[Node, Place]


@dataclass(frozen=True, slots=True)
class Frame:
    """A window of a program."""

    node: Node
    pid: int
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Thing:
    """Something in a window."""

    node: Node
    role: int
    name: str
    place: Place
    has_text: bool = False

    @property
    def kind(self) -> str:
        return KINDS.get(self.role, "")

    @property
    def is_password(self) -> bool:
        return self.role == PASSWORD

    @property
    def is_field(self) -> bool:
        return self.role in _FIELDS


class Trees:
    """Reads what is needed of the trees of programs. For one thread at a time. Raises `DeviceLost`."""

    def __init__(self, programs: Programs) -> None:
        self.programs = programs
        self._pids: dict[str, int] = {}

    def pid(self, bus: str) -> int | None:
        """Of a program that was there when `frames` were asked for; None for another."""
        return self._pids.get(bus)

    def frames(self, pids: Iterable[int]) -> list[Frame]:
        """The windows of these processes."""
        roots = self._roots()
        self._learn_pids([root.bus for root in roots])
        wanted = [root for root in roots if self._pids.get(root.bus, 0) in set(pids)]
        children = self.programs.ask([Question(root, ACCESSIBLE, "GetChildren") for root in wanted])
        nodes = [Node(*child) for answer in children if answer for child in answer[0]]
        places, names = self._places(nodes), self._names(nodes)
        found = zip(nodes, places, names, strict=True)
        return [Frame(node, self._pids[node.bus], name, place) for node, place, name in found if place]

    def count(self) -> int:
        """How many programs are there to be asked."""
        return len(self._roots())

    def things(self, frame: Node) -> list[Thing] | None:
        """What can be pressed or typed into in a window, passwords first; None if it does not say."""
        found = self.programs.ask([_matches(frame, roles) for roles in ((PASSWORD,), _PRESSED)])
        if not all(found):
            return None
        return self._described(list(dict.fromkeys(Node(*node) for answer in found if answer for node in answer[0])))

    def placed(self, things: Sequence[Thing]) -> tuple[Thing, ...]:
        """The same things where they are now; one that does not say stays where it was."""
        places = self._places([thing.node for thing in things])
        return tuple(replace(thing, place=place or thing.place) for thing, place in zip(things, places, strict=True))

    def focused(self, things: Sequence[Thing]) -> list[bool | None]:
        """Whether each has the keyboard; None where it does not say."""
        states = self.programs.ask([Question(thing.node, ACCESSIBLE, "GetState") for thing in things])
        return [bool(state[0][0] & 1 << _FOCUSED) if state else None for state in states]

    def is_at(self, frame: Node, thing: Node, place: Place) -> bool:
        """Whether the thing, or a part of it, is what is seen in the middle of its place."""
        (hit,) = self._hits([(frame, place.centre)])
        if hit is None or hit == thing:
            return hit is not None
        (found,) = self._places([hit])
        return found is not None and overlap(found, widened(place, SLACK_PX, SLACK_PX)) == found

    def lines(self, asked: Sequence[Ask]) -> list[tuple[list[Thing], Told | None]]:
        """For the places of lines in windows: the things that stand there, and what they say."""
        points = [[(frame, point) for point in _points(place)] for frame, place in asked]
        hits = iter(self._hits([each for line in points for each in line]))
        nodes = [list(dict.fromkeys(hit for _ in line if (hit := next(hits)))) for line in points]
        known = self._with_texts(list(dict.fromkeys(node for line in nodes for node in line)))
        things = [[known[node] for node in line if node in known] for line in nodes]
        asks = [(thing, place) for line, (_, place) in zip(things, asked, strict=True) for thing in line]
        texts = iter(self._texts(asks))
        return [
            (line, _told(line, [next(texts) for _ in line], place))
            for line, (_, place) in zip(things, asked, strict=True)
        ]

    # Asking -------------------------------------------------------------------------------------------------------

    def _roots(self) -> list[Node]:
        (listed,) = self.programs.ask([Question(ROOT, ACCESSIBLE, "GetChildren")])
        return [Node(*child) for child in listed[0]] if listed else []

    def _learn_pids(self, buses: Sequence[str]) -> None:
        new = [bus for bus in buses if bus not in self._pids]
        daemon, name = Node("org.freedesktop.DBus", "/org/freedesktop/DBus"), "org.freedesktop.DBus"
        answers = self.programs.ask([Question(daemon, name, "GetConnectionUnixProcessID", "s", (bus,)) for bus in new])
        self._pids = {bus: pid for bus, pid in self._pids.items() if bus in buses}
        self._pids |= {bus: int(answer[0]) for bus, answer in zip(new, answers, strict=True) if answer}

    def _places(self, nodes: Sequence[Node]) -> list[Place | None]:
        answers = self.programs.ask([Question(node, COMPONENT, "GetExtents", "u", (SCREEN,)) for node in nodes])
        return [Place(*answer[0]) if answer else None for answer in answers]

    def _names(self, nodes: Sequence[Node]) -> list[str]:
        answers = self.programs.ask([property_of(node, "Name") for node in nodes])
        return [str(answer[0][1]).strip() if answer else "" for answer in answers]

    def _described(self, nodes: Sequence[Node]) -> list[Thing]:
        roles = self.programs.ask([Question(node, ACCESSIBLE, "GetRole") for node in nodes])
        found = zip(nodes, roles, self._names(nodes), self._places(nodes), strict=True)
        return [Thing(node, int(role[0]), name, place) for node, role, name, place in found if role and place]

    def _hits(self, asked: Sequence[tuple[Node, Point]]) -> list[Node | None]:
        """What is seen at points of windows, the innermost. Some toolkits give a child only, so it is asked in turn."""
        hits: list[Node | None] = [None] * len(asked)
        going = {n: frame for n, (frame, _) in enumerate(asked)}
        for _ in range(MAX_DEPTH):
            answers = self.programs.ask([_at_point(node, asked[n][1]) for n, node in going.items()])
            found = {n: Node(*answer[0]) for n, answer in zip(going, answers, strict=True) if answer}
            going = {n: node for n, node in found.items() if node and node != going[n]}
            for n, node in going.items():
                hits[n] = node
            if not going:
                break
        return hits

    def _with_texts(self, nodes: Sequence[Node]) -> dict[Node, Thing]:
        """The things, a page without a text of its own replaced by the text that it is the page of."""
        things = {thing.node: thing for thing in self._having_texts(nodes)}
        pages = [node for node, thing in things.items() if not (thing.name or thing.has_text or thing.is_password)]
        answers = self.programs.ask([property_of(node, "Parent") for node in pages])
        parents = {page: Node(*answer[0][1]) for page, answer in zip(pages, answers, strict=True) if answer}
        texts = {thing.node: thing for thing in self._having_texts([parent for parent in parents.values() if parent])}
        for page, parent in parents.items():
            if parent in texts and (texts[parent].has_text or texts[parent].is_password):
                things[page] = texts[parent]
        return things

    def _having_texts(self, nodes: Sequence[Node]) -> list[Thing]:
        interfaces = self.programs.ask([Question(node, ACCESSIBLE, "GetInterfaces") for node in nodes])
        having = {node for node, answer in zip(nodes, interfaces, strict=True) if answer and TEXT in answer[0]}
        return [replace(thing, has_text=thing.node in having) for thing in self._described(nodes)]

    def _texts(self, asked: Sequence[tuple[Thing, Place]]) -> list[Said]:
        """The line of text that each thing has at a place, its name where it has no text. Never of a password."""
        said = [Said("" if thing.is_password else thing.name) for thing, _ in asked]
        having = [n for n, (thing, _) in enumerate(asked) if thing.has_text and not thing.is_password]
        lines = lines_at(self.programs, [(asked[n][0].node, _inside(*asked[n])) for n in having])
        for n, line in zip(having, lines, strict=True):
            said[n] = line or said[n]
        return said


def _points(place: Place) -> list[Point]:
    """Where to ask what a line belongs to."""
    middle, inset = place.centre, place.height_px // 2
    if place.width_px < POINTS_FROM * place.height_px:
        return [middle]
    return [(place.x_px + inset, middle[1]), middle, (place.x_px + place.width_px - inset, middle[1])]


def _matches(frame: Node, roles: Iterable[int]) -> Question:
    rule = ([1 << _SHOWING, 0], _ALL, {}, _ALL, _bits(roles), _ANY, [], _ALL, False)
    return Question(frame, COLLECTION, "GetMatches", "(aiia{ss}iaiiasib)uib", (rule, _IN_ORDER, MAX_THINGS, True))


def _at_point(node: Node, point: Point) -> Question:
    return Question(node, COMPONENT, "GetAccessibleAtPoint", "iiu", (*point, SCREEN))


def _inside(thing: Thing, line: Place) -> Point:
    """A point of the line that lies in the thing."""
    return (overlap(thing.place, line) or line).centre


def _told(things: Sequence[Thing], said: Sequence[Said], line: Place) -> Told | None:
    texts = tuple(each.text for each in said if each.text)
    if not things or not texts:
        return None
    if len(things) > 1:
        return Told(texts)
    place = said[0].place
    return Told(texts, things[0].kind, sure=place is not None and _fits(place, line))


def _fits(text: Place, line: Place) -> bool:
    """Whether a program gives a text the place of the pixels. Some leave out the borders of a field."""
    slack_px = SLACK_PX + line.height_px * 3 // 4
    rights = text.x_px + text.width_px, line.x_px + line.width_px
    beside = abs(text.x_px - line.x_px) <= slack_px and abs(rights[0] - rights[1]) <= slack_px
    return (
        beside
        and text.y_px <= line.centre[1] <= text.y_px + text.height_px
        and text.height_px <= MAX_ROWS * line.height_px
    )


def _bits(roles: Iterable[int]) -> list[int]:
    """As four signed words."""
    words = [sum(1 << role % 32 for role in roles if role // 32 == n) for n in range(4)]
    return [word - (1 << 32) if word >= 1 << 31 else word for word in words]
