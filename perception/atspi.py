"""The accessibility bus: questions to programs about their windows, many at once and never waiting for long.

Source: AT-SPI 2, the interfaces in https://gitlab.gnome.org/GNOME/at-spi2-core/-/tree/main/xml.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, Message, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.low_level import HeaderFields
from jeepney.wrappers import DBusErrorResponse, unwrap_msg
from Xlib import X
from Xlib.display import Display

from model.stream.errors import DeviceLost

ACCESSIBLE = "org.a11y.atspi.Accessible"
COLLECTION = "org.a11y.atspi.Collection"
COMPONENT = "org.a11y.atspi.Component"
TEXT = "org.a11y.atspi.Text"
PROPERTIES = "org.freedesktop.DBus.Properties"
ANSWER_S = 0.5
"""How long a question may stay without any answer on the bus. A program that works answers in a millisecond."""
PATIENCE_S = 1.5
"""For all answers together."""
PAUSE_S, MAX_PAUSE_S = 1.0, 60.0
"""How long a program that did not answer is left alone, the first time and at most."""
MAX_AT_ONCE = 128
MAX_EVENTS = 4096
"""Taken in at once; more than that stay in the socket until the next time."""
CURE = "Install at-spi2-core and start from within a desktop session."
_DAEMON, _DAEMON_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
_LAUNCHER, _LAUNCHER_PATH, _STATUS = "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status"
_REGISTRY, _REGISTRY_PATH = "org.a11y.atspi.Registry", "/org/a11y/atspi/registry"
_EVENTS = "org.a11y.atspi.Event.Object"
_WATCHED = (
    ("object:children-changed", "ChildrenChanged", ""),
    ("object:state-changed:showing", "StateChanged", "showing"),
    ("object:property-change:accessible-name", "PropertyChange", "accessible-name"),
    ("object:bounds-changed", "BoundsChanged", ""),
)
"""What says that there is something else to be seen in a window, or that it is elsewhere. Text is not among them: who
types changes pixels, too."""


@dataclass(frozen=True, slots=True)
class Node:
    """Something on the screen, as its program names it."""

    bus: str
    path: str

    def __bool__(self) -> bool:
        return bool(self.path) and not self.path.endswith("/null")


ROOT = Node(_REGISTRY, "/org/a11y/atspi/accessible/root")


@dataclass(frozen=True, slots=True)
class Question:
    """One call of a method; the answer is the tuple of what it returns."""

    node: Node
    interface: str
    member: str
    signature: str = ""
    values: tuple[Any, ...] = ()


def property_of(node: Node, name: str, interface: str = ACCESSIBLE) -> Question:
    """The answer holds a variant: ((signature, value),)."""
    return Question(node, PROPERTIES, "Get", "ss", (interface, name))


class Programs:
    """One connection to the accessibility bus, for one thread at a time. Raises `DeviceLost` where there is none.

    A program that does not answer costs `ANSWER_S` once; then it is not asked for a while, each time longer.
    """

    def __init__(self, env: Mapping[str, str], now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._connection = _opened(bus_address(env))
        self._pauses: dict[str, tuple[float, float]] = {}
        """Per program: until when, and how long the pause is."""
        self._changed: set[str] = set()
        self.n_asked = 0
        """How many questions programs were asked so far."""

    def close(self) -> None:
        self._connection.close()

    def watch(self) -> None:
        """From now on be told what changes, see `changed`."""
        rules = [f"type='signal',interface='{_EVENTS}',member='{member}'" for _, member, _ in _WATCHED]
        details = [f",arg0='{detail}'" if detail else "" for _, _, detail in _WATCHED]
        daemon, registry = Node(_DAEMON, _DAEMON_PATH), Node(_REGISTRY, _REGISTRY_PATH)
        asked = [Question(daemon, _DAEMON, "AddMatch", "s", (a + b,)) for a, b in zip(rules, details, strict=True)]
        asked += [Question(registry, _REGISTRY, "RegisterEvent", "s", (event,)) for event, _, _ in _WATCHED]
        self.ask(asked)

    def fileno(self) -> int:
        return self._connection.sock.fileno()

    def changed(self) -> set[str]:
        """The programs in whose windows something else may be seen since this was asked last."""
        for _ in range(MAX_EVENTS):
            message = self._received(0)
            if message is None:
                break
        changed, self._changed = self._changed, set()
        return changed

    def answers(self, bus: str) -> bool:
        """Whether a program is worth asking at this moment."""
        return self._now_s() >= self._pauses.get(bus, (0.0, 0.0))[0]

    def ask(self, questions: Sequence[Question]) -> list[tuple[Any, ...] | None]:
        """The answers in the order of the questions; None where there is none or an error."""
        answers: list[tuple[Any, ...] | None] = []
        for start in range(0, len(questions), MAX_AT_ONCE):
            answers += self._ask(questions[start : start + MAX_AT_ONCE])
        return answers

    def _ask(self, questions: Sequence[Question]) -> list[tuple[Any, ...] | None]:
        answers: list[tuple[Any, ...] | None] = [None] * len(questions)
        waiting = {self._send(one): index for index, one in enumerate(questions) if self.answers(one.node.bus)}
        given_up_s = self._now_s() + PATIENCE_S
        while waiting:
            message = self._received(min(ANSWER_S, given_up_s - self._now_s()))
            if message is None:
                self._leave_alone({questions[index].node.bus for index in waiting.values()})
                break
            index = waiting.pop(message.header.fields.get(HeaderFields.reply_serial, -1), None)
            if index is not None:
                answers[index] = _body(message)
                self._pauses.pop(questions[index].node.bus, None)
        return answers

    def _send(self, question: Question) -> int:
        node = question.node
        address = DBusAddress(node.path, node.bus, question.interface)
        message = new_method_call(address, question.member, question.signature or None, question.values)
        self.n_asked += 1
        serial = next(self._connection.outgoing_serial)
        try:
            self._connection.send(message, serial=serial)
        except OSError as error:
            raise _lost() from error
        return serial

    def _received(self, within_s: float) -> Message | None:
        """The next message, None if none comes in time. What changed is noted."""
        try:
            message = self._connection.receive(timeout=max(0.0, within_s))
        except TimeoutError:
            return None
        except (OSError, EOFError, ValueError) as error:
            raise _lost() from error
        sender = str(message.header.fields.get(HeaderFields.sender, ""))
        if message.header.message_type is MessageType.signal and sender != _DAEMON:
            self._changed.add(sender)
        return message

    def _leave_alone(self, programs: set[str]) -> None:
        for bus in programs:
            pause_s = min(MAX_PAUSE_S, 2 * self._pauses.get(bus, (0.0, PAUSE_S / 2))[1])
            self._pauses[bus] = (self._now_s() + pause_s, pause_s)


class Switch:
    """Makes toolkits build their trees for as long as somebody reads them. `off` leaves on what others want on."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._ours = False

    def on(self) -> None:
        """Raises `DeviceLost` if nobody keeps the switch."""
        if not self.is_on():
            with _opened(_session(self._env)) as session:
                _set_enabled(session, True)
            self._ours = True

    def is_on(self) -> bool:
        """Raises `DeviceLost` if nobody keeps the switch."""
        with _opened(_session(self._env)) as session:
            return _status(session, "IsEnabled")

    def off(self) -> None:
        if not self._ours:
            return
        self._ours = False
        try:
            with _opened(_session(self._env)) as session:
                if not _status(session, "ScreenReaderEnabled"):
                    _set_enabled(session, False)
        except DeviceLost:
            pass  # the session is over, and the switch with it


def bus_address(env: Mapping[str, str]) -> str:
    """Where the accessibility bus is. Raises `DeviceLost` with the cure."""
    try:
        with _opened(_session(env)) as session:
            return str(_call(session, Question(Node(_LAUNCHER, _LAUNCHER_PATH), _LAUNCHER, "GetAddress"))[0])
    except DeviceLost:
        told = _address_on_screen(env.get("DISPLAY", ""))
        if not told:
            raise
        return told


def _session(env: Mapping[str, str]) -> str:
    address = env.get("DBUS_SESSION_BUS_ADDRESS", "")
    if not address:
        raise DeviceLost(f"Programs cannot be asked what they show: there is no session bus. {CURE}")
    return address


def _address_on_screen(display: str) -> str:
    """Programs of another session on the same screen find it there."""
    if not display:
        return ""
    connection = Display(display)
    try:
        root = connection.screen().root
        held: Any = root.get_full_property(connection.intern_atom("AT_SPI_BUS"), X.AnyPropertyType)
        return held.value.decode("utf-8", "replace") if held is not None else ""
    finally:
        connection.close()


def _opened(address: str) -> DBusConnection:
    try:
        return open_dbus_connection(address)
    except (OSError, ValueError, EOFError, RuntimeError) as error:
        raise DeviceLost(f"Programs cannot be asked what they show: the bus does not answer. {CURE}") from error


def _call(connection: DBusConnection, question: Question) -> tuple[Any, ...]:
    node = question.node
    address = DBusAddress(node.path, node.bus, question.interface)
    message = new_method_call(address, question.member, question.signature or None, question.values)
    try:
        return unwrap_msg(connection.send_and_get_reply(message, timeout=3.0))
    except (DBusErrorResponse, OSError, EOFError) as error:
        raise DeviceLost(
            f"Programs cannot be asked what they show: nobody keeps the accessibility bus. {CURE}"
        ) from error


def _status(session: DBusConnection, name: str) -> bool:
    return bool(_call(session, property_of(Node(_LAUNCHER, _LAUNCHER_PATH), name, _STATUS))[0][1])


def _set_enabled(session: DBusConnection, enabled: bool) -> None:
    values = (_STATUS, "IsEnabled", ("b", enabled))
    _call(session, Question(Node(_LAUNCHER, _LAUNCHER_PATH), PROPERTIES, "Set", "ssv", values))


def _body(message: Message) -> tuple[Any, ...] | None:
    return message.body if message.header.message_type is MessageType.method_return else None


def _lost() -> DeviceLost:
    return DeviceLost("Programs cannot be asked what they show any more: the accessibility bus closed the connection.")
