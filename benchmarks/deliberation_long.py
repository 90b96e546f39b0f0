"""A conversation past the end of the context, and thinking while speaking: `python -m benchmarks.deliberation_long`.

A model of random weights in a real shape: what it says means nothing. Each turn stands for six seconds: lines appear on
the screen, the user says a sentence, and is answered. The latency is that from the pause to the first token of speech.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.model_shapes import MIDDLE, SMALL, TINY, write_shape
from model.deliberation.deliberator import Deliberator
from model.deliberation.llama import LlamaContext
from model.deliberation.phrase import Phrase, Stream
from model.deliberation.streams import TRUNK, Streams
from model.deliberation.template import frame_of
from model.deliberation.transcript import SYSTEM
from model.stream.values import Channel, Data, Event, Line, Opened, Opening, Origin, Pause, Place, Word

SHAPES = {"tiny": TINY, "small": SMALL, "middle": MIDDLE}
N_CONTEXT = 4096
TURN_S = 6.0
ANSWER_STEPS = 12
"""Of an answer, before the next turn begins."""
SPOKEN_TOKENS_PER_S = 170 / 60 * 1.3
PHRASES = {Stream.SAY: 14, Stream.THINK: 20, Stream.DO: 20}
"""Tokens, as of real ones: random weights do not know where a sentence ends."""
PLAYBACK_S = 10.0


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        model = write_shape(Path(folder) / f"{arguments.shape}.gguf", SHAPES[arguments.shape], "Q4_0")
        context = LlamaContext(model, N_CONTEXT, arguments.threads, lambda: False)
        streams = Streams(context, frame_of(context.template, SYSTEM))
        streams.longest.update(PHRASES)
        figures: dict[str, Any] = {"shape": arguments.shape, "context": N_CONTEXT}
        figures |= _past_the_context(context, streams, round(60 * arguments.minutes / TURN_S))
        figures |= _thinking_while_speaking(streams)
    print(json.dumps(figures))


def _past_the_context(context: LlamaContext, streams: Streams, n_turns: int) -> dict[str, Any]:
    deliberator = Deliberator(streams)
    waits_ms: list[float] = []
    memory_mb: list[float] = []
    full_from, began = 0, streams.begins
    for turn in range(n_turns):
        for data in _turn(turn):
            _see(deliberator, data)
            _catch_up(deliberator, streams)
        began_s = time.perf_counter()
        _see(deliberator, Pause())
        deliberator.floor()
        deliberator.step()
        waits_ms.append(1000 * (time.perf_counter() - began_s))
        for _ in range(ANSWER_STEPS):
            deliberator.step()
        deliberator.hush("")
        memory_mb.append(_resident_mb())
        full_from = full_from or (turn if streams.begins > began else 0)
    quarter = max(1, (n_turns - full_from) // 4)
    first, last = waits_ms[full_from : full_from + quarter], waits_ms[-quarter:]
    return {
        "turns": n_turns,
        "tokens": streams.length,
        "contexts_full": round(streams.length / context.n_context, 1),
        "first_forgetting_at_turn": full_from,
        "first_quarter_ms": round(statistics.median(first), 1),
        "last_quarter_ms": round(statistics.median(last), 1),
        "worst_ms": round(max(waits_ms), 1),
        "memory_when_full_mb": round(memory_mb[full_from]),
        "memory_at_the_end_mb": round(memory_mb[-1]),
        "in_the_context_at_the_end": context.length(TRUNK),
    }


def _thinking_while_speaking(streams: Streams) -> dict[str, Any]:
    """What is said is played at the speed of a voice; the share of that time in which thoughts were being written."""
    deliberator = Deliberator(streams)
    for data in (*_turn(0), Pause()):
        _see(deliberator, data)
    _catch_up(deliberator, streams)
    deliberator.floor()
    thinking_s = playing_s = plays_until_s = 0.0
    while playing_s < PLAYBACK_S:
        began_s = time.monotonic()
        thinks, phrases = False, list[Phrase]()
        if deliberator.busy:
            phrases = deliberator.step()
            thinks = Stream.THINK in streams.growing or any(phrase.stream is Stream.THINK for phrase in phrases)
        else:
            time.sleep(0.01)
        took_s = time.monotonic() - began_s
        if began_s < plays_until_s:
            playing_s += took_s
            thinking_s += took_s if thinks else 0.0
        for phrase in phrases:
            if phrase.stream is Stream.SAY:
                plays_until_s = max(plays_until_s, time.monotonic()) + PHRASES[Stream.SAY] / SPOKEN_TOKENS_PER_S
    return {"playback_s": round(playing_s, 1), "thinking_share_of_playback": round(thinking_s / playing_s, 3)}


def _turn(turn: int) -> Iterator[Data]:
    for n in range(4):
        yield Line(n, f"line {n} of page {turn} is new", Place(0, 0, 9, 9))
    yield Opened(Opening.HOLD)
    yield from map(Word, f"and what do you say to page {turn} then".split())


def _see(deliberator: Deliberator, data: Data) -> None:
    channel = Channel.SCREEN if isinstance(data, Line) else Channel.USER
    deliberator.see(Event(0, channel, data, Origin.WORLD))


def _catch_up(deliberator: Deliberator, streams: Streams) -> None:
    """Between two words there is time to read the first, and to think a little."""
    while streams.unread:
        deliberator.step()


def _resident_mb() -> float:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * resource.getpagesize() / 1e6


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="small")
    parser.add_argument("--minutes", type=float, default=10.0, help="of conversation")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
