"""`ambidex eval turns`: when users have finished, told by the reflex, by silence alone and by Smart Turn in one run."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from desktop.assembly import open_hearing
from desktop.evaluating import on_all_cores, save_rows
from desktop.minds import reflex_directory, shipped_catalogue
from desktop.pictures import Album
from desktop.places import Places
from desktop.settings import Settings
from desktop.turn_detectors import Detector, ReflexDetector, Said, SmartTurn, Timeout
from desktop.turn_material import Gap, Recording, find_recordings, gaps, read_recording, with_pauses, word_borders_ms
from model.stream.errors import BadSettings, BadTrace
from model.training.turns import Silence, TurnFigures, score_turns, trade_off

OURS = ReflexDetector.name
CURVE_MS = range(100, 2_050, 50)
KINDS = ("as recorded", "with pauses", "all")
FIGURES = tuple(name for name in TurnFigures.__dataclass_fields__ if name not in ("n", "pauses"))


@dataclass(frozen=True, slots=True)
class Heard:
    """A turn, its silences, and what each detector said in them."""

    name: str
    spliced: bool
    gaps: tuple[Gap, ...]
    said: Mapping[str, tuple[Said, ...]]


def evaluate_turns(
    settings: Settings,
    places: Places,
    directory: Path,
    predictions: Path | None,
    pictures: Path | None,
    as_json: bool,
    write: Callable[[str], None],
) -> None:
    """Raises `BadTrace` if there is no recording that can be read, `ModelFailed` if the reflex cannot, `BadSettings` if
    `predictions` or `pictures` cannot be written."""
    album = Album(pictures) if pictures is not None else None
    try:
        SmartTurn()
        missing = ""
    except BadSettings as error:
        missing = str(error)
    turns = listen(find_recordings(directory), settings, places, with_smart_turn=not missing, quiet=as_json)
    if predictions is not None:
        save_rows(predictions, _rows(turns))
    if album is not None:
        for kind, chosen in kinds_of(turns).items():
            lines = {name: trade_off(_silences(chosen, name), CURVE_MS) for name in turns[0].said}
            album.curves(f"turns {kind}", lines, "mean silence before the answer, ms", "turns cut off")
    figures = score(turns)
    if not as_json:
        for kind in KINDS:
            Console().print(_table(kind, figures[kind]))
        if missing:
            Console(stderr=True).print(missing)
    write(json.dumps(to_json(figures)))


def listen(
    paths: Sequence[Path], settings: Settings, places: Places, with_smart_turn: bool, quiet: bool
) -> list[Heard]:
    """Every recording, and once more with pauses in it, on all cores; one in which nobody talks is left out."""
    done = on_all_cores(_listen, paths, _start, (settings, places, with_smart_turn), "Recordings", quiet)
    turns = [turn for turns in done for turn in turns]
    if not turns:
        raise BadTrace("Nobody talks in any of the recordings.")
    return turns


_detectors: tuple[Detector, ...] = ()
"""Each worker process has its own."""


def _start(settings: Settings, places: Places, with_smart_turn: bool) -> None:
    global _detectors
    from model.reflex import load_reflex
    from model.reflex.mind import NEVER_ACTS

    reflex = load_reflex(reflex_directory(settings), shipped_catalogue(), NEVER_ACTS)
    hearing, _ = open_hearing(places)
    _detectors = (ReflexDetector(reflex, hearing), Timeout(), *([SmartTurn()] if with_smart_turn else []))


def _listen(path: Path) -> list[Heard]:
    recording = read_recording(path)
    spliced = with_pauses(recording, word_borders_ms(recording), random.Random(path.name))
    return [_heard(each, found) for each in (recording, spliced) if each is not None and (found := gaps(each))]


def _heard(recording: Recording, found: list[Gap]) -> Heard:
    said = {detector.name: tuple(detector.listen(recording, found)) for detector in _detectors}
    return Heard(recording.name, recording.spliced, tuple(found), said)


def score(turns: Sequence[Heard]) -> dict[str, dict[str, dict[str, Any]]]:
    """By the kind of recording and the detector."""
    return {
        kind: {name: asdict(score_turns(_silences(chosen, name))) for name in turns[0].said}
        for kind, chosen in kinds_of(turns).items()
    }


def kinds_of(turns: Sequence[Heard]) -> dict[str, Sequence[Heard]]:
    """The turns of each kind, without a kind that has none."""
    kinds = [turn for turn in turns if not turn.spliced], [turn for turn in turns if turn.spliced], turns
    return {kind: chosen for kind, chosen in zip(KINDS, kinds, strict=True) if chosen}


def to_json(figures: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """The reflex's figures over all turns, and below them everybody's with their intervals."""
    ours = figures["all"][OURS]
    return {"n": ours["n"], **{name: ours[name]["value"] for name in FIGURES}, "by_kind": figures}


def _silences(turns: Sequence[Heard], detector: str) -> list[Silence]:
    return [
        Silence(number, gap.end_ms - gap.start_ms, gap.last, said)
        for number, turn in enumerate(turns)
        for gap, said in zip(turn.gaps, turn.said[detector], strict=True)
    ]


def _rows(turns: Sequence[Heard]) -> Iterator[str]:
    """`{file, spliced, start_ms, end_ms, last, said}`, one for each silence; `said` by detector."""
    for turn in turns:
        for number, gap in enumerate(turn.gaps):
            said = {name: silences[number] for name, silences in turn.said.items()}
            yield json.dumps({"file": turn.name, "spliced": turn.spliced, **asdict(gap), "said": said})


def _table(kind: str, by_detector: Mapping[str, Mapping[str, Any]]) -> Table:
    first = next(iter(by_detector.values()))
    table = Table(title=f"Turns {kind}: {first['n']} with {first['pauses']} pauses")
    table.add_column("told by")
    for name in FIGURES:
        table.add_column(name.replace("_", " "), justify="right")
    for detector, row in by_detector.items():
        table.add_row(detector, *(_interval(row[name], percent="cutoffs" in name) for name in FIGURES))
    return table


def _interval(figure: Mapping[str, float], percent: bool) -> str:
    value, low, high = (figure[name] * (100 if percent else 1) for name in ("value", "low", "high"))
    return f"{value:.0f} ({low:.0f}-{high:.0f}){' %' if percent else ''}"
