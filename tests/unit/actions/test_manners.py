"""The style tokens do what they say, measured on the real espeak: pitch, length and loudness."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from actions.espeak import EspeakSynthesiser
from actions.synthesiser import FASTEST_WPM, TURNS, Style, in_manner
from model.stream.values import Manner

SENTENCE = "Your clipboard says please call me back tomorrow at nine."
WINDOW_S = 0.05
LOWEST_HZ, HIGHEST_HZ = 100, 350
PERIODIC = 0.6


@dataclass(frozen=True)
class Measured:
    duration_s: float
    loudness_db: float
    voiced: float
    """The share of the windows with a clear pitch."""
    pitch_hz: float
    pitch_spread_hz: float


@cache
def measured(manner: Manner) -> Measured:
    synthesiser = EspeakSynthesiser()
    chunks = list(synthesiser.synthesise(SENTENCE, in_manner(Style(), manner)))
    samples = np.concatenate([chunk.samples for chunk in chunks]).astype(float)
    size = int(WINDOW_S * synthesiser.sample_rate)
    windows = samples[: len(samples) // size * size].reshape(-1, size)
    pitches = np.array([hz for window in windows if (hz := _pitch_hz(window, synthesiser.sample_rate))])
    return Measured(
        len(samples) / synthesiser.sample_rate,
        10 * float(np.log10((samples**2).mean())),
        len(pitches) / len(windows),
        float(np.median(pitches)) if len(pitches) else 0.0,
        float(np.std(pitches)) if len(pitches) else 0.0,
    )


def _pitch_hz(window: np.ndarray, rate: int) -> float:
    """From the highest peak of the autocorrelation; 0 where nothing repeats itself."""
    centred = window - window.mean()
    if not centred.any():
        return 0.0
    correlation = np.correlate(centred, centred, "full")[len(centred) - 1 :]
    correlation /= np.arange(len(centred), 0, -1) * (correlation[0] / len(centred))
    lags = correlation[rate // HIGHEST_HZ : rate // LOWEST_HZ]
    return rate / (rate // HIGHEST_HZ + int(lags.argmax())) if lags.max() > PERIODIC else 0.0


def test_every_manner_has_its_turn() -> None:
    assert set(TURNS) == set(Manner)
    assert in_manner(Style(), Manner.PLAIN) == Style()


def test_calm_is_lower_and_more_even_and_quieter() -> None:
    plain, calm = measured(Manner.PLAIN), measured(Manner.CALM)
    assert calm.pitch_hz < 0.9 * plain.pitch_hz
    assert calm.pitch_spread_hz < 0.8 * plain.pitch_spread_hz
    assert calm.loudness_db < plain.loudness_db - 1.5
    assert calm.duration_s > plain.duration_s


def test_bright_is_higher_and_livelier_and_louder() -> None:
    plain, bright = measured(Manner.PLAIN), measured(Manner.BRIGHT)
    assert bright.pitch_hz > 1.1 * plain.pitch_hz
    assert bright.pitch_spread_hz > 1.2 * plain.pitch_spread_hz
    assert bright.loudness_db > plain.loudness_db + 0.5
    assert bright.duration_s < plain.duration_s


def test_slow_and_fast_change_the_length_and_nothing_else() -> None:
    plain, slow, fast = (measured(manner) for manner in (Manner.PLAIN, Manner.SLOW, Manner.FAST))
    assert slow.duration_s > 1.25 * plain.duration_s
    assert fast.duration_s < 0.8 * plain.duration_s
    for other in (slow, fast):
        assert other.pitch_hz == pytest.approx(plain.pitch_hz, rel=0.05)
        assert other.loudness_db == pytest.approx(plain.loudness_db, abs=1.0)


def test_a_whisper_has_no_pitch_and_is_quiet() -> None:
    plain, whisper = measured(Manner.PLAIN), measured(Manner.WHISPER)
    assert plain.voiced > 0.6
    assert whisper.voiced < 0.1
    assert whisper.loudness_db < plain.loudness_db - 4


def test_a_manner_keeps_to_what_can_be_understood() -> None:
    assert in_manner(Style(rate_wpm=FASTEST_WPM), Manner.FAST).rate_wpm == FASTEST_WPM
    assert in_manner(Style(pitch_percent=95), Manner.BRIGHT).pitch_percent == 99


def test_after_a_whisper_the_voice_is_itself_again() -> None:
    synthesiser = EspeakSynthesiser()
    before, _, after = (
        np.concatenate([c.samples for c in synthesiser.synthesise("Good morning.", in_manner(Style(), manner))])
        for manner in (Manner.PLAIN, Manner.WHISPER, Manner.PLAIN)
    )
    assert len(before) == pytest.approx(len(after), rel=0.01)
