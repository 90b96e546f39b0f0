"""Loudness and pitch of sounds whose loudness and pitch are known, and what the voice detector calls silence."""

import numpy as np
import pytest

from perception.tone import (
    BLOCK_MS,
    BLOCK_SAMPLES,
    SAMPLE_RATE_HZ,
    SILENT_DBFS,
    Block,
    ToneMeter,
    loudness_dbfs,
    pitch_hz,
)

SILENCE = np.zeros(BLOCK_SAMPLES, np.int16)


def sung(frequency_hz: float, amplitude: float = 0.5) -> Block:
    """A block of a tone with four harmonics, as a vowel has them."""
    t = np.arange(BLOCK_SAMPLES) / SAMPLE_RATE_HZ
    wave = sum(np.sin(2 * np.pi * frequency_hz * n * t) / n for n in range(1, 5))
    return (amplitude * wave / np.abs(wave).max() * 32_767).astype(np.int16)


@pytest.mark.parametrize("frequency_hz", [80, 110, 180, 250, 350])
def test_the_pitch_of_a_vowel_is_found(frequency_hz: float) -> None:
    assert pitch_hz(sung(frequency_hz)) == pytest.approx(frequency_hz, rel=0.03)


def test_noise_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(1).integers(-9_000, 9_000, BLOCK_SAMPLES).astype(np.int16)
    assert pitch_hz(noise) == pitch_hz(SILENCE) == pitch_hz(SILENCE[:0]) == 0


def test_half_the_amplitude_is_six_decibels_less() -> None:
    assert loudness_dbfs(sung(200, 0.5)) - loudness_dbfs(sung(200, 0.25)) == pytest.approx(6.02, abs=0.05)
    assert loudness_dbfs(np.full(BLOCK_SAMPLES, -32_768, np.int16)) == pytest.approx(0)


def test_silence_is_as_quiet_as_it_gets() -> None:
    assert loudness_dbfs(SILENCE) == loudness_dbfs(SILENCE[:0]) == SILENT_DBFS


def test_the_silence_grows_block_by_block_until_reset() -> None:
    meter = ToneMeter()
    assert [meter.hear(SILENCE).silence_ms for _ in range(3)] == [BLOCK_MS, 2 * BLOCK_MS, 3 * BLOCK_MS]
    meter.reset()
    assert meter.hear(SILENCE).silence_ms == BLOCK_MS


def test_what_was_listened_to_ahead_is_not_heard_twice() -> None:
    """The same tones, whether the voice was asked for in between or not."""
    blocks = [sung(180), SILENCE, sung(120), SILENCE]
    at_once, ahead = ToneMeter(), ToneMeter()
    for block in blocks:
        voices = [ahead.listen_ahead(piece) for piece in block[:960].reshape(3, 320)]
        tone = ahead.hear(block)
        assert tone == at_once.hear(block)
        assert max(voices[1:]) <= tone.voice  # the first piece may hold no new reading yet
