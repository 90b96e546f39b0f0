"""What both senses of the clipboard promise, with a window (Qt) and without (XFIXES and xclip), on a real clipboard."""

from __future__ import annotations

import json
import struct
import sys
import zlib
from collections.abc import Callable, Iterator

import pytest

from desktop.processes import Watched
from desktop.virtual import VirtualDesktop
from model.stream.clipboard import EMPTY, SECRET
from model.stream.trace import event_from_json
from model.stream.values import Channel, Copied, Origin
from tests.selection_owner import Habits, SelectionOwner

pytestmark = pytest.mark.integration

WITHIN_S = 40.0


class Sensing:
    """A running sense, what it posted, and somebody who copies."""

    def __init__(self, screen: VirtualDesktop, program: Watched) -> None:
        self.screen = screen
        self._program = program
        self._owners: list[SelectionOwner] = []

    @property
    def posted(self) -> list[Copied]:
        rows = [json.loads(line) for line in self._program.lines if line.startswith("{")]
        events = [event_from_json(row) for row in rows]
        assert all((event.channel, event.origin) == (Channel.CLIPBOARD, Origin.WORLD) for event in events)
        return [event.data for event in events if isinstance(event.data, Copied)]

    @property
    def output(self) -> str:
        return "".join(self._program.lines)

    def wait_for(self, wanted: Copied) -> None:
        """Until this is the newest."""
        self.wait_until(lambda: self.posted[-1:] == [wanted], repr(wanted)[:80])

    def wait_until(self, met: Callable[[], bool], what: str) -> None:
        self._program.wait_until(met, WITHIN_S, what)

    def own(self, **habits: object) -> SelectionOwner:
        owner = SelectionOwner(self.screen.display, Habits(**habits))  # pyright: ignore[reportArgumentType]
        self._owners.append(owner)
        return owner

    def close(self) -> None:
        for owner in self._owners:
            owner.close()
        self._program.end()


@pytest.fixture(params=["x11", "qt"])
def sensing(request: pytest.FixtureRequest, virtual_screen: VirtualDesktop) -> Iterator[Sensing]:
    started = Sensing(virtual_screen, virtual_screen.watch(sys.executable, "-m", "tests.sensing", request.param))
    started.wait_for(EMPTY)
    yield started
    started.close()


def png(width_px: int, height_px: int) -> bytes:
    """A picture of one colour, whole and right."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width_px, height_px, 8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + bytes(width_px)) * height_px)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# What can be copied ---------------------------------------------------------------------------------------------


def test_text_and_addresses(sensing: Sensing) -> None:
    sensing.own(offers={"UTF8_STRING": "grüße ✓\nzwei".encode(), "TIMESTAMP": b""})
    sensing.wait_for(Copied("text", "grüße ✓\nzwei", 16))
    sensing.own(offers={"UTF8_STRING": b"https://example.org"})
    sensing.wait_for(Copied("url", "https://example.org", 19))
    assert len(sensing.posted) == 3


@pytest.mark.parametrize(
    "offers",
    [
        {"text/uri-list": b"file:///tmp/a%20b\r\nfile:///tmp/%C3%BC\r\n", "UTF8_STRING": b"a b"},
        {"x-special/gnome-copied-files": b"copy\nfile:///tmp/a%20b\nfile:///tmp/%C3%BC", "UTF8_STRING": b"/tmp/a b"},
    ],
    ids=["uri-list", "gnome"],
)
def test_files_of_a_file_manager(sensing: Sensing, offers: dict[str, bytes]) -> None:
    sensing.own(offers=offers)
    sensing.wait_until(lambda: sensing.posted[-1].kind == "files", "Files")
    assert (sensing.posted[-1].text, sensing.posted[-1].count) == ("/tmp/a b\n/tmp/ü", 2)


def test_an_image_by_its_measures(sensing: Sensing) -> None:
    picture = png(320, 200)
    sensing.own(offers={"image/png": picture, "text/html": b"<img src='x.png'>"})
    sensing.wait_for(Copied("image", "", len(picture), width_px=320, height_px=200))


def test_rich_text_by_its_plain_text(sensing: Sensing) -> None:
    sensing.own(offers={"text/html": b"<p>Dear <b>all</b></p>", "text/rtf": b"{x}", "UTF8_STRING": b"Dear all"})
    sensing.wait_for(Copied("text", "Dear all", 8))
    sensing.own(offers={"text/html": "<p>Only <i>HTML</i> ü</p>".encode()})
    sensing.wait_for(Copied("text", "Only HTML ü", 26))


# Secrets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mark",
    [
        "x-kde-passwordManagerHint",
        'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"',
        'application/x-qt-windows-mime;value="Clipboard Viewer Ignore"',
        "org.nspasteboard.ConcealedType",
        "com.agilebits.onepassword",
    ],
)
def test_of_a_secret_nothing_is_asked_and_nothing_told(sensing: Sensing, mark: str) -> None:
    """With the marks of all platforms, as names of formats can be offered here: who reads them is the same there."""
    secret = {"UTF8_STRING": b"hunter2", "text/plain": b"hunter2", "text/html": b"<b>hunter2</b>"}
    owner = sensing.own(offers={**secret, mark: b"secret"})
    sensing.wait_for(SECRET)
    sensing.own(offers={"UTF8_STRING": b"no secret"})
    sensing.wait_for(Copied("text", "no secret", 9))
    assert set(owner.asked) <= {"TARGETS"}
    assert "hunter2" not in sensing.output


# Owners with bad habits -----------------------------------------------------------------------------------------


def test_a_hundred_megabytes_are_shortened(sensing: Sensing) -> None:
    sensing.screen.copy("0123456789abcde\n" * (100_000_000 // 16))
    sensing.wait_until(lambda: sensing.posted[-1].kind == "text", "The large text")
    large = sensing.posted[-1]
    assert (len(large.text), large.size_bytes) == (10_000, 100_000_000)


def test_text_that_is_no_text(sensing: Sensing) -> None:
    sensing.own(offers={"UTF8_STRING": b"bro\xffken \xc3"})
    sensing.wait_until(lambda: sensing.posted[-1].text.startswith("bro\ufffdken"), "What is left of the text")
    sensing.own(offers={"UTF8_STRING": b"a\0b"})
    sensing.wait_until(lambda: sensing.posted[-1].kind == "binary", "Binary content")
    assert sensing.posted[-1].text == ""


def test_a_picture_that_is_no_picture(sensing: Sensing) -> None:
    sensing.own(offers={"image/png": b"no picture"})
    sensing.wait_for(Copied("image", "", 10))


def test_a_picture_of_no_bytes(sensing: Sensing) -> None:
    sensing.own(offers={"image/png": b""})
    sensing.wait_until(lambda: sensing.posted[-1].kind in ("binary", "image"), "That there is something")
    assert sensing.posted[-1].text == ""
    sensing.own(offers={"UTF8_STRING": b"after"})
    sensing.wait_for(Copied("text", "after", 5))


def test_a_picture_that_would_not_fit_into_memory(sensing: Sensing) -> None:
    """A hundred thousand pixels square in some bytes: it is measured, not unpacked."""
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 6, 0, 0, 0)
    picture = header + bytes(1000)
    sensing.own(offers={"image/png": picture})
    sensing.wait_for(Copied("image", "", len(picture), width_px=100_000, height_px=100_000))


def test_files_that_do_not_exist(sensing: Sensing) -> None:
    listing = b"file:///nowhere/one.txt\r\nfile:///nowhere/two%20words.txt\r\n"
    sensing.own(offers={"text/uri-list": listing})
    sensing.wait_until(lambda: sensing.posted[-1].kind == "files", "The files")
    assert sensing.posted[-1].text == "/nowhere/one.txt\n/nowhere/two words.txt"
    assert sensing.posted[-1].count == 2


def test_a_large_text_that_breaks_off_in_the_middle(sensing: Sensing) -> None:
    owner = sensing.own(offers={"UTF8_STRING": b"half of it " * 10_000}, broken_off={"UTF8_STRING"})
    owner.wait_until_broken_off()
    sensing.own(offers={"UTF8_STRING": b"after"})
    sensing.wait_for(Copied("text", "after", 5))
    assert "half of it" not in sensing.output


def test_nothing_on_offer_and_nothing_in_it(sensing: Sensing) -> None:
    sensing.own(offers={"UTF8_STRING": b"something"})
    sensing.wait_for(Copied("text", "something", 9))
    sensing.own(offers={"UTF8_STRING": b""})
    sensing.wait_for(EMPTY)


def test_an_offer_that_is_not_kept(sensing: Sensing) -> None:
    owner = sensing.own(
        offers={"UTF8_STRING": b"never given", "text/html": b"nor this"}, refused={"UTF8_STRING", "text/html"}
    )
    owner.wait_until_asked("UTF8_STRING")
    sensing.own(offers={"UTF8_STRING": b"after"})
    sensing.wait_for(Copied("text", "after", 5))
    assert "never given" not in sensing.output


@pytest.mark.parametrize("silent", ["TARGETS", "UTF8_STRING"])
def test_an_owner_that_hangs_does_not_stop_what_is_copied_next(sensing: Sensing, silent: str) -> None:
    owner = sensing.own(offers={"UTF8_STRING": b"never given"}, silent={silent})
    owner.wait_until_asked(silent)
    sensing.own(offers={"UTF8_STRING": b"after"})
    sensing.wait_for(Copied("text", "after", 5))


@pytest.mark.parametrize("question", ["TARGETS", "UTF8_STRING"])
def test_an_owner_that_dies_when_asked(sensing: Sensing, question: str) -> None:
    owner = sensing.own(offers={"UTF8_STRING": b"never given"}, dies_at=question)
    owner.wait_until_asked(question)
    sensing.own(offers={"UTF8_STRING": b"after"})
    sensing.wait_for(Copied("text", "after", 5))


def test_an_owner_that_ends_leaves_nothing_behind(sensing: Sensing) -> None:
    owner = sensing.own(offers={"UTF8_STRING": b"short-lived"})
    sensing.wait_for(Copied("text", "short-lived", 11))
    owner.close()
    sensing.wait_for(EMPTY)


def test_of_a_hundred_copies_in_a_second_the_newest_wins(sensing: Sensing) -> None:
    for number in range(100):
        sensing.own(offers={"UTF8_STRING": b"copy %d" % number})
    sensing.wait_for(Copied("text", "copy 99", 7))
