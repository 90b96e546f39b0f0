"""How large a picture is, from the beginning of its file: nothing is decoded, so nothing broken can do harm."""

from __future__ import annotations

import struct

UNKNOWN = (0, 0)
MAX_PX = 1_000_000


def picture_size(beginning: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG, JPEG, GIF or BMP; 0 and 0 where that cannot be told."""
    try:
        size = _size(beginning)
    except struct.error:
        return UNKNOWN  # it ends too early
    return size if all(0 < px <= MAX_PX for px in size) else UNKNOWN


def _size(data: bytes) -> tuple[int, int]:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _unpack(">II", data, 16)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _unpack("<HH", data, 6)
    if data.startswith(b"BM"):
        width_px, height_px = _unpack("<ii", data, 18)
        return width_px, abs(height_px)  # negative where the topmost row comes first
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    return UNKNOWN


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """It stands in the segment "start of frame"; those before it are skipped by their lengths."""
    at = 2
    while True:
        marker, length = _unpack(">HH", data, at)
        if not 0xFFC0 <= marker <= 0xFFFE:
            return UNKNOWN
        if marker <= 0xFFCF and marker not in (0xFFC4, 0xFFC8, 0xFFCC):
            height_px, width_px = _unpack(">HH", data, at + 5)
            return width_px, height_px
        at += 2 + length


def _unpack(layout: str, data: bytes, at: int) -> tuple[int, int]:
    first, second = struct.unpack_from(layout, data, at)
    return first, second
