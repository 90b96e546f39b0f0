"""`ambidex status` for people: the same report as `--json`, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def print_status(report: Mapping[str, Any], console: Console | None = None) -> None:
    console = console or Console()
    console.print(
        f"Ambidex {report['version']} (process {report['pid']}) is {report['mode']}, up for {report['up_s']:.0f} s."
    )
    for sentence in report["faults"]:
        console.print(f"[yellow]{escape(sentence)}[/]")
    if report["surprise"]:
        told = ", ".join(f"{channel} {nats:.1f}" for channel, nats in report["surprise"].items())
        console.print(f"Surprise of what each channel brought last, in nats: {told}.")
    console.print(_threads(report["threads"]))
    console.print(_queues(report["queues"]))


def _threads(rows: list[Mapping[str, Any]]) -> Table:
    table = Table("thread", "state", "restarts", "last error", box=None)
    for row in rows:
        table.add_row(row["name"], row["state"], str(row["restarts"]), escape(row["error"]))
    return table


def _queues(rows: list[Mapping[str, Any]]) -> Table:
    table = Table("queue", "waiting", "size", "accepted", "dropped", "drops", box=None)
    for row in rows:
        counts = (str(row[key]) for key in ("length", "size", "accepted", "dropped"))
        table.add_row(row["name"], *counts, row["drop_rule"])
    return table
