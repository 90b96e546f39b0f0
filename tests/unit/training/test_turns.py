"""What it costs to tell the end of a turn wrongly or late."""

import math
from collections.abc import Sequence

import pytest

from model.training.turns import Silence, score_turns, trade_off

PAUSE_MS = 700.0
LISTENED_MS = 3_000.0


def turns(n: int, in_pause: float | None, at_end: float | None, after_ms: float = 100.0) -> list[Silence]:
    """`n` turns with one pause each; what is said of it and of the end, if anything."""
    pause = () if in_pause is None else ((after_ms, in_pause),)
    end = () if at_end is None else ((after_ms, at_end),)
    return [
        silence
        for turn in range(n)
        for silence in (Silence(turn, PAUSE_MS, False, pause), Silence(turn, LISTENED_MS, True, end))
    ]


def test_who_always_knows_cuts_nobody_off_and_is_as_early_as_they_know() -> None:
    figures = score_turns(turns(20, in_pause=0.1, at_end=0.9))
    assert figures.false_cutoffs_300ms.value == figures.false_cutoffs_600ms.value == 0
    assert figures.latency_ms_at_5pct.value == figures.latency_ms_at_10pct.value == 100
    assert (figures.n, figures.pauses) == (20, 20)


@pytest.mark.parametrize(("in_pause", "at_end"), [(None, None), (0.5, 0.5), (0.9, 0.1)])
def test_who_knows_nothing_can_only_wait_for_longer_than_the_pauses(
    in_pause: float | None, at_end: float | None
) -> None:
    figures = score_turns(turns(20, in_pause, at_end))
    assert figures.false_cutoffs_300ms.value == figures.false_cutoffs_600ms.value == 1
    assert figures.latency_ms_at_5pct.value == PAUSE_MS  # by a timeout of as much, which does not end the pause


def test_whoever_is_wrong_about_a_part_of_the_pauses_cuts_off_that_part() -> None:
    wrong = [Silence(turn + 100, *rest) for turn, *rest in _rows(turns(5, in_pause=0.9, at_end=0.9))]
    figures = score_turns([*turns(15, in_pause=0.1, at_end=0.9), *wrong])
    assert figures.false_cutoffs_300ms.value == pytest.approx(0.25)
    assert figures.false_cutoffs_300ms.low < 0.25 < figures.false_cutoffs_300ms.high


def test_a_delay_makes_good_what_was_said_too_soon() -> None:
    """Sure in every silence, so the delay is all there is: longer than the pauses, it cuts nobody off."""
    short = [Silence(silence.turn, 250.0, False, silence.said) for silence in turns(10, 0.9, 0.9) if not silence.last]
    figures = score_turns([*short, *(silence for silence in turns(10, 0.9, 0.9) if silence.last)])
    assert figures.latency_ms_at_5pct.value == 300


def test_a_turn_that_is_cut_off_twice_counts_once() -> None:
    twice = [silence for silence in turns(4, 0.9, 0.9) for _ in range(1 if silence.last else 2)]
    assert score_turns(twice).false_cutoffs_300ms.value == 1


def test_the_same_seed_gives_the_same_intervals() -> None:
    silences = [*turns(7, 0.4, 0.6), Silence(50, 500.0, False, ((100.0, 0.7),)), Silence(50, 3_000.0, True)]
    assert score_turns(silences, seed=3) == score_turns(silences, seed=3)


def test_a_latency_that_nothing_gives_is_no_number() -> None:
    forever = [Silence(turn, 1e6 if not last else LISTENED_MS, last) for turn in range(4) for last in (False, True)]
    assert math.isnan(score_turns(forever).latency_ms_at_5pct.value)


def test_without_turns_there_is_nothing_to_score() -> None:
    with pytest.raises(ValueError, match="no turn"):
        score_turns(())


def _rows(silences: Sequence[Silence]) -> list[tuple[int, float, bool, tuple[tuple[float, float], ...]]]:
    return [(silence.turn, silence.length_ms, silence.last, silence.said) for silence in silences]


def test_the_curve_falls_to_where_nobody_is_cut_off_any_more() -> None:
    curve = trade_off(turns(20, None, None), [50, 300, PAUSE_MS])
    assert curve == [(300, 1.0), (PAUSE_MS, 0.0)]
