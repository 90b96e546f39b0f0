"""How much of a core the eyes may take on average while nobody talks to the assistant."""

from __future__ import annotations

SHARE = 0.08
SAVED_S = 2.0
"""What was not needed is kept up to this much: a new page at once after half a minute of calm."""


class Allowance:
    """An account of processor time: the clock pays `SHARE` of it in, reading is paid from it.

    It may be overdrawn, since nobody knows beforehand what is to be read; then nothing is read until that is paid.
    All times are those of one clock, in seconds.
    """

    def __init__(self, now_s: float) -> None:
        self._balance_s = SAVED_S
        self._at_s = now_s

    def spend(self, used_s: float, now_s: float) -> None:
        """`used_s` of processor time went into reading until now."""
        self._balance_s = self._balance(now_s) - used_s
        self._at_s = now_s

    def free_s(self, now_s: float) -> float:
        """When reading may go on: now, or later."""
        return now_s + max(0.0, -self._balance(now_s) / SHARE)

    def _balance(self, now_s: float) -> float:
        return min(SAVED_S, self._balance_s + SHARE * (now_s - self._at_s))
