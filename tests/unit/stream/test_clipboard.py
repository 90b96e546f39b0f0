"""What is read off a clipboard, and what is not asked for."""

from __future__ import annotations

import struct
import time

import pytest

from model.stream.clipboard import (
    BINARY,
    EMPTY,
    MAX_CHARACTERS,
    SECRET,
    Answer,
    file_paths,
    html_text,
    is_secret,
    read_copied,
)
from model.stream.pictures import MAX_PX, picture_size
from model.stream.values import Copied


class Owner:
    """A program that copied something, in some formats; it does not answer for those that hold None."""

    def __init__(self, offered: dict[str, bytes | None]) -> None:
        self.offered = offered
        self.asked: list[str] = []

    def ask(self, name: str) -> Answer | None:
        self.asked.append(name)
        content = self.offered[name]
        return None if content is None else Answer(content, len(content))


def read(offered: dict[str, bytes | None], max_characters: int = MAX_CHARACTERS) -> Copied | None:
    owner = Owner(offered)
    return read_copied(list(offered), owner.ask, max_characters)


def text_as(name: str, content: bytes) -> Copied | None:
    return read({"TARGETS": b"", name: content})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"milk and eggs", Copied("text", "milk and eggs", 13)),
        ("grüße ✓".encode(), Copied("text", "grüße ✓", 11)),
        (b"https://example.org/a?b=1", Copied("url", "https://example.org/a?b=1", 25)),
        (b"see https://example.org", Copied("text", "see https://example.org", 23)),
        (b"", EMPTY),
        (b"\xff\xfeab", Copied("text", "\ufffd\ufffdab", 4)),
        ("grü".encode()[:-1], Copied("text", "gr", 3)),
        (b"a\0b", BINARY),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_text(content: bytes, expected: Copied) -> None:
    assert text_as("UTF8_STRING", content) == expected


def test_the_oldest_format_of_text_is_latin_1_unless_it_is_not() -> None:
    assert text_as("STRING", "grüße".encode("latin-1")) == Copied("text", "grüße", 5)
    assert text_as("STRING", "grüße".encode()) == Copied("text", "grüße", 7)


def test_text_is_shortened_and_its_true_size_told() -> None:
    copied = read_copied(["text/plain"], lambda name: Answer(b"a" * 40_000, 100_000_000))
    assert copied == Copied("text", "a" * 10_000, 100_000_000)


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
def test_of_a_secret_nothing_is_asked(mark: str) -> None:
    owner = Owner({"TARGETS": b"", "UTF8_STRING": b"hunter2", mark: b"secret"})
    assert read_copied(list(owner.offered), owner.ask) == SECRET
    assert owner.asked == []
    assert not is_secret(["UTF8_STRING", "text/plain"])


def test_an_owner_that_does_not_answer() -> None:
    assert read({"UTF8_STRING": None}) is None


def test_nothing_and_what_is_not_understood() -> None:
    assert read({}) == EMPTY
    assert read({"TARGETS": b"", "TIMESTAMP": b""}) == EMPTY
    assert read({"application/x-color": b"red"}) == BINARY


FILES = b"file:///home/me/a%20letter.txt\r\nfile:///home/me/gr%C3%BC%C3%9Fe\r\n"


def test_files_come_before_their_names_as_text() -> None:
    copied = read({"text/plain": b"a letter.txt", "text/uri-list": FILES})
    assert copied == Copied("files", "/home/me/a letter.txt\n/home/me/grüße", len(FILES), count=2)


@pytest.mark.parametrize(
    ("listing", "paths"),
    [
        ("copy\nfile:///a\nfile:///b", ["/a", "/b"]),
        ("x-special/nautilus-clipboard\ncut\nfile:///a\n", ["/a"]),
        ("# a comment\r\nfile://host/a\r\nfile:/b\r\n", ["/a", "/b"]),
        ("file:///one%0Atwo", ["/one%0Atwo"]),
        ("file:///not%FFutf8", ["/not\ufffdutf8"]),
        ("file://[broken", [""]),
        ("https://example.org", []),
        ("file:///a\nhttps://example.org", []),
        ("", []),
    ],
)
def test_lists_of_files(listing: str, paths: list[str]) -> None:
    assert file_paths(listing) == paths


def test_a_list_of_addresses_is_no_list_of_files() -> None:
    offered: dict[str, bytes | None] = {"text/uri-list": b"https://example.org", "UTF8_STRING": b"https://example.org"}
    assert read(offered) == Copied("url", "https://example.org", 19)


def test_a_list_of_files_that_is_too_long_says_how_many() -> None:
    listing = b"".join(b"file:///%d\n" % n for n in range(10_000))
    copied = read({"text/uri-list": listing}, max_characters=100)
    assert copied is not None
    assert (copied.count, len(copied.text)) == (10_000, 100)


# Pictures -------------------------------------------------------------------------------------------------------

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 800, 600)
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc4\x00\x02\xff\xc2\x00\x11\x08" + struct.pack(">HH", 600, 800)


@pytest.mark.parametrize(
    "picture",
    [
        PNG,
        JPEG,
        b"GIF89a" + struct.pack("<HH", 800, 600),
        b"BM" + bytes(16) + struct.pack("<ii", 800, -600),
    ],
    ids=["png", "jpeg", "gif", "bmp"],
)
def test_the_size_of_a_picture_stands_at_its_beginning(picture: bytes) -> None:
    assert picture_size(picture) == (800, 600)
    for end in range(len(picture)):
        assert picture_size(picture[:end]) == (0, 0)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"no picture at all",
        b"\xff\xd8\x00\x00\x00\x00",
        PNG[:16] + struct.pack(">II", MAX_PX + 1, 1),
        PNG[:16] + struct.pack(">II", 0, 600),
        b"BM" + bytes(16) + struct.pack("<ii", -800, 600),
        b"\xff\xd8" + b"\xff\xe0\x00\x00" * 3,
    ],
)
def test_a_broken_picture_has_no_size(broken: bytes) -> None:
    assert picture_size(broken) == (0, 0)


def test_an_image_comes_before_a_page_around_it_and_after_text() -> None:
    image = Copied("image", "", len(PNG), width_px=800, height_px=600)
    assert read({"image/png": PNG, "text/html": b"<img src=x>"}) == image
    assert read({"image/png": PNG, "UTF8_STRING": b"1\t2"}) == Copied("text", "1\t2", 3)
    assert read({"image/png": b"", "text/html": b"<p>hello"}) == Copied("text", "hello", 8)
    assert read({"image/bmp": b"garbage"}) == Copied("image", "", 7)


# HTML -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>Dear <b>all</b>,</p>\n<p>see you &amp; yours</p>", "Dear all,\nsee you & yours"),
        ("<html><head><title>t</title></head><body>one<br/>two", "one\ntwo"),
        ("<head><meta charset=utf-8><body>open head", "open head"),
        ("<style>p {}</style>a<script>if (1 < 2) {}</script>b<!-- x -->c", "a\nb\nc"),
        ("a <![endif] b < c > d", "a <![endif] b\nd"),
        ("<", "<"),
        ("<>", ""),
    ],
)
def test_the_plain_text_of_a_page(page: str, text: str) -> None:
    assert html_text(page) == text
    assert read({"text/html": page.encode()}) == (Copied("text", text, len(page)) if text else EMPTY)


@pytest.mark.parametrize("piece", ["<", "<!--", "<script>", "</p", "<![", "&", "&#"])
def test_a_page_made_to_be_slow_is_not(piece: str) -> None:
    began_s = time.process_time()
    html_text(piece * (1_000_000 // len(piece)))
    assert time.process_time() - began_s < 5
