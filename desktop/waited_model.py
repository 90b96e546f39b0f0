"""A language model that somebody waits for, as `ambidex ask` and `ambidex models check` do."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event as StopSignal

from model.deliberation.client import Deliberation, Running
from model.deliberation.phrase import Phrase
from model.stream.errors import ModelFailed
from model.stream.values import ActionSpec

LOOK_S = 0.05
ANSWERS_WITHIN_S = 600.0


class WaitedModel:
    """Loaded when it is entered, ended when it is left. Raises `ModelFailed` where it cannot be used, or has no end."""

    def __init__(self, model: Path, running: Running, tools: Iterable[ActionSpec]) -> None:
        self._told: queue.Queue[Phrase | None] = queue.Queue()
        self.client = Deliberation(
            model, self._told.put, running, tools=tools, on_rest=lambda turn: self._told.put(None)
        )
        self._over = StopSignal()
        self._fault = ""
        self._thread = threading.Thread(target=self._run, name="deliberation", daemon=True)

    def __enter__(self) -> WaitedModel:
        self._thread.start()
        try:
            while not self.client.ready:
                self._check()
                time.sleep(LOOK_S)
        except ModelFailed:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def so_far(self) -> list[Phrase]:
        """What it has written without having been asked."""
        phrases: list[Phrase] = []
        with suppress(queue.Empty):
            while True:
                phrase = self._told.get_nowait()
                phrases += [phrase] if phrase else []
        return phrases

    def answer(self, stop: StopSignal) -> Iterator[Phrase]:
        """Ask it; what it writes, as it comes, until it has said and done all or is to stop."""
        self.client.floor()
        until_s = time.monotonic() + ANSWERS_WITHIN_S
        while not stop.is_set():
            self._check()
            if time.monotonic() > until_s:
                raise ModelFailed(f"The language model had no end within {ANSWERS_WITHIN_S:.0f} seconds.")
            with suppress(queue.Empty):
                phrase = self._told.get(timeout=LOOK_S)
                if phrase is None:
                    return
                yield phrase

    def _check(self) -> None:
        if self._fault:
            raise ModelFailed(self._fault)

    def _run(self) -> None:
        try:
            self.client.run(self._over)
        except ModelFailed as error:
            self._fault = str(error)
