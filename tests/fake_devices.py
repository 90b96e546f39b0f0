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
