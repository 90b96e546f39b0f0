"""`ambidex bench`: measures the budgets and prints them as a table and as one JSON object."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import benchmarks
from benchmarks import Measure

VERDICTS = {True: "[green]within[/]", False: "[red]over[/]", None: "[yellow]not measured[/]"}


def bench(names: Sequence[str], as_json: bool, write: Callable[[str], None]) -> None:
    """Takes minutes. The last line written is the JSON object. Raises `BadSettings` for a name that is no benchmark."""
    progress = Console(stderr=True)
    measures = benchmarks.run(names, lambda line: progress.print(line, style="dim", markup=False))
    if not as_json:
        Console().print(budget_table(measures))
    write(json.dumps({name: asdict(measure) for name, measure in measures.items()}))


def budget_table(measures: Mapping[str, Measure]) -> Table:
    table = Table("what", "p50", "p95", "unit", "budget", "", box=None)
    for name, measure in measures.items():
        budget = ", ".join(f"{figure} ≤ {limit:g}" for figure, limit in measure.budget.items())
        note = escape(measure.reason) if measure.reason else VERDICTS[measure.within]
        table.add_row(name, _figure(measure.p50), _figure(measure.p95), measure.unit, budget, note)
    return table


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
