"""Where the overlay stands: at a remembered share of whichever screen it is shown on."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

BOTTOM_GAP_PX = 18


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in the desktop's logical pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the middle of the overlay's lower edge stands, as shares of the screen's width and height.

    A share and not a point in pixels, so that it is the same corner on every screen.
    """

    x: float = 0.5
    y: float = 1.0


def place(screen: Area, width: int, height: int, spot: Spot) -> tuple[int, int]:
    """The top left corner of the overlay: it grows upwards from its spot and never leaves the screen."""
    x = round(screen.x + spot.x * screen.width - width / 2)
    y = round(screen.y + spot.y * (screen.height - BOTTOM_GAP_PX) - height)
    return _inside(x, screen.x, screen.width - width), _inside(y, screen.y, screen.height - height)


def spot_of(screen: Area, card: Area) -> Spot:
    """The spot of an overlay that was dragged to `card`."""
    x = (card.x + card.width / 2 - screen.x) / screen.width
    y = (card.y + card.height - screen.y) / (screen.height - BOTTOM_GAP_PX)
    return Spot(min(1.0, max(0.0, x)), min(1.0, max(0.0, y)))


def _inside(value: int, start: int, room: int) -> int:
    return max(start, min(value, start + max(0, room)))


class SpotFile:
    """Remembers the spot between runs. A file that cannot be read or written costs the memory, nothing else."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def load(self) -> Spot:
        if self._path is None:
            return Spot()
        try:
            row = json.loads(self._path.read_text(encoding="utf-8"))
            return Spot(min(1.0, max(0.0, float(row["x"]))), min(1.0, max(0.0, float(row["y"]))))
        except FileNotFoundError:
            return Spot()
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.info("The overlay's place in %s cannot be read and is forgotten: %s", self._path, error)
            return Spot()

    def save(self, spot: Spot) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.write_text(json.dumps({"x": round(spot.x, 4), "y": round(spot.y, 4)}) + "\n", encoding="utf-8")
        except OSError as error:
            log.info("The overlay's place cannot be kept in %s: %s", self._path, error)
