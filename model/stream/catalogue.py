"""The catalogue of actions: one declaration per action, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.stream.choices import expanded
from model.stream.errors import BadSettings
from model.stream.values import ActionSpec, Risk, Slot

Catalogue = Mapping[str, ActionSpec]


def load_catalogue(path: Path) -> Catalogue:
    """Read declarations, in the file's order. Raises `BadSettings` naming the action that is wrong."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"The actions in {path} cannot be read: {error}.") from error
    return {name: declared(name, row) for name, row in rows.items()}


def declared(name: str, row: Mapping[str, Any]) -> ActionSpec:
    """An action from its row of a catalogue. Raises `BadSettings` naming the action."""
    try:
        return ActionSpec(
            name=name,
            description=row["description"],
            risk=Risk(row["risk"]),
            slots=_slots(row.get("slots", ()), row.get("choices", {})),
            examples=tuple(row["examples"]),
            undoable=row.get("undoable", False),
            missing=row.get("missing", ""),
        )
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise BadSettings(f"The declaration of the action {name} is wrong: {error}.") from error


def _slots(written: Sequence[str], choices: Mapping[str, Sequence[str]]) -> tuple[Slot, ...]:
    slots = [_slot(text) for text in written]
    if unknown := sorted(choices.keys() - {slot.name for slot in slots}):
        raise ValueError(f"there are choices for {', '.join(unknown)}, which is no slot")
    return tuple(replace(slot, choices=expanded(choices.get(slot.name, ()))) for slot in slots)


def _slot(text: str) -> Slot:
    """A slot is written `name`, `name: kind`, and with a question mark where it may be left out: `count?: number`."""
    name, _, kind = (part.strip() for part in text.partition(":"))
    return Slot(name.removesuffix("?"), kind or "text", required=not name.endswith("?"))
