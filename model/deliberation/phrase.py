"""What a language model writes, as all of the program knows it. Loads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stream(StrEnum):
    """The value is how its line begins."""

    THINK = "think"
    SAY = "say"
    DO = "do"


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a stream wrote. `last`: it has nothing more to write for now; then the text may be empty. `turn`: which time
    of being given the floor it belongs to."""

    stream: Stream
    text: str
    last: bool
    turn: int = 0
