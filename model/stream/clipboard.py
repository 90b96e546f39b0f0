"""What may be read off a clipboard, however it is reached: which formats hold what, and what marks a secret."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from model.stream.pictures import picture_size
from model.stream.values import Copied

MAX_CHARACTERS = 10_000
URL = re.compile(r"(?:https?|ftp|file)://\S+|mailto:\S+|www\.\S+", re.IGNORECASE)

SECRET_MARKS = (
    "x-kde-passwordmanagerhint",  # X11 and Wayland: KeePassXC, Bitwarden, 1Password and others
    "excludeclipboardcontentfrommonitorprocessing",  # Windows
    "clipboard viewer ignore",  # Windows, older
    "org.nspasteboard.concealedtype",  # macOS
    "com.agilebits.onepassword",  # macOS, older 1Password
)
"""Parts of the names of formats, in lower case, that a password manager offers beside the password. That one is there
is enough: its value would have to be asked of the program that holds the secret.

Source: KDE's Klipper; "Clipboard Formats" in Microsoft's Win32 documentation; nspasteboard.org.
"""

FORMATS = (
    ("files", ("text/uri-list", "x-special/gnome-copied-files")),
    ("text", ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING", "TEXT")),
    ("image", ("image/png", "image/jpeg", "image/bmp", "image/gif")),
    ("html", ("text/html",)),
)
"""The kinds in the order in which they are wanted, and their formats likewise: a file manager offers the paths as text
too, a spreadsheet its cells as a picture, and a browser an image as a page around it."""

EMPTY = Copied("empty", "", 0)
SECRET = Copied("secret", "", 0)
BINARY = Copied("binary", "", 0)

_ABOUT_ITSELF = {"TARGETS", "TIMESTAMP", "MULTIPLE", "SAVE_TARGETS", "DELETE"}
_BEFORE_PATH = re.compile(r"file:(?://[^/]*)?")
_NO_FILES = {"copy", "cut", "x-special/nautilus-clipboard"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the owner gave in one format; `size_bytes` counts also what was not kept."""

    beginning: bytes
    size_bytes: int


Ask = Callable[[str], Answer | None]
"""Ask the owner for one of the formats it offers; None if it does not answer."""


def is_secret(formats: Sequence[str]) -> bool:
    return any(mark in name.casefold() for name in formats for mark in SECRET_MARKS)


def read_copied(formats: Sequence[str], ask: Ask, max_characters: int = MAX_CHARACTERS) -> Copied | None:
    """What is on a clipboard that offers these formats; None if its owner does not answer.

    Of a secret nothing is asked. What is broken in one format is looked for in the next.
    """
    if is_secret(formats):
        return SECRET
    offered = set(formats) - _ABOUT_ITSELF
    for kind, name in _readable(offered):
        answer = ask(name)
        if answer is None:
            return None
        copied = _understood(kind, name, answer, max_characters)
        if copied is not None:
            return copied
    return BINARY if offered else EMPTY


def _readable(offered: set[str]) -> Iterator[tuple[str, str]]:
    """The best format of each kind that is offered."""
    for kind, names in FORMATS:
        name = next((name for name in names if name in offered), None)
        if name is not None:
            yield kind, name


def _understood(kind: str, name: str, answer: Answer, max_characters: int) -> Copied | None:
    if kind == "image":
        width_px, height_px = picture_size(answer.beginning)
        picture = Copied("image", "", answer.size_bytes, width_px=width_px, height_px=height_px)
        return picture if answer.beginning else None
    text = _decoded(name, answer.beginning)
    if text is None:
        return None
    if kind == "files":
        paths = file_paths(text)
        listed = "\n".join(paths)[:max_characters]
        return Copied("files", listed, answer.size_bytes, count=len(paths)) if paths else None
    return _text(html_text(text) if kind == "html" else text, answer.size_bytes, max_characters)


def _text(text: str, size_bytes: int, max_characters: int) -> Copied:
    kept = text[:max_characters]
    if not kept:
        return EMPTY
    return Copied("url" if URL.fullmatch(kept.strip()) else "text", kept, size_bytes)


def _decoded(name: str, content: bytes) -> str | None:
    """None if it is no text, whatever it calls itself. The end may be cut in the middle of a character."""
    if b"\0" in content:
        return None
    if name == "STRING" and not _is_utf8(content):
        return content.decode("latin-1")  # as the ICCCM has it, though most programs put UTF-8 there
    return codecs.getincrementaldecoder("utf-8")("replace").decode(content)


def _is_utf8(content: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return False
    return True


# Files ----------------------------------------------------------------------------------------------------------


def file_paths(listing: str) -> list[str]:
    """The paths in a list of addresses, as file managers copy it; none if something else is among them."""
    lines = [line for line in listing.replace("\r", "").split("\n") if line and not line.startswith("#")]
    addresses = [line for line in lines if line not in _NO_FILES]
    if not all(address.startswith("file:/") for address in addresses):
        return []
    return [_path(address) for address in addresses]


def _path(address: str) -> str:
    quoted = _BEFORE_PATH.sub("", address, count=1)
    path = unquote(quoted)
    return path if path.isprintable() else quoted  # a name may hold a line feed, which here ends a name


# HTML -----------------------------------------------------------------------------------------------------------

_TAG = re.compile(r"<([^<>]*)>")
_UNSEEN = frozenset({"script", "style", "head", "template"})
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "code", "em", "font", "i", "kbd", "mark", "q", "s", "small", "span", "strong", "sub",
    "sup", "u", "var",
})  # fmt: skip


def html_text(page: str) -> str:
    """What a reader would see of it, roughly laid out.

    Not by html.parser, which raises on some broken pages and takes time that grows with the square of others' length.
    """
    parts: list[str] = []
    within = ""  # the element that is not to be seen
    for index, piece in enumerate(_TAG.split(page)):
        if index % 2 == 0:
            parts.append("" if within else unescape(piece).replace("\n", " "))
            continue
        name = "".join(piece.strip().removeprefix("/").split(maxsplit=1)[:1]).casefold()
        if name not in _INLINE:
            parts.append("\n")
        if name in (within, "body"):
            within = ""
        elif name in _UNSEEN and not within:
            within = name
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)
