"""What the user is likely to name: what stands on the screen, the programs there are, and names of their own.

Nothing of it is written anywhere or kept longer than it is to be seen.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence

from model.stream.errors import AmbidexError
from model.stream.values import Event, Line, LineGone, Step, Tick, Window

MAX_LINES = 400
MAX_PHRASES = 300
MAX_REQUESTS = 600
MAX_LABEL_WORDS = 6
"""Longer lines are sentences to be read, of which nobody says the beginning."""
MAX_LABEL_CHARACTERS = 60
NAMES_FOR_S = 60.0
"""How long the names of programs and the user's own are believed before they are read again."""

ON_SCREEN = ("click {}", "{}")
TO_OPEN = ("open {}", "switch to {}", "{}")

Names = Callable[[], Iterable[str]]


class Expectation:
    """Collects labels from the stream, as a recorder of the loop; asked for by the microphone when it opens."""

    def __init__(
        self,
        apps: Names = tuple,
        names: Names = tuple,
        now_s: Callable[[], float] = time.monotonic,
        requests: Sequence[str] = (),
    ) -> None:
        """`requests`: phrases of plugins, of which a few hundred are taken."""
        self._apps, self._names, self._now_s = apps, names, now_s
        self._requests = tuple(requests)
        self._lines: OrderedDict[int, str] = OrderedDict()
        self._window = ""
        self._lock = threading.Lock()
        self._read: tuple[list[str], list[str]] = ([], [])
        self._read_until_s = 0.0

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        with self._lock:
            for event in events:
                self._notice(event)

    def phrases(self) -> list[str]:
        """What is likely to be said, the user's own names first, then what came into sight last; bounded in number."""
        apps, names = self._apps_and_names()
        with self._lock:
            lines, window = list(reversed(self._lines.values())), self._window
        groups = (names, ("{}",)), ([window], TO_OPEN), (apps, TO_OPEN), (lines, ON_SCREEN)
        phrases = dict.fromkeys(phrase for texts, ways in groups for phrase in said(texts, ways))
        return [*list(phrases)[:MAX_PHRASES], *self._requests[:MAX_REQUESTS]]

    def _notice(self, event: Event) -> None:
        match event.data:
            case Line(line_id=line_id, text=text):
                self._lines.pop(line_id, None)
                self._lines[line_id] = text[: 2 * MAX_LABEL_CHARACTERS]
                while len(self._lines) > MAX_LINES:
                    self._lines.popitem(last=False)
            case LineGone(line_id=line_id):
                self._lines.pop(line_id, None)
            case Window(title=title):
                self._window = title
            case _:
                pass

    def _apps_and_names(self) -> tuple[list[str], list[str]]:
        if self._now_s() >= self._read_until_s:
            self._read = _listed(self._apps), _listed(self._names)
            self._read_until_s = self._now_s() + NAMES_FOR_S
        return self._read


def _listed(names: Names) -> list[str]:
    """A list that cannot be read is told of where it is used; the ears can do without."""
    try:
        return list(names())
    except AmbidexError:
        return []


def labels(text: str) -> list[str]:
    """The parts of a line that can be said, as words: without numbers and marks, and none that is a whole sentence."""
    if len(text) > MAX_LABEL_CHARACTERS:
        return []
    parts = re.split(r"\d+|\s[-–—|·•:]\s|[\n\t]", _parted(text))
    found = [" ".join(re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", part)) for part in parts]
    return [label for label in found if len(label) > 1 and len(label.split()) <= MAX_LABEL_WORDS]


def _parted(text: str) -> str:
    """Words that are written together as in names of files and of things in programs."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)


def said(texts: Iterable[str], ways: Sequence[str]) -> Iterator[str]:
    """The phrases in which people name these texts."""
    for text in texts:
        for label in labels(text):
            yield from (way.format(label) for way in ways)
