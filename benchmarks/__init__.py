"""Measures the budgets on this machine: the real program as a subprocess, watched from outside.

Each file holds the benchmarks of one kind; each benchmark returns samples and says nothing about the budget. What the
README claims comes from here. May use anything; nothing may import it but the command line.
"""

from __future__ import annotations

from benchmarks.measures import BUDGETS, Budget, Measure
from benchmarks.suite import run

__all__ = ["BUDGETS", "Budget", "Measure", "run"]
