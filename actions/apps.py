"""Which installed program a spoken name means, from the desktop entries and the programs on the path."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

FUZZY_AT_LEAST = 0.8

# What people call a kind of program. Source of the right side: the Desktop Menu Specification, registered categories.
_KINDS = {
    "browser": "WebBrowser", "web browser": "WebBrowser", "internet": "WebBrowser",
    "terminal": "TerminalEmulator", "console": "TerminalEmulator", "shell": "TerminalEmulator",
    "command prompt": "TerminalEmulator", "command line": "TerminalEmulator",
    "file manager": "FileManager", "files": "FileManager", "file browser": "FileManager",
    "text editor": "TextEditor", "editor": "TextEditor", "notepad": "TextEditor",
    "calculator": "Calculator", "calendar": "Calendar", "mail": "Email", "email": "Email", "e mail": "Email",
    "settings": "Settings", "system settings": "Settings", "music player": "Player", "media player": "Player",
    "image viewer": "Viewer", "word processor": "WordProcessor", "spreadsheet": "Spreadsheet",
}  # fmt: skip
_NEVER = frozenset(
    ["reboot", "poweroff", "halt", "shutdown", "init", "telinit", "logout", "pkill", "killall", "systemctl"]
)
_NO_MATCH = 9
_DROPPED = frozenset(["the", "a", "an", "app", "application", "program", "my", "please"])


@dataclass(frozen=True, slots=True)
class App:
    """An installed program, as its desktop entry declares it. `command` is ready to be run."""

    name: str
    command: tuple[str, ...]
    generic: str = ""
    keywords: tuple[str, ...] = ()
    categories: frozenset[str] = frozenset()
    terminal: bool = False


def installed_apps(env: Mapping[str, str]) -> list[App]:
    """The programs of the desktop's menu, those of the user before those of the system."""
    return [app for app in _declared_apps(env) if _is_there(app, env)]


def missing_apps(env: Mapping[str, str]) -> list[App]:
    """What the menu offers though its program is gone."""
    return [app for app in _declared_apps(env) if not _is_there(app, env)]


def read_entry(path: Path, env: Mapping[str, str]) -> App | None:
    """A desktop entry; None if it is hidden, damaged, or says itself that it is not installed."""
    parser = configparser.RawConfigParser(strict=False, interpolation=None, delimiters=("=",))
    try:
        parser.read_string(path.read_text(encoding="utf-8", errors="replace"))
        entry = parser["Desktop Entry"]
        command = _command(entry["Exec"])
        name = entry["Name"]
    except (OSError, KeyError, ValueError, configparser.Error):
        return None
    hidden = "true" in (entry.get("NoDisplay", ""), entry.get("Hidden", ""))
    installed = "TryExec" not in entry or shutil.which(entry["TryExec"], path=env.get("PATH"))
    if hidden or entry.get("Type", "Application") != "Application" or not command or not installed:
        return None
    return App(
        name=name,
        command=command,
        generic=entry.get("GenericName", ""),
        keywords=_listed(entry.get("Keywords", "")),
        categories=frozenset(_listed(entry.get("Categories", ""))),
        terminal=entry.get("Terminal", "false") == "true",
    )


def choose_app(spoken: str, apps: Sequence[App], env: Mapping[str, str]) -> App | None:
    """The program with that name, of that kind or with that command; a similar name if there is none."""
    wanted = " ".join(word for word in _words(spoken) if word not in _DROPPED) or " ".join(_words(spoken))
    if not wanted:
        return None
    ranked = [(_rank(app, wanted), order) for order, app in enumerate(apps)]
    best, order = min(ranked, default=(_NO_MATCH, 0))
    if best < _NO_MATCH:
        return apps[order]
    return _on_path(wanted, env) or _similar(wanted, apps)


def _rank(app: App, wanted: str) -> int:
    """How directly the words name the program; 0 is best."""
    said = _compact(wanted)
    ways = (
        _compact(app.name) == said,
        _KINDS.get(wanted) in app.categories,
        said in map(_compact, (app.generic, *app.keywords)),
        _compact(Path(app.command[0]).name) == said,
        f" {wanted} " in f" {' '.join(_words(app.name))} ",
    )
    return ways.index(True) if True in ways else _NO_MATCH


def _declared_apps(env: Mapping[str, str]) -> list[App]:
    apps: dict[str, App | None] = {}
    for directory in _entry_directories(env):
        for path in sorted(directory.glob("**/*.desktop")):
            apps.setdefault(str(path.relative_to(directory)), read_entry(path, env))
    return [app for app in apps.values() if app is not None]


def _is_there(app: App, env: Mapping[str, str]) -> bool:
    return shutil.which(app.command[0], path=env.get("PATH")) is not None


def _entry_directories(env: Mapping[str, str]) -> Iterable[Path]:
    home = env.get("XDG_DATA_HOME") or f"{env.get('HOME', '/')}/.local/share"
    system = env.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [Path(directory) / "applications" for directory in (home, *system.split(":"))]


def _command(text: str) -> tuple[str, ...]:
    """An Exec line without its field codes. Source: the Desktop Entry Specification."""
    parts = [re.sub(r"%[a-zA-Z]", "", part).replace("%%", "%") for part in shlex.split(text)]
    return tuple(part for part in parts if part)


def _on_path(wanted: str, env: Mapping[str, str]) -> App | None:
    """A program that has no desktop entry, such as xterm; none that is for administrators or ends the session."""
    for name in dict.fromkeys((_compact(wanted), wanted.replace(" ", "-"), wanted.replace(" ", "_"))):
        found = shutil.which(name, path=env.get("PATH"))
        if found and name not in _NEVER and Path(found).parent.name != "sbin":
            return App(wanted, (found,))
    return None


def _similar(wanted: str, apps: Sequence[App]) -> App | None:
    said = _compact(wanted)
    likeness = [(SequenceMatcher(None, _compact(app.name), said).ratio(), -order) for order, app in enumerate(apps)]
    best, order = max(likeness, default=(0.0, 0))
    return apps[-order] if best >= FUZZY_AT_LEAST else None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _compact(text: str) -> str:
    return "".join(_words(text))
