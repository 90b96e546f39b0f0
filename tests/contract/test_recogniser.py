"""What every recogniser promises, asked of the one that ships, of the one for added models and of that of the tests."""

import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from perception.hearing import LIKELY_END
from perception.recogniser import PocketsphinxRecogniser, Recogniser
from perception.sherpa import SherpaRecogniser
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ
from tests.listening import samples_of
from tests.models import TINY
from tests.unit.perception.ear_fakes import ScriptedRecogniser

BLOCK = np.zeros(BLOCK_SAMPLES, np.int16)


@pytest.fixture(scope="module")
def pocketsphinx() -> Iterator[PocketsphinxRecogniser]:
    recogniser = PocketsphinxRecogniser(["frobnicate the database", "open the pod bay doors"])
    yield recogniser
    recogniser.close()
    recogniser.close()


@pytest.fixture(params=["scripted", "pocketsphinx", "sherpa"])
def recogniser(request: pytest.FixtureRequest) -> Recogniser:
    make: dict[str, Callable[[], Recogniser]] = {
        "scripted": lambda: ScriptedRecogniser(),
        "pocketsphinx": lambda: request.getfixturevalue("pocketsphinx"),
        "sherpa": lambda: SherpaRecogniser(TINY, ["open the window", "scratch that"]),
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


WORDS = ("open", "close", "copy", "paste", "window", "music", "search", "mail", "stop", "undo")
"""What the model of the tests knows."""


def said(text: str, voice: str, path: Path) -> np.ndarray:
    """Samples [n] of a synthetic voice, with silence round them."""
    subprocess.run(("flite", "-voice", voice, "-t", text, "-o", str(path)), check=True, timeout=30)
    samples, rate = samples_of(path)
    assert rate == SAMPLE_RATE_HZ
    return np.concatenate([np.zeros(4 * BLOCK_SAMPLES, np.int16), samples, np.zeros(6 * BLOCK_SAMPLES, np.int16)])


def hear(recogniser: Recogniser, samples: np.ndarray) -> tuple[list[str], list[str]]:
    """The words reported while the audio comes in, and at its end."""
    recogniser.start()
    blocks = np.split(samples[: len(samples) // BLOCK_SAMPLES * BLOCK_SAMPLES], len(samples) // BLOCK_SAMPLES)
    live = [word.text for block in blocks for word in recogniser.accept(block)]
    return live, [word.text for word in recogniser.finish()]


@pytest.mark.parametrize("phrases", [[], ["open the window"]], ids=["greedy", "favouring phrases"])
@pytest.mark.parametrize("voice", ["slt", "rms"])
def test_speech_becomes_words_while_it_is_said(voice: str, phrases: list[str], tmp_path: Path) -> None:
    """Chance gets one word in ten right, and the place of each must be right as well."""
    recogniser = SherpaRecogniser(TINY, phrases)
    chance = random.Random(7)
    right = early = 0
    for _ in range(10):
        wanted = chance.choices(WORDS, k=3)
        live, rest = hear(recogniser, said(" ".join(wanted), voice, tmp_path / "said.wav"))
        right += sum(a == b for a, b in zip(wanted, live + rest, strict=False))
        early += len(live)
    assert right >= 24
    assert early >= 15


@pytest.mark.parametrize(("text", "likely"), [("open the window", True), ("what time is", False), ("", False)])
def test_a_whole_sentence_is_told_from_half_a_one(
    text: str, likely: bool, pocketsphinx: PocketsphinxRecogniser, tmp_path: Path
) -> None:
    pocketsphinx.start()
    if text:
        pocketsphinx.accept(said(text, "slt", tmp_path / "said.wav"))
    assert (pocketsphinx.end_probability() >= LIKELY_END) is likely
    pocketsphinx.finish()


def test_favoured_phrases_are_heard_better(tmp_path: Path) -> None:
    """In a voice that the model was not trained on; the one recogniser is told what will be said, the other is not."""
    recogniser = SherpaRecogniser(TINY)
    chance = random.Random(5)
    spoken = [chance.choices(WORDS, k=3) for _ in range(12)]
    samples = [said(" ".join(words), "awb", tmp_path / "said.wav") for words in spoken]
    right = {False: 0, True: 0}
    for told in right:
        recogniser.expect([" ".join(words) for words in spoken] if told else [])
        for words, sound in zip(spoken, samples, strict=True):
            live, rest = hear(recogniser, sound)
            right[told] += words == live + rest
    assert right[True] >= right[False] + 2


def test_what_is_uncertain_is_shown_and_then_certain(tmp_path: Path) -> None:
    recogniser = SherpaRecogniser(TINY)
    samples = said("search music", "slt", tmp_path / "said.wav")
    recogniser.start()
    certain: list[str] = []
    shown: set[str] = set()
    for start in range(0, len(samples) - BLOCK_SAMPLES, BLOCK_SAMPLES):
        certain += [word.text for word in recogniser.accept(samples[start : start + BLOCK_SAMPLES])]
        shown |= set(recogniser.partial().split())
        assert not (len(certain) == 2 and recogniser.partial())
    assert certain + [word.text for word in recogniser.finish()] == ["search", "music"]
    assert {"search", "music"} <= shown
