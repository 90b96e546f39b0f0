"""What every synthesiser promises, asked of each."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.espeak import EspeakSynthesiser
from actions.piper import PiperSynthesiser
from actions.reading_aloud import written_words
from actions.synthesiser import BackedSynthesiser, SilentSynthesiser, Style, Synthesiser
from model.stream.errors import BadSettings

TINY_VOICE = Path(__file__).parents[1] / "data" / "tiny_voice" / "tiny.onnx"
EACH = pytest.mark.parametrize(
    "synthesiser",
    [
        EspeakSynthesiser(),
        PiperSynthesiser(TINY_VOICE),
        BackedSynthesiser(PiperSynthesiser(TINY_VOICE), EspeakSynthesiser()),
        SilentSynthesiser(),
    ],
    ids=["espeak", "piper", "backed", "silent"],
)

PIPERS = (PiperSynthesiser, BackedSynthesiser)
"""They begin with less than a sentence, so that it is heard sooner."""


@EACH
@given(text=st.text(max_size=60))
def test_every_word_is_found_in_the_sound_once_and_in_order(synthesiser: Synthesiser, text: str) -> None:
    found: list[str] = []
    for chunk in synthesiser.synthesise(text, Style()):
        starts = [start for start, _ in chunk.words]
        assert starts == sorted(starts)
        assert all(0 <= start <= len(chunk.samples) for start in starts)
        found += [word for _, word in chunk.words]
    assert found == written_words(text)


@EACH
def test_a_sentence_takes_as_long_as_a_person_needs(synthesiser: Synthesiser) -> None:
    chunks = synthesiser.synthesise("Your timer is set for twenty five minutes from now.", Style())
    duration_s = sum(len(chunk.samples) for chunk in chunks) / synthesiser.sample_rate
    assert 2.0 < duration_s < 5.0


@EACH
def test_a_faster_style_is_faster(synthesiser: Synthesiser) -> None:
    slow, fast = (
        sum(len(chunk.samples) for chunk in synthesiser.synthesise("Scrolled down one page.", Style(rate_wpm=rate)))
        for rate in (130, 260)
    )
    assert fast < 0.7 * slow


@EACH
def test_a_book_is_spoken_sentence_by_sentence(synthesiser: Synthesiser) -> None:
    chunks = synthesiser.synthesise("This is one of very many sentences. " * 2_000, Style())
    opening = sum(len(chunk.words) for chunk in islice(chunks, 2 if isinstance(synthesiser, PIPERS) else 1))
    assert opening == 7
    assert all(len(chunk.words) == 7 for chunk in islice(chunks, 3))


def test_the_sound_of_espeak_is_not_silence() -> None:
    (chunk,) = EspeakSynthesiser().synthesise("hello", Style())
    assert abs(chunk.samples.astype(int)).max() > 5_000


def test_espeak_reads_other_scripts_as_words_and_not_as_letters() -> None:
    synthesiser = EspeakSynthesiser()
    (cyrillic,) = synthesiser.synthesise("привет", Style())
    (chinese,) = synthesiser.synthesise("你好", Style())
    assert len(cyrillic.samples) / synthesiser.sample_rate < 1.0
    assert len(chinese.samples) / synthesiser.sample_rate < 1.2


def test_an_unknown_voice_is_bad_settings() -> None:
    with pytest.raises(BadSettings, match="no voice called nobody"):
        list(EspeakSynthesiser().synthesise("hello", Style(voice="nobody")))
