"""Whether somebody is talking to the assistant, so that every sense should be at its best."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from model.stream.values import Channel, Event, Step, Tick

STAYS_S = 30.0
"""A conversation goes on after a word or a reply, though the microphone may be closed."""
_OF_A_TALK = (Channel.USER, Channel.SELF, Channel.OUTCOME)


class Engaged:
    """A recorder of the loop. True when called: the microphone is open, or something was said or done lately."""

    def __init__(self, listening: Callable[[], bool], now_s: Callable[[], float] = time.monotonic) -> None:
        self._listening, self._now_s = listening, now_s
        self._until_s = 0.0

    def record(self, tick: Tick, events: Sequence[Event], step: Step) -> None:
        if any(event.channel in _OF_A_TALK for event in events):
            self._until_s = self._now_s() + STAYS_S

    def __call__(self) -> bool:
        return self._listening() or self._now_s() < self._until_s
