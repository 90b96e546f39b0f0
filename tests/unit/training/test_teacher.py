"""Lessons are ordinary traces in which everything is done right, and the same seed gives the same lesson."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

import resources
from model.reflex.texts import TextEncoder
from model.reflex.vocabulary import N_VOICED, PAUSE, YIELD, Pieces, Symbols
from model.stream.catalogue import Catalogue, load_catalogue
from model.stream.trace import TraceWriter, load, step_to_json
from model.stream.values import Call, Channel, Fill, Go, Span, Token
from model.training.batches import IGNORE, collate, row_of
from model.training.compose import Request, compose
from model.training.lessons import LEXICON
from model.training.requests import Order
from model.training.teacher import Lesson, play

TYPE_HELLO = Request(("type", "hello", "world"), "type_text", {"text": (1, 3)}, source="phrases/plain")
PASTE_LINK = Request(
    ("open", "that", "link"), "open_url", {}, {"url": (Channel.CLIPBOARD, 0)}, (), "https://a.org", "phrases/clipboard"
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(resources.ROOT / "actions.toml")


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces(resources.ROOT / "reflex" / "tokenizer.json")


@pytest.fixture(scope="module")
def symbols(catalogue: Catalogue) -> Symbols:
    return Symbols.of(LEXICON, catalogue)


def lesson(requests: list[Request], catalogue: Catalogue, symbols: Symbols, pieces: Pieces, seed: int = 1) -> Lesson:
    return play(requests, catalogue, symbols, pieces, random.Random(seed))


def test_the_teacher_acts_at_the_pause_after_the_last_word_or_makes_good_for_it_later(
    catalogue: Catalogue, symbols: Symbols, pieces: Pieces
) -> None:
    late = 0
    for seed in range(40):
        taught = lesson([TYPE_HELLO], catalogue, symbols, pieces, seed)
        steps = taught.steps
        last_word = max(n for n, step in enumerate(steps) if step.seen.word == 2)
        pause = next(n for n, step in enumerate(steps) if n > last_word and step.seen.user)
        tokens = [step.action for step in steps if step.action]
        call = next((n for n, step in enumerate(steps) if step.action), None)
        if call is None:  # let pass, and then nothing happened any more
            continue
        assert [type(token) for token in tokens[:3]] == [Call, Fill, Go]
        wanted = [target["action"] for target in row_of(taught, catalogue, symbols, {}).targets]
        assert wanted[pause : call + 1] == [symbols.call("type_text")] * (call + 1 - pause)
        late += call > pause
    assert 2 <= late <= 20


def test_who_talks_over_the_reply_is_given_way_and_listened_to(
    catalogue: Catalogue, symbols: Symbols, pieces: Pieces
) -> None:
    both_at_once = answered = 0
    for seed in range(150):
        taught = lesson([TYPE_HELLO], catalogue, symbols, pieces, seed)
        if len(taught.plans) == 1:
            continue
        steps = taught.steps
        assert any(isinstance(step.speech, Token) and step.speech.id == YIELD for step in steps)
        both_at_once += any(step.seen.self_ and 0 < step.seen.tone <= N_VOICED for step in steps)
        calls = [step.action.name for step in steps if isinstance(step.action, Call)]
        answered += calls[1:] == [taught.plans[1].request.action]
    assert both_at_once > 2
    assert answered > 2


def test_thoughts_are_neither_always_there_nor_always_right(
    catalogue: Catalogue, symbols: Symbols, pieces: Pieces
) -> None:
    thoughts = [
        next(
            (
                step.thought.text
                for step in lesson([TYPE_HELLO], catalogue, symbols, pieces, seed).steps
                if step.thought
            ),
            "",
        )
        for seed in range(60)
    ]
    assert "" in thoughts
    assert "type_text" in thoughts
    assert set(thoughts) - {"", "type_text"}


def test_a_pointer_at_an_item_stays_one(catalogue: Catalogue, symbols: Symbols, pieces: Pieces) -> None:
    steps = lesson([PASTE_LINK], catalogue, symbols, pieces).steps
    fill = next(step.action for step in steps if isinstance(step.action, Fill))
    field = next(step.seen.field for step in steps if step.seen.field)
    assert fill.span.item_id in {item.id for item in field if item.text == "https://a.org"}


def test_the_same_seed_gives_the_same_lesson(catalogue: Catalogue, symbols: Symbols, pieces: Pieces) -> None:
    def rows(seed: int) -> list[object]:
        drawn = [compose(random.Random(seed)) for _ in range(2)]
        return [step_to_json(step, 0) for step in lesson(drawn, catalogue, symbols, pieces, seed).steps]

    assert rows(5) == rows(5)
    assert rows(5) != rows(6)


def test_a_lesson_is_written_as_a_trace(tmp_path: Path, catalogue: Catalogue, symbols: Symbols, pieces: Pieces) -> None:
    writer = TraceWriter(tmp_path / "trace", {})
    taught = play([TYPE_HELLO], catalogue, symbols, pieces, random.Random(1), [writer])
    writer.close()
    trace = load(tmp_path / "trace")
    assert len(trace.steps) == len(taught.steps)
    assert sum(row["events"] for row in trace.steps) == len(trace.events)


def test_what_people_did_not_say_about_arguments_is_not_taught(
    catalogue: Catalogue, symbols: Symbols, pieces: Pieces
) -> None:
    request = Request(("put", "on", "some", "jazz"), "play_media", source="slurp")
    taught = lesson([request], catalogue, symbols, pieces)
    row = row_of(taught, catalogue, symbols, {})
    *_, call = (n for n, target in enumerate(row.targets) if target["action"] == symbols.call("play_media"))
    assert all(target["action"] == IGNORE for target in row.targets[call + 1 :])


def test_two_things_in_one_breath_are_done_one_behind_the_other(
    catalogue: Catalogue, symbols: Symbols, pieces: Pieces
) -> None:
    words = ("copy", "it", "and", "type", "hello")
    known = Request(words, "copy", then=Order("type_text", {"text": (4, 5)}), source="phrases/chained")
    steps = lesson([known], catalogue, symbols, pieces).steps
    tokens = [step.action for step in steps if step.action]
    assert tokens == [Call("copy"), Go(), Call("type_text"), Fill("text", Span(Channel.USER, 4, 5)), Go()]
    unknown = lesson([replace(known, then=Order(""))], catalogue, symbols, pieces)
    wanted = [target["action"] for target in row_of(unknown, catalogue, symbols, {}).targets]
    went = wanted.index(symbols.call("copy")) + 2
    assert [step.action for step in unknown.steps if step.action] == [Call("copy"), Go()]
    assert set(wanted[went:]) == {IGNORE}


def test_every_word_asks_for_a_thought_and_every_argument_for_a_pointer(
    catalogue: Catalogue, symbols: Symbols, pieces: Pieces
) -> None:
    row = row_of(lesson([TYPE_HELLO], catalogue, symbols, pieces), catalogue, symbols, {})
    wanted = symbols.thought_action("type_text")
    assert all(
        (target["thought"] == wanted) == (c.word >= 0) for c, target in zip(row.columns, row.targets, strict=True)
    )
    fill = next(target for target in row.targets if "start" in target)
    assert [row.columns[fill[end]].word for end in ("start", "end")] == [1, 2]


def test_batches_are_padded_so_that_nothing_is_learned_from_the_padding(
    catalogue: Catalogue, symbols: Symbols, pieces: Pieces
) -> None:
    items = TextEncoder.load(resources.ROOT / "reflex" / "items.safetensors", pieces)
    rows = [
        row_of(lesson([request], catalogue, symbols, pieces), catalogue, symbols, {PAUSE: 1})
        for request in (TYPE_HELLO, PASTE_LINK)
    ]
    batch = collate(rows, pieces).read(items, items)
    lengths = [len(row.columns) for row in rows]
    assert batch.columns.user.shape == (2, max(lengths))
    short = lengths.index(min(lengths))
    assert bool((batch.targets.action[short, min(lengths) :] == IGNORE).all())
    assert batch.n_ticks == sum(lengths)
