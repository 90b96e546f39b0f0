"""`ambidex eval speech`: recorded requests, heard by the ears, and what the reflex made of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from actions.plugins.manifest import Manifest
from actions.plugins.store import likely
from desktop.assembly import open_hearing
from desktop.evaluating import on_all_cores, save_rows, simulator, start_simulator
from desktop.minds import shipped_catalogue
from desktop.places import Places
from desktop.replay import heard_events
from desktop.settings import Settings
from desktop.turn_material import read_recording
from model.stream.catalogue import Catalogue
from model.stream.errors import BadTrace
from model.stream.values import Channel, Word
from model.training.evaluate import normal, word_errors
from perception.hearing import Hearing
from perception.tone import BLOCK_SAMPLES

LABELS = "labels.jsonl"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recording and what is known of it: its words, or the action and the arguments that it asks for, or both."""

    path: Path
    transcript: str = ""
    action: str = ""
    args: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Understood:
    """The words that were heard, and the first action that came of them; `none` where there was none."""

    words: str
    action: str
    args: Mapping[str, str]


def evaluate_speech(
    settings: Settings,
    places: Places,
    directory: Path,
    predictions: Path | None,
    as_json: bool,
    write: Callable[[str], None],
    plugin: Manifest | None = None,
    bias: bool = True,
) -> None:
    """With a `plugin`, its actions are there, too, and with `bias` the recogniser expects what is said to it.

    Raises `BadTrace` if the labels or a recording cannot be read, `ModelFailed` if the reflex or the recogniser
    cannot, `BadSettings` if `predictions` cannot be written."""
    said = read_labels(directory)
    more = {tool.action.name: tool.action for tool in plugin.tools} if plugin else {}
    phrases = [phrase for spec in more.values() for phrase in likely(spec)] if bias else []
    understood = understand(said, settings, places, as_json, more, phrases)
    if predictions is not None:
        save_rows(predictions, _rows(said, understood))
    figures = score(said, understood, {**shipped_catalogue(), **more}.keys())
    if not as_json:
        Console().print(_table(figures))
    write(json.dumps(figures))


def read_labels(directory: Path) -> list[Spoken]:
    """Rows `{file, transcript?, action?, args?}`. Raises `BadTrace` with file, line and reason."""
    path = directory / LABELS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadTrace(f"What is said in the recordings stands in {path}, which cannot be read: {error}.") from error
    said = [_label(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not said:
        raise BadTrace(f"There is no recording in {path}.")
    return said


def _label(path: Path, number: int, line: str) -> Spoken:
    try:
        row = json.loads(line)
        args = {str(name): str(value) for name, value in row.get("args", {}).items()}
        return Spoken(path.parent / row["file"], row.get("transcript", ""), row.get("action", ""), args)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadTrace(f"Line {number} of {path} tells of no recording: {error!r}.") from error


def understand(
    said: Sequence[Spoken],
    settings: Settings,
    places: Places,
    quiet: bool,
    more: Catalogue | None = None,
    phrases: Sequence[str] = (),
) -> list[Understood]:
    """Every recording from a fresh start, on all cores; with `more` actions, and `phrases` that are expected."""
    paths = [each.path for each in said]
    return on_all_cores(_understand, paths, _start, (settings, places, more, phrases), "Recordings", quiet)


_hearing: Hearing | None = None
"""Each worker process has one of its own."""


def _start(settings: Settings, places: Places, more: Catalogue | None, phrases: Sequence[str]) -> None:
    global _hearing
    start_simulator(settings, more=more)
    _hearing, _ = open_hearing(places)
    if phrases:
        _hearing.expect(phrases)


def _understand(path: Path) -> Understood:
    assert _hearing is not None
    sound = read_recording(path).sound
    blocks = list(sound[: len(sound) // BLOCK_SAMPLES * BLOCK_SAMPLES].reshape(-1, BLOCK_SAMPLES))
    events = list(heard_events(blocks, _hearing))
    words = " ".join(event.data.text for event in events if isinstance(event.data, Word))
    actions = [output for output in simulator().play(events) if output.channel is Channel.ACTION]
    acted = next((output for output in actions if output.action != "none"), None)
    return Understood(words, acted.action, acted.args) if acted else Understood(words, "none", {})


def score(said: Sequence[Spoken], understood: Sequence[Understood], actions: Collection[str]) -> dict[str, Any]:
    """`exact`: of the requests for one of `actions`, those with the right action and all arguments as they should be.

    `slot_recall`: of all arguments, those that stand in what the action was given, or, where it is none of `actions`,
    in the words that were heard. `word_error_rate`: of the recordings whose words are known. None where nothing counts.
    """
    exact, slots, n_words, n_errors = list[bool](), list[bool](), 0, 0
    for label, found in zip(said, understood, strict=True):
        if label.action in actions:
            args = {name: normal(value) for name, value in found.args.items()}
            exact.append(
                found.action == label.action and args == {name: normal(value) for name, value in label.args.items()}
            )
            slots += [_stands_in(value, " ".join(found.args.values())) for value in label.args.values()]
        else:
            slots += [_stands_in(value, found.words) for value in label.args.values()]
        if label.transcript:
            words = normal(label.transcript).split()
            n_words, n_errors = n_words + len(words), n_errors + word_errors(words, normal(found.words).split())
    return {
        "n": len(said),
        "exact": sum(exact) / len(exact) if exact else None,
        "slot_recall": sum(slots) / len(slots) if slots else None,
        "word_error_rate": n_errors / n_words if n_words else None,
    }


def _stands_in(value: str, text: str) -> bool:
    return f" {normal(value)} " in f" {normal(text)} "


def _rows(said: Sequence[Spoken], understood: Sequence[Understood]) -> Iterator[str]:
    """`{file, text, action, args}` for each recording, in order; `text` is what was heard."""
    for label, found in zip(said, understood, strict=True):
        row = {"file": label.path.name, "text": found.words, "action": found.action, "args": dict(found.args)}
        yield json.dumps(row, ensure_ascii=False)


def _table(figures: Mapping[str, Any]) -> Table:
    table = Table(title=f"{figures['n']} recordings")
    names = ("exact", "slot_recall", "word_error_rate")
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    table.add_row(*("-" if figures[name] is None else f"{figures[name]:.1%}" for name in names))
    return table
