"""A thousand tools of plugins: what they cost at the start, in memory, and at each step.

`python -m benchmarks.many_tools [--n 1000] [--json]`. The same requests with and without them, in one run.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

from benchmarks.measures import percentile
from benchmarks.reflex import REQUESTS, SCREEN, WARM_UP_STEPS, Timed
from desktop.minds import REFLEX, shipped_catalogue
from desktop.simulation import Scene, Simulator, dry_executor
from model.reflex import load_reflex
from model.stream.catalogue import Catalogue
from model.stream.values import ActionSpec, Channel, Risk, Slot

VERBS = "water paint weigh polish rotate label archive rent borrow repair inspect measure count sort warm cool"
THINGS = (
    "the roses,the fence,the parcels,the windows,the tyres,the jars,the invoices,the boat,the ladder,the bicycle,the "
    "roof,the garden,the sheep,the spare parts,the oven,the cellar,the printer,the aquarium,the piano,the hives,the "
    "tent,the canoe,the chimney,the greenhouse,the scooter,the lawn,the attic,the kiln,the loom,the well,the gate,the "
    "barn,the pond,the sauna,the pantry,the sledge,the drone,the telescope,the kettle,the freezer,the wardrobe,the "
    "balcony,the compost,the mailbox,the hammock,the swing,the awning,the cistern,the trailer,the stable,the vineyard,"
    "the orchard,the workshop,the lighthouse,the ferry,the tractor,the beehive,the windmill,the chapel,the quarry,the "
    "harbour,the observatory,the carousel"
)


def tools(n: int) -> Catalogue:
    """So many actions, each with a slot and five examples."""
    pairs = list(product(VERBS.split(), THINGS.split(",")))[:n]
    return {
        f"{verb}_{number}": ActionSpec(
            f"{verb}_{number}",
            f"{verb.capitalize()} {thing} of the farm",
            Risk.REVERSIBLE,
            (Slot("time", "time", required=False),),
            tuple(
                form.format(verb, thing) for form in ("{} {}", "please {} {}", "could you {} {} now", "{} {} at noon")
            ),
        )
        for number, (verb, thing) in enumerate(pairs)
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many_tools", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    more = tools(options.n)
    figures = measured(shipped_catalogue(), more)
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))


def measured(ours: Catalogue, more: Catalogue) -> Mapping[str, float]:
    figures: dict[str, float] = {"n": len(more)}
    with tempfile.TemporaryDirectory() as folder:
        remembered = Path(folder) / "actions.safetensors"
        for name, catalogue in (("without", ours), ("first", {**ours, **more}), ("later", {**ours, **more})):
            before_mb, began_s = _memory_mb(), time.perf_counter()
            reflex = load_reflex(REFLEX, catalogue, remembered=None if name == "without" else remembered)
            figures[f"start_{name}_s"] = round(time.perf_counter() - began_s, 2)
            mind = Timed(reflex)
            simulator = Simulator(mind, reflex.pieces, catalogue, dry_executor(catalogue), aloud=False)
            for request in REQUESTS:
                simulator.run(Scene(tuple(request.split()), SCREEN, "meet me at noon"))
            figures[f"step_{name}_p95_ms"] = round(percentile(mind.steps_ms[WARM_UP_STEPS:], 95), 2)
            figures[f"more_memory_{name}_mb"] = round(_memory_mb() - before_mb, 1)
            if name == "later":
                figures["found_percent"] = _found(simulator, list(more.values())[:: max(1, len(more) // 100)])
    return figures


def _found(simulator: Simulator, specs: Sequence[ActionSpec]) -> float:
    """Of a request for each of these, in words of an example, how many are understood."""
    right = 0
    for spec in specs:
        outputs = simulator.run(Scene(tuple(spec.examples[1].split())))
        right += any(output.action == spec.name for output in outputs if output.channel is Channel.ACTION)
    return round(100 * right / len(specs), 1)


def _memory_mb() -> float:
    """The most that this process has had until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
