"""How far a run has come, and how fast it learns there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progressed:
    """`share` of all the work, and a line about the losses."""

    share: float
    text: str


Report = Callable[[Progressed], None]


def no_report(news: Progressed) -> None:
    del news


def between(report: Report, first: float, last: float) -> Report:
    """For a part of the work that takes it from the one share to the other."""
    return lambda news: report(Progressed(first + news.share * (last - first), news.text))


def rate(share: float, warm_up: float) -> float:
    """What the learning rate is of its peak: linear warm-up, then linear decay to a twentieth."""
    factor = share / warm_up if share < warm_up else 1 - 0.95 * (share - warm_up) / (1 - warm_up)
    return max(factor, 0.01)
