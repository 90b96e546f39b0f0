"""How a text is read aloud: what is said for each written word, in pieces short enough to start at once."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

MAX_PIECE_WORDS = 40
COMMA_ENDS_AFTER_WORDS = 15
MAX_WORD_CHARACTERS = 60

ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:[a-z\d-]+\.)+[a-z]{2,}/\S*", re.IGNORECASE
)
PATH = re.compile(r"[~.]{0,2}(?:/[\w.+-]+)+/?")
CHORD = re.compile(r"(?:ctrl|alt|shift|super|cmd)(?:\+\w+)+", re.IGNORECASE)
IDENTIFIER = re.compile(r"[A-Za-z]\w*(?:_\w+|[a-z\d][A-Z]\w*)(?:\(\))?")
HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
RULE = re.compile(r"([^\w\s])\1{2,}")
UNSPELLED = re.compile(r"^https?://|/$|[?#].*$")

SYMBOLS = {".": " dot ", "/": " slash ", "@": " at ", "-": " dash ", "_": " underscore ", ":": " colon "}
KEYS = {"ctrl": "control", "cmd": "command", "esc": "escape", "del": "delete"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or a part of one. `starts` holds where in `spoken` each of the written `words` begins."""

    words: tuple[str, ...]
    spoken: str
    starts: tuple[int, ...]

    def word_at(self, character: int) -> int:
        """Which of the words the spoken character at this index belongs to."""
        return max(0, bisect_right(self.starts, character) - 1)


def written_words(text: str) -> list[str]:
    """The words of a text, as written but for what cannot be seen or said: control characters and half characters."""
    seen = "".join(" " if c.isspace() else "" if unicodedata.category(c)[0] == "C" else c for c in text)
    return seen.split()


def pieces(text: str) -> Iterator[Piece]:
    """The text cut at the ends of sentences, or at a comma or anywhere where a sentence does not end."""
    words: list[str] = []
    for word in written_words(text):
        words.append(word)
        if _ends_piece(word, len(words)):
            yield _piece(words)
            words = []
    if words:
        yield _piece(words)


def spoken(word: str) -> str:
    """What is said for a written word; nothing for a ruled line."""
    core = word.strip("()[]{}<>\"'“”‘’`*,;!?")
    end = word[-1] if word[-1] in ",;:.!?" else ""
    core = core.rstrip(".:")
    if ADDRESS.fullmatch(core) or PATH.fullmatch(core):
        return _spell(UNSPELLED.sub("", core)) + end
    if CHORD.fullmatch(core):
        return " ".join(KEYS.get(key.lower(), key) for key in core.split("+")) + end
    if IDENTIFIER.fullmatch(core):
        return HUMP.sub(" ", core.removesuffix("()")).replace("_", " ") + end
    return _shorten(RULE.sub("", word))


def _piece(words: list[str]) -> Piece:
    starts: list[int] = []
    said = ""
    for word in words:
        said += " " if said else ""
        starts.append(len(said))
        said += spoken(word)
    return Piece(tuple(words), said, tuple(starts))


def _ends_piece(word: str, count: int) -> bool:
    last = word.rstrip("\"'”’)]")[-1:]
    return last in set(".!?:;…") or count >= MAX_PIECE_WORDS or (last == "," and count >= COMMA_ENDS_AFTER_WORDS)


def _spell(address: str) -> str:
    named = "".join(SYMBOLS.get(character, character) for character in address)
    return _shorten(" ".join(named.split()))


def _shorten(word: str) -> str:
    """A key or a hash is longer than anybody wants to hear."""
    return word if len(word) <= MAX_WORD_CHARACTERS else f"{word[: MAX_WORD_CHARACTERS // 2]} and so on"
