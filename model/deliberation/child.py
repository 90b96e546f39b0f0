"""The process that llama.cpp lives in: `python -m model.deliberation.child MODEL`; `client` talks to it in JSON lines.

In: `{"tools": [ACTION, ...]}` once; then `{"see": EVENT}`, `{"floor": TURN}`, `{"heard": true}` where all that was said
has been heard, `{"hush": HEARD}`; and where it had to be started again, what it had written, `{"wrote": STREAM, "text":
...}`. Out: `{"ready": true}` once, then `{"phrase": ...}`, `{"rest": TURN}` when it gives the floor back, `{"beat":
STEPS, "busy": ...}` once a second, and `{"fault": SENTENCE}` before it ends by itself. It ends when its standard input
does.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.deliberation.deliberator import Deliberator
from model.deliberation.llama import Aborted, LlamaContext
from model.deliberation.phrase import Phrase, Stream
from model.deliberation.streams import Streams
from model.deliberation.template import frame_of
from model.deliberation.tools import spec_from_json
from model.deliberation.transcript import SYSTEM
from model.stream.errors import AmbidexError
from model.stream.trace import event_from_json

BEAT_S = 1.0
ENDED: Mapping[str, Any] = {"end": True}


@dataclass
class Progress:
    """How far the main thread is: whoever is busy takes step after step."""

    steps: int = 0
    busy: bool = False
    turn: int = 0
    """The number that it was given the floor with."""


def main() -> int:
    arguments = _arguments()
    _be_the_first_to_go()
    tell = _writer()
    inbox: queue.Queue[Mapping[str, Any]] = queue.Queue()
    interrupted, loaded, progress = threading.Event(), threading.Event(), Progress()
    threading.Thread(target=_listen, args=(inbox, interrupted), name="pipe", daemon=True).start()
    threading.Thread(target=_beat, args=(tell, progress), name="beat", daemon=True).start()
    try:
        tools = [spec_from_json(row) for row in inbox.get().get("tools", ())]
        aborts = lambda: interrupted.is_set() and loaded.is_set()  # noqa: E731
        context = LlamaContext(
            arguments.model, arguments.context, arguments.threads, aborts, arguments.gpu_layers, arguments.adapter
        )
        streams = Streams(context, frame_of(context.template, SYSTEM))
        if arguments.keep is not None:
            streams.restore(arguments.keep)
        tell({"ready": True})
        loaded.set()
        _run(Deliberator(streams, tools), inbox, interrupted, tell, progress)
        if arguments.keep is not None:
            streams.save(arguments.keep)
    except AmbidexError as error:
        tell({"fault": str(error)})
        return 1
    return 0


def _run(
    deliberator: Deliberator,
    inbox: queue.Queue[Mapping[str, Any]],
    interrupted: threading.Event,
    tell: Callable[[Mapping[str, Any]], None],
    progress: Progress,
) -> None:
    while True:
        progress.busy = deliberator.busy
        message = _next(inbox, wait=not progress.busy)
        progress.steps += 1
        while message is not None:
            if message is ENDED:
                return
            if "hush" in message:
                interrupted.clear()
            _obey(deliberator, message, progress)
            message = _next(inbox, wait=False)
        if not deliberator.busy:
            continue
        had_floor = deliberator.has_floor
        try:
            for phrase in deliberator.step():
                told = {"phrase": phrase.stream.value, "text": phrase.text, "last": phrase.last}
                tell({**told, "turn": progress.turn})
        except Aborted:
            pass  # the message that wants it waits in the inbox
        if had_floor and not deliberator.has_floor:
            tell({"rest": progress.turn})


def _next(inbox: queue.Queue[Mapping[str, Any]], *, wait: bool) -> Mapping[str, Any] | None:
    try:
        return inbox.get(block=wait)
    except queue.Empty:
        return None


def _obey(deliberator: Deliberator, message: Mapping[str, Any], progress: Progress) -> None:
    match message:
        case {"see": row}:
            deliberator.see(event_from_json(row))
        case {"floor": turn}:
            progress.turn = turn
            deliberator.floor()
        case {"heard": _}:
            deliberator.heard()
        case {"wrote": stream, "text": text}:
            deliberator.recall(Phrase(Stream(stream), text, last=False))
        case {"hush": heard}:
            deliberator.hush(str(heard))
        case _:
            pass


def _listen(inbox: queue.Queue[Mapping[str, Any]], interrupted: threading.Event) -> None:
    """An interruption ends the computation under way before anybody has time to look into the inbox."""
    for line in sys.stdin:
        message = json.loads(line)
        if "hush" in message:
            interrupted.set()
        inbox.put(message)
    inbox.put(ENDED)


def _beat(tell: Callable[[Mapping[str, Any]], None], progress: Progress) -> None:
    while True:
        tell({"beat": progress.steps, "busy": progress.busy})
        time.sleep(BEAT_S)


def _writer() -> Callable[[Mapping[str, Any]], None]:
    """Standard output is for messages alone: what libraries print goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    lock = threading.Lock()

    def tell(message: Mapping[str, Any]) -> None:
        with lock:
            try:
                out.write(json.dumps(message) + "\n")
                out.flush()
            except OSError:
                os._exit(0)  # nobody is there any more

    return tell


def _be_the_first_to_go() -> None:
    """Where memory runs out, this process is ended and not one of the user's; it is started again by itself."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--gpu-layers", type=int, default=0)
    parser.add_argument("--adapter", type=Path, help="LoRA weights")
    parser.add_argument("--keep", type=Path, help="where the conversation goes on, and is kept at the end")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
