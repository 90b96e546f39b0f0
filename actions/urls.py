"""Web addresses as people say or write them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SAID = {
    "dot": ".", "point": ".", "slash": "/", "colon": ":", "dash": "-", "hyphen": "-", "minus": "-", "underscore": "_",
    "tilde": "~", "equals": "=", "ampersand": "&", "hash": "#", "percent": "%", "plus": "+",
}  # fmt: skip

# Sites that people call by their name alone. Guessing ".com" for others was rejected: the guess may be a squatter's.
_KNOWN_SITES = {
    "youtube": "www.youtube.com", "google": "www.google.com", "gmail": "mail.google.com",
    "google maps": "maps.google.com", "wikipedia": "www.wikipedia.org", "github": "github.com",
    "gitlab": "gitlab.com", "reddit": "www.reddit.com", "amazon": "www.amazon.com", "netflix": "www.netflix.com",
    "facebook": "www.facebook.com", "instagram": "www.instagram.com", "linkedin": "www.linkedin.com",
    "stack overflow": "stackoverflow.com", "hacker news": "news.ycombinator.com", "bing": "www.bing.com",
    "duckduckgo": "duckduckgo.com", "openstreetmap": "www.openstreetmap.org", "python": "www.python.org",
}  # fmt: skip

_HOST = re.compile(
    r"localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})"
)


def read_url(text: str) -> str | None:
    """`github dot com slash torch` -> `https://github.com/torch`. Only http and https, and no password in it."""
    said = " ".join(text.casefold().strip().rstrip(".,;!?").split())
    if said.removesuffix(" website") in _KNOWN_SITES:
        return f"https://{_KNOWN_SITES[said.removesuffix(' website')]}"
    address = text.strip() if "." in text and " " not in text.strip() else _spell(text)
    return _checked(address.rstrip(".,;"))


def _spell(text: str) -> str:
    words = text.casefold().replace("question mark", "?").replace("double u", "w").split()
    return "".join(_SAID.get(word, word) for word in words)


def _checked(address: str) -> str | None:
    scheme, separator, rest = address.partition("://")
    local = address.casefold().startswith("localhost")
    scheme, rest = (scheme.casefold(), rest) if separator else ("http" if local else "https", address)
    url = f"{scheme}://{rest}"
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError where it is no number
    except ValueError:
        return None
    host = _ascii_host(parts.hostname or "")
    printable = url.isprintable() and not re.search(r"[\s\"'<>\\^`{|}]", url)
    if scheme not in ("http", "https") or "@" in parts.netloc or not printable or not _HOST.fullmatch(host):
        return None
    return url


def _ascii_host(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
