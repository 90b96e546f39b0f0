"""Brings a model's files from where the user has them into a folder of ours: a file, a folder, or an archive."""

from __future__ import annotations

import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from desktop.model_kinds import Found, companions, find_model
from model.stream.errors import BadSettings, ModelFailed, NotPermitted

ARCHIVES = (".tar.bz2", ".tar.gz", ".tgz", ".tar.xz", ".tar", ".zip")
ROOM_TO_SPARE_BYTES = 100_000_000
MAX_FILES = 10_000
MAX_RATIO, RATIO_COUNTS_FROM_BYTES = 50, 100_000_000
"""Weights hardly shrink. What unpacks to much more than the archive's size is made to fill the disk."""
_WANTED = (".onnx", ".json", ".txt", ".vocab", ".model", ".gguf")
_CHUNK_BYTES = 1 << 20


def gather(source: Path, into: Path) -> Found:
    """Copy or unpack the model at `source` into the empty folder `into`. Raises an `AmbidexError` naming the cure."""
    try:
        if not source.exists():
            raise BadSettings(f"There is no {source}. Give a file, a folder, an archive, or OWNER/REPO of the hub.")
        if source.is_dir():
            _copy(find_model(source).files, into)
        elif source.name.lower().endswith(ARCHIVES):
            _unpack(source, into)
        else:
            _copy(companions(source), into)
    except OSError as error:
        raise NotPermitted(f"{source} cannot be taken over: {error.strerror or error}. Nothing was added.") from error
    return find_model(into)


def plain_name(source: Path) -> str:
    """What to call the model that comes from there."""
    name = source.absolute().name
    endings = (*ARCHIVES, ".gguf", ".onnx")
    ending = next((ending for ending in endings if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)].replace(" ", "_")


def require_room(folder: Path, needed_bytes: int) -> None:
    """Raises `NotPermitted` unless the disk of `folder` has that much free, and some to spare."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes + ROOM_TO_SPARE_BYTES:
        raise NotPermitted(
            f"The disk of {folder.parent} is too full: {_megabytes(needed_bytes)} are needed (and "
            f"{_megabytes(ROOM_TO_SPARE_BYTES)} to spare), {_megabytes(free)} are free. Free some, or set AMBIDEX_HOME."
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def _copy(files: tuple[Path, ...], into: Path) -> None:
    require_room(into, sum(path.stat().st_size for path in files))
    for path in files:
        shutil.copyfile(path, into / path.name)


@dataclass(frozen=True)
class _Member:
    """One file in an archive."""

    name: str
    size: int
    open: Callable[[], IO[bytes] | None]


def _unpack(archive: Path, into: Path) -> None:
    try:
        members = _zip_members(archive) if archive.name.lower().endswith(".zip") else _tar_members(archive)
        _write_members(archive, members, into)
    except (*_DAMAGED, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's fault; bz2 and gzip raise an OSError without a number over their content
        why = next(iter(str(error).splitlines()), "").rstrip(":.")
        raise ModelFailed(f"{archive.name} is damaged or no archive ({why}). Fetch it again.") from error


_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError)


def _write_members(archive: Path, members: Iterator[_Member], into: Path) -> None:
    limit = max(RATIO_COUNTS_FROM_BYTES, MAX_RATIO * archive.stat().st_size)
    total = 0
    for count, member in enumerate(members, 1):
        target = into / _safe(member.name, archive)
        total += member.size
        if total > limit or count > MAX_FILES:
            raise ModelFailed(
                f"{archive.name} unpacks to far more than a model would ({count} files, {_megabytes(total)}). "
                "Nothing was added: do not trust where it comes from."
            )
        if target.suffix not in _WANTED and not target.name.upper().startswith(("LICENSE", "README")):
            continue
        require_room(into, member.size)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            content = member.open()
            while content and (chunk := content.read(_CHUNK_BYTES)):
                file.write(chunk)


def _safe(name: str, archive: Path) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise ModelFailed(f"{archive.name} wants to write to {name}, outside of its folder. Nothing was added.")
    return path


def _tar_members(archive: Path) -> Iterator[_Member]:
    with tarfile.open(archive) as tar:
        for entry in tar:
            _safe(entry.name, archive)
            if entry.isdir():
                continue
            if not entry.isreg():
                raise ModelFailed(f"{archive.name} holds a link or device ({entry.name}). Nothing was added.")
            yield _Member(entry.name, entry.size, lambda entry=entry: tar.extractfile(entry))


def _zip_members(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as file:
        for entry in file.infolist():
            _safe(entry.filename, archive)
            if entry.is_dir():
                continue
            if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
                raise ModelFailed(f"{archive.name} holds a link or device ({entry.filename}). Nothing was added.")
            yield _Member(entry.filename, entry.file_size, lambda entry=entry: file.open(entry))
