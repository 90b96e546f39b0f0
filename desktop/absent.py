"""What stands in for a device that this machine lacks: every attempt to use it says what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event as StopSignal
from typing import NoReturn

from actions.hands import Focus
from model.stream.errors import DeviceLost
from model.stream.values import Copied, Place


class AbsentHands:
    """`actions.hands.Hands` where nothing can be typed or clicked."""

    strokes = 0

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def ready(self, stop: StopSignal) -> None:
        self._refuse()

    def type_text(self, text: str, stop: StopSignal) -> int:
        self._refuse()

    def press(self, chord: str, stop: StopSignal) -> None:
        self._refuse()

    def click(self, point: tuple[int, int], button: str, count: int, stop: StopSignal) -> None:
        self._refuse()

    def move(self, point: tuple[int, int], stop: StopSignal) -> None:
        self._refuse()

    def drag(self, start: tuple[int, int], end: tuple[int, int], stop: StopSignal, presses: int = 1) -> None:
        self._refuse()

    def scroll(self, direction: str, notches: int, stop: StopSignal) -> None:
        self._refuse()

    def release_all(self) -> None:
        """Nothing is held."""

    def active_window(self) -> Focus | None:
        return None

    def window_at(self, point: tuple[int, int]) -> int:
        self._refuse()

    def described(self, window: int) -> Focus | None:
        self._refuse()

    def screen_size(self) -> tuple[int, int]:
        self._refuse()

    def recently_active(self) -> bool:
        return False

    def recently_pressed(self) -> bool:
        return False

    def close(self) -> None:
        pass

    def _refuse(self) -> NoReturn:
        raise DeviceLost(self._reason)


class AbsentWindows:
    """`actions.windows.Windows` where there is no window manager to ask."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def all(self) -> Sequence[Focus]:
        self._refuse()

    def focus(self, window: int) -> None:
        self._refuse()

    def minimize(self, window: int) -> None:
        self._refuse()

    def is_minimized(self, window: int) -> bool:
        self._refuse()

    def maximize(self, window: int, on: bool) -> bool:
        self._refuse()

    def close_window(self, window: int) -> bool:
        self._refuse()

    def answers(self, window: int) -> bool:
        self._refuse()

    def close(self) -> None:
        pass

    def _refuse(self) -> NoReturn:
        raise DeviceLost(self._reason)


class AbsentClipboard:
    """`actions.clipboard.Clipboard` where there is none."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def read(self) -> Copied | None:
        raise DeviceLost(self._reason)

    def selected(self) -> Copied | None:
        raise DeviceLost(self._reason)

    def write(self, text: str) -> None:
        raise DeviceLost(self._reason)

    def changes(self) -> int:
        raise DeviceLost(self._reason)

    def changed(self, since: int, stop: StopSignal) -> bool:
        raise DeviceLost(self._reason)

    def close(self) -> None:
        pass


class NoMarker:
    """`actions.aim.Marker` where there is no window to draw in: what is pointed at is only told."""

    def mark(self, places: Sequence[Place]) -> None:
        del places


class AbsentLook:
    """`model.stream.protocols.Look` where the screen is not to be read."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def read(self, place: Place | None = None) -> Sequence[tuple[str, Place]]:
        raise DeviceLost(self._reason)

    def colours(self, place: Place) -> Sequence[tuple[int, int, int]]:
        raise DeviceLost(self._reason)

    def picture(self) -> bytes:
        raise DeviceLost(self._reason)
