"""The user's lists: one Markdown file each, which they may edit as they like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from actions.numbers import words_of
from actions.papers import modified_ns, read_paper, remove_paper, write_paper

FIRST_LIST = "shopping"
FUZZY_AT_LEAST = 0.8
_ITEM = re.compile(r"\s*[-*+]\s+(?:\[ \]\s+)?(?!\[[xX]\])(\S.*)")
"""A bullet, perhaps with a box that is not ticked."""
_IDLE = re.compile(r"^(?:(?:to|on|off|from|the|my|our|a|an|new)\s+)+|\s*\blists?$")


@dataclass(frozen=True, slots=True)
class Item:
    """`line` counts the lines of the file from 0."""

    text: str
    line: int


class Lists:
    """Every list is the file `<name>.md` in one directory. What is in a file beside its bullets stays as it is.

    Raises `NotPermitted` where a file cannot be read or written.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def names(self) -> list[str]:
        """The one changed last first."""
        paths = sorted(self._directory.glob("*.md"), key=modified_ns, reverse=True)
        return [path.stem for path in paths]

    def find(self, spoken: str) -> str | None:
        """The list that the words mean, the one changed last if there are none; None where there is no such list."""
        names = self.names()
        wanted = plain_name(spoken)
        if not wanted:
            return names[0] if names else None
        likeness = {name: SequenceMatcher(None, plain_name(name), wanted).ratio() for name in names}
        best = max(names, key=lambda name: likeness[name], default=None)
        return best if best is not None and likeness[best] >= FUZZY_AT_LEAST else None

    def items(self, name: str) -> list[Item]:
        """Those that are not ticked off; none where there is no such list."""
        found = [(_ITEM.fullmatch(line), number) for number, line in enumerate(self._lines(name))]
        return [Item(match[1].strip(), number) for match, number in found if match]

    def add(self, name: str, text: str) -> None:
        """At the end; the list is begun if there is none."""
        lines = self._lines(name) or [f"# {name.capitalize()}", ""]
        write_paper(self._path(name), "\n".join([*lines, f"- [ ] {' '.join(text.split())}", ""]))

    def remove(self, name: str, item: Item) -> bool:
        """False if that line no longer holds the item."""
        lines = self._lines(name)
        if item not in self.items(name):
            return False
        write_paper(self._path(name), "\n".join([*lines[: item.line], *lines[item.line + 1 :], ""]))
        return True

    def text(self, name: str) -> str:
        return read_paper(self._path(name))

    def put(self, name: str, text: str) -> None:
        """Make this the whole file of the list."""
        write_paper(self._path(name), text)

    def delete(self, name: str) -> None:
        remove_paper(self._path(name))

    def _lines(self, name: str) -> list[str]:
        return read_paper(self._path(name)).rstrip("\n").splitlines()

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.md"


def plain_name(spoken: str) -> str:
    """`my Shopping list` -> `shopping`: fit for the name of a file, whatever was said."""
    words = " ".join(re.findall(r"\w+", spoken.casefold()))[:60].strip()
    return _IDLE.sub("", _IDLE.sub("", words)).strip()


def matching(items: Sequence[Item], spoken: str) -> list[Item]:
    """The items that the words mean: the same words, else all of them among others, else something similar."""
    wanted = words_of(spoken)
    worded = [(item, words_of(item.text)) for item in items] if wanted else []
    return (
        [item for item, words in worded if words == wanted]
        or [item for item, words in worded if set(wanted) <= set(words)]
        or [item for item, words in worded if _alike(words, wanted)]
    )


def _alike(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return SequenceMatcher(None, " ".join(words), " ".join(wanted)).ratio() >= FUZZY_AT_LEAST
