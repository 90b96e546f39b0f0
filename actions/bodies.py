"""What an action's body is: the function that does it, and the values it answers with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event as StopSignal

from model.stream.errors import NotPermitted

Undo = Callable[[StopSignal], str]
"""Takes an action back and says so in a sentence; returns early once the signal is set.

Raises `NotPermitted` when it is too late.
"""


def irrevocable(reason: str) -> Undo:
    """An undo that can only say why there is none."""

    def undo(stop: StopSignal) -> str:
        raise NotPermitted(reason)

    return undo


@dataclass(frozen=True, slots=True)
class Done:
    """It was done; `text` says so in a sentence fit to be spoken."""

    text: str
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Halted:
    """The stop signal came in the middle; `undo` takes back the part that was done."""

    text: str
    undo: Undo | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done, and nothing changed; `text` says why."""

    text: str


@dataclass(frozen=True, slots=True)
class Asks:
    """Nothing was done yet: `text` asks the user whether to do it with these values instead."""

    text: str
    values: Mapping[str, str]


Result = Done | Halted | Refused | Asks

Body = Callable[[Mapping[str, str], StopSignal], Result]
"""Does an action, given its arguments as values (see `actions.arguments`); returns early once the signal is set.

Runs on the hands' thread. May raise any `AmbidexError`.
"""
