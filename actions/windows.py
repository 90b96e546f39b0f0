"""The windows that are open, and which of them a spoken name means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Protocol

from actions.apps import App, choose_app
from actions.hands import Focus
from actions.numbers import words_of

FUZZY_AT_LEAST = 0.8
_NO_MATCH = 9
_DROPPED = frozenset(words_of("the a an my window windows app application program please to of with"))
_THIS = frozenset(words_of("this that it current active here"))


class Windows(Protocol):
    """The window manager. Raises `DeviceLost` where there is none to ask, `NotPermitted` if it does not obey."""

    def all(self) -> Sequence[Focus]:
        """The windows that one can switch to, the topmost first, minimized ones last."""
        ...

    def focus(self, window: int) -> None:
        """Bring it to the front and give it the keyboard."""
        ...

    def minimize(self, window: int) -> None: ...

    def is_minimized(self, window: int) -> bool: ...

    def maximize(self, window: int, on: bool) -> bool:
        """Make it fill the screen, or give it its former size. Returns whether that changed anything."""
        ...

    def close_window(self, window: int) -> bool:
        """Ask it to close. False if it is still there after a while: it may have a question of its own."""
        ...

    def answers(self, window: int) -> bool:
        """Whether its program still reacts to anything. True for one that cannot be asked, or is gone."""
        ...


def choose_window(spoken: str, windows: Sequence[Focus], apps: Sequence[App], env: Mapping[str, str]) -> Focus | str:
    """The window that the words mean, the topmost if it is one of several of the same program; or why none.

    "this window", or no name at all, is the topmost.
    """
    if not windows:
        return "No window is open."
    wanted = [word for word in _words(spoken) if word not in _DROPPED]
    if not wanted or set(wanted) <= _THIS:
        return windows[0]
    app = choose_app(" ".join(wanted), apps, env)
    ranked = [(_rank(window, wanted, app), order) for order, window in enumerate(windows)]
    rank, order = min(ranked)
    if rank == _NO_MATCH:
        return f"I see no window called {' '.join(wanted)}."
    return windows[order]


def _rank(window: Focus, wanted: Sequence[str], app: App | None) -> int:
    """How directly the words name the window; 0 is best."""
    said, title = "".join(wanted), _words(window.title)
    program = "".join(_words(window.app))
    ways = (
        said in (program, "".join(title)),
        app is not None and program in {"".join(_words(app.name)), "".join(_words(Path(app.command[0]).name))},
        f" {' '.join(wanted)} " in f" {' '.join(title)} ",
        said in program or set(wanted) <= {*title, program},
        _alike(said, program) or any(_alike(said, word) for word in title),
    )
    return ways.index(True) if True in ways else _NO_MATCH


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() >= FUZZY_AT_LEAST


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
