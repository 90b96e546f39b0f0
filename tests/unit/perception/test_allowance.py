"""Reading while nobody talks to the assistant costs a share of a core, on average."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from perception.allowance import SAVED_S, SHARE, Allowance
from perception.layout import Picture
from perception.tiles import cut
from tests.unit.perception.test_view import SCREEN, Rig, page

LINE_S = 0.05
"""What a line costs to read, on the clock of these tests."""


def test_what_was_saved_is_free() -> None:
    allowance = Allowance(now_s=10.0)
    allowance.spend(SAVED_S, 10.0)
    assert allowance.free_s(10.0) == 10.0


def test_what_was_overdrawn_is_waited_for() -> None:
    allowance = Allowance(now_s=10.0)
    allowance.spend(SAVED_S + 1.0, 10.0)
    assert allowance.free_s(10.0) == pytest.approx(10.0 + 1.0 / SHARE)
    assert allowance.free_s(11.0) == pytest.approx(10.0 + 1.0 / SHARE)


def test_no_more_is_saved_in_a_long_calm() -> None:
    allowance = Allowance(now_s=0.0)
    allowance.spend(SAVED_S + 1.0, 1000.0)
    assert allowance.free_s(1000.0) == pytest.approx(1000.0 + 1.0 / SHARE)


class Meter(Rig):
    """A view that is looked at as the eyes look, of a screen on which reading takes its time."""

    def __init__(self, attended: Callable[[], bool]) -> None:
        super().__init__(attended=attended, used_s=lambda: LINE_S * self.n_read)

    def pass_time(self, picture: Callable[[float], Picture], seconds: float) -> None:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += 0.5
            shown = picture(self.now_s)
            for area in self.view.wanted([SCREEN]):
                self.view.look(cut(shown, area), area, self.stop)


def pages(now_s: float) -> Picture:
    """A new one of eight lines every two seconds."""
    n = int(now_s // 2)
    return page(*(f"{n} and {n * row}" for row in range(8)))


def test_one_page_after_another_is_read_at_the_share() -> None:
    meter = Meter(attended=lambda: False)
    meter.pass_time(pages, 600.0)
    assert LINE_S * meter.n_read <= SAVED_S + 1.2 * SHARE * 600.0
    assert LINE_S * meter.n_read >= 0.5 * SHARE * 600.0


def test_a_line_now_and_then_is_read_at_once() -> None:
    meter = Meter(attended=lambda: False)
    for n in range(20):
        n_read = meter.n_read
        meter.pass_time(lambda _, n=n: page(f"message {n}"), 0.5)
        assert meter.n_read > n_read
        meter.pass_time(lambda _, n=n: page(f"message {n}"), 4.0)


def test_when_somebody_talks_what_was_put_off_is_read_at_once() -> None:
    talking = False
    meter = Meter(attended=lambda: talking)
    meter.pass_time(pages, 60.0)
    last = page("what was put", "off until now")
    meter.pass_time(lambda _: last, 0.5)
    n_read = meter.n_read
    talking = True
    meter.pass_time(lambda _: last, 0.5)
    assert meter.n_read > n_read
    n_read = meter.n_read
    meter.pass_time(pages, 20.0)
    assert LINE_S * (meter.n_read - n_read) > 1.5 * SHARE * 20.0
