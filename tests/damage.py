"""What is installed beside us, damaged."""

from __future__ import annotations

from pathlib import Path

from perception.reading import MODEL


def damaged_recogniser(site: Path, damage: bytes | None) -> Path:
    """A folder of packages in which the text recogniser's model holds this, or is missing; returns where it belongs."""
    package = site / "rapidocr"
    model = package / MODEL
    model.parent.mkdir(parents=True)
    (package / "__init__.py").touch()
    if damage is not None:
        model.write_bytes(damage)
    return model
