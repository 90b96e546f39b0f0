"""The phrases of `resources/phrases.toml`, read and checked against the catalogue."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from model.stream.catalogue import Catalogue, load_catalogue
from model.stream.errors import BadSettings
from model.training.grammar import Entries, Grammar, inserts, parse, read_entries
from resources import ROOT

GIVEN = "thing"
"""The list that is filled in with the name of what the user points at."""
REQUEST = "request"
"""The list of all commands, for talk about requests and for texts that look like one."""
NOT_QUOTED = frozenset({"none", "think", "confirm", "deny"})

Pointing = Mapping[str, Mapping[str, Entries]]
"""Action, slot, phrases."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something people point at by name, and written lines that hold it."""

    names: Entries
    lines: Entries


@dataclass(frozen=True)
class Phrases:
    """Everything requests are composed from."""

    catalogue: Catalogue
    grammar: Grammar
    weights: Mapping[str, int]
    command: Mapping[str, Entries]
    say: Mapping[str, Entries]
    clipboard: Pointing
    screen: Pointing
    things: Mapping[str, Thing]
    scene: Mapping[str, Entries]


@cache
def shipped_phrases() -> Phrases:
    """The phrases and the catalogue that come with the app."""
    return load_phrases(ROOT / "phrases.toml", load_catalogue(ROOT / "actions.toml"))


def load_phrases(path: Path, catalogue: Catalogue) -> Phrases:
    """Raises `BadSettings` naming the phrase that is wrong."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        phrases = _read(tables, catalogue)
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise BadSettings(f"The phrases in {path} cannot be read: {error!r}.") from error
    for action, slots, text in _every_phrase(phrases):
        _check(text, action, slots, phrases)
    return phrases


def _read(tables: Mapping[str, Any], catalogue: Catalogue) -> Phrases:
    command = _entries(tables["command"])
    lists = _entries(tables["lists"])
    return Phrases(
        catalogue=catalogue,
        grammar=Grammar({**lists, REQUEST: _joined(command)}),
        weights=tables["weights"],
        command=command,
        say=_entries(tables["say"]),
        clipboard={action: _entries(slots) for action, slots in tables["clipboard"].items()},
        screen={action: _entries(slots) for action, slots in tables["screen"].items()},
        things={n: Thing(read_entries(t["name"]), read_entries(t["line"])) for n, t in tables["things"].items()},
        scene=_entries(tables["scene"]),
    )


def _entries(table: Mapping[str, str]) -> dict[str, Entries]:
    return {name: read_entries(text) for name, text in table.items()}


def _joined(command: Mapping[str, Entries]) -> Entries:
    """One list of all commands, each action equally likely to be drawn however many phrases it has."""
    texts: list[str] = []
    weights: list[int] = []
    for action, entries in command.items():
        if action not in NOT_QUOTED:
            texts += entries.texts
            weights += [1 + 1000 * weight // sum(entries.weights) for weight in entries.weights]
    return Entries(tuple(texts), tuple(weights))


def _every_phrase(phrases: Phrases) -> Iterator[tuple[str, frozenset[str], str]]:
    """Each phrase, its action, and the slots it may fill."""
    for table in (phrases.command, phrases.say):
        for action, entries in table.items():
            if action not in phrases.catalogue:
                raise BadSettings(f"There are phrases for {action}, which is no action of the catalogue.")
            slots = frozenset(slot.name for slot in phrases.catalogue[action].slots)
            yield from ((action, slots, text) for text in entries.texts)
    for pointing in (phrases.clipboard, phrases.screen):
        for action, by_slot in pointing.items():
            slots = frozenset(slot.name for slot in phrases.catalogue[action].slots)
            for slot, entries in by_slot.items():
                yield from ((action, slots - {slot}, text) for text in entries.texts)
    for entries in phrases.grammar.lists.values():
        yield from (("", frozenset[str](), text) for text in entries.texts)


def _check(text: str, action: str, slots: frozenset[str], phrases: Phrases) -> None:
    for insert in inserts(parse(text)):
        if insert.list not in phrases.grammar.lists and insert.list != GIVEN:
            raise BadSettings(f"The phrase “{text}” draws from {insert.list}, which is no list.")
        if action and insert.slot and insert.slot not in slots:
            raise BadSettings(f"The phrase “{text}” fills {insert.slot}, which is no slot of {action}.")
