"""The clipboard of a real X server, watched."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost
from model.stream.values import Copied, Event
from perception.clipboard import ClipboardPoller

pytestmark = pytest.mark.integration

WITHIN_S = 30.0


class Watching:
    """A running sense and what it has posted."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._stop = threading.Event()
        self.lost: DeviceLost | None = None
        self._thread = threading.Thread(target=self._run, name="clipboard")
        self._thread.start()

    def _run(self) -> None:
        try:
            ClipboardPoller().run(self._events.append, self._stop)
        except DeviceLost as error:
            self.lost = error

    def wait_for(self, *wanted: Copied) -> None:
        deadline_s = time.monotonic() + WITHIN_S
        while self.posted != list(wanted):
            assert time.monotonic() < deadline_s, self.posted
            time.sleep(0.02)

    def wait_until_lost(self) -> None:
        self._thread.join(WITHIN_S)
        assert self.lost is not None

    @property
    def posted(self) -> list[Copied]:
        return [event.data for event in list(self._events) if isinstance(event.data, Copied)]

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


@pytest.fixture
def watching(on_screen: VirtualDesktop) -> Iterator[Watching]:
    started = Watching()
    yield started
    started.close()


EMPTY = Copied("empty", "", 0)


def own(screen: VirtualDesktop, content: bytes, *options: str) -> None:
    """Some other program puts this on the clipboard."""
    file: Path = screen.home / "owned"
    file.write_bytes(content)
    subprocess.run(["xclip", "-selection", "clipboard", *options, file], env=screen.env, check=True)


def test_every_change_is_posted_once(watching: Watching, on_screen: VirtualDesktop) -> None:
    watching.wait_for(EMPTY)
    on_screen.copy("grüße ✓")
    watching.wait_for(EMPTY, Copied("text", "grüße ✓", 11))
    own(on_screen, b"https://example.org")
    watching.wait_for(EMPTY, Copied("text", "grüße ✓", 11), Copied("url", "https://example.org", 19))


def test_a_hundred_megabytes_are_shortened(watching: Watching, on_screen: VirtualDesktop) -> None:
    watching.wait_for(EMPTY)
    own(on_screen, b"0123456789abcde\n" * (100_000_000 // 16))
    deadline_s = time.monotonic() + WITHIN_S
    while len(watching.posted) < 2 and time.monotonic() < deadline_s:
        time.sleep(0.05)
    large = watching.posted[1]
    assert (large.kind, len(large.text), large.size_bytes) == ("text", 10_000, 100_000_000)


def test_an_image_is_binary(watching: Watching, on_screen: VirtualDesktop) -> None:
    watching.wait_for(EMPTY)
    own(on_screen, bytes(range(256)) * 100, "-target", "image/png")
    watching.wait_for(EMPTY, Copied("binary", "", 0))


def test_a_password_is_passed_over(watching: Watching, on_screen: VirtualDesktop) -> None:
    watching.wait_for(EMPTY)
    own(on_screen, b"secret", "-target", "x-kde-passwordManagerHint")
    own(on_screen, b"no secret")
    watching.wait_for(EMPTY, Copied("text", "no secret", 9))


def test_a_desktop_that_goes_away_is_said_so(on_screen: VirtualDesktop) -> None:
    watching = Watching()
    watching.wait_for(EMPTY)
    on_screen.close()
    watching.wait_until_lost()
    watching.close()
