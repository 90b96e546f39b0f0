"""A program that owns an X selection, with every bad habit such a program may have.

It answers on a connection and a thread of its own, so that a test may read the selection meanwhile.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol.event import SelectionNotify

from desktop.processes import wait_until

LOOK_S = 0.02
WITHIN_S = 10.0


@dataclass(frozen=True)
class Habits:
    """What it offers, and how it misbehaves when asked."""

    offers: Mapping[str, bytes]
    silent: frozenset[str] = frozenset()
    """Formats that it never answers for; TARGETS is one."""
    refused: frozenset[str] = frozenset()
    """Formats that it offers and then does not give."""
    broken_off: frozenset[str] = frozenset()
    """Formats that it begins to give in pieces (INCR) and never ends."""
    dies_at: str = ""
    """The question at which its connection ends."""
    afterwards: Mapping[str, Callable[[], object]] = field(default_factory=dict[str, Callable[[], object]])
    """What happens as soon as it has answered a question."""


class SelectionOwner:
    """Owns the selection once it is made, until another does or it is closed. `asked` is in the order of asking."""

    def __init__(self, display: str, habits: Habits, selection: str = "CLIPBOARD") -> None:
        self.asked: list[str] = []
        self._habits = habits
        self._display = Display(display)
        self._display.set_error_handler(lambda *_: None)  # who asked may be gone before the answer
        self._window: Any = self._display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self._selection = self._display.get_atom(selection)
        self._stop = threading.Event()
        self._begun: tuple[Any, int, int, bytes] | None = None
        self.pieces = 0
        """How many it has given of what it broke off."""
        self._window.set_selection_owner(self._selection, X.CurrentTime)
        self._display.sync()
        self._thread = threading.Thread(target=self._run, name="owner")
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(WITHIN_S)
        assert not self._thread.is_alive()

    def wait_until_asked(self, name: str) -> None:
        wait_until(lambda: name in self.asked, WITHIN_S, f"A question for {name}")

    def wait_until_broken_off(self) -> None:
        wait_until(lambda: self.pieces > 0, WITHIN_S, "The first piece")

    def _run(self) -> None:
        while not self._stop.is_set():
            while self._display.pending_events():
                event = self._display.next_event()
                if event.type == X.SelectionRequest and not self._answer(event):
                    self._stop.set()
                if event.type == X.PropertyNotify and event.state == X.PropertyDelete:
                    self._give_a_piece(event.atom)
            select.select([self._display.fileno()], [], [], LOOK_S)
        self._display.close()

    def _answer(self, event: Any) -> bool:
        """False if that was its death."""
        habits, name = self._habits, self._display.get_atom_name(event.target)
        self.asked.append(name)
        if name == habits.dies_at:
            return False
        if name not in habits.silent:
            given = event.property if self._give(event, name) else X.NONE
            event.requestor.send_event(
                SelectionNotify(
                    time=event.time, requestor=event.requestor, selection=event.selection, target=event.target,
                    property=given,
                )
            )  # fmt: skip
            self._display.flush()
        habits.afterwards.get(name, lambda: None)()
        return True

    def _give(self, event: Any, name: str) -> bool:
        habits = self._habits
        if name == "TARGETS":
            atoms = [self._display.get_atom(offered) for offered in ("TARGETS", *habits.offers)]
            event.requestor.change_property(event.property, Xatom.ATOM, 32, atoms)
        elif name in habits.broken_off:
            incr = self._display.get_atom("INCR")
            event.requestor.change_attributes(event_mask=X.PropertyChangeMask)
            event.requestor.change_property(event.property, incr, 32, [len(habits.offers[name])])
            self._begun = event.requestor, event.property, event.target, habits.offers[name]
        elif name in habits.offers and name not in habits.refused:
            event.requestor.change_property(event.property, event.target, 8, habits.offers[name])
        else:
            return False
        return True

    def _give_a_piece(self, atom: int) -> None:
        """The first half, as soon as the announcement was read; the second never comes."""
        if self._begun is not None and atom == self._begun[1]:
            requestor, name, kind, content = self._begun
            self._begun = None
            requestor.change_property(name, kind, 8, content[: len(content) // 2])
            self._display.flush()
            self.pieces += 1
