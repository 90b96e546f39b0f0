"""What the running instance answers to the commands of other processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from desktop.engine import Engine
from model.stream.errors import BadSettings, NotPermitted
from model.stream.values import Opening

WIDENING = frozenset({"toggle", "listen", "resume", "rearm"})
"""Commands that let the assistant do more."""


class Remote:
    """The commands of `desktop.control`, called on its threads.

    While our own hands are typing, a command may come from a terminal that they type into. So it can then make the
    assistant do less but never more, and nothing can be approved this way at any time.
    """

    def __init__(self, engine: Engine, ours: Callable[[], bool], describe: Mapping[str, Any]) -> None:
        """`ours`: whether our hands are at work. `describe`: what `status` says beside the engine's own report."""
        self._engine = engine
        self._ours = ours
        self._describe = dict(describe)
        self._commands: Mapping[str, Callable[..., Mapping[str, Any]]] = {
            "toggle": self._toggle,
            "listen": self._listen,
            "pause": lambda: _then(engine.pause, "Paused: nothing is heard or read."),
            "resume": lambda: _then(engine.resume, "Resumed."),
            "panic": lambda: _then(engine.panic, "Stopped. Allow it to act again with `ambidex rearm`."),
            "rearm": lambda: _then(engine.rearm, "Ready to act again."),
            "quit": lambda: _then(engine.quit, "Ambidex is stopping."),
            "status": self._status,
            "undo": self._undo,
        }

    def answer(self, command: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises any `AmbidexError`; its sentence is sent to the caller."""
        if command not in self._commands:
            raise BadSettings(f"The running Ambidex knows no command {command[:40]!r}. Are both of the same version?")
        if command in WIDENING and self._ours():
            raise NotPermitted("Ambidex is typing or clicking at this moment. Try again when it has finished.")
        try:
            return self._commands[command](**arguments)
        except TypeError as error:
            raise BadSettings(f"The command {command} does not take these arguments: {sorted(arguments)}.") from error

    def _toggle(self) -> Mapping[str, Any]:
        self._engine.toggle()
        return {"text": "Listening." if self._engine.listening else "Not listening any more."}

    def _listen(self) -> Mapping[str, Any]:
        return _then(lambda: self._engine.listen(Opening.TOGGLE), "Listening.")

    def _status(self) -> Mapping[str, Any]:
        return {"pid": os.getpid(), "version": version("ambidex"), **self._describe, **self._engine.status()}

    def _undo(self, count: int = 1) -> Mapping[str, Any]:
        return {"text": self._engine.undo(int(count))}


def _then(act: Callable[[], None], text: str) -> Mapping[str, Any]:
    act()
    return {"text": text}
