"""The file in which a conversation is kept."""

from __future__ import annotations

from pathlib import Path

from model.stream.errors import NotPermitted


def unfinished(path: Path) -> Path:
    """What it is called until it is whole."""
    return path.with_name(f"{path.name}.new")


def forget(path: Path) -> None:
    """Delete it, and what is left of an attempt to write it. Raises `NotPermitted` where that is not possible."""
    for file in (path, unfinished(path)):
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise NotPermitted(
                f"The kept conversation {file} cannot be deleted: {error.strerror}. Delete it yourself."
            ) from error
