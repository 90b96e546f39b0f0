"""The experiments that decide how the reflex is built, on a small version of it; their figures are in docs/log.md.

python scripts/derisk.py arms --commands FILE.jsonl      three ways to start, three seeds
python scripts/derisk.py held-out --commands FILE.jsonl  ten actions called by their description alone
python scripts/derisk.py pointers                        a thousand odd strings, copied by pointer
python scripts/derisk.py step                            one step with all heads, on one core
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

import resources
from desktop.minds import shipped_catalogue
from desktop.simulation import Scene, Simulator, dry_executor
from model.reflex import load_reflex
from model.reflex.mind import action_vectors
from model.reflex.network import Config
from model.stream.catalogue import Catalogue
from model.stream.values import Channel
from model.training.batches import Batch, batches, row_of
from model.training.compose import Request, compose
from model.training.lessons import LEXICON, Options, Parts, read_human
from model.training.measure import rightness
from model.training.teacher import play
from model.training.train import Run, new_network, trained_rows

SHIPPED = resources.ROOT / "reflex"
HELD_OUT = (
    "scroll", "copy", "set_timer", "mute", "screenshot", "add_note", "next_track", "tell_date", "undo", "close_window",
)  # fmt: skip
N_TEST = 600
ODD = "aZ0 ./:?&=#%_-+~^|\\<>{}[]()'\"`$€ßéñ漢字かなعربيעבריתдом🙂🚀👩‍💻\t"


def small(commands: Path, **changes: object) -> Options:
    options = Options(
        Path(tempfile.mkdtemp()),
        commands,
        epochs=1,
        composed=1500,
        human=1500,
        written=0,
        ticks_per_batch=512,
        learning_rate=3e-4,
        config=Config(n_layer=3, n_lexicon=len(LEXICON)),
    )
    return replace(options, **changes)


def trained(options: Options, parts: Parts, human: Sequence[Request]) -> Run:
    torch.manual_seed(options.seed)
    run = Run(new_network(options, parts, human), options, parts, human, lambda _: None)
    run.go()
    return run


def lessons_of(requests: Sequence[Request], parts: Parts) -> list[Batch]:
    lessons = [
        play([r], parts.catalogue, parts.symbols, parts.pieces, random.Random(n)) for n, r in enumerate(requests)
    ]
    rows = [row_of(lesson, parts.catalogue, parts.symbols, parts.piece_rank) for lesson in lessons]
    return [batch.read(parts.items, parts.utterances) for batch in batches(rows, parts.pieces, 4096, random.Random(0))]


def arms(commands: Path) -> None:
    parts = Parts.load(SHIPPED, shipped_catalogue())
    human, test = split(read_human(commands))
    for start in ("pretrained", "embeddings", "scratch"):
        for seed in (1, 2, 3):
            run = trained(small(commands, start=start, seed=seed), parts, human)
            with torch.inference_mode():
                rows = trained_rows(run.options, parts)
                tables = run.network.tables(action_vectors(parts.catalogue, parts.symbols, parts.items, rows))
            print(start, seed, rightness(run.network, tables, lessons_of(test, parts), parts.symbols), flush=True)


def split(human: Sequence[Request]) -> tuple[list[Request], list[Request]]:
    """For training, and for measuring: half written by people, half composed with a seed of its own."""
    rng = random.Random(0)
    shuffled = rng.sample(list(human), len(human))
    composed = [compose(random.Random(f"test/{n}")) for n in range(N_TEST // 2)]
    return shuffled[N_TEST // 2 :], shuffled[: N_TEST // 2] + composed


def held_out(commands: Path) -> None:
    catalogue = shipped_catalogue()
    known: Catalogue = {name: spec for name, spec in catalogue.items() if name not in HELD_OUT}
    parts = Parts.load(SHIPPED, known)
    human, _ = split([r for r in read_human(commands) if r.action in known])
    run = trained(small(commands, held_out=HELD_OUT, composed=6000), parts, human)
    whole = Parts.load(SHIPPED, catalogue)
    whole.piece_rank = parts.piece_rank
    vectors = action_vectors(whole.catalogue, whole.symbols, whole.items, trained_rows(run.options, parts))
    with torch.inference_mode():
        tables = run.network.tables(vectors)
    test = [compose(random.Random(f"{name}/{n}"), name) for name in HELD_OUT for n in range(20)]
    print("reflex, never trained on:", rightness(run.network, tables, lessons_of(test, whole), whole.symbols))
    texts = whole.items.encode([request.text for request in test])
    nearest = (texts @ vectors.actions.T).argmax(-1).tolist()
    right = [whole.symbols.actions[n] == request.action for n, request in zip(nearest, test, strict=True)]
    print(f"nearest description by cosine: {statistics.mean(right):.3f}")


def pointers() -> None:
    catalogue = shipped_catalogue()
    reflex = load_reflex(SHIPPED, catalogue)
    simulator = Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue), aloud=False)
    rng, exact, pointed = random.Random(1), 0, 0
    for _ in range(1000):
        text = "".join(rng.choices(ODD, k=rng.randint(1, 400))).strip() or "x"
        outputs = simulator.run(Scene(("type", "what", "is", "on", "my", "clipboard"), (), text))
        typed = [o for o in outputs if o.channel is Channel.ACTION and o.action == "type_text"]
        pointed += bool(typed) and typed[0].provenance.get("text") == "clipboard"
        exact += bool(typed) and typed[0].args.get("text") == text
    print(f"of 1000 odd strings: pointed at {pointed}, exact {exact}")


def step() -> None:
    catalogue = shipped_catalogue()
    reflex = load_reflex(SHIPPED, catalogue)
    times_ms: list[float] = []
    inner = reflex.step

    def timed(seen: object) -> object:
        began = time.perf_counter()
        result = inner(seen)  # type: ignore[arg-type]
        times_ms.append((time.perf_counter() - began) * 1e3)
        return result

    reflex.step = timed  # type: ignore[method-assign, assignment]
    simulator = Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue))
    for n in range(30):
        simulator.run(Scene(compose(random.Random(n)).words, (), "some text"))
    ranked = statistics.quantiles(times_ms, n=100)
    print(f"{len(times_ms)} steps: p50 {ranked[49]:.1f} ms, p95 {ranked[94]:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", choices=("arms", "held-out", "pointers", "step"))
    parser.add_argument("--commands", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.experiment in ("arms", "held-out"):
        if arguments.commands is None:
            parser.error("this experiment needs --commands FILE.jsonl, requests that people wrote")
        (arms if arguments.experiment == "arms" else held_out)(arguments.commands)
    else:
        (pointers if arguments.experiment == "pointers" else step)()


if __name__ == "__main__":
    main()
