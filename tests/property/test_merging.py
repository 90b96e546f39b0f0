"""Whatever programs say, only what the pixels bear out is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.stream.values import Place
from perception.merging import SIGN_LETTERS, Element, Told, corrected, settled, unseen
from perception.tiles import overlap

texts = st.text(st.sampled_from("abcIl1O0 .:/-é漢"), max_size=40)
places = st.builds(Place, *[st.integers(0, 300)] * 2, *[st.integers(1, 60)] * 2)
elements = st.builds(Element, texts, st.just("button"), places)


@given(texts, st.lists(texts, max_size=4))
def test_every_word_comes_from_the_pixels_or_from_the_program(read: str, exact: list[str]) -> None:
    known = "\n".join([read, *exact])
    assert all(word in known for word in corrected(read, exact).split())


@given(texts)
def test_what_is_read_right_stays(read: str) -> None:
    assert corrected(read, []) == read
    assert corrected(read.strip(), [read]) == read.strip()


@given(texts, texts, st.booleans())
def test_a_secret_is_never_told(read: str, exact: str, sure: bool) -> None:
    assert settled(Told((exact,), sure=sure, secret=True), lambda: read) is None


@given(st.lists(elements, max_size=8), st.lists(st.tuples(texts, places), max_size=8))
def test_nothing_is_told_twice(named: list[Element], lines: list[tuple[str, Place]]) -> None:
    told = list(unseen(named, lines))
    assert all(element in named for element in told)
    readable = [place for text, place in lines if len(text) > SIGN_LETTERS]
    assert not any(overlap(element.place, place) for element in told for place in readable)
    assert len({element.name for element in told}) == len(told)
