"""Music and films, in whatever player is running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event as StopSignal

from actions.apps import choose_app, installed_apps
from actions.bodies import Body, Done, Refused, Result
from actions.builtin.context import Start
from actions.builtin.spoken import listed, sentence, shortened
from actions.folders import files_below, user_folder
from actions.launcher import in_terminal
from actions.numbers import words_of
from actions.papers import write_paper
from actions.players import Player, Players
from model.stream.errors import NotPermitted

MAX_PLAYED = 500
_ENDINGS = frozenset((
    ".mp3", ".ogg", ".oga", ".opus", ".flac", ".m4a", ".wav", ".aac", ".wma",
    ".mp4", ".mkv", ".webm", ".avi", ".mov", ".ogv",
))  # fmt: skip
_ANYTHING = frozenset(
    words_of("some any music a an the my song songs something track tracks play put on video film from")
)
_NOTHING_PLAYS = "No media player is running."


def media_bodies(players: Players, env: Mapping[str, str], start: Start, playlist: Path) -> Mapping[str, Body]:
    """`playlist` is the file that a player is given to play."""

    def pause_media(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        running = players.all()
        playing = [player for player in running if player.playing]
        if not playing:
            return Refused("Nothing is playing." if running else _NOTHING_PLAYS)
        for player in playing:
            players.tell(player, "Pause")

        def undo(stop: StopSignal) -> str:
            del stop
            for player in playing:
                _require(players, player, playing=False)
            for player in playing:
                players.tell(player, "Play")
            return "Playing again."

        return Done(f"Paused {sentence(listed([_name(player) for player in playing]))}", undo)

    def resume_media(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        running = players.all()
        if not running:
            return Refused(_NOTHING_PLAYS)
        if running[0].playing:
            return Done(f"{_name(running[0])} is playing already.")
        players.tell(running[0], "Play")
        return Done(f"Playing {sentence(_name(running[0]))}", lambda stop: _pause(players, running[0]))

    def next_track(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        return _skip(players, "Next", "On to the next one.")

    def previous_track(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        return _skip(players, "Previous", "Back to the one before.")

    def play_media(values: Mapping[str, str], stop: StopSignal) -> Result:
        query = values.get("query", "")
        wanted = set(words_of(query)) - _ANYTHING
        if not wanted and players.all():
            return resume_media(values, stop)
        files = _recordings(wanted, env)
        if not files:
            return Refused(
                f"I found {shortened(query) or 'no music'} neither in your music folder nor among your videos."
            )
        app = choose_app("media player", installed_apps(env), env)
        if app is None:
            return Refused("No media player is installed.")
        write_paper(playlist, "\n".join(["#EXTM3U", *map(str, files), ""]))
        start((*in_terminal(app, env), str(playlist)), env)
        return Done(f"Playing {sentence(files[0].stem if len(files) == 1 else f'{len(files)} files')}")

    return {
        "play_media": play_media,
        "pause_media": pause_media,
        "resume_media": resume_media,
        "next_track": next_track,
        "previous_track": previous_track,
    }


def _skip(players: Players, command: str, said: str) -> Result:
    running = players.all()
    if not running:
        return Refused(_NOTHING_PLAYS)
    players.tell(running[0], command)
    return Done(said)


def _require(players: Players, player: Player, *, playing: bool) -> None:
    """Raises `NotPermitted` unless the player still does what it was told."""
    if not any(each.address == player.address and each.playing == playing for each in players.all()):
        now = "stopped or paused" if playing else "closed or playing again"
        raise NotPermitted(f"I cannot take that back: {_name(player)} is {now} already.")


def _pause(players: Players, player: Player) -> str:
    _require(players, player, playing=True)
    players.tell(player, "Pause")
    return f"Paused {sentence(_name(player))}"


def _recordings(wanted: set[str], env: Mapping[str, str]) -> Sequence[Path]:
    """The user's music, else their videos, in whose path all the words stand."""
    for folder in (user_folder("music", env), user_folder("videos", env)):
        below = (path for path in files_below(folder) if path.suffix.casefold() in _ENDINGS)
        found = sorted(path for path in below if wanted <= set(words_of(str(path.relative_to(folder)))))
        if found:
            return found[:MAX_PLAYED]
    return []


def _name(player: Player) -> str:
    return shortened(player.title or player.name)
