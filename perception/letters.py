"""What letters look like, learned from what was read: text in a known font needs no network.

On a screen a letter is drawn in the same pixels again and again, in a few ways that differ by fractions of a pixel.
Words hardly recur in the same pixels, their letters do. Only what is exactly the same is known here.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from perception.layout import Picture

MAX_KNOWN = 8192
TRUSTED = 3
"""How often a shape must have been read as the same."""
DOUBT = 8
"""Once in as many times it may have been read as something else, which is then taken for a mistake."""
MAX_TOUCHING = 4
"""How many letters may touch each other in one shape."""
CLEAR = 1 / 16
"""Of the height, how much nearer a letter must stand to one shape than to any other to belong to it."""
LOOK_ALIKES = frozenset("lI1|0O")
"""In some fonts they are the same pixels, and their neighbours tell which is meant."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Columns with ink between columns without: a letter, or some that touch."""

    height_px: int
    ground: int
    pixels: bytes
    start: int
    end: int

    @property
    def key(self) -> Hashable:
        return self.height_px, self.ground, self.pixels


class Letters:
    """Safe from several threads. Pieces of lines are given cut close above and below."""

    def __init__(self) -> None:
        self._votes: OrderedDict[Hashable, Counter[str]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, piece: Picture) -> str | None:
        """Its text; None if some of it was not seen before."""
        shapes = _shapes(piece)
        text = ""
        with self._lock:
            for n, shape in enumerate(shapes):
                space = self._known(_gap(shapes, n)) if n else ""
                known = self._known(shape.key)
                if known is None or space is None:
                    return None
                if LOOK_ALIKES.intersection(known) and (space or not _of_one_kind(text[-1:] + known)):
                    known = self._known(_with_neighbours(shapes, n))
                    if known is None:
                        return None
                text += space + known
        return text or None

    def learn(self, piece: Picture, text: str, at: Sequence[float]) -> None:
        """What the network read there, and `at` which part of the width it saw each letter."""
        shapes = _shapes(piece)
        told = _shared_out(shapes, text, [part * piece.shape[1] for part in at], CLEAR * len(piece))
        with self._lock:
            for n, letters in told.items():
                if n - 1 in told:
                    self._vote(_gap(shapes, n), " " if letters[0] == " " else "")
                self._vote(shapes[n].key, letters.strip())
                if LOOK_ALIKES.intersection(letters):
                    self._vote(_with_neighbours(shapes, n), letters.strip())

    def _known(self, key: Hashable) -> str | None:
        votes = self._votes.get(key)
        if votes is None:
            return None
        self._votes.move_to_end(key)
        (text, n), *_ = votes.most_common(1)
        return text if n >= TRUSTED and (votes.total() - n) * DOUBT <= n else None

    def _vote(self, key: Hashable, text: str) -> None:
        self._votes.setdefault(key, Counter())[text] += 1
        self._votes.move_to_end(key)
        if len(self._votes) > MAX_KNOWN:
            self._votes.popitem(last=False)


def _of_one_kind(letters: str) -> bool:
    """As those of a word or a number are. One letter alone tells nothing."""
    return len(letters) > 1 and any(kind(letters) for kind in (_small, _capital, str.isdigit))


def _small(letters: str) -> bool:
    return letters.isalpha() and letters.islower()


def _capital(letters: str) -> bool:
    return letters.isalpha() and letters.isupper()


def _shapes(piece: Picture) -> list[_Shape]:
    """From left to right."""
    if not piece.size:
        return []
    ground = int(np.bincount(piece.ravel()).argmax())
    steps = np.flatnonzero(np.diff((piece != ground).any(axis=0), prepend=False, append=False)).tolist()
    ends = zip(steps[::2], steps[1::2], strict=True)
    return [_Shape(len(piece), ground, piece[:, start:end].tobytes(), start, end) for start, end in ends]


def _gap(shapes: Sequence[_Shape], n: int) -> Hashable:
    """Between a shape and the one before it."""
    return shapes[n].height_px, shapes[n].start - shapes[n - 1].end


def _with_neighbours(shapes: Sequence[_Shape], n: int) -> Hashable:
    """The shape as it stands between two others, or at an end."""
    before = shapes[n - 1].key if n else None
    after = shapes[n + 1].key if n + 1 < len(shapes) else None
    return before, shapes[n].key, after


def _shared_out(shapes: Sequence[_Shape], text: str, at_px: Sequence[float], clear_px: float) -> dict[int, str]:
    """The letters that each shape stands for, with the space before them, where there is no doubt about it."""
    if not shapes:
        return {}
    told = [""] * len(shapes)
    doubtful: set[int] = set()
    space, last = "", 0
    for letter, x_px in zip(text, at_px, strict=False):
        if letter == " ":
            space = " "
            continue
        away = {n: _away_px(shapes[n], x_px) for n in range(last, min(last + 3, len(shapes)))}
        last, *others = sorted(away, key=lambda n: away[n])
        doubtful.update(n for other in others[:1] if away[other] - away[last] < clear_px for n in (last, other))
        if space and told[last]:
            doubtful.add(last)
        told[last] += space + letter
        space = ""
    for n, letters in enumerate(told):
        if not 0 < len(letters.strip()) <= MAX_TOUCHING:
            doubtful.update((n - 1, n, n + 1))
    return {n: letters for n, letters in enumerate(told) if n not in doubtful}


def _away_px(shape: _Shape, x_px: float) -> float:
    return max(shape.start - x_px, x_px - shape.end, 0.0)
