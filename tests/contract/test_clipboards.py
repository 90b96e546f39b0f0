"""What every clipboard promises the hands, checked on the fake and on X11."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Event as StopSignal

import pytest

from actions.clipboard import LOOK_S, LOOKS, Clipboard
from actions.x11_clipboard import open_clipboard
from desktop.virtual import VirtualDesktop
from model.stream.clipboard import EMPTY
from model.stream.values import Copied
from tests.fake_clipboard import FakeClipboard


@pytest.fixture(params=["fake", pytest.param("x11", marks=pytest.mark.integration)])
def clipboard(request: pytest.FixtureRequest) -> Iterator[Clipboard]:
    if request.param == "fake":
        yield FakeClipboard()
        return
    screen: VirtualDesktop = request.getfixturevalue("virtual_screen")
    opened = open_clipboard(screen.env)
    yield opened
    opened.close()


@pytest.mark.parametrize("text", ["hello", "Grüße ✓ 日本\nzweite Zeile\n", "-option", " ", "x" * 100_000])
def test_what_is_written_is_read(clipboard: Clipboard, text: str) -> None:
    clipboard.write(text)
    assert clipboard.read() == Copied("text", text, len(text.encode()))


def test_an_address_is_known_as_one(clipboard: Clipboard) -> None:
    clipboard.write("https://example.org")
    assert clipboard.read() == Copied("url", "https://example.org", 19)


def test_nothing_is_there_at_first(clipboard: Clipboard) -> None:
    assert clipboard.read() == EMPTY


def test_every_change_is_noticed_also_of_the_same_to_the_same(clipboard: Clipboard) -> None:
    before = clipboard.changes()
    clipboard.write("again")
    once = clipboard.changes()
    clipboard.write("again")
    assert before < once < clipboard.changes()
    assert clipboard.changed(once, StopSignal())


def test_reading_is_no_change(clipboard: Clipboard) -> None:
    clipboard.write("hello")
    before = clipboard.changes()
    clipboard.read()
    began_s = time.monotonic()
    assert not clipboard.changed(before, StopSignal())
    assert time.monotonic() - began_s < 5 * LOOKS * LOOK_S


def test_a_change_of_the_keyboard_is_no_change(clipboard: Clipboard, request: pytest.FixtureRequest) -> None:
    before = clipboard.changes()
    if not isinstance(clipboard, FakeClipboard):
        request.getfixturevalue("virtual_screen").xdotool("type", "✓")  # lends a key to the character
    assert clipboard.changes() == before


def test_waiting_for_a_change_ends_when_stopped(clipboard: Clipboard) -> None:
    stop = StopSignal()
    stop.set()
    began_s = time.monotonic()
    assert not clipboard.changed(clipboard.changes(), stop)
    assert time.monotonic() - began_s < LOOKS * LOOK_S / 2
