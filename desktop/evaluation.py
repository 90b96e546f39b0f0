"""`ambidex eval commands`: written requests, fed word by word in simulated time, and what the reflex made of them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from desktop.evaluating import on_all_cores, save_rows, simulator, start_simulator
from desktop.minds import reflex_directory
from desktop.outputs import Output
from desktop.pictures import Album
from desktop.settings import Settings
from desktop.simulation import WORD_MS, Scene, last_word_ms, lines_of
from model.stream.values import Channel
from model.training.evaluate import (
    Answer,
    Case,
    Early,
    Figures,
    by_source,
    confusions,
    known_before,
    read_cases,
    score,
)

MAX_WORDS = 200


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The cases, what the reflex did about each, and what the floor would have done."""

    cases: Sequence[Case]
    answers: Sequence[Answer]
    floor: Sequence[Answer]

    def to_json(self) -> dict[str, Any]:
        sources = by_source(self.cases, self.answers)
        return {
            **asdict(score(self.cases, self.answers)),
            "by_source": {source: asdict(figures) for source, figures in sources.items()},
            "floor": asdict(score(self.cases, self.floor)),
        }

    def predictions(self) -> Iterator[str]:
        """Rows `{text, action, args, reply, thought}` in the order of the input."""
        for case, answer in zip(self.cases, self.answers, strict=True):
            row = {"text": case.text, "action": answer.action, "args": dict(answer.args)}
            yield json.dumps({**row, "reply": answer.reply, "thought": answer.thought}, ensure_ascii=False)


def evaluate_file(
    settings: Settings,
    path: Path,
    predictions: Path | None,
    pictures: Path | None,
    as_json: bool,
    write: Callable[[str], None],
) -> None:
    """Raises `BadTrace` if the file cannot be read, `ModelFailed` if the reflex cannot, `BadSettings` if `predictions`
    or `pictures` cannot be written."""
    cases = read_cases(path)
    album = Album(pictures) if pictures is not None else None
    evaluation = Evaluation(cases, answer(cases, settings, quiet=as_json), floor_answers(cases, settings))
    if predictions is not None:
        save_rows(predictions, evaluation.predictions())
    if album is not None:
        album.confusions("confusions", confusions(cases, evaluation.answers))
        known = known_before(evaluation.answers, WORDS_SHOWN)
        album.curves("thoughts", {"reflex": list(enumerate(known, 1))}, "words still to come", "right in thought")
    figures = evaluation.to_json()
    if not as_json:
        Console().print(_table(figures))
    write(json.dumps(figures))


def answer(cases: Sequence[Case], settings: Settings, quiet: bool) -> list[Answer]:
    """Every case from a fresh start, on all cores."""
    return on_all_cores(_answer, cases, start_simulator, (settings,), "Requests", quiet)


def _answer(case: Case) -> Answer:
    scene = Scene(tuple(case.text.split())[:MAX_WORDS], lines_of("\n".join(case.screen)), case.clipboard)
    outputs = simulator().run(scene)
    return answer_of(outputs, last_word_ms(scene))


def answer_of(outputs: Sequence[Output], last_word_at_ms: int) -> Answer:
    """The first action that is one, the whole reply, and which thoughts came before the last word."""
    thoughts = [output for output in outputs if output.channel is Channel.THOUGHT]
    actions = [output for output in outputs if output.channel is Channel.ACTION]
    acted = next((output for output in actions if output.action != "none"), None)
    return Answer(
        action=acted.action if acted else "none",
        args=acted.args if acted else {},
        reply=" ".join(output.text for output in outputs if output.channel is Channel.SPEECH),
        thought=" ".join(output.text for output in thoughts),
        early=tuple(Early(t.text, left) for t in thoughts if (left := _words_after(t.t_ms, last_word_at_ms)) > 0),
    )


def _words_after(t_ms: int, last_word_at_ms: int) -> int:
    return math.ceil((last_word_at_ms - t_ms) / WORD_MS)


def floor_answers(cases: Sequence[Case], settings: Settings) -> list[Answer]:
    """What a linear classifier over frozen sentence vectors says to the whole text; it knows no arguments."""
    from model.training.floor import open_floor  # torch: only where a mind is wanted

    floor = open_floor(reflex_directory(settings))
    return [Answer(floor.action(case.text)) for case in cases]


WORDS_SHOWN = 8
COLUMNS = tuple(name for name in Figures.__dataclass_fields__ if name != "n")


def _table(figures: Mapping[str, Any]) -> Table:
    table = Table(title="Requests")
    table.add_column("source")
    for name in ("n", *COLUMNS):
        table.add_column(name.replace("_", " "), justify="right")
    rows = {**figures["by_source"], "all": figures, "floor": figures["floor"]}
    for source, row in rows.items():
        table.add_row(source, str(row["n"]), *(_percent(row[name]) for name in COLUMNS))
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
