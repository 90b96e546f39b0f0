"""The user's folders, and which of their files a spoken name means."""

from __future__ import annotations

import os
import re
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from actions.numbers import words_of
from actions.papers import modified_ns

MAX_DEPTH = 6
MAX_SEEN = 100_000
PATIENCE_S = 2.0
"""How long is searched at most."""
_FOLDERS = {
    "desktop": "Desktop", "download": "Downloads", "templates": "Templates", "publicshare": "Public",
    "documents": "Documents", "music": "Music", "pictures": "Pictures", "videos": "Videos",
}  # fmt: skip
_ALSO = {"downloads": "download", "photos": "pictures", "images": "pictures", "movies": "videos", "songs": "music"} | {
    "public": "publicshare"
}
_IDLE = frozenset(words_of("the a an my file folder directory document called named open show me in of please"))
_FOLDER_WORDS = frozenset(("folder", "directory"))


@dataclass(frozen=True, slots=True)
class _Match:
    rank: int
    """0 the whole name, 1 the name without its ending, 2 all words among others."""
    path: Path


def user_folder(name: str, env: Mapping[str, str]) -> Path:
    """`documents`, `music`, ... where this user has it. Source: the xdg-user-dirs specification."""
    home = Path(env.get("HOME", "/"))
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "user-dirs.dirs"
    try:
        lines = config.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip() == f"XDG_{name.upper()}_DIR":
            return Path("".join(shlex.split(value)).replace("$HOME", str(home)))
    return home / _FOLDERS[name]


def find_file(spoken: str, env: Mapping[str, str]) -> Path | list[Path]:
    """The file or folder that is meant, or all that may be: an empty list where there is none.

    Of files of the same name the one changed last. Hidden files are not looked at.
    """
    home = Path(env.get("HOME", "/"))
    given = Path(spoken.strip().replace("~", str(home), 1)) if spoken.strip()[:1] in ("/", "~") else None
    if given is not None:
        return given if given.exists() else []
    text = re.sub(r"\s+(?:dot|point)\s+", ".", spoken.casefold())
    words = [word for word in words_of(text) if word not in _IDLE]
    known = _ALSO.get("".join(words), "".join(words))
    if known in _FOLDERS and user_folder(known, env).is_dir():
        return user_folder(known, env)
    if known in ("home", ""):
        return home if "home" in words_of(text) else []
    return _best(_matches(home, words, folders_only=bool(_FOLDER_WORDS & set(words_of(text)))))


def files_below(directory: Path, patience_s: float = PATIENCE_S) -> Iterator[Path]:
    """Everything that is not hidden, what lies near first, within bounds of time, depth and number."""
    deadline_s, seen, level = time.monotonic() + patience_s, 0, [directory]
    for _ in range(MAX_DEPTH):
        level, here = [], level
        for folder in here:
            for entry in _entries(folder):
                seen += 1
                if seen > MAX_SEEN or time.monotonic() > deadline_s:
                    return
                yield Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    level.append(Path(entry.path))


def _entries(folder: Path) -> Sequence[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    except OSError:
        return []


def _matches(home: Path, wanted: Sequence[str], folders_only: bool) -> Iterator[_Match]:
    said = "".join(wanted)
    for path in files_below(home):
        name, stem = words_of(path.name), words_of(path.stem)
        ranks = ("".join(name) == said, "".join(stem) == said, set(wanted) <= set(name))
        if any(ranks) and (not folders_only or path.is_dir()):
            yield _Match(ranks.index(True), path)


def _best(matches: Iterator[_Match]) -> Path | list[Path]:
    found = list(matches)
    best = min((match.rank for match in found), default=0)
    paths = sorted((match.path for match in found if match.rank == best), key=modified_ns, reverse=True)
    return paths[0] if paths and len({path.name for path in paths}) == 1 else paths
