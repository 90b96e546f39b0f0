"""What it costs to have something going on before the eyes: one scene after another under the real program.

Run as `python -m benchmarks.scenes [SCENE ...] [--seconds 40]`. For each scene: processor time of the whole program in
% of one core, and how many events about the screen reached the loop in a minute. The first seconds of a scene do not
count unless `--from-start` is given: what changes all the time is looked at ever more rarely.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping

from benchmarks.busywork import KINDS
from benchmarks.processor import cpu_s
from benchmarks.stage import Stage

SCENES = ("nothing", "clock", "cursor", "progress", "spinner", "film", "typing", "scrolling", "switching", "work")
SETTLED_AFTER_S = 30.0
READY_WITHIN_S = 20.0


def measure(stage: Stage, scene: str, settle_s: float, seconds: float) -> Mapping[str, float]:
    stage.play()
    if scene not in KINDS:
        return _spent(stage, seconds)
    window = stage.desktop.watch(sys.executable, "-m", "benchmarks.busywork", scene)
    try:
        window.wait_for("ready", READY_WITHIN_S)
        time.sleep(settle_s)
        return _spent(stage, seconds)
    finally:
        window.end()
        time.sleep(1.0)  # the empty screen belongs to no scene


def _spent(stage: Stage, seconds: float) -> Mapping[str, float]:
    pid = stage.pid
    used_s, told, began_s = cpu_s(pid), _told(stage), time.monotonic()
    time.sleep(seconds)
    passed_s = time.monotonic() - began_s
    percent, events = 100 * (cpu_s(pid) - used_s) / passed_s, 60 * (_told(stage) - told) / passed_s
    return {"percent": round(percent, 1), "told_per_minute": round(events, 1), "load": round(os.getloadavg()[0], 1)}


def _told(stage: Stage) -> int:
    return next(queue["accepted"] for queue in stage.call("status")["queues"] if queue["name"] == "inbox.screen")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scenes", description=__doc__)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=", ".join(SCENES))
    parser.add_argument("--seconds", type=float, default=40.0, help="of each scene that are measured")
    parser.add_argument("--from-start", action="store_true", help="measure the first seconds of each scene")
    options = parser.parse_args()
    if unknown := set(options.scenes) - set(SCENES):
        parser.error(f"there is no scene called {', '.join(sorted(unknown))}")
    figures: dict[str, Mapping[str, float]] = {}
    print("| scene | % of one core | events a minute |\n|---|---|---|", flush=True)
    with Stage(lambda line: None) as stage:
        for scene in options.scenes or SCENES:
            settle_s = 0.0 if options.from_start else SETTLED_AFTER_S
            found = figures[scene] = measure(stage, scene, settle_s, options.seconds)
            print(f"| {scene} | {found['percent']} | {found['told_per_minute']} |", flush=True)
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
