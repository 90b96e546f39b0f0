"""How texts are put into spoken sentences."""

from __future__ import annotations

from collections.abc import Sequence

MAX_SPOKEN = 80
MAX_READ_OUT = 600
MAX_LISTED = 5


def shortened(text: str, limit: int = MAX_SPOKEN) -> str:
    """On one line and not longer than `limit`, cut between words where there are any."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0] + " …"


def sentence(text: str) -> str:
    """With a full stop, unless it ends with some mark of its own."""
    return text if text[-1:] in ".!?…:" else f"{text}."


def listed(texts: Sequence[str], limit: int = MAX_LISTED) -> str:
    """`one, two and three`; how many more there are beyond `limit`."""
    shown = list(texts[:limit])
    if len(texts) > limit:
        shown.append(f"{len(texts) - limit} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
