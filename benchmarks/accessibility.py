"""What asking programs brings and costs, beside pixels alone: `python -m benchmarks.accessibility [--sizes 10 13 18]`.

Each row is measured in the same run on a virtual desktop, in a window of Qt with known text. Processor time is that of
the eyes' thread and, where it says so, of the program that is asked.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.legibility import edits
from benchmarks.processor import cpu_s
from benchmarks.specimens import KINDS
from desktop.processes import Watched
from desktop.virtual import VirtualDesktop
from model.stream.values import Event, Place
from perception.accessibility import Accessibility
from perception.reading import Reader, network
from perception.screen import Eyes
from perception.tiles import overlap
from perception.windows import XDesktop

N_LABELS, N_LINES, N_MORE = 24, 24, 500
IDLE_S = 15.0
Row = dict[str, object]
TYPED = "The quick brown fox https://Il1O0.example.org/l1I?q=0O jumps over 12 lazy dogs (v2.1) "
TREE_AT_ONCE = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}


@dataclass
class Running:
    """Eyes at work on a thread of their own, and the processor time that thread has used."""

    accessibility: Accessibility | None
    work_s: float = 0.0
    n_events: int = 0
    clock: int = 0

    def post(self, event: Event) -> None:
        self.n_events += 1


@contextmanager
def running(accessibility: Accessibility | None) -> Generator[Running]:
    state, stop = Running(accessibility), threading.Event()
    clock: list[int] = []

    def run() -> None:
        clock.append(time.pthread_getcpuclockid(threading.get_ident()))
        Eyes(open_reader=Reader, accessibility=accessibility).run(state.post, stop)

    thread = threading.Thread(target=run)
    thread.start()
    while not clock:
        time.sleep(0.01)
    state.clock = clock[0]
    try:
        yield state
    finally:
        stop.set()
        thread.join()


def used_s(state: Running) -> float:
    return time.clock_gettime(state.clock)


def settle(state: Running) -> None:
    n_events = -1
    while n_events != state.n_events:
        n_events = state.n_events
        time.sleep(3.0)


def window(desktop: VirtualDesktop, size_px: int, seed: int, n_more: int = 0) -> tuple[Watched, list[Row]]:
    chance = random.Random(seed)
    made = [KINDS[chance.choice(list(KINDS))](chance) for _ in range(N_LABELS + N_LINES)]
    given = desktop.home / "texts.json"
    texts = {"labels": made[:N_LABELS], "page": made[N_LABELS:], "size_px": size_px, "more": n_more}
    given.write_text(json.dumps(texts), encoding="utf-8")
    program = desktop.watch(sys.executable, "-m", "benchmarks.accessible_window", str(given), env=TREE_AT_ONCE)
    program.wait_for(r"^\[", 60)
    return program, json.loads(next(line for line in program.lines if line.startswith("[")))


def right(printed: Sequence[Row], read: Sequence[tuple[str, Place]]) -> tuple[int, int]:
    """Letters in all, and wrong ones."""
    total = wrong = 0
    for row in printed:
        place, text = Place(*row["place"]), str(row["text"])  # pyright: ignore
        parts = sorted((at.x_px, part) for part, at in read if overlap(Place(*at.centre, 1, 1), place))
        total += len(text)
        wrong += len(edits(text, " ".join(part for _, part in parts)))
    return total, wrong


def text_rows(desktop: VirtualDesktop, sizes_px: Sequence[int]) -> None:
    print("| | letters right, % | wall s | processor s, ours | of the program |\n|---|---|---|---|---|")
    for size_px in sizes_px:
        program, printed = window(desktop, size_px, seed=size_px)
        for name, accessibility in (("pixels", None), ("asked", Accessibility())):
            began, began_s, theirs_s = time.monotonic(), time.process_time(), cpu_s(program.process.pid)
            read = Eyes(open_reader=Reader, accessibility=accessibility).read()
            took = time.monotonic() - began, time.process_time() - began_s, cpu_s(program.process.pid) - theirs_s
            total, wrong = right(printed, read)
            print(
                f"| {size_px} px, {name} | {100 * (1 - wrong / total):.2f} | "
                + " | ".join(f"{s:.2f}" for s in took)
                + " |"
            )
        program.end()


def work_rows(desktop: VirtualDesktop) -> None:
    print("\n| | processor s, ours | of the program | questions |\n|---|---|---|---|")
    for name, asks in (("pixels", False), ("asked", True), ("pixels", False), ("asked", True)):
        program, _ = window(desktop, 13, seed=1)
        accessibility = Accessibility() if asks else None
        with running(accessibility) as state:
            for what in ("first look", f"nothing, {IDLE_S:g} s", f"typing {len(TYPED)} letters"):
                ours_s, theirs_s = used_s(state), cpu_s(program.process.pid)
                asked = accessibility.n_asked if accessibility else 0
                if what.startswith("typing"):
                    desktop.xdotool("type", "--delay", "60", TYPED)
                if what.startswith("nothing"):
                    time.sleep(IDLE_S)
                else:
                    settle(state)
                used = used_s(state) - ours_s, cpu_s(program.process.pid) - theirs_s
                n_asked = (accessibility.n_asked if accessibility else 0) - asked
                print(f"| {what}, {name} | {used[0]:.3f} | {used[1]:.2f} | {n_asked} |")
        program.end()


def tree_rows(desktop: VirtualDesktop) -> None:
    program, _ = window(desktop, 13, seed=2, n_more=N_MORE)
    accessibility, screen = Accessibility(), XDesktop()
    with accessibility.used():
        for _ in range(3):
            began, began_s, theirs_s = time.monotonic(), time.process_time(), cpu_s(program.process.pid)
            accessibility.refresh(screen.windows(), soon=True)
            took = time.monotonic() - began, time.process_time() - began_s, cpu_s(program.process.pid) - theirs_s
            n_named = len(accessibility.named(screen.area, screen.window_at))
            print(
                f"\n{N_MORE} buttons gone through: {took[0] * 1e3:.0f} ms, processor {took[1] * 1e3:.0f} ms of ours, "
                f"{took[2] * 1e3:.0f} ms of the program; {accessibility.n_asked} questions so far, {n_named} names"
            )
            accessibility.note_pixels([screen.area])
            time.sleep(0.5)
    screen.close()
    program.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 13, 18])
    options = parser.parse_args()
    network()
    with VirtualDesktop(sound=False) as desktop:
        os.environ.update(desktop.env)
        text_rows(desktop, options.sizes)
        work_rows(desktop)
        tree_rows(desktop)


if __name__ == "__main__":
    main()
