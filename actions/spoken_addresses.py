"""How addresses are said: of the web and of mail, of files, of machines, and codes that nobody reads out."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

Rule = tuple[re.Pattern[str], Callable[[re.Match[str], str], str | None]]
"""A pattern for a whole word, and what is said for it, knowing the word before; None: it is something else."""

MAX_SEGMENTS = 3
"""More of a path than that is not taken in by ear."""
MAX_SPOKEN_CHARACTERS = 90
_NAMES = {
    ".": " dot ", "/": " slash ", "@": " at ", "-": " dash ", "_": " underscore ", ":": " colon ", "~": " tilde ",
    "+": " plus ", "\\": " backslash ", "=": " equals ", "&": " and ",
}  # fmt: skip
_DOMAINS = (
    "com|org|net|edu|gov|int|io|dev|app|ai|info|me|tv|co|eu|uk|us|ca|au|nz|ie|de|at|ch|fr|it|es|pt|nl|be|se|no|dk|fi|"
    "pl|cz|ru|ua|jp|cn|in|br|mx"
)
_HEX = re.compile(r"[0-9a-f]{8,}", re.IGNORECASE)


def spelled(code: str) -> str:
    """Character by character; a capital is read as a letter, where a small one may be a word."""
    return " ".join(code.upper())


def _web(found: re.Match[str], before: str) -> str:
    """Host and path: no scheme, no query, no fragment, nothing that only a machine reads."""
    address = re.sub(r"^(?:[a-z+]+://)?(?:[^/@]*@)?(?:www\.(?=[^/]*\.))?", "", found[0], flags=re.IGNORECASE)
    if found[0].casefold().startswith("www."):
        address = found[0]
    host, *segments = re.split(r"[?#]", address)[0].split("/")
    readable = [unquote(segment) for segment in segments if segment and not _is_code(segment)]
    host = re.sub(r":(\d+)$", r" port \1", host)
    said = "/".join([host, *readable[:MAX_SEGMENTS]])
    return _named(said) + (" and so on" if len(readable) > MAX_SEGMENTS else "")


def _is_code(segment: str) -> bool:
    digits = sum(c.isdigit() for c in segment)
    return bool(_HEX.fullmatch(segment) and digits) or (len(segment) >= 16 and digits >= 4)


def _mail(found: re.Match[str], before: str) -> str:
    return _named(found[0].partition("?")[0].removeprefix("mailto:"))


def _path(found: re.Match[str], before: str) -> str:
    path = found[0].rstrip("/")
    home = path.startswith("~/")
    return "home slash " + _named(path[2:]) if home else _named(path)


def _drive(found: re.Match[str], before: str) -> str:
    return f"{found[1].upper()} colon " + _named(found[2])


def _named(text: str) -> str:
    """The signs by their names, and the end left out where it is long."""
    said = " ".join("".join(_NAMES.get(character, character) for character in text).split())
    return (
        said if len(said) <= MAX_SPOKEN_CHARACTERS else said[:MAX_SPOKEN_CHARACTERS].rpartition(" ")[0] + " and so on"
    )


def _machine(found: re.Match[str], before: str) -> str | None:
    numbers = found[1].split(".")
    if any(int(number) > 255 for number in numbers):
        return None
    port = f" port {found[2]}" if found[2] else ""
    return " dot ".join(numbers) + port + (f" slash {found[3]}" if found[3] else "")


def _local(found: re.Match[str], before: str) -> str:
    return "localhost" + (f" port {found[1]}" if found[1] else "")


def _long_code(found: re.Match[str], before: str) -> str:
    what = "number" if found[0].isdigit() else "code"
    return f"a long {what} ending in {spelled(re.sub(r'[^0-9A-Za-z]', '', found[0])[-3:])}"


def _short_code(found: re.Match[str], before: str) -> str:
    return spelled(found[0])


def _base_16(found: re.Match[str], before: str) -> str:
    return ("color " if found[0][0] == "#" else "hex ") + spelled(found[1])


ADDRESSES: tuple[Rule, ...] = (
    (re.compile(r"(?:https?|ftp|file|ssh|git|wss?)://\S+|www\.\S+", re.IGNORECASE), _web),
    (re.compile(r"(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?:\?\S*)?", re.IGNORECASE), _mail),
    (re.compile(rf"(?:[a-z\d-]+\.)+(?:{_DOMAINS})(?::\d+)?|(?:[a-z\d-]+\.)+[a-z]{{2,}}/\S*", re.IGNORECASE), _web),
    (re.compile(r"localhost(?::(\d+))?(?:/\S*)?"), _local),
    (re.compile(r"(?:~|\.{1,2})?(?:/[\w.+@%-]+)+/?"), _path),
    (re.compile(r"([A-Za-z]):(\\[^\s]*)"), _drive),
    (re.compile(r"(\d{1,3}(?:\.\d{1,3}){3})(?::(\d+)|/(\d+))?"), _machine),
    (re.compile(r"(?:[\da-f]{2}[:-]){5}[\da-f]{2}|(?:[\da-f]{1,4}:){4,7}:?[\da-f]{1,4}", re.IGNORECASE), _long_code),
    (re.compile(r"[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}", re.IGNORECASE), _long_code),
    (re.compile(r"(?:sha\d+[:-])?(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{12,}", re.IGNORECASE), _long_code),
    (re.compile(r"(?=[A-Za-z]*\d)(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[\w+/-]{20,}={0,2}"), _long_code),
    (re.compile(r"\d{13,}"), _long_code),
    (re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[\da-f]{7,11}"), _short_code),
    (re.compile(r"(?:0x|#(?=[\da-f]*[a-f]|\d{6}$))([\da-f]{1,11})", re.IGNORECASE), _base_16),
)
