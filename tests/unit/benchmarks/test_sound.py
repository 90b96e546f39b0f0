"""Reading times off recorded sound, on sound made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.sound import Sound

RATE_HZ = 1000
MS = 1_000_000
START_NS = 5_000 * MS


def sound(*parts: tuple[int, int]) -> Sound:
    """Parts of so many milliseconds, each with its loudness."""
    samples = np.concatenate([np.full(duration_ms, loudness, np.int16) for duration_ms, loudness in parts])
    return Sound(samples, START_NS, RATE_HZ)


def ms(t_ns: int | None) -> float | None:
    return None if t_ns is None else (t_ns - START_NS) / MS


def test_silence_has_no_beginning_and_no_end() -> None:
    silence = sound((500, 0))
    assert silence.first_ns() is None
    assert silence.last_ns() is None


def test_the_first_and_the_last_audible_sample() -> None:
    speech = sound((100, 0), (200, -4000), (100, 0), (50, 4000), (100, 0))
    assert ms(speech.first_ns()) == 100
    assert ms(speech.first_ns(after_ns=START_NS + 350 * MS)) == 400
    assert ms(speech.last_ns()) == 449
    assert ms(speech.last_ns(before_ns=START_NS + 320 * MS)) == 299


def test_a_pause_between_words_is_not_the_end() -> None:
    speech = sound((200, 4000), (100, 0), (200, 4000), (600, 0))
    assert ms(speech.silent_from_ns(START_NS, for_ms=400)) == 499


def test_a_voice_that_goes_on_is_never_silent() -> None:
    assert sound((2000, 4000)).silent_from_ns(START_NS, for_ms=400) is None


def test_a_recording_that_ends_in_silence_too_short_to_tell_says_so() -> None:
    assert sound((500, 4000), (100, 0)).silent_from_ns(START_NS, for_ms=400) is None


@pytest.mark.parametrize("late_ms", [0, 130])
def test_a_lowered_voice_is_found_against_the_usual_one(late_ms: int) -> None:
    usual = sound((100, 4000), (100, 0), (800, 4000))
    lowered = sound((late_ms, 0), (100, 4000), (100, 0), (300, 4000), (500, 1000))
    assert ms(lowered.lowered_ns(usual, START_NS)) == pytest.approx(late_ms + 500, abs=40)


def test_a_voice_as_loud_as_usual_is_not_lowered() -> None:
    usual = sound((100, 4000), (100, 0), (800, 4000))
    assert usual.lowered_ns(usual, START_NS) is None


def test_a_voice_with_a_gap_in_it_is_not_compared() -> None:
    usual = sound((100, 4000), (100, 0), (800, 4000))
    torn = sound((100, 4000), (300, 0), (300, 4000), (500, 1000))
    assert torn.lowered_ns(usual, START_NS + 700 * MS) is None
