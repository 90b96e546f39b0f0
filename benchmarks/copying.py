"""A thousand odd texts on the clipboard or the screen, asked to be typed or copied: exact, and by pointer?

`python -m benchmarks.copying [--n 1000] [--seed 1] [--json]`. Addresses, code, other scripts and signs, 1 to 400
characters. What is right is the very text, taken from where it stands and spelled by nobody.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.progress import track

from desktop.minds import open_reflex, shipped_catalogue
from desktop.settings import Settings
from desktop.simulation import Scene, Simulator, dry_executor, lines_of
from model.stream.values import Channel

MAX_LENGTH = 400
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ALPHABETS = {
    "address": LETTERS + "0123456789-_~%./?=&#",
    "code": LETTERS + LETTERS.upper() + "0123456789 _.,:;()[]{}<>=+-*/%!&|^'\"\\`$#@",
    "scripts": "ßéñçøğıłčž άβγδέζή абвгдежзий אבגדהו بتثجحخ 漢字仮名交じり 한국어 हिन्दी ไทย",
    "signs": "🙂🚀👩‍💻🏳️‍🌈✓→≠∑∞€£№†‡«»…—",
}
REQUESTS = {
    ("clipboard", "typed"): ("type what is on my clipboard", "type out what I copied", "write the clipboard here"),
    ("screen", "copied"): ("copy the {what} on the screen to the clipboard", "put that {what} on my clipboard"),
    ("screen", "typed"): ("type the {what} that is on the screen",),
}
"""By where the text stands and what is asked to become of it. What is on the clipboard is copied already."""
NAMES = {"address": "link", "code": "code", "scripts": "text", "signs": "text"}
ACTIONS = {"typed": ("type_text", "paste"), "copied": ("set_clipboard",)}
AROUND = ("File", "Edit", "View")


@dataclass(frozen=True, slots=True)
class Trial:
    kind: str
    where: str
    what_for: str
    text: str
    request: str


def draw(rng: random.Random) -> Trial:
    kind = rng.choice(tuple(ALPHABETS))
    (where, what_for), requests = rng.choice(tuple(REQUESTS.items()))
    length = rng.randint(1, MAX_LENGTH)
    text = "".join(rng.choices(ALPHABETS[kind], k=length)).strip() or "x"
    if kind == "address":
        text = f"https://{text}"[:MAX_LENGTH]
    return Trial(kind, where, what_for, " ".join(text.split()), rng.choice(requests).format(what=NAMES[kind]))


def outcome(simulator: Simulator, trial: Trial) -> str:
    """`exact`, or what was wrong."""
    on_screen = trial.where == "screen"
    scene = Scene(
        tuple(trial.request.split()),
        lines_of("\n".join((*AROUND, trial.text))) if on_screen else (),
        None if on_screen else trial.text,
    )
    acted = [output for output in simulator.run(scene) if output.channel is Channel.ACTION and output.action != "none"]
    if not acted:
        return "nothing done"
    if acted[0].action not in ACTIONS[trial.what_for]:
        return f"{acted[0].action} instead"
    if acted[0].action == "paste":  # what is on the clipboard, as it is
        return "exact"
    if acted[0].provenance.get("text") != trial.where:
        return "taken from elsewhere"
    return "exact" if acted[0].args["text"] == trial.text else "another text"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.copying", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    catalogue = shipped_catalogue()
    reflex = open_reflex(Settings(), catalogue)
    simulator = Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue), aloud=False)
    rng = random.Random(options.seed)
    found = Counter[str]()
    for trial in track([draw(rng) for _ in range(options.n)], "copying"):
        result = outcome(simulator, trial)
        found[result if result == "exact" else f"{trial.where}, {trial.what_for}, {trial.kind}: {result}"] += 1
    figures = {"n": options.n, "exact": found.pop("exact", 0), "wrong": dict(found.most_common())}
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
