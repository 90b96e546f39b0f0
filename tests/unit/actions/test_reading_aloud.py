"""What is said for what is written."""

from __future__ import annotations

import pytest

from actions.reading_aloud import MAX_PIECE_WORDS, MAX_WORD_CHARACTERS, pieces, spoken, written_words


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("hello", "hello"),
        ("it's", "it's"),
        ("3.5", "3.5"),
        ("Done.", "Done."),
        ("https://github.com/torch/a-b?x=1#top,", "github dot com slash torch slash a dash b,"),
        ("www.example.org/", "www dot example dot org"),
        ("jane.doe@example.org", "jane dot doe at example dot org"),
        ("/usr/lib/cups", "slash usr slash lib slash cups"),
        ("~/notes.txt", "~ slash notes dot txt"),
        ("ctrl+shift+T", "control shift T"),
        ("my_long_name", "my long name"),
        ("getElementById()", "get Element By Id"),
        ("either/or", "either/or"),
        ("=====", ""),
        ("…", "…"),
    ],
)
def test_a_word_is_read_as_a_person_would(written: str, said: str) -> None:
    assert spoken(written) == said


def test_nobody_wants_to_hear_a_whole_key() -> None:
    said = spoken("a1" * 500)
    assert said.endswith("and so on")
    assert len(said) < MAX_WORD_CHARACTERS


def test_what_cannot_be_seen_is_not_said() -> None:
    assert written_words("a\x07b\x1b[0m \u200bc\td\n\ud800") == ["ab[0m", "c", "d"]


def test_a_text_is_cut_at_the_ends_of_its_sentences() -> None:
    assert [piece.spoken for piece in pieces('One two. "Three!" Four')] == ["One two.", '"Three!"', "Four"]


def test_a_text_without_sentences_is_cut_all_the_same() -> None:
    assert [len(piece.words) for piece in pieces("word " * 2 * MAX_PIECE_WORDS)] == [MAX_PIECE_WORDS] * 2


def test_a_spoken_character_leads_back_to_the_written_word() -> None:
    (piece,) = pieces("see my_file now")
    assert piece.spoken == "see my file now"
    assert [piece.words[piece.word_at(piece.spoken.index(said))] for said in ("see", "file", "now")] == [
        "see", "my_file", "now",
    ]  # fmt: skip
