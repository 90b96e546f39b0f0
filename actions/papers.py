"""Files that belong to the user: read as they are, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from model.stream.errors import NotPermitted


def read_paper(path: Path) -> str:
    """Empty where there is no such file. Raises `NotPermitted` where it cannot be read as text."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise NotPermitted(f"{path} cannot be read ({_reason(error)}); mend it or move it away.") from error


def write_paper(path: Path, text: str) -> None:
    """The same with a text, in UTF-8."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Put the whole file in place in one step, readable by the user alone: a full disk leaves the old one as it was.

    Raises `NotPermitted` where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_beside(path, data)
    except OSError as error:
        raise NotPermitted(
            f"{path} cannot be written ({_reason(error)}); free space or mend its permissions."
        ) from error


def remove_paper(path: Path) -> None:
    """Idempotent. Raises `NotPermitted` where it cannot be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise NotPermitted(f"{path} cannot be removed ({_reason(error)}); mend its permissions.") from error


def set_aside(path: Path) -> Path:
    """Give a file that cannot be understood another name, and return that. Raises `NotPermitted` if it has to stay."""
    aside = path.with_suffix(".broken")
    try:
        return path.replace(aside)
    except OSError as error:
        raise NotPermitted(
            f"{path} cannot be understood, nor moved away ({_reason(error)}); mend it, or its folder's permissions."
        ) from error


def modified_ns(path: Path) -> int:
    """When it was last changed; 0 where there is no such file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _write_beside(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
