"""What hours of work come down to."""

from __future__ import annotations

from benchmarks.endurance import WARM_UP_ROWS, Row, summary


def rows(growth_mb: float) -> list[Row]:
    warm_up = [Row(60.0 * n, 500.0 + 50 * n, 900.0, 20.0, 9, 0, {}) for n in range(WARM_UP_ROWS)]
    steady = [Row(60.0 * (WARM_UP_ROWS + n), 700 + growth_mb * n / 60, 760.0 + n, 10.0, 9, 0, {}) for n in range(10)]
    return [*warm_up, *steady]


def test_the_filling_of_caches_is_no_leak() -> None:
    assert summary(rows(growth_mb=0.0))["rss_mb_per_hour"] == 0.0


def test_a_leak_shows_as_so_much_an_hour() -> None:
    assert summary(rows(growth_mb=30.0))["rss_mb_per_hour"] == 30.0


def test_lost_threads_and_drops_are_told() -> None:
    last = Row(999.0, 700.0, 780.0, 10.0, 8, 2, {"microphone": 3})
    told = summary([*rows(0.0), last])
    assert (told["threads"], told["restarts"], told["dropped"]) == ([9, 8], 2, {"microphone": 3})


def test_the_most_counts_once_the_caches_are_full() -> None:
    assert summary(rows(0.0))["rss_mb_most"] == 769.0
