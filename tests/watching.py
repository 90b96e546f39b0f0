"""The eyes at work on a real screen, and what they have told so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from model.stream.errors import DeviceLost
from model.stream.values import Event, Line, LineGone, Window
from perception.accessibility import Accessibility
from perception.screen import Eyes

WITHIN_S = 40.0
AT_REST_S = 2.5
"""Longer than the eyes put off a look."""


class Watching:
    """Eyes on a thread of their own, from the start until `close`; also as a context manager."""

    def __init__(self, accessibility: Accessibility | None = None) -> None:
        self.eyes = Eyes(accessibility=accessibility)
        self.accessibility = accessibility
        self.events: list[Event] = []
        self.lost: DeviceLost | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="eyes")
        self._thread.start()

    def __enter__(self) -> Watching:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(15)
        assert not self._thread.is_alive()

    @property
    def lines(self) -> dict[int, Line]:
        """The lines that are there, by number."""
        lines: dict[int, Line] = {}
        for event in list(self.events):
            match event.data:
                case Line(line_id=number):
                    lines[number] = event.data
                case LineGone(line_id=number):
                    del lines[number]
                case _:
                    pass
        return lines

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines.values()]

    @property
    def windows(self) -> list[str]:
        """The titles of those that had the focus, in order."""
        return [event.data.title for event in list(self.events) if isinstance(event.data, Window)]

    def line(self, text: str) -> Line:
        """The line of that text, once it is there."""
        self.wait(lambda: text in self.texts, text)
        return next(line for line in self.lines.values() if line.text == text)

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline_s = time.monotonic() + WITHIN_S
        while not condition():
            assert time.monotonic() < deadline_s, f"{what} did not come; there is {self.texts}"
            time.sleep(0.02)

    def rest(self) -> None:
        """Wait until nothing has been told for a while."""
        n_events = -1
        while n_events != len(self.events):
            n_events = len(self.events)
            time.sleep(AT_REST_S)

    def _run(self) -> None:
        try:
            self.eyes.run(self.events.append, self._stop)
        except DeviceLost as error:
            self.lost = error
