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
    """What a stream wrote. `last`: it has nothing more to write for now; then the text may be empty."""

    stream: Stream
    text: str
    last: bool
