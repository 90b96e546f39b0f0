"""The colours of a piece of the screen: of its ground, and of what is written on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BIN = 32
"""Colours nearer to each other than this, in each of red, green and blue, count as one: screens have gradients."""
APART = 96
"""How far an ink is from its ground at least, in the largest of red, green and blue; smoothed edges lie between."""
INK_SHARE = 0.015


def ground_and_ink(pixels: NDArray[np.uint8]) -> list[tuple[int, int, int]]:
    """`pixels` [N, 3] red, green, blue. The most frequent colour, and then the most frequent that is far from it."""
    ground = _commonest(pixels)
    distance = np.abs(pixels.astype(np.int16) - np.array(ground, np.int16)).max(axis=1)
    ink = pixels[distance >= APART]
    return [ground] if len(ink) < INK_SHARE * len(pixels) else [ground, _commonest(ink)]


def _commonest(pixels: NDArray[np.uint8]) -> tuple[int, int, int]:
    bins = (pixels // BIN).astype(np.int64) @ np.array([64, 8, 1])
    most = int(np.bincount(bins).argmax())
    red, green, blue = pixels[bins == most].astype(np.int64).mean(axis=0).round().astype(int).tolist()
    return red, green, blue
