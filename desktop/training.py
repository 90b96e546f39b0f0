"""`ambidex train`: make the reflex, with a progress bar; going on where an earlier run in the same folder stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from desktop.minds import REFLEX, shipped_catalogue


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """What the command line offers of `model.training.lessons.Options`."""

    out: Path
    commands: Path | None
    epochs: int
    composed: int
    human: int
    written: int
    practice: int
    utterances: int
    seed: int
    device: str
    start: str
    learning_rate: float
    head_learning_rate: float
    as_in_life: float
    ticks_per_batch: int
    workers: int


def train(options: TrainOptions) -> None:
    """Leaves a folder that the setting `reflex_directory` can name. Raises `BadSettings` or `ModelFailed`."""
    from model.training.lessons import Options
    from model.training.train import Progressed, train_reflex

    chosen = Options(
        directory=options.out,
        commands=options.commands,
        epochs=options.epochs,
        composed=options.composed,
        human=options.human if options.commands else 0,
        written=options.written,
        practice=options.practice,
        utterances=options.utterances,
        seed=options.seed,
        device=options.device,
        start=options.start,
        learning_rate=options.learning_rate,
        head_learning_rate=options.head_learning_rate,
        as_in_life=options.as_in_life,
        ticks_per_batch=options.ticks_per_batch,
        workers=options.workers,
    )
    console = Console(stderr=True)
    with _bar(console) as progress:
        task = progress.add_task("preparing", total=1.0)
        written = -1

        def report(news: Progressed) -> None:
            nonlocal written
            progress.update(task, completed=news.share, description=news.text)
            percent = int(100 * news.share)
            if percent > written and not console.is_terminal:  # in a file: a line now and then instead of a bar
                written = percent
                console.print(f"{percent:3} %  {news.text}")

        train_reflex(chosen, REFLEX, shipped_catalogue(), report)
    console.print(f"The reflex is in {options.out}. To use it, set reflex_directory in the settings.")


def _bar(console: Console) -> Progress:
    return Progress(
        BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}"), console=console
    )
