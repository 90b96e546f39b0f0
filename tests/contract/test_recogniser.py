"""What every recogniser promises, asked of the one that ships and of the one the tests use."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from perception.recogniser import PocketsphinxRecogniser, Recogniser
from perception.tone import BLOCK_SAMPLES
from tests.unit.perception.ear_fakes import ScriptedRecogniser

BLOCK = np.zeros(BLOCK_SAMPLES, np.int16)


@pytest.fixture(scope="module")
def pocketsphinx() -> Iterator[PocketsphinxRecogniser]:
    recogniser = PocketsphinxRecogniser(["frobnicate the database", "open the pod bay doors"])
    yield recogniser
    recogniser.close()
    recogniser.close()


@pytest.fixture(params=["scripted", "pocketsphinx"])
def recogniser(request: pytest.FixtureRequest) -> Recogniser:
    make: dict[str, Callable[[], Recogniser]] = {
        "scripted": lambda: ScriptedRecogniser(),
        "pocketsphinx": lambda: request.getfixturevalue("pocketsphinx"),
    }
    return make[request.param]()


def test_an_utterance_without_audio_has_no_words(recogniser: Recogniser) -> None:
    recogniser.start()
    assert recogniser.finish() == []


def test_silence_has_no_words_and_the_next_utterance_starts_afresh(recogniser: Recogniser) -> None:
    for _ in range(2):
        recogniser.start()
        heard = [word for _ in range(12) for word in recogniser.accept(BLOCK)]
        assert heard + recogniser.finish() == []


def test_noise_is_heard_without_marks(recogniser: Recogniser) -> None:
    rng = np.random.default_rng(1)
    recogniser.start()
    words = [w for _ in range(20) for w in recogniser.accept(rng.normal(0, 3_000, BLOCK_SAMPLES).astype(np.int16))]
    partial = recogniser.partial().split()
    words += recogniser.finish()
    assert all(text.isascii() and not set(text) & set("<>[]()") for text in [*partial, *(w.text for w in words)])


def test_blocks_of_any_layout_are_taken(recogniser: Recogniser) -> None:
    recogniser.start()
    recogniser.accept(np.zeros((BLOCK_SAMPLES, 2), np.int16)[:, 0])
    recogniser.finish()


def test_what_is_expected_may_change_between_utterances(recogniser: Recogniser) -> None:
    for phrases in (["click Frobnicate", "Ünïcode", "42 things", "", "'"], [], ["click Frobnicate"] * 3):
        recogniser.expect(phrases)
        recogniser.start()
        assert [word for _ in range(3) for word in recogniser.accept(BLOCK)] + recogniser.finish() == []
