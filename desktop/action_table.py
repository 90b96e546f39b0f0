"""`python -m desktop.action_table > docs/actions.md`: what can be asked for, from the declarations themselves."""

from __future__ import annotations

import sys

from desktop.minds import shipped_catalogue
from model.stream.values import ActionSpec, Slot

HEAD = """\
# Actions

What can be asked for, made by `python -m desktop.action_table` from [actions.toml](../resources/actions.toml): do
not edit it here. What only looks, and what can be taken back, is done at once; what reaches out or is destructive
is asked about first ([SECURITY.md](../SECURITY.md)).

| action | what it does | risk | undo | for instance |
|---|---|---|---|---|
"""


def table() -> str:
    """The whole page."""
    return HEAD + "".join(map(_row, shipped_catalogue().values()))


def _row(spec: ActionSpec) -> str:
    call = f"`{spec.name}({', '.join(map(_slot, spec.slots))})`"
    about = f"{spec.description}. {spec.missing}".strip()
    cells = (call, about, spec.risk.value, "yes" if spec.undoable else "", f"“{spec.examples[0]}”")
    return f"| {' | '.join(cells)} |\n"


def _slot(slot: Slot) -> str:
    return slot.name if slot.required else f"{slot.name}?"


if __name__ == "__main__":
    sys.stdout.write(table())
