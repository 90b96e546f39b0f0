"""What the actions work on besides hands and windows, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.players import Player
from model.stream.values import Place


class FakeMixer:
    def __init__(self) -> None:
        self.percent = 40
        self.silent = False

    def level(self) -> int:
        return self.percent

    def set_level(self, percent: int) -> None:
        self.percent = percent

    def muted(self) -> bool:
        return self.silent

    def set_muted(self, muted: bool) -> None:
        self.silent = muted


class FakePlayers:
    """`told` holds the commands in order."""

    def __init__(self, *players: Player) -> None:
        self.players = list(players)
        self.told: list[tuple[str, str]] = []

    def all(self) -> Sequence[Player]:
        return sorted(self.players, key=lambda player: not player.playing)

    def tell(self, player: Player, command: str) -> None:
        self.told.append((player.name, command))
        playing = {"Play": True, "Pause": False}.get(command, player.playing)
        self.players = [
            replace(each, playing=playing) if each.address == player.address else each for each in self.players
        ]


class FakeMarker:
    def __init__(self) -> None:
        self.marked: list[Place] = []

    def mark(self, places: Sequence[Place]) -> None:
        self.marked += places


class FakeLook:
    """A screen whose lines may change after each look."""

    def __init__(self, *screens: Sequence[tuple[str, Place]]) -> None:
        self.screens = list(screens)
        self.looked: list[Place | None] = []
        self.grounds: dict[Place, tuple[int, int, int]] = {}
        self.asked_colours: list[Place] = []

    def read(self, place: Place | None = None) -> Sequence[tuple[str, Place]]:
        self.looked.append(place)
        lines = self.screens.pop(0) if len(self.screens) > 1 else self.screens[0]
        return [line for line in lines if place is None or _overlap(line[1], place)]

    def colours(self, place: Place) -> Sequence[tuple[int, int, int]]:
        self.asked_colours.append(place)
        return [self.grounds.get(place, (255, 255, 255))]

    def picture(self) -> bytes:
        return b"a picture"


def _overlap(one: Place, other: Place) -> bool:
    across = one.x_px < other.x_px + other.width_px and other.x_px < one.x_px + one.width_px
    return across and one.y_px < other.y_px + other.height_px and other.y_px < one.y_px + one.height_px
