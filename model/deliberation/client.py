"""The language model as the rest of the program knows it: a process that reads along, and phrases that come of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event as StopSignal
from typing import Any

from model.deliberation.phrase import Phrase, Stream
from model.stream.errors import ModelFailed
from model.stream.trace import event_to_json
from model.stream.values import Event

MAX_REMEMBERED = 1_000
"""Things that a process that had to be started again is told anew."""
LOADS_WITHIN_S = 120.0
SILENT_FOR_S = 15.0
"""A process that has not given a sign of life for so long is ended."""
LOOK_S = 0.1
ENDS_WITHIN_S = 2.0


class Deliberation:
    """`run` keeps one process; whoever owns it calls `run` again after a failure. All else never blocks, on any thread.

    `on_phrase` is called on a thread of this object.
    """

    name = "deliberation"

    def __init__(self, model: Path, on_phrase: Callable[[Phrase], None], n_threads: int, n_context: int = 4096) -> None:
        self._command = (
            sys.executable, "-m", "model.deliberation.child", str(model),
            "--threads", str(n_threads), "--context", str(n_context),
        )  # fmt: skip
        self._model = model
        self._on_phrase = on_phrase
        self._remembered: deque[Mapping[str, Any]] = deque(maxlen=MAX_REMEMBERED)
        self._outbox: deque[Mapping[str, Any]] = deque()
        self._waiting = threading.Event()
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._fault = ""
        self._pid = 0
        self._heard_from_s = 0.0

    # What it is told ------------------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether the model is loaded and listens."""
        return self._ready.is_set()

    @property
    def pid(self) -> int:
        """Of its process; 0 while it has none."""
        return self._pid

    def see(self, event: Event) -> None:
        """Something was perceived."""
        message = {"see": event_to_json(event)}
        with self._lock:
            self._remembered.append(message)
            self._send(message)

    def floor(self) -> None:
        """It is wanted: answer what was said. Raises `ModelFailed` while it is not there."""
        if not self._ready.is_set():
            raise ModelFailed(self._fault or "The language model is still being loaded. Try again in a moment.")
        with self._lock:
            self._remembered.append({"turn": True})
            self._send({"floor": True})

    def hush(self, heard: str = "") -> None:
        """Stop at once. `heard`: what the user heard of its reply."""
        message = {"hush": heard}
        with self._lock:
            self._remembered.append(message)
            self._send(message)

    def _send(self, message: Mapping[str, Any]) -> None:
        self._outbox.append(message)
        self._waiting.set()

    # Its process ----------------------------------------------------------------------------------------------------

    def run(self, stop: StopSignal) -> None:
        """From the start of a process to its end. Raises `ModelFailed` with the reason if that was not wanted."""
        with self._lock:
            self._outbox.clear()
            self._outbox.extend(self._remembered)
            self._waiting.set()
        process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=_environment(), start_new_session=True,
        )  # fmt: skip
        self._fault, self._heard_from_s, self._pid = "", time.monotonic(), process.pid
        reader = threading.Thread(target=self._listen, args=(process,), name="deliberation.reader", daemon=True)
        reader.start()
        try:
            self._write_until_over(process, stop)
        finally:
            self._ready.clear()
            self._pid = 0
            _end(process)
            reader.join(ENDS_WITHIN_S)
            assert process.stdout is not None
            process.stdout.close()
        if not stop.is_set():
            self._fault = self._fault or f"The language model {self._model.name} ended by itself; it is started again."
            raise ModelFailed(self._fault)

    def _write_until_over(self, process: subprocess.Popen[bytes], stop: StopSignal) -> None:
        assert process.stdin is not None
        began_s = time.monotonic()
        while not stop.is_set() and process.poll() is None:
            if self._is_stuck(began_s):
                self._fault = f"The language model {self._model.name} does not react; it is started again."
                process.kill()
                return
            if not self._waiting.wait(LOOK_S):
                continue
            with self._lock:
                messages = list(self._outbox)
                self._outbox.clear()
                self._waiting.clear()
            try:
                process.stdin.write("".join(json.dumps(message) + "\n" for message in messages).encode())
                process.stdin.flush()
            except OSError:
                return

    def _is_stuck(self, began_s: float) -> bool:
        """Its sign of life comes from a thread of its own, hence says nothing of the loading."""
        if self._ready.is_set():
            return time.monotonic() - self._heard_from_s > SILENT_FOR_S
        return time.monotonic() - began_s > LOADS_WITHIN_S

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._heard_from_s = time.monotonic()
            match json.loads(line):
                case {"phrase": stream, "text": text, "last": last}:
                    if text:
                        self._remembered.append({"wrote": stream, "text": text})
                    self._on_phrase(Phrase(Stream(stream), text, last))
                case {"ready": _}:
                    self._ready.set()
                case {"fault": sentence}:
                    self._fault = sentence
                case _:
                    pass


def _environment() -> Mapping[str, str]:
    """The child finds our modules wherever we found them."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    try:
        process.stdin.close()
    except OSError:
        pass
    try:
        process.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
