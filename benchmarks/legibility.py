"""How well text on a screen is read: our eyes, and two whole-screen recognisers beside them, on pages of known text.

Run as `python -m benchmarks.legibility [--readers ours rapidocr tesseract] [--sizes 10 12 ...] [--json]`. The fonts and
tesseract are Debian packages: apt-get install fonts-liberation fonts-cantarell fonts-open-sans fonts-roboto-unhinted
fonts-hack tesseract-ocr. All three readers take some twenty minutes on two cores, `--readers ours` two.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.specimens import SIZES_PX, Page, Printed
from desktop.processes import require
from model.stream.values import Place
from perception.reading import Reader

Pixels = NDArray[np.uint8]
"""[height, width, 4]: blue, green, red and nothing, as screenshots come."""
Lines = list[tuple[str, Place]]
Read = Callable[[Pixels], Lines]


@dataclass
class Tally:
    """What was read of some text, and the processor time it took."""

    n_characters: int = 0
    n_wrong: int = 0
    n_pages: int = 0
    cpu_s: float = 0.0
    confused: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    @property
    def right_percent(self) -> float:
        return round(100 * (1 - self.n_wrong / max(1, self.n_characters)), 2)


# The readers ------------------------------------------------------------------------------------------------------


def ours() -> Read:
    def read(pixels: Pixels) -> Lines:
        picture = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2GRAY), np.uint8)
        return Reader().read_soon(picture)  # a new one each time: it would remember what it has seen

    return read


def rapidocr() -> Read:
    """Its own detection, direction and recognition networks, as it comes."""
    import logging

    from rapidocr import RapidOCR

    logging.disable(logging.INFO)
    whole: Any = RapidOCR()

    def read(pixels: Pixels) -> Lines:
        found = whole(np.ascontiguousarray(pixels[:, :, :3]))
        if found.txts is None:
            return []
        return [(text, _around(corners)) for text, corners in zip(found.txts, found.boxes, strict=True)]

    return read


def tesseract() -> Read:
    program = require("tesseract")

    def read(pixels: Pixels) -> Lines:
        png = cv2.imencode(".png", pixels[:, :, :3])[1].tobytes()
        # --psm 11, "sparse text": labels lie scattered on a screen; the default expects the page of a book.
        command = (program, "stdin", "stdout", "--psm", "11", "tsv")
        table = subprocess.run(command, input=png, capture_output=True, check=True).stdout.decode()
        rows = csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
        words = [row for row in rows if row["level"] == "5" and row["text"].strip()]
        return [
            (word["text"], Place(*(int(word[side]) for side in ("left", "top", "width", "height")))) for word in words
        ]

    return read


READERS: Mapping[str, Callable[[], Read]] = {"ours": ours, "rapidocr": rapidocr, "tesseract": tesseract}


def _around(corners: NDArray[np.float32]) -> Place:
    left, top = (int(n) for n in corners.min(axis=0))
    right, bottom = (int(n) for n in corners.max(axis=0))
    return Place(left, top, right - left, bottom - top)


# Scoring ----------------------------------------------------------------------------------------------------------


def assign(page: Page, read: Lines) -> tuple[list[tuple[Printed, str]], list[str]]:
    """Each printed line with what was read of it, from left to right, and what was read where nothing stands."""
    parts: dict[int, list[tuple[int, str]]] = defaultdict(list)
    strays: list[str] = []
    for text, place in read:
        shared = [_shared(line, place) for line in page.lines]
        best = int(np.argmax(shared))
        if shared[best] > 0:
            parts[best].append((place.x_px, text))
        else:
            strays.append(text)
    pairs = [(line, " ".join(text for _, text in sorted(parts[n]))) for n, line in enumerate(page.lines)]
    return pairs, strays


def _shared(line: Printed, place: Place) -> int:
    width_px = min(line.x_px + line.width_px, place.x_px + place.width_px) - max(line.x_px, place.x_px)
    height_px = min(line.y_px + line.height_px, place.y_px + place.height_px) - max(line.y_px, place.y_px)
    return max(0, width_px) * max(0, height_px)


def edits(wanted: str, read: str) -> list[tuple[str, str]]:
    """The fewest changes that turn one into the other: (wanted, read) letters, one of them empty where one is missing.

    Source: Wagner and Fischer 1974, The String-to-String Correction Problem.
    """
    cost = np.zeros((len(wanted) + 1, len(read) + 1), np.int32)
    cost[:, 0], cost[0, :] = np.arange(len(wanted) + 1), np.arange(len(read) + 1)
    for i, one in enumerate(wanted, 1):
        for j, other in enumerate(read, 1):
            cost[i, j] = min(cost[i - 1, j] + 1, cost[i, j - 1] + 1, cost[i - 1, j - 1] + (one != other))
    changes: list[tuple[str, str]] = []
    i, j = len(wanted), len(read)
    while i or j:
        if i and j and cost[i, j] == cost[i - 1, j - 1] + (wanted[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            if wanted[i] != read[j]:
                changes.append((wanted[i], read[j]))
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
            changes.append((wanted[i], ""))
        else:
            j -= 1
            changes.append(("", read[j]))
    return changes


def plain(text: str) -> str:
    """What can be seen of a text: three dots look like an ellipsis."""
    return " ".join(text.replace("…", "...").split())


# Running ----------------------------------------------------------------------------------------------------------

Key = tuple[str, str]
"""By what (font, size, theme or kind of text), and which."""


def measure(directory: Path, pages: Sequence[Page], read: Read, wrong: Callable[[str], None]) -> dict[Key, Tally]:
    tallies: dict[Key, Tally] = defaultdict(Tally)
    for page in pages:
        pixels = np.asarray(cv2.cvtColor(cv2.imread(str(directory / page.picture)), cv2.COLOR_BGR2BGRA), np.uint8)
        began_s = _cpu_s()
        lines = read(pixels)
        cpu_s = _cpu_s() - began_s
        keys = [("all", "all"), ("size", f"{page.size_px} px"), ("theme", page.theme), ("font", page.font)]
        pairs, strays = assign(page, lines)
        for key in keys:
            tallies[key].n_pages += 1
            tallies[key].cpu_s += cpu_s
        for line, text in [*((line, text) for line, text in pairs), *((None, text) for text in strays)]:
            wanted = plain(line.text) if line else ""
            changes = edits(wanted, plain(text))
            if changes:
                wrong(f"{page.picture} {line.kind if line else 'nothing'}: {wanted!r} read as {text!r}")
            for key in [*keys, ("kind", line.kind)] if line else keys:
                tallies[key].n_characters += len(wanted)
                tallies[key].n_wrong += len(changes)
                tallies[key].confused.update(changes)
    return tallies


def _cpu_s() -> float:
    """Of this process and of the programs it ran."""
    ran = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ran.ru_utime + ran.ru_stime


def table(results: Mapping[str, Mapping[Key, Tally]]) -> Iterable[str]:
    keys = list(dict.fromkeys(key for tallies in results.values() for key in tallies))
    yield "| | " + " | ".join(f"{name}, % right | s/page" for name in results) + " |"
    yield "|---|" + "---|---|" * len(results)
    for key in sorted(keys, key=lambda key: ("all", "size", "theme", "kind", "font").index(key[0])):
        tallies = [results[name].get(key, Tally()) for name in results]
        cells = [f"{tally.right_percent} | {_per_page(tally)}" for tally in tallies]
        yield f"| {key[1]} | " + " | ".join(cells) + " |"


def _per_page(tally: Tally) -> str:
    return f"{tally.cpu_s / tally.n_pages:.2f}" if tally.n_pages else ""


def load(directory: Path) -> list[Page]:
    rows = json.loads((directory / "pages.json").read_text(encoding="utf-8"))
    return [Page(**{**row, "lines": tuple(Printed(**line) for line in row["lines"])}) for row in rows]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.legibility", description=__doc__)
    parser.add_argument("--readers", nargs="*", choices=READERS, default=list(READERS))
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES_PX, help="of the letters, in pixels")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wrong", action="store_true", help="show every line that was not read right")
    parser.add_argument("--json", action="store_true", help="end with one line of figures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ambidex-specimens-") as name:
        sizes = [str(size_px) for size_px in options.sizes]
        drawing = (sys.executable, "-m", "benchmarks.specimens", name, "--seed", str(options.seed), "--sizes", *sizes)
        if subprocess.run(drawing, check=False).returncode:
            return 1
        pages = load(Path(name))
        tell: Callable[[str], None] = print if options.wrong else lambda line: None
        results = {reader: measure(Path(name), pages, READERS[reader](), tell) for reader in options.readers}
    print("\n".join(table(results)))
    for reader, tallies in results.items():
        common = tallies["all", "all"].confused.most_common(15)
        print(f"{reader} most often reads " + ", ".join(f"{one!r} as {other!r} ({n})" for (one, other), n in common))
    if options.json:
        print(json.dumps({reader: _figures(tallies) for reader, tallies in results.items()}))
    return 0


def _figures(tallies: Mapping[Key, Tally]) -> dict[str, Any]:
    whole = tallies["all", "all"]
    return {
        "right_percent": whole.right_percent,
        "cpu_s_per_page": round(whole.cpu_s / whole.n_pages, 3),
        "by": {f"{by}: {which}": tally.right_percent for (by, which), tally in tallies.items()},
    }


if __name__ == "__main__":
    raise SystemExit(main())
