"""Reading aloud: nothing is lost, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.reading_aloud import MAX_PIECE_WORDS, pieces, written_words
from actions.spoken_forms import spoken

ALPHABET = "aA1 9.,:;-–/\\|#*_`~()[]{}<>@$€%&=+'\"!?\nкあ世🎉\u0301"
TEXTS = st.one_of(st.text(max_size=300), st.text(ALPHABET, max_size=300))
"""Any text, and what addresses, code, tables and numbers are made of."""


@given(TEXTS)
def test_the_pieces_hold_every_word_once_and_in_order(text: str) -> None:
    assert [word for piece in pieces(text) for word in piece.words] == written_words(text)


@given(TEXTS)
def test_a_piece_is_short_and_can_be_said(text: str) -> None:
    for piece in pieces(text):
        assert 0 < len(piece.words) <= MAX_PIECE_WORDS
        assert piece.spoken.isprintable()
        piece.spoken.encode()


@given(TEXTS)
def test_every_word_begins_inside_what_is_spoken(text: str) -> None:
    for piece in pieces(text):
        assert list(piece.starts) == sorted(piece.starts)
        assert all(0 <= start <= len(piece.spoken) for start in piece.starts)


@given(st.text(ALPHABET, min_size=1, max_size=30), TEXTS, TEXTS)
def test_any_word_can_be_said(word: str, before: str, after: str) -> None:
    spoken(word, before, after).encode()


@pytest.mark.parametrize(
    "unit", ["a", "1", "a_", "a.", "1,", "-", "*", "[", "(", "a@", "/a", "aA", "=", "1-", "](", "<a"]
)
def test_a_long_text_without_a_space_is_read_in_the_time_of_a_short_one(unit: str) -> None:
    """A pattern that tries every way to split a word would not come back from this."""
    assert len(spoken(unit * 100_000)) < 5_000
    assert list(pieces((unit * 150 + " ") * 20))
