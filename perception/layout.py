"""Where lines of text stand in a picture of a screen, found without a model.

Text on a screen is drawn crisp and level, so edges, gaps and connected regions find it in some 20 ms where a detection
network takes seconds. What is found by mistake, an icon say, is left to the recogniser to be unsure of.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.stream.values import Place

Picture = NDArray[np.uint8]
"""Brightness, [height, width]."""

EDGE = 28
"""Brightness that two neighbouring pixels differ in at the edge of a letter."""
CLOSING_PX = 7
RULE_PX = 48
"""A straight edge this long is a frame or a rule and no letter."""
FRAME_PX, BORDER_PX, HOLLOW = 14, 5, 0.4
"""How high frames are at least, how thick with their corners at most, and how much of their area is ink at most."""
SPARSE = 0.15
"""How much of its area is ink at most, if what is too high for a letter is a frame and not text grown together."""
BAR = 5
"""How many times higher than wide the side of a frame is, where its corners are too pale to be seen."""
BAR_GAP, BAR_FOOT = 0.35, 0.12
"""Of a bar's height: how near a neighbour must stand if it is a letter l, and how much of its foot beside it."""
STRIP_PX = 96
REACH_PX = 7
VALLEY = 0.35
TALL = 1.5
"""How many times higher than the others text is that may be two lines grown together."""
MIN_HEIGHT_PX, MAX_HEIGHT_PX = 6, 90
WORD_GAP, WORD_GAP_PX = 0.7, 4
"""How wide a gap between words of one line may be, in heights of the line and some pixels more."""
PIECE_WIDTH = 9.0
PIECE_GAP = 0.18
LONG_WORD = 2.0
"""All three in heights of the line's picture."""
RULED = 0.85
"""What part of a row is ink at least, if it is the edge that cuts a line off and not letters."""
MAX_LINES = 400


def find_lines(picture: Picture) -> list[Place]:
    """The lines of text in a picture, from top to bottom; at most `MAX_LINES`."""
    if min(picture.shape) < MIN_HEIGHT_PX:
        return []
    letters = _without_frames(_ink(picture))
    closed = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, _box(CLOSING_PX, 1))
    joined = _without_valleys(np.asarray(closed, np.uint8))
    parts = _parts(joined)
    heights = parts[:, 3]
    parts = parts[(heights >= MIN_HEIGHT_PX) & (heights <= MAX_HEIGHT_PX) & (parts[:, 2] >= 4)]
    lines = [_around(group) for group in _rows(parts, joined.shape)]
    lines = [line for line in lines if line.width_px >= line.height_px // 2]
    return sorted(lines, key=lambda line: (line.y_px, line.x_px))[:MAX_LINES]


def pieces_of(picture: Picture) -> list[tuple[int, int]]:
    """Cut the picture of one line at gaps between words: the first and the last column of each piece.

    A cut depends on the words beside it alone. So a word that is typed, wherever in the line, changes its own piece,
    and what is written in the same words elsewhere is known by its pixels. Short words stay with a neighbour, which
    tells how large their letters are.
    """
    height_px, width_px = picture.shape
    ink = _ink(picture)
    inked = np.asarray(ink[ink.mean(axis=1) < RULED].any(axis=0))
    words = _words(inked, max(3.0, PIECE_GAP * height_px))
    cuts = [0]
    for (start, end), (following, _) in itertools.pairwise(words):
        if end - start >= LONG_WORD * height_px or end - cuts[-1] >= PIECE_WIDTH * height_px:
            cuts.append((end + following) // 2)
    if len(cuts) > 1 and words[-1][1] - cuts[-1] < LONG_WORD * height_px:
        cuts.pop()
    return list(itertools.pairwise([*cuts, width_px]))


def _words(inked: NDArray[np.bool_], gap_px: float) -> list[tuple[int, int]]:
    """The first and the last column of what stands apart by as much."""
    words: list[tuple[int, int]] = []
    for start, end in _gaps(~inked):
        if words and start - words[-1][1] < gap_px:
            words[-1] = (words[-1][0], end)
        else:
            words.append((start, end))
    return words


def _ink(picture: Picture) -> Picture:
    """1 where brightness changes from one pixel to the next, but for long straight edges."""
    edges = np.zeros(picture.shape, np.uint8)
    edges[:, 1:] |= cv2.absdiff(picture[:, 1:], picture[:, :-1]) > EDGE
    edges[1:, :] |= cv2.absdiff(picture[1:, :], picture[:-1, :]) > EDGE
    for kernel in (_box(1, RULE_PX), _box(2 * RULE_PX, 1)):
        edges[cv2.morphologyEx(edges, cv2.MORPH_OPEN, kernel) > 0] = 0
    return edges


def _without_frames(ink: Picture) -> Picture:
    """Without the borders of buttons and fields, which are empty inside or thin, as hardly a letter is."""
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = np.asarray(statistics, np.int32)
    _, _, width, height, area = boxes.T
    bars = (height >= FRAME_PX) & (height >= BAR * width)
    framed = bars | ((height > MAX_HEIGHT_PX) & (area < SPARSE * width * height))
    hollow = (height >= FRAME_PX) & (width > height) & (area < HOLLOW * width * height)
    for label in np.flatnonzero(hollow & ~framed).tolist():
        left, top, *size = (int(n) for n in boxes[label][:4])
        inside = labels[top : top + size[1], left : left + size[0]][BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]
        framed[label] = not (inside == label).any()
    framed[0] = bars[0] = False  # the background
    letters = np.where(framed[labels], np.uint8(0), ink)
    _restore(letters, ink, boxes[bars & (height <= MAX_HEIGHT_PX), :4].tolist())
    return letters


def _restore(letters: Picture, ink: Picture, bars: list[list[int]]) -> None:
    """Put back the bars that are letters, such as l and I, in place: they stand close to others, on the same line.

    The side of a frame keeps its distance, and a text cursor hangs below the line.
    """
    found = True
    while found:
        found = [bar for bar in bars if _is_letter(letters, *bar)]
        bars = [bar for bar in bars if bar not in found]
        for left, top, width, height in found:
            box = slice(top, top + height), slice(left, left + width)
            letters[box] = ink[box]


def _is_letter(letters: Picture, left: int, top: int, width: int, height: int) -> bool:
    reach, foot = max(2, int(BAR_GAP * height)), max(2, int(BAR_FOOT * height))
    return bool(letters[top + height - foot : top + height, max(0, left - reach) : left + width + reach].any())


def _parts(joined: Picture) -> NDArray[np.int32]:
    """[parts, 4] left, top, width and height of what is connected, lines that have grown together parted."""
    _, found, statistics, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    labels = np.asarray(found, np.int32)
    boxes = np.asarray(statistics, np.int32)[1:, :4]
    if not len(boxes):
        return boxes
    tall = boxes[:, 3] >= TALL * np.median(boxes[:, 3])
    tall[np.flatnonzero(tall)[MAX_LINES:]] = False  # as many are no text
    parted = [part for n in np.flatnonzero(tall).tolist() for part in _parted(labels, n + 1, boxes[n].tolist())]
    return np.concatenate([boxes[~tall], np.array(parted, np.int32).reshape(-1, 4)])


def _parted(labels: NDArray[np.int32], label: int, box: list[int]) -> Iterator[tuple[int, int, int, int]]:
    left, top, width, height = box
    mine = labels[top : top + height, left : left + width] == label
    rows = ~_valleys(mine.sum(axis=1, dtype=np.float32)[:, np.newaxis])[:, 0]
    for start, end in _gaps(~rows):
        columns = np.flatnonzero(mine[start:end].any(axis=0))
        yield left + int(columns[0]), top + start, int(columns[-1] - columns[0]) + 1, end - start


def _without_valleys(joined: Picture) -> Picture:
    """Part lines that touch: in a strip of the picture, rows with little ink between rows with much are emptied."""
    height_px, width_px = joined.shape
    n_strips = -(-width_px // STRIP_PX)
    padded = np.zeros((height_px, n_strips * STRIP_PX), np.uint8)
    padded[:, :width_px] = joined
    ink = padded.reshape(height_px, n_strips, STRIP_PX).sum(axis=2, dtype=np.uint8)
    padded[np.repeat(_valleys(ink), STRIP_PX, axis=1)] = 0
    return padded[:, :width_px]


def _valleys(ink: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a row has little ink, and some row not far above and below it has much. [rows, columns]"""
    above = cv2.dilate(ink, _box(1, REACH_PX), anchor=(0, REACH_PX - 1))
    below = cv2.dilate(ink, _box(1, REACH_PX), anchor=(0, 0))
    return np.asarray(ink < VALLEY * np.minimum(above, below))


def _rows(parts: NDArray[np.int32], shape: Sequence[int]) -> Iterator[NDArray[np.int32]]:
    """Group parts that stand in one row with no more than a word's gap between them.

    Each part draws a bar through its middle, as long as it may reach; those whose bars touch belong together.
    """
    canvas = np.zeros((shape[0], shape[1]), np.uint8)
    for x, y, width, height in parts.tolist():
        reach = int(WORD_GAP * height) + WORD_GAP_PX
        cv2.rectangle(canvas, (x, y + height // 4), (x + width + reach, y + height - 1 - height // 4), 1, cv2.FILLED)
    _, labels = cv2.connectedComponents(canvas, connectivity=8)
    groups = labels[parts[:, 1] + parts[:, 3] // 2, parts[:, 0]]
    for group in np.unique(groups):
        yield parts[groups == group]


def _around(parts: NDArray[np.int32]) -> Place:
    left, top = (int(n) for n in parts[:, :2].min(axis=0))
    right, bottom = (int(n) for n in (parts[:, :2] + parts[:, 2:]).max(axis=0))
    return Place(left, top, right - left, bottom - top)


def _gaps(inked: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    steps = np.flatnonzero(np.diff(np.concatenate(([True], inked, [True])).astype(np.int8)))
    return zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True)


def _box(width_px: int, height_px: int) -> Any:
    return np.ones((height_px, width_px), np.uint8)
