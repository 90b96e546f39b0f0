"""What the recogniser takes words for: `resources/misheard.jsonl`, learned by `scripts/mishearings.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from resources import ROOT

MISHEARD = ROOT / "misheard.jsonl"
MAX_SAID = 2
"""Words that are misheard together."""
DOUBT = 5
"""Each is taken to have been heard rightly so many times more, as most of them were spoken only once or twice."""


@dataclass(frozen=True, slots=True)
class Mishearing:
    """How often some words are misheard, a share, and as what: texts, which may be empty, and how often each was."""

    chance: float
    heard: tuple[str, ...]
    times: tuple[int, ...]


@cache
def mishearings() -> Mapping[str, Mishearing]:
    """By what was said: a word, or several with a space between."""
    rows = [json.loads(line) for line in MISHEARD.read_text(encoding="utf-8").splitlines()]
    return {row["said"]: _mishearing(row["times"], row["heard"]) for row in rows}


def _mishearing(times: int, heard: Mapping[str, int]) -> Mishearing:
    return Mishearing(sum(heard.values()) / (times + DOUBT), tuple(heard), tuple(heard.values()))
