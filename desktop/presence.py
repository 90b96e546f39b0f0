"""Whether the user can be at the machine: locked screens and sleep, as desktop and system tell of them over D-Bus.

Sources: the D-Bus interface of systemd-logind, https://www.freedesktop.org/software/systemd/man/org.freedesktop.login1.html;
the interface org.freedesktop.ScreenSaver and those that desktops made after it.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from threading import Event as StopSignal
from typing import Any, Protocol

from model.stream.errors import DeviceLost

log = logging.getLogger(__name__)

SLEEP = "sleep"
ASKED = "asked"
"""The session was asked to lock itself. Where its locker never says that it is unlocked, only a person can."""
LOCKED = "locked"

LOOK_S = 0.5
"""How often it is looked whether to stop."""
ANSWER_S = 3.0
MAX_WAITING = 256

SCREEN_SAVERS = ("freedesktop", "gnome", "cinnamon", "mate", "xfce")
_BUS = "org.freedesktop.DBus"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_LOGIN, _LOGIN_PATH, _MANAGER = "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
_SESSION = "org.freedesktop.login1.Session"

Tell = Callable[[str, bool], None]
"""Called with a reason why the user may be away, when it begins and when it ends. Several can hold at once."""


class Source(Protocol):
    """One service, or several alike, that know something about it."""

    def begin(self, bus: Bus) -> set[str]:
        """Ask for the signals, then which reasons hold at this moment."""
        ...

    def read(self, bus: Bus, signal: Any) -> Iterator[tuple[str, bool]]:
        """What a signal says. It is read on only after what it said was told."""
        ...

    def end(self) -> None:
        """Give back what was taken at the beginning."""
        ...


class PresenceWatch:
    """Watches one bus on a thread of its own. Without that bus, or without anybody on it who knows, nothing is told."""

    def __init__(self, name: str, bus: str, source: Source) -> None:
        """`bus` is `SESSION`, `SYSTEM` or an address."""
        self.name = name
        self._bus = bus
        self._source = source
        self._holding: set[str] = set()
        self._was_there = False

    def run(self, tell: Tell, stop: StopSignal) -> None:
        """Raises `DeviceLost` if the bus goes away while it is watched; what held then holds until it is back."""
        from jeepney.wrappers import DBusErrorResponse

        try:
            connection = _connect(self._bus)
        except (OSError, ValueError, KeyError, RuntimeError, DBusErrorResponse) as error:
            if self._was_there:
                raise DeviceLost("Whether the screen is locked is unknown: the message bus is gone.") from error
            log.info("%s is not watched: there is no such message bus here", self.name)
            return
        self._was_there = True
        with connection:
            try:
                self._watch(connection, tell, stop)
            except (OSError, ValueError) as error:
                raise DeviceLost("Whether the screen is locked is unknown: the message bus went away.") from error
            finally:
                self._source.end()

    def _watch(self, connection: Any, tell: Tell, stop: StopSignal) -> None:
        from jeepney import MatchRule

        waiting: deque[Any] = deque(maxlen=MAX_WAITING)
        with connection.filter(MatchRule(type="signal"), queue=waiting):
            bus = Bus(connection)
            now = self._source.begin(bus)
            for reason in self._holding | now:
                self._tell(tell, reason, reason in now)
            while not stop.is_set():
                try:
                    signal = connection.recv_until_filtered(waiting, timeout=LOOK_S)
                except TimeoutError:
                    continue
                for reason, holds in self._source.read(bus, signal):
                    self._tell(tell, reason, holds)

    def _tell(self, tell: Tell, reason: str, holds: bool) -> None:
        self._holding = self._holding | {reason} if holds else self._holding - {reason}
        tell(reason, holds)


class Bus:
    """The few calls that are needed. Nobody is started by being asked."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def listen(self, wait: bool = True, arg0: str = "", **rule: Any) -> None:
        """Have such signals sent from now on."""
        from jeepney import MatchRule, message_bus

        match = MatchRule(type="signal", **rule)
        if arg0:
            match.add_arg_condition(0, arg0)
        message = message_bus.AddMatch(match)
        if wait:
            self._connection.send_and_get_reply(message, timeout=ANSWER_S)
        else:
            self._connection.send(message)

    def call(self, name: str, path: str, interface: str, method: str, signature: str = "", *values: object) -> Any:
        """The reply as a message, None where there is no such service or it does not answer."""
        from jeepney import DBusAddress, MessageFlag, MessageType, new_method_call

        message = new_method_call(DBusAddress(path, name, interface), method, signature or None, values)
        message.header.flags = MessageFlag.no_auto_start
        try:
            reply = self._connection.send_and_get_reply(message, timeout=ANSWER_S)
        except TimeoutError:
            return None
        return reply if reply.header.message_type is MessageType.method_return else None

    def property(self, name: str, path: str, interface: str, wanted: str) -> Any:
        reply = self.call(name, path, _PROPERTIES, "Get", "ss", interface, wanted)
        return reply.body[0][1] if reply is not None else None


class ScreenSavers:
    """What locks the screen of a desktop. Each locker speaks for itself: none can take back what another said."""

    def begin(self, bus: Bus) -> set[str]:
        for interface in map(_screen_saver, SCREEN_SAVERS):
            bus.listen(interface=interface, member="ActiveChanged")
        active: set[str] = set()
        for vendor in SCREEN_SAVERS:
            interface = _screen_saver(vendor)
            reply = bus.call(interface, f"/org/{vendor}/ScreenSaver", interface, "GetActive")
            if reply is not None and reply.body[:1] == (True,):
                active.add(self._follow(bus, _sender(reply)))
        return active

    def read(self, bus: Bus, signal: Any) -> Iterator[tuple[str, bool]]:
        match _member(signal), signal.body:
            case "ActiveChanged", (bool(active),):
                yield (self._follow(bus, _sender(signal)) if active else _sender(signal)), active
            case "NameOwnerChanged", (gone, _, "") if _sender(signal) == _BUS:
                yield gone, False
            case _:
                pass

    def end(self) -> None:
        """Nothing was taken."""

    def _follow(self, bus: Bus, locker: str) -> str:
        """A locker that ends without a word has let go of the screen."""
        bus.listen(wait=False, sender=_BUS, member="NameOwnerChanged", arg0=locker)
        return locker


class Seat:
    """The login manager: sleep, and whether the session is locked. Holds sleep up until listening is closed."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        self._env = env
        self._delay: Any = None

    def begin(self, bus: Bus) -> set[str]:
        bus.listen(sender=_LOGIN, interface=_MANAGER, member="PrepareForSleep")
        self._hold_sleep_up(bus)
        path = self._session(bus)
        if path is None:
            return set()
        bus.listen(sender=_LOGIN, path=path, interface=_SESSION)
        bus.listen(sender=_LOGIN, path=path, interface=_PROPERTIES, member="PropertiesChanged")
        return {LOCKED} if bus.property(_LOGIN, path, _SESSION, "LockedHint") is True else set()

    def read(self, bus: Bus, signal: Any) -> Iterator[tuple[str, bool]]:
        match _member(signal), signal.body:
            case "PrepareForSleep", (True,):
                yield SLEEP, True
                self.end()
            case "PrepareForSleep", (False,):
                yield SLEEP, False
                self._hold_sleep_up(bus)
            case "Lock", ():
                yield ASKED, True
            case "Unlock", ():
                yield ASKED, False
            case "PropertiesChanged", (_, {"LockedHint": (_, bool(locked))}, *_):
                yield LOCKED, locked
                if not locked:
                    yield ASKED, False
            case _:
                pass

    def end(self) -> None:
        """The machine may sleep."""
        if self._delay is not None:
            self._delay.close()
        self._delay = None

    def _session(self, bus: Bus) -> str | None:
        """The path of our session; that of the user's screen for a program that belongs to none."""
        number = self._env.get("XDG_SESSION_ID")
        if number:
            reply = bus.call(_LOGIN, _LOGIN_PATH, _MANAGER, "GetSession", "s", number)
            if reply is not None:
                return reply.body[0]
        display = bus.property(_LOGIN, f"{_LOGIN_PATH}/user/self", f"{_LOGIN}.User", "Display")
        return display[1] if display and display[0] else None

    def _hold_sleep_up(self, bus: Bus) -> None:
        self.end()
        what = ("sleep", "Ambidex", "Listening is closed first.", "delay")
        reply = bus.call(_LOGIN, _LOGIN_PATH, _MANAGER, "Inhibit", "ssss", *what)
        self._delay = reply.body[0] if reply is not None else None


def watches() -> tuple[PresenceWatch, PresenceWatch]:
    return PresenceWatch("lock", "SESSION", ScreenSavers()), PresenceWatch("seat", "SYSTEM", Seat())


def informants() -> list[str]:
    """The services on the buses of this machine that tell of a locked screen or of sleep, by name."""
    from jeepney.wrappers import DBusErrorResponse

    wanted = {"SESSION": {_screen_saver(vendor) for vendor in SCREEN_SAVERS}, "SYSTEM": {_LOGIN}}
    found: list[str] = []
    for address, names in wanted.items():
        try:
            with _connect(address) as connection:
                reply = Bus(connection).call(_BUS, "/org/freedesktop/DBus", _BUS, "ListNames")
        except (OSError, ValueError, KeyError, RuntimeError, DBusErrorResponse):
            continue
        found += sorted(names & set(reply.body[0] if reply is not None else ()))
    return found


def _connect(bus: str) -> Any:
    from jeepney.io.blocking import open_dbus_connection

    return open_dbus_connection(bus, enable_fds=True)


def _screen_saver(vendor: str) -> str:
    return f"org.{vendor}.ScreenSaver"


def _sender(message: Any) -> str:
    from jeepney import HeaderFields

    return message.header.fields.get(HeaderFields.sender, "")


def _member(message: Any) -> str:
    from jeepney import HeaderFields

    return message.header.fields.get(HeaderFields.member, "")
