"""Ten actions that the weights never met, called by their description and five examples alone, among a hundred others.

`python -m benchmarks.new_actions [--json]`. Each is asked for twenty times, in `new_requests.jsonl`; the hundred others
are the built-in ones and those of `other_actions.toml`. The requests of `requests.jsonl`, which want none of them, tell
what the newcomers take away from others.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.progress import track

from desktop.minds import open_reflex, shipped_catalogue
from desktop.settings import Settings
from desktop.simulation import Scene, Simulator, dry_executor, lines_of
from model.stream.catalogue import load_catalogue
from model.stream.values import Channel
from model.training.evaluate import Case, read_cases

HERE = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.new_actions", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    new = load_catalogue(HERE / "new_actions.toml")
    catalogue = {**shipped_catalogue(), **load_catalogue(HERE / "other_actions.toml"), **new}
    reflex = open_reflex(Settings(), catalogue)
    simulator = Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue), aloud=False)
    done = {
        name: [(case, _called(simulator, case)) for case in track(read_cases(HERE / f"{name}.jsonl"), name)]
        for name in ("new_requests", "requests")
    }
    figures = told(done["new_requests"], done["requests"], {*catalogue} - {*shipped_catalogue()})
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))


def _called(simulator: Simulator, case: Case) -> str:
    scene = Scene(tuple(case.text.split()), lines_of("\n".join(case.screen)), case.clipboard)
    actions = [output.action for output in simulator.run(scene) if output.channel is Channel.ACTION]
    return next((action for action in actions if action != "none"), "none")


def told(
    asked: Sequence[tuple[Case, str]], others: Sequence[tuple[Case, str]], untrained: set[str]
) -> Mapping[str, Any]:
    """`right`: of the requests for a new action. `taken`: of the others, for which one of a plugin was called."""
    right = Counter(case.accept[0] for case, called in asked if called in case.accept)
    instead = Counter(f"{case.accept[0]} -> {called}" for case, called in asked if called not in case.accept)
    return {
        "n": len(asked),
        "right_percent": round(100 * right.total() / len(asked), 1),
        "right_of_each": dict(right),
        "mistaken": dict(instead.most_common(8)),
        "others": len(others),
        "taken_percent": round(100 * sum(called in untrained for _, called in others) / len(others), 1),
    }


if __name__ == "__main__":
    main()
