"""The control socket: one instance, private, and unimpressed by whatever is said to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from desktop import control
from desktop.control import AlreadyRunning, Instance, NotRunning, call, reply_to
from model.stream.errors import AmbidexError, NotPermitted


def answer(command: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    if command == "fail":
        raise NotPermitted("No, because it is Sunday.")
    return {"command": command, **arguments}


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """The socket of a running instance."""
    instance = Instance(tmp_path / "run" / "control.socket")
    stop = threading.Event()
    thread = threading.Thread(target=instance.serve, args=(answer, stop))
    thread.start()
    yield instance.path
    stop.set()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as waker:
        waker.connect(str(instance.path))  # so that the thread looks at `stop` now
    thread.join()
    instance.close()


def test_a_command_is_answered(path: Path) -> None:
    assert call(path, "undo", count=3) == {"command": "undo", "count": 3}


def test_an_error_crosses_with_its_code_and_sentence(path: Path) -> None:
    with pytest.raises(AmbidexError, match="because it is Sunday") as caught:
        call(path, "fail")
    assert caught.value.code == "not_permitted"


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="Start it with `ambidex`"):
        call(tmp_path / "control.socket", "status")


def test_only_the_owner_may_connect(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_another_user_is_turned_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control.os, "getuid", lambda: 4711)
    with pytest.raises(NotPermitted, match="held by another user"):
        call(path, "status")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stranger:
        stranger.connect(str(path))
        assert stranger.recv(100) == b""


def test_the_peer_is_asked_of_the_kernel() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert control.same_user(here)


def test_a_second_instance_is_told_who_runs(path: Path) -> None:
    with pytest.raises(AlreadyRunning, match=rf"already running \(process {os.getpid()}\)"):
        Instance(path)
    assert call(path, "status") == {"command": "status"}


def test_the_socket_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "control.socket"
    program = (
        "import sys, pathlib; from desktop.control import Instance; "
        "i = Instance(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning):
            Instance(path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert path.exists()
    Instance(path).close()
    assert not path.exists()


def test_a_silent_caller_delays_nobody(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
        silent.connect(str(path))
        silent.sendall(b'{"command"')
        assert call(path, "panic") == {"command": "panic"}


def test_a_crowd_of_callers_is_turned_away_and_the_rest_served(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "PATIENCE_S", 0.0)
    crowd = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(control.MAX_CALLERS)]
    for caller in crowd:
        caller.connect(str(path))
    assert all(caller.recv(10) == b"" for caller in crowd)
    for caller in crowd:
        caller.close()
    monkeypatch.setattr(control, "PATIENCE_S", 2.0)
    assert call(path, "panic", timeout_s=5.0) == {"command": "panic"}


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"nonsense\n",
        b"[]\n",
        b'"text"\n',
        b"{}\n",
        b'{"command": 1}\n',
        b'{"command": "x", "args": []}\n',
        b"\xff\n",
    ],
)
def test_nonsense_gets_a_sentence(line: bytes) -> None:
    reply = json.loads(reply_to(line, answer))
    assert reply["ok"] is False
    assert reply["code"] == "bad_settings"


def test_a_line_without_end_is_refused(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.connect(str(path))
        caller.sendall(b"x" * (control.MAX_LINE_BYTES + 1))
        assert b"at most" in caller.recv(1000)


def test_a_path_too_long_for_a_socket_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotPermitted, match="cannot be made"):
        Instance(tmp_path / ("x" * 120) / "control.socket")
