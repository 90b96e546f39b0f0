"""Whatever is done to a request, its arguments stay where they are."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from model.stream.values import Channel
from model.training.compose import Request, compose, disturb
from model.training.disturb import as_spoken
from model.training.phrases import shipped_phrases
from model.training.requests import reworded
from model.training.spelling import with_digits

seeds = st.integers(0, 2**32)
actions = st.none() | st.sampled_from(sorted(shipped_phrases().catalogue))


def check(request: Request) -> None:
    spec = shipped_phrases().catalogue[request.action]
    assert request.words
    assert all(word and not any(c.isspace() for c in word) for word in request.words)
    for slot, (start, end) in request.spans.items():
        assert spec.slot(slot)
        assert 0 <= start < end <= len(request.words)
    for slot, (channel, index) in request.items.items():
        assert spec.slot(slot) and slot not in request.spans
        assert (channel is Channel.SCREEN and index < len(request.screen)) or request.clipboard
    starts = sorted(request.spans.values())
    assert all(end <= start for (_, end), (start, _) in pairwise(starts))
    assert not request.screen or 3 <= len(request.screen) <= 31


@given(seeds, actions)
def test_composed_requests_are_whole(seed: int, action: str | None):
    check(compose(random.Random(seed), action))


@given(seeds, actions)
def test_disturbed_requests_are_whole(seed: int, action: str | None):
    rng = random.Random(seed)
    request = compose(rng, action)
    heard = disturb(request, rng)
    check(heard)
    assert (heard.action, heard.items, heard.screen, heard.clipboard) == (
        request.action, request.items, request.screen, request.clipboard
    )  # fmt: skip
    assert heard.spans.keys() == request.spans.keys()


@given(seeds, actions)
def test_the_same_seed_gives_the_same_request(seed: int, action: str | None):
    def one() -> Request:
        rng = random.Random(seed)
        return disturb(compose(rng, action), rng)

    assert one() == one()


words = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=8)


@given(words, words, st.data())
def test_rewording_outside_a_span_keeps_its_words(said: list[str], new: list[str], data: st.DataObject):
    start = data.draw(st.integers(0, len(said) - 1))
    end = data.draw(st.integers(start + 1, len(said)))
    request = Request(tuple(said), "type_text", {"text": (start, end)})
    before = data.draw(st.booleans())
    at = data.draw(st.integers(0, start) if before else st.integers(end, len(said)))
    until = data.draw(st.integers(at, start if before else len(said)))
    assert reworded(request, at, until, new).argument("text") == request.argument("text")


@given(st.text(alphabet="aZ é'’\"!?.,-–…()#+1", min_size=1))
def test_what_was_heard_has_neither_capitals_nor_gaps(text: str):
    said = tuple(text.split()) or ("word",)
    heard = as_spoken(Request(said, "type_text", {"text": (0, len(said))}))
    assert heard.words and all(heard.words)
    assert all(word == word.lower() for word in heard.words)
    start, end = heard.spans["text"]
    assert start < end


@given(st.integers(0, 99))
def test_figures_are_the_numbers_that_were_said(number: int):
    ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    small = [*ones.split(), "seventeen", "eighteen", "nineteen"]
    tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    said = [small[number]] if number < 20 else [tens[number // 10]] + ([small[number % 10]] if number % 10 else [])
    assert with_digits([*said, "minutes"]) == [str(number), "minutes"]
