"""Reading aloud: nothing is lost, whatever the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actions.reading_aloud import MAX_PIECE_WORDS, pieces, written_words


@given(st.text(max_size=300))
def test_the_pieces_hold_every_word_once_and_in_order(text: str) -> None:
    assert [word for piece in pieces(text) for word in piece.words] == written_words(text)


@given(st.text(max_size=300))
def test_a_piece_is_short_and_can_be_said(text: str) -> None:
    for piece in pieces(text):
        assert 0 < len(piece.words) <= MAX_PIECE_WORDS
        assert piece.spoken.isprintable()
        piece.spoken.encode()


@given(st.text(max_size=300))
def test_every_word_begins_inside_what_is_spoken(text: str) -> None:
    for piece in pieces(text):
        assert list(piece.starts) == sorted(piece.starts)
        assert all(0 <= start <= len(piece.spoken) for start in piece.starts)
