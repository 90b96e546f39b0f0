"""Two ways to let streams see each other: `python -m benchmarks.layouts [--shape small]`.

Twigs: a stream grows from the trunk, and its phrase is read into the trunk at its end. A shared clock: all streams take
one position at a tick, and each token is shared with the others at once, so that nothing is read twice. For both: the
time for the same number of tokens of each stream, everything that the others must see included. With the toy model also
how many answers are right while another stream writes beside them (scripts/toy_language.py).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.model_shapes import MIDDLE, SMALL, TINY, write_shape
from model.deliberation.llama import LlamaContext, Row
from model.deliberation.phrase import Stream
from model.deliberation.streams import SEQUENCES, TRUNK, Streams
from model.deliberation.template import Frame, frame_of
from model.deliberation.transcript import SYSTEM

ROOT = Path(__file__).parents[1]
TOY = ROOT / "tests" / "data" / "toy_language_model.gguf"
SHAPES = {"tiny": TINY, "small": SMALL, "middle": MIDDLE}
N_TRUNK = 1_000
MAX_TEXT = 1_200
"""Letters of a transcript of the toy's; it is read in one batch."""
PHRASE = 12
"""Tokens of a phrase: one that is spoken has about so many."""
N_PHRASES = 6
WRITERS = tuple(SEQUENCES.values())


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        model = write_shape(Path(folder) / "model.gguf", SHAPES[arguments.shape], "Q4_0")
        context = LlamaContext(model, 4096, arguments.threads, lambda: False)
        twigs, clock = [], []
        for _ in range(arguments.times):
            twigs.append(_twigs_s(context))
            clock.append(_clock_s(context))
        context.close()
    n_tokens = len(WRITERS) * PHRASE * N_PHRASES
    figures: dict[str, Any] = {
        "shape": arguments.shape,
        "twigs_tokens_per_s": round(n_tokens / min(twigs), 1),
        "clock_tokens_per_s": round(n_tokens / min(clock), 1),
        "clock_times_faster": round(min(twigs) / min(clock), 2),
    }
    print(json.dumps(figures | _right_on_the_toy(arguments.questions, arguments.threads)))


# Speed ----------------------------------------------------------------------------------------------------------------


def _clear(context: LlamaContext) -> None:
    for sequence in (TRUNK, *WRITERS):
        context.cut(sequence, -1)


def _begin(context: LlamaContext) -> Streams:
    _clear(context)
    streams = Streams(context, frame_of(context.template, SYSTEM))
    while streams.length < N_TRUNK:
        streams.append(["screen:", " the quick brown fox", "\n"])
    while streams.unread:
        streams.step()
    return streams


def _twigs_s(context: LlamaContext) -> float:
    """Phrases of a fixed length, each read into the trunk once it is written."""
    streams = _begin(context)
    began_s = time.perf_counter()
    for _ in range(N_PHRASES):
        for stream in Stream:
            streams.grow(stream)
        for _ in range(PHRASE):
            streams.step()
        streams.drop_all()
        for stream in Stream:
            streams.append([f"{stream.value}:", " " + "a" * (PHRASE - 1), "\n"])  # a letter is a token
        while streams.unread:
            streams.step()
    return time.perf_counter() - began_s


def _clock_s(context: LlamaContext) -> float:
    _begin(context)
    start = context.length(TRUNK)
    for sequence in WRITERS:
        context.share(TRUNK, sequence)
    began_s = time.perf_counter()
    for position in range(start, start + PHRASE * N_PHRASES):
        _tick(context, position, [5] * len(WRITERS))
    return time.perf_counter() - began_s


def _tick(context: LlamaContext, position: int, tokens: Sequence[int], *, shared: bool = True) -> list[int]:
    """One token of every stream at the same position, and what each would write next. Then all have all of them."""
    rows = [Row(token, position, sequence, True) for token, sequence in zip(tokens, WRITERS, strict=True)]
    logits = context.decode(rows)
    for source in WRITERS if shared else ():
        for target in WRITERS:
            if source != target:
                context.share(source, target, position, position + 1)
    return [int(scores.argmax()) for scores in logits]


# What it says ---------------------------------------------------------------------------------------------------------


def _right_on_the_toy(n_questions: int, n_threads: int) -> dict[str, Any]:
    sys.path.insert(0, str(ROOT / "scripts"))
    toy: Any = import_module("toy_language")
    context = LlamaContext(TOY, 4096, n_threads, lambda: False)
    frame, rng = frame_of(context.template, SYSTEM), random.Random(7)
    asked = right_twigs = right_clock = 0
    while asked < n_questions:
        lines = toy.transcript(rng)
        said, thought = toy.answer(lines, "say")[0], toy.answer(lines, "think")[0]
        if not said or not thought or "clipboard" in thought:
            continue
        text = "".join(piece for channel, line in lines for piece in (f"{channel}:", f" {line}" if line else "", "\n"))
        if len(text) > MAX_TEXT:
            continue
        asked += 1
        right_twigs += _said_by_twigs(context, frame, text) == said
        right_clock += _said_by_clock(context, frame, text) == said
    context.close()
    return {"toy_questions": asked, "toy_right_twigs": right_twigs, "toy_right_clock": right_clock}


def _said_by_twigs(context: LlamaContext, frame: Frame, text: str) -> str:
    _clear(context)
    streams = Streams(context, frame)
    streams.append([text])
    for stream in (Stream.THINK, Stream.SAY):
        streams.grow(stream)
    phrases = {}
    while streams.growing:
        phrases |= {phrase.stream: phrase.text for phrase in streams.step()}
    return phrases[Stream.SAY]


def _said_by_clock(context: LlamaContext, frame: Frame, text: str) -> str:
    """Think and say begin at the same position, behind the same transcript; who has ended stays at its end."""
    begin = context.tokenize(frame.head, special=True) + context.tokenize(text)
    begin += context.tokenize(frame.tail, special=True)
    names = [context.tokenize(f"{stream.value}:") for stream in Stream]
    _clear(context)
    context.decode([Row(token, n, TRUNK) for n, token in enumerate(begin)])
    for sequence in WRITERS:
        context.share(TRUNK, sequence)
    tokens: list[int] = []
    for n, column in enumerate(zip(*names, strict=True)):
        tokens = _tick(context, len(begin) + n, column, shared=False)  # else none would know which it is
    written, say = b"", list(Stream).index(Stream.SAY)
    for position in range(len(begin) + len(names[0]), len(begin) + len(names[0]) + 40):
        if context.ends(tokens[say]) or b"\n" in context.piece(tokens[say]):
            break
        written += context.piece(tokens[say])
        tokens = _tick(context, position, tokens)
    return written.decode("utf-8", "ignore").strip()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="small")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--questions", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    main()
