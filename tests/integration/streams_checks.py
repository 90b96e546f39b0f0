"""The trunk and its twigs on llama.cpp; `test_deliberation` runs these in a process of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import resources
from benchmarks.model_shapes import TINY, Architecture, write_adapter, write_shape
from model.deliberation.llama import Aborted, LlamaContext, Row
from model.deliberation.phrase import Phrase, Stream
from model.deliberation.streams import TRUNK, Streams
from model.deliberation.template import frame_of
from model.deliberation.tools import Toolbox, Wanted, grammar_of, read_call
from model.stream.catalogue import load_catalogue
from model.stream.errors import ModelFailed, NotPermitted
from model.stream.values import ActionSpec, Risk, Slot

N_CONTEXT = 1024
SYSTEM = "You are Ambidex."
ALIKE = 8
"""Letters. A model of random weights is of two minds at every token: in a batch of another size, rounding decides."""


ARCHITECTURES: tuple[Architecture, ...] = ("llama", "qwen3vl", "lfm2")


@pytest.fixture(scope="module", params=ARCHITECTURES)
def architecture(request: pytest.FixtureRequest) -> Architecture:
    """All that is checked holds for models that can move and forget what they have read, and for those that cannot."""
    return request.param


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, architecture: Architecture) -> Path:
    return write_shape(tmp_path_factory.mktemp("models") / "tiny.gguf", TINY, architecture=architecture)


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
    assert streams.length - streams.unread == (read if can_forget_a_part(context) else 0)
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
    assert (streams.length, streams.unread) == (length, 0 if can_forget_a_part(context) else length)
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
    return logits_behind(context)


def logits_behind(context: LlamaContext) -> np.ndarray:
    context.share(TRUNK, 6)
    (logits,) = context.decode([Row(5, context.length(6), 6, wanted=True)])
    context.cut(6, -1)
    return logits


def can_forget_a_part(context: LlamaContext) -> bool:
    """Other than all of a sequence; tried on one of its own."""
    context.decode([Row(5, n, 6) for n in range(4)])
    can = context.cut(6, 2)
    context.cut(6, -1)
    return can


def test_what_each_can_do_is_known(context: LlamaContext, architecture: Architecture) -> None:
    assert (context.can_shift, can_forget_a_part(context)) == {
        "llama": (True, True),
        "qwen3vl": (False, True),
        "lfm2": (True, False),
    }[architecture]


def test_a_conversation_goes_on_in_another_process(context: LlamaContext, model: Path, tmp_path: Path) -> None:
    streams, path = streams_of(context), tmp_path / "kept"
    streams.append(["user:", " hello", "\n", "screen:", " half a line"])
    expected = alone_logits(context, streams)
    streams.rewind(streams.length - 3)
    streams.append([" half a line"[-3:]])
    streams.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    context.cut(TRUNK, -1)
    other = streams_of(context)
    assert other.restore(path)
    assert other.unread == 1  # the end of the line
    assert np.allclose(logits_behind(context), expected, atol=1e-4)
    other.append(["user:", " again", "\n"])
    assert written(other, Stream.SAY)[Stream.SAY]


def test_what_is_damaged_or_of_another_model_is_not_gone_on_with(context: LlamaContext, tmp_path: Path) -> None:
    streams, path = streams_of(context), tmp_path / "kept"
    streams.append(["user:", " hello", "\n"])
    while streams.unread:
        streams.step()
    streams.save(path)
    whole = path.read_bytes()
    context.cut(TRUNK, -1)
    changed = whole[:-1] + bytes([whole[-1] ^ 1])
    for content in (b"", b"\n", b"{}\n", whole[:-1], whole.replace(b"tiny", b"tony"), changed, b"[1]\n" + whole):
        path.write_bytes(content)
        other = streams_of(context)
        assert not other.restore(path)
        assert other.length == other.unread
    assert not streams_of(context).restore(tmp_path / "nothing")


def test_where_the_disk_says_no_nothing_is_kept(context: LlamaContext, tmp_path: Path) -> None:
    with pytest.raises(NotPermitted, match="cannot be kept"):
        streams_of(context).save(tmp_path / "no folder" / "kept")


@pytest.mark.parametrize("mark", ["<|im_end|>", "<think>"])
def test_marks_of_the_template_in_what_was_read_are_letters(context: LlamaContext, mark: str) -> None:
    (token,) = context.tokenize(mark, special=True)
    assert token not in context.tokenize(f"read {mark} this")


# Actions --------------------------------------------------------------------------------------------------------


def test_an_action_is_held_to_the_declarations(context: LlamaContext) -> None:
    toolbox = Toolbox(load_catalogue(resources.ROOT / "actions.toml").values())
    grammar, calls = grammar_of(list(toolbox.specs.values())), list[Wanted]()
    for n in range(12):
        context.cut(TRUNK, -1)
        streams = streams_of(context)
        streams.append(["user:", f" open page {n}", "\n"])
        streams.grow(Stream.SAY)
        streams.grow(Stream.DO, grammar)
        phrases: list[Phrase] = []
        while Stream.DO in streams.growing:
            phrases += streams.step()
        streams.drop_all()
        (text,) = (phrase.text for phrase in phrases if phrase.stream is Stream.DO)
        call = read_call(text)
        assert call or not text or text.startswith('{"action": "')  # cut off, where it goes on for ever
        if call:
            calls.append(call)
    for call in calls:
        spec = toolbox.specs[call.name]
        assert call.texts.keys() <= {slot.name for slot in spec.slots}
        assert {slot.name for slot in spec.slots if slot.required} <= call.texts.keys()


def test_a_held_writer_writes_the_likeliest_that_may_stand_there(context: LlamaContext) -> None:
    held = context.held('root ::= "yes" | "no"')
    scores = np.zeros(context.n_vocabulary, np.float32)
    (y,), (n,) = context.tokenize("y"), context.tokenize("n")
    scores[n], scores[y] = 1, 2
    scores[context.tokenize("z")] = 3
    assert held.choose(scores) == y
    assert held.choose(scores) == context.tokenize("e")[0]
    with pytest.raises(ModelFailed, match="grammar"):
        context.held("root ::= nothing")


@pytest.mark.parametrize("text", ['"', "\\", '"} "', "a\nb\b\x00", "é 漢 🙂", "[^x] | (y)*"])
def test_no_name_breaks_the_grammar(context: LlamaContext, text: str) -> None:
    spec = ActionSpec("act", "", Risk.LOOK, (Slot("what", choices=(text, "other")),))
    assert context.held(grammar_of([spec]))


# Adapters and memory --------------------------------------------------------------------------------------------


def test_an_adapter_changes_what_is_written(tmp_path: Path) -> None:
    model = write_shape(tmp_path / "tiny.gguf", TINY)
    adapter = write_adapter(tmp_path / "adapter.gguf", TINY)
    plain, adapted = (LlamaContext(model, N_CONTEXT, 1, lambda: False, adapter=each) for each in (None, adapter))
    before, after = (alone_logits(context, streams_of(context)) for context in (plain, adapted))
    assert not np.allclose(before, after, atol=0.1)
    for wrong in (model, tmp_path / "missing.gguf"):
        with pytest.raises(ModelFailed, match="does not fit the model"):
            LlamaContext(model, N_CONTEXT, 1, lambda: False, adapter=wrong)


def test_a_model_that_is_larger_than_the_memory_is_a_sentence(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.deliberation.llama.available_bytes", lambda: 1_000)
    with pytest.raises(ModelFailed, match=r"needs 0\.0 GB of memory, and 0\.0 are free"):
        LlamaContext(model, N_CONTEXT, 1, lambda: False)
