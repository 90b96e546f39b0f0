"""How a text is read aloud: in pieces short enough to start at once, each word once, its layout as pauses."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from actions.spoken_forms import PAUSES, ends_sentence, spoken

MAX_PIECE_WORDS = 40
COMMA_ENDS_AFTER_WORDS = 15
OPENING_COMMA_AFTER_WORDS = 3

LATIN = "latin"

_WORD = re.compile(r"(\S+)(\s*)")
_MARKER = re.compile(r"#{1,6}|[-*+•‣▪]|\d{1,3}[.)]|>+|\|.*|(?:```|~~~).*|\[[ xX]\]")
_FENCE = ("```", "~~~")
_SCRIPTS: tuple[tuple[int, int, str], ...] = (
    (0x370, 0x3FF, "greek"), (0x400, 0x52F, "cyrillic"), (0x590, 0x5FF, "hebrew"), (0x600, 0x77F, "arabic"),
    (0x900, 0x97F, "devanagari"), (0x980, 0x9FF, "bengali"), (0xB80, 0xBFF, "tamil"), (0xE00, 0xE7F, "thai"),
    (0x10A0, 0x10FF, "georgian"), (0x1100, 0x11FF, "hangul"), (0x1F00, 0x1FFF, "greek"), (0x3040, 0x30FF, "kana"),
    (0x3400, 0x4DBF, "han"), (0x4E00, 0x9FFF, "han"), (0xAC00, 0xD7AF, "hangul"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or a part of one. `starts` holds where in `spoken` each of the written `words` begins."""

    words: tuple[str, ...]
    spoken: str
    starts: tuple[int, ...]
    script: str = LATIN
    """What its letters are, such as `cyrillic`."""

    def word_at(self, character: int) -> int:
        """Which of the words the spoken character at this index belongs to."""
        return max(0, bisect_right(self.starts, character) - 1)


@dataclass(frozen=True, slots=True)
class _Written:
    """A word, how many line breaks stand before it and behind it, and the word that follows."""

    text: str
    breaks_before: int
    breaks_after: int
    after: str

    @property
    def is_marker(self) -> bool:
        """Whether it says what kind of line this is: a heading, an entry of a list, a row of a table."""
        return self.breaks_before > 0 and _MARKER.fullmatch(self.text) is not None


def written_words(text: str) -> list[str]:
    """The words of a text, as written but for what cannot be seen or said: control characters and half characters."""
    return [word.text for word in _written(text)]


def pieces(text: str, opening_words: int = MAX_PIECE_WORDS) -> Iterator[Piece]:
    """The text cut at the ends of sentences and lines, or at a comma or anywhere where a sentence does not end.

    Made as they are asked for. The first has at most `opening_words`.
    """
    piece, layout, limit = _Growing(), _Layout(), opening_words
    before = ""
    for word in _written(text):
        script = _script(word.text) or piece.script
        if piece.words and script != piece.script:
            yield piece.cut(ends=False)
            piece, limit = _Growing(), MAX_PIECE_WORDS
        piece.script = script
        piece.add(word.text, layout.said(word, before))
        line_ends = layout.ends_line(word)
        if line_ends or _ends_piece(word, len(piece.words), limit):
            yield piece.cut(ends=line_ends)
            piece, limit = _Growing(), MAX_PIECE_WORDS
        before = word.text
    if piece.words:
        yield piece.cut(ends=False)


class _Growing:
    """A piece that is not finished."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.script = LATIN
        self._starts: list[int] = []
        self._said = ""

    def add(self, word: str, said: str) -> None:
        self._said += " " if self._said else ""
        self.words.append(word)
        self._starts.append(len(self._said))
        self._said += said

    def cut(self, *, ends: bool) -> Piece:
        """What there is; `ends` where the layout parts it from what follows, so that the voice falls."""
        said = self._said
        if ends and said.rstrip()[-1:].isalnum():
            said = said.rstrip() + "."
        starts = tuple(min(start, len(said)) for start in self._starts)
        return Piece(tuple(self.words), said, starts, self.script)


class _Layout:
    """What kind of line is being read, and what that makes of its words."""

    def __init__(self) -> None:
        self._in_code = False
        self._marked = False

    def said(self, word: _Written, before: str) -> str:
        if word.breaks_before:
            self._marked = word.is_marker
            if word.text.startswith(_FENCE):
                self._in_code = not self._in_code
                return ""
        if word.is_marker:
            return word.text.rstrip(".)") + "," if word.text[0].isdigit() else self._row(word.text)
        if word.text in ("[", "]", "[x]", "[X]"):
            return "done," if word.text in ("[x]", "[X]") else ""
        return spoken(word.text, before, word.after)

    def ends_line(self, word: _Written) -> bool:
        """Whether the line that ends behind this word ends a thought: it need not, where prose is merely wrapped."""
        if word.breaks_after == 0:
            return False
        parted = word.breaks_after > 1 or self._in_code or self._marked
        return parted or _MARKER.fullmatch(word.after) is not None

    @staticmethod
    def _row(marker: str) -> str:
        """A cell may cling to the rule of its table."""
        cells = [cell for cell in marker.split("|") if any(c.isalnum() for c in cell)]
        return ", ".join(spoken(cell) for cell in cells)


def _written(text: str) -> Iterator[_Written]:
    """The words one by one: a book is not taken apart before its first sentence is said."""
    held, breaks_before, breaks = "", 1, 0
    for found in _WORD.finditer(text):
        if word := _visible(found[1]):
            if held:
                yield _Written(held, breaks_before, breaks, word)
                breaks_before, breaks = breaks, 0
            held = word
        breaks += found[2].count("\n")
    if held:
        yield _Written(held, breaks_before, breaks, "")


def _visible(word: str) -> str:
    if word.isprintable():
        return word
    return "".join(c for c in word if unicodedata.category(c)[0] != "C")


def _script(word: str) -> str:
    """The script of a word; empty if it has no letters."""
    for character in () if word.isascii() else word[:20]:
        code = ord(character)
        name = next((name for first, last, name in _SCRIPTS if first <= code <= last), "")
        if name == "han" and any("\u3040" <= c <= "\u30ff" for c in word[:200]):
            return "kana"
        if name:
            return name
    return LATIN if any(c.isalpha() for c in word[:20]) else ""


def _ends_piece(word: _Written, count: int, limit: int) -> bool:
    opening = limit < MAX_PIECE_WORDS
    if ends_sentence(word.text, word.after) and not word.is_marker:
        return True
    comma = OPENING_COMMA_AFTER_WORDS if opening else COMMA_ENDS_AFTER_WORDS
    return count >= limit or (word.text[-1] in PAUSES and count >= comma)
