"""A voice in Piper's form, the tiny one: sound that follows its phonemes, words with their times, faults by name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from actions.espeak import EspeakSynthesiser, Phonemes, find_phonemes
from actions.piper import OPENING_WORDS, PiperSynthesiser
from actions.reading_aloud import written_words
from actions.synthesiser import BackedSynthesiser, Chunk, Samples, Style, in_manner, resampled
from model.stream.errors import ModelFailed
from model.stream.values import Manner

TINY_VOICE = Path(__file__).parents[2] / "data" / "tiny_voice" / "tiny.onnx"
SENTENCE = "Your clipboard says please call me back tomorrow at nine."


@pytest.fixture(scope="module")
def piper() -> PiperSynthesiser:
    return PiperSynthesiser(TINY_VOICE)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for path in TINY_VOICE.parent.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path / TINY_VOICE.name


def sound(piper: PiperSynthesiser, text: str, manner: Manner = Manner.PLAIN) -> Samples:
    return np.concatenate([chunk.samples for chunk in piper.synthesise(text, in_manner(Style(), manner))])


def strongest_hz(samples: Samples, rate: int, low_hz: int, high_hz: int) -> float:
    """Where in the middle of a sound the most of its energy lies, within a band."""
    middle = samples[len(samples) // 4 : -len(samples) // 4].astype(float)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    hz = np.fft.rfftfreq(len(middle), 1 / rate)
    band = (hz >= low_hz) & (hz <= high_hz)
    return float(hz[band][spectrum[band].argmax()])


def test_espeak_finds_the_phonemes_clause_by_clause() -> None:
    assert find_phonemes("Well, see? Yes", "en-us") == [
        Phonemes("wˈɛl", ","), Phonemes("sˈiː", "?"), Phonemes("jˈɛs", ""),
    ]  # fmt: skip


def test_its_vowels_are_told_apart_by_their_formants(piper: PiperSynthesiser) -> None:
    second = {word: strongest_hz(sound(piper, word), piper.sample_rate, 900, 2600) for word in ("see", "saw", "ah")}
    assert second["see"] > 2000
    assert second["ah"] == pytest.approx(1100, abs=200)
    assert strongest_hz(sound(piper, "ah"), piper.sample_rate, 200, 900) > 500
    assert strongest_hz(sound(piper, "see"), piper.sample_rate, 200, 900) < 400


def test_the_first_piece_is_short_and_every_word_has_its_time(piper: PiperSynthesiser) -> None:
    first, second = piper.synthesise(SENTENCE, Style())
    assert len(first.words) == OPENING_WORDS
    starts = [start for start, _ in (*first.words, *second.words)]
    assert starts[0] < 0.05 * piper.sample_rate
    words_s = np.diff([start for start, _ in first.words]) / piper.sample_rate
    assert words_s.min() > 0.1
    assert dict(zip([word for _, word in first.words], words_s, strict=False))["clipboard"] == words_s.max()


def test_a_word_begins_where_it_sounds(piper: PiperSynthesiser) -> None:
    """The s of the second word is the first hiss."""
    (chunk,) = piper.synthesise("Mama sees", Style())
    start = chunk.words[1][0]
    windows = chunk.samples[: len(chunk.samples) // 400 * 400].reshape(-1, 400).astype(float)
    crossings = (np.diff(np.sign(windows), axis=1) != 0).mean(axis=1)
    first_hiss = int(np.flatnonzero(crossings > 0.35)[0]) * 400
    assert first_hiss == pytest.approx(start, abs=0.1 * piper.sample_rate)


def test_without_durations_the_words_are_placed_by_their_phonemes(copied: Path) -> None:
    """The name of the output is lost, as in voices that have none: its numbers no longer fit."""
    whole = PiperSynthesiser(TINY_VOICE)
    without = PiperSynthesiser(copied)
    run = without._session
    without._session = type("OneOutput", (), {"run": lambda _, *given: run.run(*given)[:1]})()
    (told,) = whole.synthesise("Good morning everybody", Style())
    (guessed,) = without.synthesise("Good morning everybody", Style())
    for (start, word), (guess, guessed_word) in zip(told.words, guessed.words, strict=True):
        assert word == guessed_word
        assert guess == pytest.approx(start, abs=0.25 * whole.sample_rate)


def test_the_manners_change_its_pitch_length_and_loudness(piper: PiperSynthesiser) -> None:
    plain, bright, calm, slow, fast, whisper = (
        sound(piper, "Mama memory", manner)
        for manner in (Manner.PLAIN, Manner.BRIGHT, Manner.CALM, Manner.SLOW, Manner.FAST, Manner.WHISPER)
    )
    assert len(slow) > 1.2 * len(plain)
    assert len(fast) < 0.85 * len(plain)
    assert _pitch_hz(plain, piper.sample_rate) == pytest.approx(130, rel=0.05)
    assert _pitch_hz(bright, piper.sample_rate) > 1.1 * _pitch_hz(plain, piper.sample_rate)
    assert _pitch_hz(calm, piper.sample_rate) < 0.95 * _pitch_hz(plain, piper.sample_rate)
    assert np.abs(calm).max() < 0.85 * np.abs(plain).max() < np.abs(bright).max()
    assert _periodic(plain, piper.sample_rate) > 0.7
    assert _periodic(whisper, piper.sample_rate) < 0.3
    assert np.abs(whisper).max() < 0.6 * np.abs(plain).max()


def _correlation(samples: Samples, rate: int) -> np.ndarray:
    """How alike a sound is to itself later, for periods of 80 to 300 Hz."""
    middle = samples[len(samples) // 3 : len(samples) // 3 + rate // 5].astype(float)
    whole = np.correlate(middle, middle, "full")[len(middle) - 1 :]
    return (whole / np.arange(len(middle), 0, -1) / (whole[0] / len(middle)))[rate // 300 : rate // 80]


def _pitch_hz(samples: Samples, rate: int) -> float:
    return rate / (rate // 300 + int(_correlation(samples, rate).argmax()))


def _periodic(samples: Samples, rate: int) -> float:
    return float(_correlation(samples, rate).max())


def test_a_missing_description_is_a_sentence(copied: Path) -> None:
    copied.with_name("tiny.onnx.json").unlink()
    with pytest.raises(ModelFailed, match=r"tiny\.onnx\.json is missing beside the voice"):
        PiperSynthesiser(copied)


@pytest.mark.parametrize("written", ["", "{", "[]", "{}", '{"audio": {"sample_rate": "high"}}'])
def test_a_damaged_description_is_a_sentence(copied: Path, written: str) -> None:
    copied.with_name("tiny.onnx.json").write_text(written)
    with pytest.raises(ModelFailed, match="does not describe a voice"):
        PiperSynthesiser(copied)


@pytest.mark.parametrize("rate", [0, -1, 200, 1_000_000])
def test_a_sample_rate_that_cannot_be_is_a_sentence(copied: Path, rate: int) -> None:
    _describe(copied, audio={"sample_rate": rate})
    with pytest.raises(ModelFailed, match=f"asks for {rate} samples a second"):
        PiperSynthesiser(copied)


def test_other_phonemes_than_ours_are_a_sentence(copied: Path) -> None:
    _describe(copied, phoneme_type="pinyin")
    with pytest.raises(ModelFailed, match="wants other phonemes"):
        PiperSynthesiser(copied)


@pytest.mark.parametrize(
    "damage", [lambda whole: b"", lambda whole: b"no network", lambda whole: whole[: len(whole) // 2]]
)
def test_a_broken_file_is_a_sentence(copied: Path, damage: Callable[[bytes], bytes]) -> None:
    copied.write_bytes(damage(copied.read_bytes()))
    with pytest.raises(ModelFailed, match=r"The voice tiny\.onnx cannot be loaded"):
        PiperSynthesiser(copied)


def test_an_operation_that_onnxruntime_lacks_is_a_sentence(copied: Path) -> None:
    copied.write_bytes(copied.read_bytes().replace(b"CumSum", b"CumSam"))
    with pytest.raises(ModelFailed, match=r"cannot be loaded: .*CumSam"):
        PiperSynthesiser(copied)


def test_a_network_that_is_asked_what_it_cannot_do_is_a_sentence(copied: Path) -> None:
    """Numbers that its table does not have."""
    told = json.loads(copied.with_name("tiny.onnx.json").read_text())
    _describe(copied, phoneme_id_map={sign: [900] for sign in told["phoneme_id_map"]})
    with pytest.raises(ModelFailed, match="cannot speak"):
        PiperSynthesiser(copied)


def _describe(path: Path, **changes: object) -> None:
    file = path.with_name(f"{path.name}.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


class Failing:
    """A voice that loses its network after a few words."""

    sample_rate = 16_000

    def __init__(self) -> None:
        self.asked = 0

    def synthesise(self, text: str, style: Style) -> Iterator[Chunk]:
        self.asked += 1
        yield Chunk(np.ones(1_600, np.int16), ((0, "Your"), (800, "clipboard")))
        raise ModelFailed("The voice x cannot speak.")


def test_the_built_in_voice_takes_over_from_the_word_where_another_failed(announce: Callable[[str], None]) -> None:
    announce("The voice x cannot speak. Until Ambidex starts again, the built-in voice speaks.")
    failing = Failing()
    backed = BackedSynthesiser(failing, EspeakSynthesiser())
    chunks = list(backed.synthesise(SENTENCE, Style()))
    assert [word for chunk in chunks for _, word in chunk.words] == written_words(SENTENCE)
    seconds = sum(len(chunk.samples) for chunk in chunks) / backed.sample_rate
    assert 2.0 < seconds < 4.0
    assert len(list(backed.synthesise("Again.", Style()))) == 1
    assert failing.asked == 1


def test_another_rate_is_the_same_sound() -> None:
    wave = (10_000 * np.sin(2 * np.pi * 200 * np.arange(22_050) / 22_050)).astype(np.int16)
    chunk = resampled(Chunk(wave, ((11_025, "half"),)), 22_050, 16_000)
    assert len(chunk.samples) == 16_000
    assert chunk.words == ((8_000, "half"),)
    assert strongest_hz(chunk.samples, 16_000, 50, 8_000) == pytest.approx(200, abs=3)
