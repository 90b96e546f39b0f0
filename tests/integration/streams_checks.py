"""The trunk and its twigs on llama.cpp; `test_deliberation` runs these in a process of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.model_shapes import TINY, write_shape
from model.deliberation.llama import Aborted, LlamaContext, Row
from model.deliberation.phrase import Phrase, Stream
from model.deliberation.streams import TRUNK, Streams
from model.deliberation.template import frame_of
from model.deliberation.transcript import SYSTEM

N_CONTEXT = 1024
ALIKE = 8
"""Letters. A model of random weights is of two minds at every token: in a batch of another size, rounding decides."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shape(tmp_path_factory.mktemp("models") / "tiny.gguf", TINY)


class Switch:
    """Whether a computation is to stop."""

    def __init__(self) -> None:
        self.after = -1
        """How many times it is asked before it says yes; never, where negative."""

    def __call__(self) -> bool:
        self.after -= self.after > 0
        return self.after == 0


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def context(model: Path, switch: Switch) -> Iterator[LlamaContext]:
    context = LlamaContext(model, N_CONTEXT, 1, switch)
    yield context
    context.close()


def streams_of(context: LlamaContext) -> Streams:
    return Streams(context, frame_of(context.template, SYSTEM))


def alone(context: LlamaContext, text: str, n_tokens: int) -> bytes:
    """What comes of a text that is read in one go, in a sequence of its own."""
    sequence, written = 7, b""
    context.cut(sequence, -1)
    tokens = context.tokenize(text, special=True)
    for position in range(len(tokens), len(tokens) + n_tokens):
        start = context.length(sequence)
        rows = [Row(token, start + n, sequence, start + n == position - 1) for n, token in enumerate(tokens)]
        tokens = [int(context.decode(rows)[0].argmax())]
        written += context.piece(tokens[0])
    return written


def written(streams: Streams, *wanted: Stream) -> dict[Stream, str]:
    phrases: dict[Stream, str] = {}
    for stream in wanted:
        streams.grow(stream)
    while streams.growing:
        phrases |= {phrase.stream: phrase.text for phrase in streams.step()}
    return phrases


def test_three_streams_together_write_what_each_would_alone(context: LlamaContext) -> None:
    streams, frame = streams_of(context), frame_of(context.template, SYSTEM)
    streams.append(["user:", " what", " is", " it", "\n"])
    together = written(streams, *Stream)
    for stream, text in together.items():
        whole = f"{frame.head}user: what is it\n{frame.tail}{stream}:"
        expected = alone(context, whole, 64).decode("utf-8", "ignore").lstrip()
        assert text[:ALIKE]
        assert expected[:ALIKE] == text[:ALIKE]


def test_what_is_read_in_the_middle_of_a_phrase_does_not_disturb_it(context: LlamaContext) -> None:
    calm = streams_of(context)
    calm.append(["user:", " hello", "\n"])
    expected = written(calm, Stream.SAY)[Stream.SAY]
    context.cut(TRUNK, -1)
    disturbed = streams_of(context)
    disturbed.append(["user:", " hello", "\n"])
    disturbed.grow(Stream.SAY)
    phrases: list[Phrase] = []
    for n in range(70):
        if n < 20:
            disturbed.append(["screen:", " news", "\n"])
        phrases += disturbed.step()
    assert [phrase.text[:ALIKE] for phrase in phrases] == [expected[:ALIKE]]
    assert disturbed.unread == 0


def test_being_told_to_stop_leaves_all_as_it_was(context: LlamaContext, switch: Switch) -> None:
    streams = streams_of(context)
    streams.append(["user:", " hello", "\n"])
    expected = written(streams, Stream.SAY)
    streams.append(["screen:", " " + "a long page " * 30, "\n"])
    read = streams.length - streams.unread
    switch.after = 5
    with pytest.raises(Aborted):
        streams.step()
    switch.after = -1
    assert not streams.growing
    assert streams.length - streams.unread == read
    streams.rewind(read)
    assert written(streams, Stream.SAY)[Stream.SAY][:ALIKE] == expected[Stream.SAY][:ALIKE]


def test_what_was_taken_back_is_as_if_it_had_never_been(context: LlamaContext) -> None:
    streams = streams_of(context)
    streams.append(["user:", " hello", "\n"])
    expected, length = written(streams, Stream.SAY), streams.length
    streams.append(["self:", " something else", "\n"])
    while streams.unread:
        streams.step()
    streams.append(["self:", " unread", "\n"])
    streams.rewind(length)
    assert (streams.length, streams.unread) == (length, 0)
    assert written(streams, Stream.SAY) == expected


def test_a_conversation_without_end_fits(context: LlamaContext) -> None:
    converse_past_the_context(context)


def test_where_nothing_can_be_moved_it_is_read_again(context: LlamaContext) -> None:
    context.can_shift = False
    converse_past_the_context(context)


def converse_past_the_context(context: LlamaContext) -> None:
    streams = streams_of(context)
    for n in range(200):
        streams.append(["user:", f" this is sentence number {n}", "\n"])
        streams.grow(Stream.SAY)
        for _ in range(3):
            streams.step()
        assert context.length(TRUNK) < N_CONTEXT - 3 * 64
    streams.drop_all()
    before = context.length(TRUNK)
    kept = alone_logits(context, streams)
    assert before > N_CONTEXT // 3
    assert np.isfinite(kept).all()


def alone_logits(context: LlamaContext, streams: Streams) -> np.ndarray:
    """What the trunk expects next, after all that was moved."""
    while streams.unread:
        streams.step()
    context.share(TRUNK, 6)
    (logits,) = context.decode([Row(5, context.length(6), 6, wanted=True)])
    context.cut(6, -1)
    return logits


def test_a_state_is_restored(context: LlamaContext) -> None:
    streams = streams_of(context)
    streams.append(["user:", " hello", "\n"])
    expected = alone_logits(context, streams)
    state, length = context.save(TRUNK), context.length(TRUNK)
    context.cut(TRUNK, -1)
    assert context.restore(TRUNK, state)
    assert context.length(TRUNK) == length
    assert np.allclose(alone_logits(context, streams), expected, atol=1e-4)


@pytest.mark.parametrize("mark", ["<|im_end|>", "<think>"])
def test_marks_of_the_template_in_what_was_read_are_letters(context: LlamaContext, mark: str) -> None:
    (token,) = context.tokenize(mark, special=True)
    assert token not in context.tokenize(f"read {mark} this")
