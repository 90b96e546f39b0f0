"""A screen locker and a login manager on a message bus, as far as `desktop.presence` asks them."""

from __future__ import annotations

import os
import threading
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import unwrap_msg

SESSION_PATH = "/org/freedesktop/login1/session/_31"


class FakeSession:
    """Answers on the bus under the given names, on a thread of its own. Close it, or use it as a context manager."""

    def __init__(self, address: str, *names: str, active: bool = False) -> None:
        self.active = active
        self.locked_hint = False
        self.inhibitor: int | None = None
        """Our end of the pipe whose other end delays sleep."""
        self.asked: list[str] = []
        self._connection = open_dbus_connection(address, enable_fds=True)
        self._sending = threading.Lock()
        self._theirs: Any = None
        for name in names:
            assert unwrap_msg(self._connection.send_and_get_reply(message_bus.RequestName(name)))[0] == 1
        self._thread = threading.Thread(target=self._serve, name="fake session", daemon=True)
        self._thread.start()

    def __enter__(self) -> FakeSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.sock.shutdown(2)
        self._thread.join(5)
        self._connection.close()
        if self.inhibitor is not None:
            os.close(self.inhibitor)
            self.inhibitor = None

    def lock_screen(self, active: bool, vendor: str = "freedesktop") -> None:
        self.active = active
        self._emit(f"/org/{vendor}/ScreenSaver", f"org.{vendor}.ScreenSaver", "ActiveChanged", "b", active)

    def prepare_for_sleep(self, start: bool) -> None:
        self._emit("/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", "b", start)

    def ask_to_lock(self, lock: bool = True) -> None:
        self._emit(SESSION_PATH, "org.freedesktop.login1.Session", "Lock" if lock else "Unlock", "")

    def hint(self, locked: bool) -> None:
        self.locked_hint = locked
        changed = ("org.freedesktop.login1.Session", {"LockedHint": ("b", locked)}, [])
        self._emit(SESSION_PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", *changed)

    def sleep_is_held_up(self) -> bool:
        """Whether somebody still has the other end of the pipe."""
        if self.inhibitor is None:
            return False
        try:
            return os.read(self.inhibitor, 1) != b""
        except BlockingIOError:
            return True

    def _emit(self, path: str, interface: str, member: str, signature: str, *body: object) -> None:
        signal = new_signal(DBusAddress(path, interface=interface), member, signature or None, body)
        with self._sending:
            self._connection.send(signal)

    def _serve(self) -> None:
        while True:
            try:
                message = self._connection.receive()
            except OSError:
                return
            if message.header.message_type is MessageType.method_call:
                reply = self._answer(message)
                with self._sending:
                    self._connection.send(reply)
                if self._theirs is not None:
                    self._theirs.close()  # the bus has passed it on

    def _answer(self, message: Any) -> Any:
        member = message.header.fields[HeaderFields.member]
        self.asked.append(member)
        match member:
            case "GetActive":
                return new_method_return(message, "b", (self.active,))
            case "GetSession":
                return new_method_return(message, "o", (SESSION_PATH,))
            case "Get" if message.body[1] == "LockedHint":
                return new_method_return(message, "v", (("b", self.locked_hint),))
            case "Get" if message.body[1] == "Display":
                return new_method_return(message, "v", (("(so)", ("1", SESSION_PATH)),))
            case "Inhibit":
                return new_method_return(message, "h", (self._inhibit(),))
            case _:
                return new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")

    def _inhibit(self) -> Any:
        if self.inhibitor is not None:
            os.close(self.inhibitor)
        self.inhibitor, theirs = os.pipe()
        os.set_blocking(self.inhibitor, False)
        self._theirs = os.fdopen(theirs, "wb")
        return self._theirs
