"""The language model as the rest of the program knows it: a process that reads along, and phrases that come of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event as StopSignal
from typing import Any

from model.deliberation.phrase import Phrase, Stream
from model.deliberation.tools import spec_to_json
from model.stream.errors import ModelFailed
from model.stream.trace import event_to_json
from model.stream.values import ActionSpec, ChannelClosed, Copied, Event, Line, Opened, Outcome, Pause, Window, Word

MAX_REMEMBERED = 1_000
"""Things that a process that had to be started again is told anew."""
READ = (Word, Pause, ChannelClosed, Opened, Line, Window, Copied, Outcome)
LOADS_WITHIN_S = 120.0
STILL_FOR_S = 90.0
"""A process that has been busy for so long without taking a step is ended; a large model reads slowly."""
HEARD: Mapping[str, Any] = {"heard": True}
LOOK_S = 0.1
ENDS_WITHIN_S, SAVES_WITHIN_S = 2.0, 20.0


@dataclass(frozen=True, slots=True)
class Running:
    """How a model is run. `n_gpu_layers` counts only where llama.cpp was built for a graphics card; `adapter` are LoRA
    weights; in `keep` the conversation is kept from one run of the program to the next."""

    n_threads: int = max(1, (os.cpu_count() or 2) - 1)
    n_context: int = 4096
    n_gpu_layers: int = 0
    adapter: Path | None = None
    keep: Path | None = None

    def arguments(self) -> Iterator[str]:
        """On the child's command line."""
        yield from ("--threads", str(self.n_threads), "--context", str(self.n_context))
        yield from ("--gpu-layers", str(self.n_gpu_layers))
        if self.adapter:
            yield from ("--adapter", str(self.adapter))
        if self.keep:
            yield from ("--keep", str(self.keep))


class Deliberation:
    """`run` keeps one process; whoever owns it calls `run` again after a failure. All else never blocks, on any thread.

    On a thread of this object `on_phrase` is told what it writes, `on_rest` that it has given back the floor of that
    turn, and `on_beat` once a second that time passes.
    """

    name = "deliberation"

    def __init__(
        self,
        model: Path,
        on_phrase: Callable[[Phrase], None],
        running: Running = Running(),
        *,
        tools: Iterable[ActionSpec] = (),
        on_rest: Callable[[int], None] = lambda turn: None,
        on_beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._command = (sys.executable, "-m", "model.deliberation.child", str(model), *running.arguments())
        self._ends_within_s = SAVES_WITHIN_S if running.keep else ENDS_WITHIN_S
        self._model = model
        self._on_phrase, self._on_rest, self._on_beat = on_phrase, on_rest, on_beat
        self._turn, self._n_turns = 0, 0
        self._tools = {"tools": [spec_to_json(spec) for spec in tools]}
        self._remembered: deque[Mapping[str, Any]] = deque(maxlen=MAX_REMEMBERED)
        self._outbox: deque[Mapping[str, Any]] = deque()
        self._waiting = threading.Event()
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._fault = ""
        self._pid = 0
        self._moved_s = 0.0

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
        if not isinstance(event.data, READ):
            return
        message = {"see": event_to_json(event)}
        with self._lock:
            self._remembered.append(message)
            self._send(message)

    def floor(self) -> int:
        """It is wanted: answer what was said. Returns the number of this turn, which all that comes of it has. Raises
        `ModelFailed` while it is not there."""
        if not self._ready.is_set():
            raise ModelFailed(self._fault or "The language model is still being loaded. Try again in a moment.")
        with self._lock:
            self._n_turns += 1
            self._turn = self._n_turns
            self._remembered.append(HEARD)
            self._send({"floor": self._turn})
        return self._turn

    def heard(self) -> None:
        """All that it said has been heard."""
        with self._lock:
            self._remembered.append(HEARD)
            self._send(HEARD)

    def hush(self, heard: str = "") -> None:
        """Stop at once. `heard`: what the user heard of its reply."""
        message = {"hush": heard}
        with self._lock:
            self._turn = 0
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
            self._outbox.append(self._tools)
            self._outbox.extend(self._remembered)
            self._waiting.set()
        process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=_environment(), start_new_session=True,
        )  # fmt: skip
        self._fault, self._pid = "", process.pid
        self._moved_s = began_s = time.monotonic()
        over = threading.Event()
        threads = [
            threading.Thread(target=target, args=arguments, name=f"deliberation.{name}", daemon=True)
            for name, target, arguments in (
                ("reader", self._listen, (process,)),
                ("writer", self._write, (process, over)),
            )
        ]
        for thread in threads:
            thread.start()
        while not stop.wait(LOOK_S) and process.poll() is None:
            if self._is_stuck(began_s):
                self._fault = f"The language model {self._model.name} does not react; it is started again."
                process.kill()
        over.set()
        self._waiting.set()
        self._ready.clear()
        self._pid = 0
        _end(process, self._ends_within_s)
        for thread in threads:
            thread.join(ENDS_WITHIN_S)
        if not stop.is_set():
            self._fault = self._fault or f"The language model {self._model.name} ended by itself; it is started again."
            raise ModelFailed(self._fault)

    def _write(self, process: subprocess.Popen[bytes], over: threading.Event) -> None:
        """It may not read for a while, hence on a thread that nobody waits for. Who closes the pipe ends it."""
        assert process.stdin is not None
        with suppress(OSError), process.stdin as pipe:
            while not over.is_set():
                self._waiting.wait()
                with self._lock:
                    messages = list(self._outbox)
                    self._outbox.clear()
                    self._waiting.clear()
                pipe.write("".join(json.dumps(message) + "\n" for message in messages).encode())
                pipe.flush()

    def _is_stuck(self, began_s: float) -> bool:
        if self._ready.is_set():
            return time.monotonic() - self._moved_s > STILL_FOR_S
        return time.monotonic() - began_s > LOADS_WITHIN_S

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        steps = -1
        with process.stdout as lines:
            for line in lines:
                match json.loads(line):
                    case {"beat": now, "busy": busy}:
                        if now != steps or not busy:
                            self._moved_s = time.monotonic()
                        steps = now
                        self._on_beat()
                    case {"phrase": stream, "text": text, "last": last, "turn": turn}:
                        self._take(Phrase(Stream(stream), text, last, turn))
                    case {"rest": turn}:
                        self._on_rest(turn)
                    case {"ready": _}:
                        self._moved_s = time.monotonic()
                        self._ready.set()
                    case {"fault": sentence}:
                        self._fault = sentence
                    case _:
                        pass

    def _take(self, phrase: Phrase) -> None:
        """What was written before it was told to stop, and comes after, it has not said."""
        with self._lock:
            if phrase.text and (phrase.turn == self._turn or phrase.stream is Stream.THINK):
                self._remembered.append({"wrote": phrase.stream.value, "text": phrase.text})
        self._on_phrase(phrase)


def _environment() -> Mapping[str, str]:
    """The child finds our modules wherever we found them."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _end(process: subprocess.Popen[bytes], within_s: float) -> None:
    """It ends when its pipe does; if not, it is ended."""
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
