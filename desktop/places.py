"""Where Ambidex keeps its files: settings, state, the private socket."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from model.stream.errors import NotPermitted

APP = "ambidex"
HOME_VARIABLE = "AMBIDEX_HOME"


@dataclass(frozen=True, slots=True)
class Places:
    """The directories of one user's Ambidex. Two with different directories know nothing of each other."""

    config: Path
    state: Path
    runtime: Path
    files: Path
    """What the user asked to have written down, in files for them to open: lists, notes, the calendar."""
    data: Path
    """Large files that the user added."""

    @property
    def settings(self) -> Path:
        return self.config / "settings.toml"

    @property
    def policy(self) -> Path:
        return self.config / "policy.toml"

    @property
    def socket(self) -> Path:
        return self.runtime / "control.socket"

    @property
    def journal(self) -> Path:
        return self.state / "journal.jsonl"

    @property
    def schedule(self) -> Path:
        return self.state / "schedule.json"

    @property
    def conversation(self) -> Path:
        """What the language model has read, where the user wants it kept."""
        return self.state / "conversation"

    @property
    def held_keys(self) -> Path:
        return self.runtime / "held.json"

    @property
    def plugins(self) -> Path:
        return self.data / "plugins"

    @property
    def read_actions(self) -> Path:
        """What the actions of plugins are described as, as the reflex reads it."""
        return self.data / "actions.safetensors"

    @property
    def models(self) -> Path:
        return self.data / "models"


def find_places(environ: Mapping[str, str] = os.environ) -> Places:
    """The platform's directories, or everything under `AMBIDEX_HOME` where that is set."""
    home = environ.get(HOME_VARIABLE)
    if home:
        root = Path(home).expanduser().absolute()
        return Places(root / "config", root / "state", root / "run", root / "files", root / "data")
    return Places(
        config=Path(platformdirs.user_config_dir(APP, appauthor=False)),
        state=Path(platformdirs.user_state_dir(APP, appauthor=False)),
        runtime=_runtime_directory(),
        files=Path(platformdirs.user_documents_dir()) / "Ambidex",
        data=Path(platformdirs.user_data_dir(APP, appauthor=False)),
    )


def _runtime_directory() -> Path:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it warns and falls back to /tmp; `make_private` trusts neither place.
        warnings.simplefilter("ignore", UserWarning)
        return Path(platformdirs.user_runtime_dir(APP, appauthor=False))


def make_private(directory: Path) -> None:
    """Create `directory` for this user alone. Raises `NotPermitted` if it is somebody else's or open to others.

    A directory in /tmp may have been made by another user before us, so it is looked at and not trusted.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = directory.lstat()
    except OSError as error:
        raise NotPermitted(f"The directory {directory} cannot be made: {error.strerror}.") from error
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
        raise NotPermitted(f"{directory} belongs to somebody else. Remove it, or set {HOME_VARIABLE} to another place.")
    if found.st_mode & 0o077:
        directory.chmod(0o700)
