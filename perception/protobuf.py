"""Reads the outer fields of a protobuf message in a file of any size, without loading it.

ONNX models and sentencepiece vocabularies are such messages. Of a model of hundreds of megabytes only some small fields
are wanted, and whether the file goes on to its end; the packages that know these formats would load all of it.
Source: the protobuf encoding; onnx.proto; sentencepiece_model.proto.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from model.stream.errors import ModelFailed

MAX_FIELD_BYTES = 1 << 20
_METADATA, _KEY, _VALUE = 14, 1, 2
_PIECE, _TEXT, _SCORE = 1, 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def onnx_metadata(path: Path) -> dict[str, str]:
    """The notes that whoever exported an ONNX model left in it. Raises `ModelFailed` if the file is cut off."""
    pairs = (dict(_parsed(value)) for number, value in _fields_of(path) if number == _METADATA)
    return {
        pair.get(_KEY, b"").decode(errors="replace"): pair.get(_VALUE, b"").decode(errors="replace") for pair in pairs
    }


def sentence_pieces(path: Path) -> list[tuple[str, float]]:
    """The pieces of a sentencepiece vocabulary (`bpe.model`) with their scores. Raises `ModelFailed`."""
    found = [dict(_parsed(value)) for number, value in _fields_of(path) if number == _PIECE]
    return [(piece.get(_TEXT, b"").decode(errors="replace"), _float(piece.get(_SCORE, b""))) for piece in found]


def _fields_of(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            yield from _fields(file, path.stat().st_size)
    except (OSError, ValueError) as error:
        raise ModelFailed(f"{path.name} is damaged or cut off ({error}). Fetch it again.") from error


def _parsed(message: bytes) -> Iterator[tuple[int, bytes]]:
    return _fields(io.BytesIO(message), len(message))


def _fields(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each field; long ones are skipped, and come as no bytes. Raises `ValueError`."""
    while file.tell() < size:
        key = _varint(file)
        kind = key & 7
        if kind == _VARINT:
            _varint(file)
            continue
        length = _varint(file) if kind == _BYTES else {_FIXED64: 8, _FIXED32: 4}.get(kind, -1)
        if not key >> 3 or length < 0:
            raise ValueError("it is not what its name says")
        if file.tell() + length > size:
            raise ValueError(f"{file.tell() + length - size} bytes are missing")
        if length > MAX_FIELD_BYTES:
            file.seek(length, 1)
        yield key >> 3, b"" if length > MAX_FIELD_BYTES else file.read(length)


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            raise ValueError("its end is missing")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("it is not what its name says")


def _float(raw: bytes) -> float:
    return float(struct.unpack("<f", raw)[0]) if len(raw) == 4 else 0.0
