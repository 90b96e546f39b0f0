"""One instance, and how other processes of the same user talk to it: a private socket, one line of JSON each way."""

from __future__ import annotations

import json
import logging
import os
import selectors
import socket
import struct
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as StopSignal
from typing import Any, TextIO

from desktop.places import make_private
from model.stream.errors import AmbidexError, BadSettings, Closed, NotPermitted

log = logging.getLogger(__name__)

Answer = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""What a command with its arguments is answered with. Called on several threads at once."""

MAX_LINE_BYTES = 64 * 1024
MAX_CALLERS = 16
MAX_ANSWERS = 4
"""Commands being carried out at the same time."""
PATIENCE_S = 2.0
"""How long a caller may take to say its line, or to read ours."""


class AlreadyRunning(NotPermitted):
    """Another instance of this user holds the socket."""

    code = "already_running"


class NotRunning(Closed):
    """No instance of this user answers."""

    code = "not_running"


class Instance:
    """The right to be the one running instance, and the socket that comes with it.

    The right is a lock on a file, which the system takes back from a killed process; so a stale socket is known to be
    stale and two starters never both win. Connecting to the old socket to see who answers was rejected for that race.
    """

    def __init__(self, path: Path) -> None:
        """Raises `AlreadyRunning`, or `NotPermitted` if the socket cannot be made."""
        make_private(path.parent)
        self.path = path
        self._lock = _lock(path.with_suffix(".lock"))
        try:
            path.unlink(missing_ok=True)
            self._listener = _listen(path)
        except OSError as error:
            self._lock.close()
            raise NotPermitted(f"The socket {path} cannot be made: {error}.") from error

    def serve(self, answer: Answer, stop: StopSignal) -> None:
        """Answer callers until `stop` is set. A caller that is slow, or slow to answer, delays nobody's panic."""
        callers: dict[int, _Caller] = {}
        with selectors.DefaultSelector() as selector, ThreadPoolExecutor(MAX_ANSWERS, "control") as threads:
            selector.register(self._listener, selectors.EVENT_READ)
            while not stop.is_set():
                for key, _ in selector.select(timeout=0.5):
                    if key.fileobj is self._listener:
                        _accept(self._listener, selector, callers)
                    elif callers[key.fd].listen():
                        selector.unregister(callers[key.fd].connection)
                        threads.submit(callers.pop(key.fd).reply, answer)
                for number in [n for n, caller in callers.items() if time.monotonic() > caller.deadline_s]:
                    selector.unregister(callers[number].connection)
                    callers.pop(number).connection.close()
            for caller in callers.values():
                caller.connection.close()

    def close(self) -> None:
        """Give the socket and the right back. Idempotent."""
        self._listener.close()
        self.path.unlink(missing_ok=True)
        self._lock.close()


@dataclass(slots=True)
class _Caller:
    connection: socket.socket
    deadline_s: float
    said: bytearray = field(default_factory=bytearray)

    def listen(self) -> bool:
        """Take in what the caller said so far. True once its line is complete, too long, or broken off."""
        try:
            heard = self.connection.recv(MAX_LINE_BYTES)
        except OSError:
            return True
        self.said += heard
        return not heard or b"\n" in self.said or len(self.said) > MAX_LINE_BYTES

    def reply(self, answer: Answer) -> None:
        with self.connection:
            if not self.said:
                return
            line = reply_to(bytes(self.said), answer)
            try:
                self.connection.settimeout(PATIENCE_S)
                self.connection.sendall(line)
            except OSError:
                pass  # the caller went away: nobody is left to tell


def _lock(path: Path) -> TextIO:
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    file = os.fdopen(descriptor, "r+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = file.read().strip()
        file.close()
        raise AlreadyRunning(
            f"Ambidex is already running (process {holder or 'unknown'}). Stop it with `ambidex quit`."
        ) from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # The directory is private already; the mode is for the day somebody loosens the directory.
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(MAX_CALLERS)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _accept(listener: socket.socket, selector: selectors.BaseSelector, callers: dict[int, _Caller]) -> None:
    connection, _ = listener.accept()
    if len(callers) >= MAX_CALLERS or not same_user(connection):
        connection.close()
        return
    connection.setblocking(False)
    callers[connection.fileno()] = _Caller(connection, time.monotonic() + PATIENCE_S)
    selector.register(connection, selectors.EVENT_READ)


def reply_to(line: bytes, answer: Answer) -> bytes:
    """One line of JSON in, one out; whatever is wrong with the line is said in the answer."""
    try:
        command, arguments = _parse(line)
        reply = {"ok": True, "result": answer(command, arguments)}
    except AmbidexError as error:
        reply = {"ok": False, "code": error.code, "error": str(error)}
    except Exception:  # the top of a thread
        log.exception("a command could not be answered")
        reply = {"ok": False, "code": "fault", "error": "Ambidex has a fault; its log says where."}
    return json.dumps(reply).encode() + b"\n"


def _parse(line: bytes) -> tuple[str, dict[str, Any]]:
    if len(line) > MAX_LINE_BYTES:
        raise BadSettings(f"A command takes at most {MAX_LINE_BYTES} bytes.")
    try:
        row = json.loads(line)
        command, arguments = row["command"], row.get("args", {})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSettings("A command is one line of JSON with `command` and `args`.") from error
    if not isinstance(command, str) or not isinstance(arguments, dict):
        raise BadSettings("A command's name is text and its `args` are an object.")
    return command, arguments


def same_user(connection: socket.socket) -> bool:
    """Whether the process at the other end is this user's, as the kernel says."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True  # no such question on this system: the private directory alone keeps others out
    credentials = connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", credentials)
    return user == os.getuid()


def call(path: Path, command: str, timeout_s: float = PATIENCE_S, **arguments: Any) -> dict[str, Any]:
    """Send a command to the running instance and return its answer.

    Raises `NotRunning` if nobody answers, else the error that the instance reported.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        try:
            connection.connect(str(path))
            if not same_user(connection):
                raise NotPermitted(f"The socket {path} is held by another user. Nothing was sent.")
            connection.sendall(json.dumps({"command": command, "args": arguments}).encode() + b"\n")
            reply = _read_line(connection)
        except TimeoutError as error:
            raise NotRunning(f"Ambidex does not answer within {timeout_s:g} s. Stop it and start it again.") from error
        except OSError as error:
            raise NotRunning("Ambidex is not running. Start it with `ambidex`.") from error
    return _result(reply)


def _read_line(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as file:
        return file.readline()


def _result(reply: bytes) -> dict[str, Any]:
    try:
        row = json.loads(reply)
        if row["ok"]:
            return row["result"]
        code, sentence = row["code"], row["error"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotRunning("Ambidex went away before it had answered.") from error
    failure = AmbidexError(sentence)
    failure.code = code
    raise failure
