"""The clipboard of a real X server for the hands: what is there, and who does not want it read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from actions.clipboard import MAX_CHARACTERS
from actions.x11_clipboard import XClipboard, open_clipboard
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from model.stream.clipboard import BINARY, SECRET
from model.stream.errors import DeviceLost
from model.stream.values import Copied
from tests.selection_owner import Habits, SelectionOwner

pytestmark = pytest.mark.integration

Own = Callable[..., SelectionOwner]


@pytest.fixture
def clipboard(virtual_screen: VirtualDesktop) -> Iterator[XClipboard]:
    opened = open_clipboard(virtual_screen.env)
    yield opened
    opened.close()


@pytest.fixture
def own(virtual_screen: VirtualDesktop) -> Iterator[Own]:
    """Some other program copies."""
    owners: list[SelectionOwner] = []

    def take(selection: str = "CLIPBOARD", **habits: object) -> SelectionOwner:
        owners.append(SelectionOwner(virtual_screen.display, Habits(**habits), selection))  # pyright: ignore
        return owners[-1]

    yield take
    for owner in owners:
        owner.close()


def test_a_hundred_megabytes_are_read_in_part_and_soon(clipboard: XClipboard, virtual_screen: VirtualDesktop) -> None:
    before = clipboard.changes()
    virtual_screen.copy("0123456789abcde\n" * (100_000_000 // 16))
    wait_until(lambda: clipboard.changes() > before, 30, "The large text")
    began_s = time.monotonic()
    large = clipboard.read()
    assert time.monotonic() - began_s < 6
    assert large is None or len(large.text) == MAX_CHARACTERS
    clipboard.write("small again")
    assert clipboard.read() == Copied("text", "small again", 11)


def test_files_and_images_are_known(clipboard: XClipboard, own: Own) -> None:
    own(offers={"text/uri-list": b"file:///a\r\nfile:///b\r\n"})
    assert clipboard.read() == Copied("files", "/a\n/b", 22, count=2)
    own(offers={"image/gif": b"GIF89a\x20\x03\x58\x02"})
    assert clipboard.read() == Copied("image", "", 10, width_px=800, height_px=600)
    own(offers={"UTF8_STRING": b"a\0b"})
    assert clipboard.read() == BINARY


def test_what_is_selected_is_known_apart_from_what_is_copied(clipboard: XClipboard, own: Own) -> None:
    own("PRIMARY", offers={"UTF8_STRING": b"selected"})
    assert (clipboard.selected(), clipboard.changes()) == (Copied("text", "selected", 8), 0)
    own("PRIMARY", offers={"UTF8_STRING": b"hunter2", "x-kde-passwordManagerHint": b"secret"})
    assert clipboard.selected() == SECRET


def test_of_a_secret_nothing_is_asked(clipboard: XClipboard, own: Own) -> None:
    owner = own(offers={"UTF8_STRING": b"hunter2", "x-kde-passwordManagerHint": b"secret"})
    assert clipboard.read() == SECRET
    assert owner.asked == ["TARGETS"]


def test_a_password_copied_between_question_and_answer_is_thrown_away(clipboard: XClipboard, own: Own) -> None:
    def copy_password() -> None:
        own(offers={"UTF8_STRING": b"hunter2", "x-kde-passwordManagerHint": b"secret"})

    own(offers={"UTF8_STRING": b"harmless"}, afterwards={"TARGETS": copy_password})
    assert clipboard.read() == SECRET


def test_a_clipboard_that_never_rests_is_not_read(clipboard: XClipboard, own: Own) -> None:
    def copy_again() -> None:
        own(offers={"UTF8_STRING": b"never told"}, afterwards={"TARGETS": copy_again})

    copy_again()
    assert clipboard.read() is None


@pytest.mark.parametrize("silent", ["TARGETS", "UTF8_STRING"])
def test_an_owner_that_does_not_answer_is_not_waited_for(
    clipboard: XClipboard, own: Own, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.x11_clipboard.TIMEOUT_S", 0.3)
    own(offers={"UTF8_STRING": b"never given"}, silent={silent})
    began_s = time.monotonic()
    assert clipboard.read() is None
    assert time.monotonic() - began_s < 5


def test_a_desktop_that_goes_away_is_said_so(clipboard: XClipboard, virtual_screen: VirtualDesktop) -> None:
    virtual_screen.close()
    with pytest.raises(DeviceLost, match="went away"):
        clipboard.read()


def test_no_desktop_is_said_so() -> None:
    with pytest.raises(DeviceLost, match="xclip"):
        open_clipboard({})
