"""Pictures of an evaluation: which actions are taken for which, and curves. They need `ambidex[pictures]`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from model.stream.errors import BadSettings

MAX_ACTIONS = 24
"""Those that are mistaken most often: all of them would be too small to read."""
INCHES_A_ACTION = 0.42
DPI = 110
MISSING = "Pictures need matplotlib: pip install 'ambidex[pictures]'."


class Album:
    """A folder of PNG files. Raises `BadSettings` if it cannot be made or matplotlib is not installed."""

    def __init__(self, folder: Path) -> None:
        try:
            from matplotlib.figure import Figure
        except ImportError as error:
            raise BadSettings(MISSING) from error
        self._figure: Any = Figure
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._cannot(error) from error

    def confusions(self, name: str, counts: Mapping[tuple[str, str], int]) -> None:
        """`counts` by what was asked for and what was done. Raises `BadSettings` if it cannot be written."""
        shown = most_mistaken(counts)
        side = 3 + INCHES_A_ACTION * len(shown)
        figure = self._figure(figsize=(side, side), dpi=DPI, layout="constrained")
        axes = figure.add_subplot()
        rows = [[counts.get((asked, done), 0) for done in shown] for asked in shown]
        totals = [max(1, sum(n for (asked, _), n in counts.items() if asked == action)) for action in shown]
        axes.imshow(
            [[n / total for n in row] for row, total in zip(rows, totals, strict=True)], "Blues", vmin=0, vmax=1
        )
        for y, row in enumerate(rows):
            for x, n in enumerate(row):
                if n:
                    axes.text(
                        x, y, n, ha="center", va="center", color="white" if n > totals[y] / 2 else "black", size=8
                    )
        axes.set_xticks(range(len(shown)), shown, rotation=60, ha="right")
        axes.set_yticks(range(len(shown)), shown)
        axes.set(xlabel="done", ylabel="asked for", title="Requests, shaded by their share of the row")
        self._save(figure, name)

    def curves(self, name: str, lines: Mapping[str, Sequence[tuple[float, float]]], x: str, y: str) -> None:
        """One line each, with the names of the axes. Raises `BadSettings` if it cannot be written."""
        figure = self._figure(figsize=(7, 4.5), dpi=DPI, layout="constrained")
        axes = figure.add_subplot()
        for label, points in lines.items():
            axes.plot(
                [at for at, _ in points], [value for _, value in points], label=label, marker="." * (len(points) < 20)
            )
        axes.set(xlabel=x, ylabel=y, ylim=(0, 1))
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
        self._save(figure, name)

    def _save(self, figure: Any, name: str) -> None:
        try:
            figure.savefig(self._folder / f"{name}.png")
        except OSError as error:
            raise self._cannot(error) from error

    def _cannot(self, error: OSError) -> BadSettings:
        return BadSettings(f"The pictures cannot be written to {self._folder}: {error.strerror or error}.")


def most_mistaken(counts: Mapping[tuple[str, str], int]) -> list[str]:
    """The actions with the most mistakes on either side, in the order of their names; all of them if none is."""
    mistakes = Counter[str]()
    for (asked, done), n in counts.items():
        if asked != done:
            mistakes.update({asked: n, done: n})
    chosen = mistakes or Counter(asked for asked, _ in counts)
    return sorted(action for action, _ in chosen.most_common(MAX_ACTIONS))
