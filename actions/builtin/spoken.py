"""How texts are put into spoken sentences."""

from __future__ import annotations

MAX_SPOKEN = 80
MAX_READ_OUT = 600


def shortened(text: str, limit: int = MAX_SPOKEN) -> str:
    """On one line and not longer than `limit`, cut between words where there are any."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0] + " …"


def sentence(text: str) -> str:
    """With a full stop, unless it ends with some mark of its own."""
    return text if text[-1:] in ".!?…:" else f"{text}."
