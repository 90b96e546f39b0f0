"""What the folders promise each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Event as StopSignal
from typing import Protocol

from model.stream.values import Effect, Event, Place, Seen, Sounding, Step, Tick

Post = Callable[[Event], None]


class Licence(Protocol):
    """Judges which actions words of the user's may ask for. It is shown nothing else."""

    def __call__(self, words: Sequence[str], finished: bool) -> frozenset[str]:
        """`finished`: the user has paused behind them, or closed the channel."""
        ...


class Clock(Protocol):
    """The one owner of time."""

    def now_ns(self) -> int: ...

    def ticks(self, stop: StopSignal) -> Iterator[Tick]:
        """Beats until `stop` is set: at once after `hurry`, else when something happens, and not at all otherwise."""
        ...

    def hurry(self) -> None:
        """Ask for the next tick at once: something is half read or half said."""
        ...


class Sense(Protocol):
    """A device that posts events. `run` is called on a thread of its own and returns once `stop` is set.

    Raises `DeviceLost` when the device goes away; the owner starts it again with back-off.
    """

    name: str

    def run(self, post: Post, stop: StopSignal) -> None: ...


class Mind(Protocol):
    """Something that predicts every channel: the reflex now, deliberation later."""

    def step(self, seen: Seen) -> Step: ...

    def reset(self) -> None:
        """Forget the stream, as at start-up."""
        ...


class Effector(Protocol):
    """Does what the mind decided. Never blocks."""

    def submit(self, effect: Effect, tick: Tick) -> None: ...


class Look(Protocol):
    """What is on the screen right now: implemented by the eyes, used by the hands."""

    def read(self, place: Place | None = None) -> Sequence[tuple[str, Place]]:
        """Every line of text in `place` (all screens if None), read afresh from the pixels.

        Takes up to seconds for a whole screen that was never seen. Raises `DeviceLost` without a screen.
        """
        ...

    def colours(self, place: Place) -> Sequence[tuple[int, int, int]]:
        """Red, green and blue, 0 to 255, of the ground at this place and then, if there is one, of what stands on it.

        Raises `DeviceLost` without a screen.
        """
        ...

    def picture(self) -> bytes:
        """All screens as they are now, as PNG. Raises `DeviceLost` without a screen."""
        ...


class Playback(Protocol):
    """What is being played: the echo canceller's reference, and how the loop knows that it is talking."""

    def speaking(self) -> bool: ...

    def on_playing(self, tell: Callable[[Sounding], None]) -> None:
        """From now on `tell` is given every block as it is handed to the sound system. It must not block."""
        ...
