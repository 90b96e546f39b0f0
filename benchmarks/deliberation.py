"""Deliberation beside taking turns: `python -m benchmarks.deliberation [--shape small|middle] [--threads N]`.

A model of random weights in the shape of a real one is made in a temporary folder; how fast it is does not depend on
what they are. Peer: `Llama.create_chat_completion` of llama-cpp-python with the same file, in the same run.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.model_shapes import MIDDLE, SMALL, TINY, write_shape
from model.deliberation.llama import LlamaContext
from model.deliberation.phrase import Stream
from model.deliberation.streams import TRUNK, Streams
from model.deliberation.template import frame_of
from model.deliberation.transcript import SYSTEM

SHAPES = {"tiny": TINY, "small": SMALL, "middle": MIDDLE}
N_CONTEXT = 4096
N_TOKENS = 2_000
"""What has been perceived when the user has finished."""
N_SCREEN, N_UTTERANCE = 300, 24
"""Tokens of it that came since the last reply: a page that was opened, and what was said."""
TIMES = 3
STEPS = 16


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        model = write_shape(Path(folder) / f"{arguments.shape}.gguf", SHAPES[arguments.shape])
        figures = {"shape": arguments.shape, "mb": round(model.stat().st_size / 1e6), "threads": arguments.threads}
        figures |= _ours(model, arguments.threads)
        gc.collect()
        figures |= _peer(model, arguments.threads)
    for peer in ("warm", "cold"):
        figures[f"times_sooner_than_{peer}"] = round(figures[f"{peer}_ms"] / figures["first_token_ms"], 1)
    print(json.dumps(figures))


def _ours(model: Path, n_threads: int) -> dict[str, Any]:
    context = LlamaContext(model, N_CONTEXT, n_threads, lambda: False)
    frame = frame_of(context.template, SYSTEM)

    def read_until_the_pause() -> Streams:
        context.cut(TRUNK, -1)
        streams = Streams(context, frame)
        for piece in _perceived(N_TOKENS - N_UTTERANCE - streams.length):
            streams.append([piece])
        streams.append(["user:", *(f" {'word'[: n % 4 + 1]}" for n in range(N_UTTERANCE // 4))])
        while streams.unread:
            streams.step()
        return streams

    waits: list[float] = []
    streams = read_until_the_pause()
    for _ in range(TIMES):
        streams = read_until_the_pause()
        began_s = time.perf_counter()
        streams.append(["\n", "pause:", "\n"])
        streams.grow(Stream.SAY)
        streams.step()
        waits.append(time.perf_counter() - began_s)
        streams.drop_all()
    one = _step_s(streams, (Stream.SAY,))
    three = _step_s(streams, tuple(Stream))
    again = _step_s(streams, (Stream.SAY,))
    streams.drop_all()
    context.close()
    one = (one + again) / 2
    return {
        "first_token_ms": _ms(statistics.median(waits)),
        "step_one_ms": _ms(one),
        "step_three_ms": _ms(three),
        "three_to_one": round(three / one, 2),
        "three_together_times_faster": round(3 * one / three, 2),
    }


def _step_s(streams: Streams, wanted: tuple[Stream, ...]) -> float:
    """The median time of a step in which every one of them gets a token, and nothing else is read."""
    times: list[float] = []
    while len(times) < STEPS:
        if streams.growing != frozenset(wanted):
            streams.drop_all()
            for stream in wanted:
                streams.grow(stream)
            streams.step()  # the tail
        began_s = time.perf_counter()
        streams.step()
        times.append(time.perf_counter() - began_s)
    return statistics.median(times)


def _peer(model: Path, n_threads: int) -> dict[str, Any]:
    library: Any = import_module("llama_cpp")
    llama = library.Llama(str(model), n_ctx=N_CONTEXT, n_threads=n_threads, n_threads_batch=n_threads, verbose=False)
    known = "".join(_perceived(N_TOKENS - N_SCREEN - N_UTTERANCE))
    new = "".join(_perceived(N_SCREEN)) + "user: " + "word " * (N_UTTERANCE // 5)

    def first_token_s(text: str) -> float:
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]
        began_s = time.perf_counter()
        llama.create_chat_completion(messages, max_tokens=1, temperature=0.0)
        return time.perf_counter() - began_s

    cold, warm = [first_token_s(known + new)], list[float]()
    for _ in range(TIMES):
        first_token_s(known)
        warm.append(first_token_s(known + new))
    n_tokens = len(llama.tokenize((known + new).encode(), add_bos=False))
    llama.close()
    return {
        "peer_tokens": n_tokens,
        "warm_ms": _ms(statistics.median(warm)),
        "cold_ms": _ms(cold[0]),
    }


def _perceived(n_tokens: int) -> Iterator[str]:
    """Lines of a screen, of about so many tokens together: a letter is one."""
    line = "screen: the quick brown fox jumps over it\n"
    for _ in range(n_tokens // len(line)):
        yield line


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="small")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
