"""What a person asks of the running assistant by key, button or menu, and the queue that carries it to the engine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Event as StopSignal
from typing import Protocol

from model.stream.errors import AmbidexError
from model.stream.queues import BoundedQueue, QueueStatistics
from model.stream.values import Opening

log = logging.getLogger(__name__)


class Wish(StrEnum):
    """The kinds of intent."""

    LISTEN_HOLD = "listen_hold"
    LISTEN_TOGGLE = "listen_toggle"
    CLOSE_LISTENING = "close_listening"
    CANCEL = "cancel"
    PANIC = "panic"
    REARM = "rearm"
    PAUSE = "pause"
    RESUME = "resume"
    APPROVE = "approve"
    DENY = "deny"
    ASK = "ask"
    PROMPT = "prompt"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Intent:
    """A wish; `text` is what was typed where the wish is to ask something."""

    wish: Wish
    text: str = ""


NARROWING = frozenset({Wish.CLOSE_LISTENING, Wish.CANCEL, Wish.PANIC, Wish.PAUSE, Wish.DENY, Wish.QUIT})
"""Wishes that only ever make the assistant do less."""
FOR_PERSONS = frozenset({Wish.APPROVE, Wish.REARM})
"""Wishes that count only where a device was pressed for them."""
NOT_A_PERSON = "That press came from a program, so it does not count. Press it with the mouse itself."


class Commands(Protocol):
    """The face of the engine that people's wishes reach. Called on the thread of `Intents.run`, `panic` on any."""

    def listen(self, by: Opening) -> None: ...
    def close_listening(self) -> None: ...
    def cancel(self) -> None:
        """Stop listening, speaking and the action under way; forget what waits. Not a panic: all stays armed."""
        ...

    def panic(self) -> None: ...
    def rearm(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def approve(self) -> None: ...
    def deny(self) -> None: ...
    def ask(self, text: str) -> None:
        """A request typed to the assistant."""
        ...

    def quit(self) -> None: ...


class Intents:
    """Carries intents to the engine off the caller's thread: key hooks and the GUI must return at once.

    `ours` says whether our own hands are typing or clicking at this moment. What is clicked or typed then may be our
    own doing, so it can narrow what is done but never start or approve anything. `by_person` says whether the last
    button was pressed on a device; `tell` is given the sentence for who did not.
    """

    def __init__(
        self,
        commands: Commands,
        ours: Callable[[], bool],
        on_prompt: Callable[[], None],
        by_person: Callable[[], bool],
        tell: Callable[[str], None],
    ) -> None:
        self._commands = commands
        self._ours = ours
        self._on_prompt = on_prompt
        self._by_person = by_person
        self._tell = tell
        self._queue: BoundedQueue[Intent] = BoundedQueue("intents", 16)

    def submit_by_hand(self, intent: Intent) -> None:
        """What was clicked or typed in a window of ours, where our own hands could do the same."""
        if intent.wish not in NARROWING and self._ours():
            log.warning("%s was not obeyed: it arrived while our own hands were at work", intent.wish.value)
            return
        if intent.wish in FOR_PERSONS and not self._by_person():
            log.warning("%s was not obeyed: no device was pressed for it", intent.wish.value)
            self._tell(NOT_A_PERSON)
            return
        self.submit(intent)

    def submit(self, intent: Intent) -> None:
        """Any thread. Panic is carried out here and now, everything else in turn on the thread of `run`."""
        if intent.wish is Wish.PANIC:
            self._queue.clear()
            self._commands.panic()
        else:
            self._queue.put(intent)

    def run(self, stop: StopSignal) -> None:
        """Work intents off until `stop` is set; a fault in one leaves the others alone."""
        while not stop.is_set():
            intent = self._queue.get(timeout_s=0.25)
            if intent is not None:
                self._obey(intent)

    def close(self) -> None:
        self._queue.close()

    def statistics(self) -> QueueStatistics:
        return self._queue.statistics()

    def _obey(self, intent: Intent) -> None:
        try:
            self._carry_out(intent)
        except AmbidexError as error:
            log.warning("%s failed: %s", intent.wish.value, error)

    def _carry_out(self, intent: Intent) -> None:
        commands = self._commands
        match intent.wish:
            case Wish.LISTEN_HOLD:
                commands.listen(Opening.HOLD)
            case Wish.LISTEN_TOGGLE:
                commands.listen(Opening.TOGGLE)
            case Wish.ASK:
                commands.ask(intent.text)
            case Wish.PROMPT:
                self._on_prompt()
            case wish:
                {
                    Wish.CLOSE_LISTENING: commands.close_listening,
                    Wish.CANCEL: commands.cancel,
                    Wish.PANIC: commands.panic,
                    Wish.REARM: commands.rearm,
                    Wish.PAUSE: commands.pause,
                    Wish.RESUME: commands.resume,
                    Wish.APPROVE: commands.approve,
                    Wish.DENY: commands.deny,
                    Wish.QUIT: commands.quit,
                }[wish]()
