"""Programs that play music and films, as they let themselves be controlled: MPRIS over D-Bus.

Source: Media Player Remote Interfacing Specification 2.2, https://specifications.freedesktop.org/mpris-spec/.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from model.stream.errors import DeviceLost, NotPermitted

TIMEOUT_S = 3.0
_PREFIX = "org.mpris.MediaPlayer2."
_PATH = "/org/mpris/MediaPlayer2"
_PLAYER = "org.mpris.MediaPlayer2.Player"


@dataclass(frozen=True, slots=True)
class Player:
    """A running player. `title` is what it plays or would play."""

    address: str
    name: str
    playing: bool
    title: str


class Players(Protocol):
    """Raises `DeviceLost` without a session bus, `NotPermitted` if the player does not obey."""

    def all(self) -> Sequence[Player]:
        """Those that play before those that pause."""
        ...

    def tell(self, player: Player, command: str) -> None:
        """`command` is Play, Pause, Next or Previous."""
        ...


class MprisPlayers:
    """A connection for each call: it is rare, and the bus may be another by then."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._bus = env.get("DBUS_SESSION_BUS_ADDRESS", "")

    def all(self) -> Sequence[Player]:
        with self._connection() as connection:
            names = [name for name in connection.names() if name.startswith(_PREFIX)]
            found = [player for name in names if (player := connection.player(name))]
        return sorted(found, key=lambda player: not player.playing)

    def tell(self, player: Player, command: str) -> None:
        with self._connection() as connection:
            connection.call(player.address, _PATH, _PLAYER, command)

    @contextmanager
    def _connection(self) -> Generator[_Bus]:
        from jeepney.io.blocking import open_dbus_connection

        if not self._bus:
            raise DeviceLost(
                "There is no session bus, so media players cannot be reached; start from within a desktop."
            )
        try:
            with open_dbus_connection(self._bus) as connection:
                yield _Bus(connection)
        except (OSError, ValueError, EOFError) as error:
            raise DeviceLost("The session bus does not answer, so media players cannot be reached.") from error


class _Bus:
    """The few calls that are needed. Raises `NotPermitted` where the other side answers with an error or not at all."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def names(self) -> Sequence[str]:
        bus = "org.freedesktop.DBus"
        return self.call(bus, "/org/freedesktop/DBus", bus, "ListNames")[0]

    def player(self, address: str) -> Player | None:
        """None if it went away in this moment or does not say how it is."""
        try:
            state = self._properties(address, _PLAYER)
            about = self._properties(address, "org.mpris.MediaPlayer2")
        except NotPermitted:
            return None
        name = str(about.get("Identity") or address.removeprefix(_PREFIX))
        return Player(address, name, state.get("PlaybackStatus") == "Playing", _title(state.get("Metadata", {})))

    def call(self, address: str, path: str, interface: str, method: str, signature: str = "", *values: object) -> Any:
        from jeepney import DBusAddress, new_method_call
        from jeepney.wrappers import DBusErrorResponse, unwrap_msg

        message = new_method_call(DBusAddress(path, address, interface), method, signature or None, values)
        try:
            return unwrap_msg(self._connection.send_and_get_reply(message, timeout=TIMEOUT_S))
        except (DBusErrorResponse, TimeoutError) as error:
            name = address.removeprefix(_PREFIX)
            raise NotPermitted(f"{name} does not answer to “{method.lower()}”; try it in its own window.") from error

    def _properties(self, address: str, interface: str) -> dict[str, Any]:
        """A variant arrives as (signature, value)."""
        properties = "org.freedesktop.DBus.Properties"
        (found,) = self.call(address, _PATH, properties, "GetAll", "s", interface)
        return {name: value for name, (_, value) in found.items()}


def _title(metadata: Mapping[str, tuple[str, Any]]) -> str:
    """`So What by Miles Davis`, else the name of the file; empty where the player does not say."""
    title = metadata.get("xesam:title", ("s", ""))[1]
    artists = metadata.get("xesam:artist", ("as", []))[1]
    file = Path(unquote(urlsplit(str(metadata.get("xesam:url", ("s", ""))[1])).path)).stem
    return f"{title} by {', '.join(artists)}" if title and artists else str(title or file)
