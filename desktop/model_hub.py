"""Fetches a model from the Hugging Face hub: the only place where Ambidex itself goes to the network.

It does so when the user types `ambidex models add OWNER/REPO`, and at no other time.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from desktop.model_kinds import TOLD
from desktop.model_sources import ARCHIVES, require_room
from model.stream.errors import BadSettings, DeviceLost, ModelFailed, NotPermitted
from perception.sherpa_layout import choose_files

ANSWER_WITHIN_S = 10
MAX_NAMED = 8
_FILES = (".gguf", ".onnx", *ARCHIVES)
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class HubName:
    """`path` is a file or folder within the repository, empty for all of it."""

    repo: str
    path: str


@dataclass(frozen=True, slots=True)
class HubFile:
    """`sha256` or, of small files that git keeps itself, `git_sha1`."""

    path: str
    size: int
    sha256: str
    git_sha1: str


def hub_name(source: str) -> HubName | None:
    """None for what can only be a place on this machine: nothing of a mistyped path is sent anywhere."""
    owner, _, rest = source.partition("/")
    repo, _, path = rest.partition("/")
    here = source.startswith((".", "/", "~")) or Path(source).exists() or Path(owner).exists()
    if here or (not path and repo.endswith(_FILES)):
        return None
    if not all(re.fullmatch(r"[A-Za-z0-9][\w.-]*", part, re.ASCII) for part in (owner, repo)):
        return None
    return HubName(f"{owner}/{repo}", path.strip("/"))


def plain_name(name: HubName) -> str:
    """What to call the model that comes from there."""
    last = PurePosixPath(name.path or name.repo).name
    return re.sub(r"\.(gguf|onnx)$", "", last)


def fetch(name: HubName, fetched: Path, into: Path) -> None:
    """Fetch what belongs to the model into the folder `into`.

    `fetched` keeps the files that have come whole, so that the next try after a broken connection goes on behind them.
    Raises an `AmbidexError` with the cure.
    """
    hub = _library()
    with _told(name):
        about = hub.HfApi(endpoint=_endpoint(), token=False).model_info(
            name.repo, files_metadata=True, timeout=ANSWER_WITHIN_S
        )
        wanted = choose(name, [_file(entry) for entry in about.siblings or ()])
        require_room(into, sum(file.size for file in wanted))
        with _progress() as progress:
            for file in wanted:
                bar = _bar(progress, file)
                hub.hf_hub_download(
                    name.repo, file.path, revision=about.sha, local_dir=fetched, tqdm_class=bar,
                    etag_timeout=ANSWER_WITHIN_S, token=False, endpoint=_endpoint(),
                )  # fmt: skip
    for file in wanted:
        _check(file, fetched)
        shutil.move(fetched / file.path, into / PurePosixPath(file.path).name)
    shutil.rmtree(fetched, ignore_errors=True)


def choose(name: HubName, files: Sequence[HubFile]) -> list[HubFile]:
    """The files of the one model that `name` means. Raises `BadSettings` where it is none or not only one."""
    by_path = {file.path: file for file in files}
    if name.path in by_path:
        if not name.path.endswith((".gguf", ".onnx")):
            raise BadSettings(f"{name.path} is no model. Fetch it with a browser and add the file. {TOLD}")
        description = by_path.get(f"{name.path}.json")
        return [by_path[name.path], *([description] if description else [])]
    inside = [file for file in files if file.path.startswith(f"{name.path}/" if name.path else "")]
    models = list(_models_among(inside))
    if not models:
        raise BadSettings(f"There is no model in {name.repo}/{name.path}".rstrip("/") + f" on the hub. {TOLD}")
    if len(models) > 1:
        shown = ", ".join(f"{name.repo}/{label}" for label, _ in models[:MAX_NAMED])
        more = f" and {len(models) - MAX_NAMED} more" if len(models) > MAX_NAMED else ""
        raise BadSettings(f"There are several models on the hub. Name one of them: {shown}{more}.")
    return models[0][1]


def _models_among(files: Sequence[HubFile]) -> Iterator[tuple[str, list[HubFile]]]:
    by_path = {file.path: file for file in files}
    for path, file in by_path.items():
        if path.endswith(".gguf"):
            yield path, [file]
        elif path.endswith(".onnx") and f"{path}.json" in by_path:
            yield path, [file, by_path[f"{path}.json"]]
    for folder in sorted({str(PurePosixPath(path).parent) for path in by_path}):
        inside = {PurePosixPath(path).name: file for path, file in by_path.items() if _lies_in(path, folder)}
        chosen = choose_files(inside)
        if "tokens" in chosen and set(chosen) & {"encoder", "model"}:
            yield folder, [inside[file_name] for file_name in chosen.values()]


def _lies_in(path: str, folder: str) -> bool:
    return str(PurePosixPath(path).parent) == folder


def _file(entry: Any) -> HubFile:
    """Raises `ModelFailed` for a path that would lead out of our folder."""
    path = PurePosixPath(entry.rfilename)
    if path.is_absolute() or ".." in path.parts:
        raise ModelFailed(f"The hub names a file {path}, outside of its folder. Nothing was added.")
    return HubFile(str(path), int(entry.size or 0), str(entry.lfs.sha256) if entry.lfs else "", entry.blob_id or "")


def _check(file: HubFile, fetched: Path) -> None:
    """Raises `ModelFailed`, and deletes the file, unless it is what the hub says it is."""
    path = fetched / file.path
    digest = hashlib.sha256() if file.sha256 else hashlib.sha1(f"blob {path.stat().st_size}\0".encode())
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
    if digest.hexdigest() != (file.sha256 or file.git_sha1):
        shutil.rmtree(fetched, ignore_errors=True)
        raise ModelFailed(f"{file.path} did not arrive as it is on the hub (checksum). Try again; nothing was added.")


@contextmanager
def _told(name: HubName) -> Generator[None]:
    """Every way in which the hub fails, as a sentence."""
    import httpx2 as httpx
    from huggingface_hub import errors

    kept = "Files that have come whole are kept for the next try."
    try:
        yield
    except errors.GatedRepoError as error:
        raise NotPermitted(
            f"{name.repo} is given only to those who agreed to its terms. Fetch it with a browser and add the file."
        ) from error
    except errors.HFValidationError as error:
        raise BadSettings(f"{name.repo} is no name on the hub. It is written OWNER/REPO.") from error
    except errors.HfHubHTTPError as error:
        code = error.response.status_code
        if code in (401, 403, 404):
            raise BadSettings(
                f"The hub knows no {name.repo}, or does not show it to everybody. Check it on {_endpoint()}."
            ) from error
        raise DeviceLost(
            f"The hub at {_endpoint()} answered with an error ({code}). Try again later. {kept}"
        ) from error
    except (httpx.HTTPError, errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError, OSError) as error:
        why = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise DeviceLost(
            f"The hub at {_endpoint()} cannot be reached ({why.rstrip('.')}). Is there a network? {kept}"
        ) from error


def _library() -> Any:
    # Both are read when the library is imported. Xet is a second protocol with a cache and connections of its own.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    import huggingface_hub

    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)  # it would tell of each retry
    return huggingface_hub


def _endpoint() -> str:
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def _bar(progress: Progress, file: HubFile) -> type[Any]:
    """What the library takes for a tqdm: it tells of every piece that came."""
    task = progress.add_task(PurePosixPath(file.path).name, total=file.size)

    class Bar:
        def __init__(self, iterable: Iterable[Any] | None = None, *, initial: int = 0, **options: Any) -> None:
            del iterable, options
            progress.update(task, completed=initial)

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *reason: object) -> None:
            pass

        def update(self, n: int = 1) -> None:
            progress.advance(task, n)

        def close(self) -> None:
            pass

    return Bar
