"""What every evaluation does: it works through its cases on all cores, and writes down what came of each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import track

from actions.rules import load_rules
from desktop.minds import POLICY, open_reflex, shipped_catalogue
from desktop.settings import Settings
from desktop.simulation import Simulator, dry_executor
from model.stream.catalogue import Catalogue
from model.stream.errors import BadSettings

Case = TypeVar("Case")
Result = TypeVar("Result")


def on_all_cores(
    work: Callable[[Case], Result],
    cases: Sequence[Case],
    start: Callable[..., None],
    arguments: tuple[Any, ...],
    title: str,
    quiet: bool,
) -> list[Result]:
    """`work` for each case, in order, in processes that each called `start` once; a progress bar unless `quiet`."""
    with ProcessPoolExecutor(os.cpu_count(), initializer=start, initargs=arguments) as pool:
        done = pool.map(work, cases)
        console = Console(stderr=True)
        return list(track(done, title, len(cases), console=console, disable=quiet or not cases))


_simulator: Simulator | None = None
"""Each worker process has one of its own."""


def start_simulator(settings: Settings, licensed: bool = False, more: Catalogue | None = None) -> None:
    """For `on_all_cores`: gives the process a simulator that does nothing but decide.

    `licensed`: with the licence and the rules that ship; else only the reflex is measured. `more`: actions of plugins.
    """
    global _simulator
    catalogue = {**shipped_catalogue(), **(more or {})}
    reflex = open_reflex(settings, catalogue)
    licence, rules = (reflex.licence(), load_rules(POLICY, catalogue)) if licensed else (None, ())
    _simulator = Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue, licence, rules), aloud=False)


def simulator() -> Simulator:
    """That of this process."""
    assert _simulator is not None
    return _simulator


def save_rows(path: Path, rows: Iterable[str]) -> None:
    """One row a line. Raises `BadSettings` if the file cannot be written."""
    try:
        path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise BadSettings(f"The predictions cannot be written to {path}: {error.strerror}.") from error
