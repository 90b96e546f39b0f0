"""Deliberation beside taking turns: `python -m benchmarks.deliberation [--shape small|middle] [--format Q4_0|Q8_0]`.

A model of random weights in the shape of a real one is made in a temporary folder; how fast it is does not depend on
what they are. Peer: `Llama.create_chat_completion` of llama-cpp-python with the same file, in the same run: cold, warm
(all but what came since the last reply has been read) and hot (all but the last sentence).
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.model_shapes import MIDDLE, SMALL, TINY, write_shape
from desktop.processes import wait_until
from model.deliberation.client import Deliberation, Running
from model.deliberation.llama import LlamaContext
from model.deliberation.phrase import Phrase, Stream
from model.deliberation.streams import TRUNK, Streams
from model.deliberation.template import frame_of
from model.deliberation.transcript import SYSTEM
from model.stream.values import Channel, Event, Line, Origin, Place

SHAPES = {"tiny": TINY, "small": SMALL, "middle": MIDDLE}
N_CONTEXT = 4096
N_TOKENS = 2_000
"""What has been perceived when the user has finished."""
N_SCREEN, N_UTTERANCE = 300, 24
"""Tokens of it that came since the last reply: a page that was opened, and what was said."""
TIMES = 3
STEPS = 16
LOADS_WITHIN_S = 60.0
UNDER_WAY_S = 0.5


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        model = write_shape(Path(folder) / f"{arguments.shape}.gguf", SHAPES[arguments.shape], arguments.format)
        figures = {
            "shape": arguments.shape,
            "format": arguments.format,
            "mb": round(model.stat().st_size / 1e6),
            "threads": arguments.threads,
        }
        figures |= _ours(model, arguments.threads)
        gc.collect()
        figures |= _peer(model, arguments.threads)
        figures |= _cancelling(model, arguments.threads)
    for peer in ("hot", "warm", "cold"):
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
    began_s = time.perf_counter()
    read_until_the_pause()
    read_s = time.perf_counter() - began_s
    restored_s, size = _restored_s(context, streams, model.with_suffix(".kept"))
    context.close()
    one = (one + again) / 2
    return {
        "first_token_ms": _ms(statistics.median(waits)),
        "step_one_ms": _ms(one),
        "step_three_ms": _ms(three),
        "three_to_one": round(three / one, 2),
        "three_together_times_faster": round(3 * one / three, 2),
        "read_again_ms": _ms(read_s),
        "restored_ms": _ms(restored_s),
        "restored_times_sooner": round(read_s / restored_s, 1),
        "kept_mb": round(size / 1e6),
    }


def _restored_s(context: LlamaContext, streams: Streams, path: Path) -> tuple[float, int]:
    """From the file of a conversation to its state, and the size of that file."""
    streams.save(path)
    context.cut(TRUNK, -1)
    fresh = Streams(context, frame_of(context.template, SYSTEM))
    began_s = time.perf_counter()
    if not fresh.restore(path):
        raise RuntimeError("The conversation was not restored.")
    return time.perf_counter() - began_s, path.stat().st_size


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

    def first_token_s(text: str) -> float:
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]
        began_s = time.perf_counter()
        llama.create_chat_completion(messages, max_tokens=1, temperature=0.0)
        return time.perf_counter() - began_s

    utterance = "user: " + "word " * (N_UTTERANCE // 5)
    new = "".join(_perceived(N_SCREEN)) + utterance
    cold, warm, hot = first_token_s(known + new), list[float](), list[float]()
    for _ in range(TIMES):
        first_token_s(known)
        warm.append(first_token_s(known + new))
        first_token_s((known + new).removesuffix(utterance))
        hot.append(first_token_s(known + new))
    n_tokens = len(llama.tokenize((known + new).encode(), add_bos=False))
    llama.close()
    return {
        "peer_tokens": n_tokens,
        "hot_ms": _ms(statistics.median(hot)),
        "warm_ms": _ms(statistics.median(warm)),
        "cold_ms": _ms(cold),
    }


def _cancelling(model: Path, n_threads: int) -> dict[str, Any]:
    """From being told to stop, in the middle of reading and of writing, to the last moment in which it computed."""
    phrases: list[Phrase] = []
    client, stop = Deliberation(model, phrases.append, Running(n_threads)), threading.Event()
    thread = threading.Thread(target=client.run, args=(stop,))
    thread.start()
    waits: dict[str, list[float]] = {"reading": [], "writing": []}
    try:
        wait_until(lambda: client.ready, LOADS_WITHIN_S, "The model")
        for _ in range(TIMES):
            for n in range(10):
                client.see(_line(f"{n} a line of a page that is read for the first time"))
            time.sleep(UNDER_WAY_S)
            waits["reading"].append(_until_idle_s(client))
            client.floor()
            count = len(phrases)
            wait_until(lambda count=count: len(phrases) > count, LOADS_WITHIN_S, "A phrase")
            waits["writing"].append(_until_idle_s(client))
    finally:
        stop.set()
        thread.join()
    return {f"cancel_{name}_ms": _ms(max(times)) for name, times in waits.items()}


def _until_idle_s(client: Deliberation) -> float:
    """Until from then on next to nothing is computed: its signs of life alone take no two hundredths of a second."""
    began_s, samples = time.monotonic(), list[tuple[float, int]]()
    client.hush()
    while time.monotonic() - began_s < UNDER_WAY_S:
        samples.append((time.monotonic() - began_s, _used_ticks(client.pid)))
        time.sleep(0.002)
    return next(at_s for at_s, used in samples if samples[-1][1] - used <= 2)


def _used_ticks(pid: int) -> int:
    """Hundredths of a second of processor time."""
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))


def _line(text: str) -> Event:
    return Event(0, Channel.SCREEN, Line(1, text, Place(0, 0, 9, 9)), Origin.WORLD)


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
    parser.add_argument("--format", choices=("Q8_0", "Q4_0", "Q4_K"), default="Q4_0")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
