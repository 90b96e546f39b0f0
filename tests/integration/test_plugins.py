"""Plugins in their own processes: good ones work, bad ones harm nobody."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event as StopSignal

import pytest

from actions.plugins.host import FIRST_PAUSE_S, MAX_ANSWER, Host
from actions.plugins.manifest import Manifest, load_manifest
from actions.plugins.sandbox import confinement
from model.stream.errors import PluginFailed

pytestmark = pytest.mark.integration

PROGRAM = Path(__file__).parents[1] / "plugin_program.py"
TOOLS = "".join(
    f'\n[tools.{name}]\nrisk = "look"\ndescription = "{name}"\nslots = []\nexamples = ["{name}"]\n'
    for name in ("say", "add", "fail", "misbehave")
)
NEVER = StopSignal()


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.close()


@pytest.fixture
def plugin(tmp_path: Path) -> Callable[..., Manifest]:
    def make(mode: str, *arguments: str, rest: str = "", call_s: float = 20) -> Manifest:
        folder = tmp_path / mode.replace(" ", "_")
        folder.mkdir()
        shutil.copy(PROGRAM, folder)
        command = ", ".join(f'"{part}"' for part in ("python", PROGRAM.name, mode, *arguments))
        (folder / "plugin.toml").write_text(
            f'name = "{folder.name}"\nversion = "1"\ndescription = "For tests"\ncommand = [{command}]\n'
            f"{rest}\n[limits]\ncall_s = {call_s}\nmemory_mb = 2000\n{TOOLS}"
        )
        return load_manifest(folder)

    return make


def test_a_plugin_is_started_when_it_is_called_and_stays(host: Host, plugin: Callable[..., Manifest]) -> None:
    good = plugin("good")
    assert host.running() == ()
    assert host.call(good, "say", {"text": "hi"}, NEVER) == "You said hi."
    assert host.call(good, "add", {"a": 2, "b": 3}, NEVER) == "5"
    assert host.running() == ("good",)
    assert {tool.name for tool in host.tools(good)} >= {"say", "add", "fail"}
    with pytest.raises(PluginFailed, match="The tea is out"):
        host.call(good, "fail", {}, NEVER)
    assert host.call(good, "say", {"text": "again"}, NEVER) == "You said again."


@pytest.mark.parametrize("arguments", [{}, {"text": ["a"]}, {"text": "a", "b": 1}])
def test_arguments_that_do_not_fit_are_a_sentence_or_harmless(
    host: Host, plugin: Callable[..., Manifest], arguments: dict[str, object]
) -> None:
    good = plugin("good")
    try:
        host.call(good, "say", arguments, NEVER)
    except PluginFailed as error:
        assert "good says" in str(error)
    assert host.call(good, "say", {"text": "hi"}, NEVER) == "You said hi."


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("hang", "did not answer within 3 seconds"),
        ("crash", "ended in the middle"),
        ("killed", "ended in the middle"),
        ("flood", "without being asked|did not answer"),
        ("endless line", "a message of more than 1 MB"),
        ("garbage", "what is no message"),
    ],
)
def test_a_bad_plugin_is_told_of_ended_and_tried_again(
    host: Host, plugin: Callable[..., Manifest], mode: str, told: str
) -> None:
    bad, good = plugin(mode, call_s=3), plugin("good")
    began = time.monotonic()
    with pytest.raises(PluginFailed, match=told):
        host.call(bad, "misbehave", {}, NEVER)
    assert time.monotonic() - began < 15
    assert bad.name not in host.running()
    assert host.call(good, "say", {"text": "hi"}, NEVER) == "You said hi."
    with pytest.raises(PluginFailed, match="failed just now"):
        host.call(bad, "say", {"text": "hi"}, NEVER)
    time.sleep(FIRST_PAUSE_S)
    assert host.call(bad, "say", {"text": "hi"}, NEVER) == "You said hi."


@pytest.mark.parametrize(
    ("mode", "told"), [("will not start", "does not start. It says: No coffee, no work"), ("nowhere", "does not start")]
)
def test_a_plugin_that_does_not_start(host: Host, plugin: Callable[..., Manifest], mode: str, told: str) -> None:
    bad = plugin(mode)
    if mode == "nowhere":
        (bad.directory / PROGRAM.name).unlink()
    with pytest.raises(PluginFailed, match=told):
        host.call(bad, "say", {"text": "hi"}, NEVER)
    assert host.running() == ()


def test_a_long_answer_is_cut_and_cleaned(host: Host, plugin: Callable[..., Manifest]) -> None:
    answer = host.call(plugin("long"), "misbehave", {}, NEVER)
    assert len(answer) <= MAX_ANSWER
    assert "\x1b" not in answer


def test_a_plugin_that_wants_too_much_memory_does_not_get_it(host: Host, plugin: Callable[..., Manifest]) -> None:
    with pytest.raises(PluginFailed):
        host.call(plugin("memory"), "misbehave", {}, NEVER)


def test_who_says_stop_waits_no_longer(host: Host, plugin: Callable[..., Manifest]) -> None:
    bad, stop = plugin("hang"), StopSignal()
    host.call(bad, "say", {"text": "hi"}, NEVER)
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    with pytest.raises(PluginFailed, match="Stopped"):
        host.call(bad, "misbehave", {}, stop)
    assert time.monotonic() - began < 3


def test_who_says_stop_while_it_starts_leaves_nothing_behind(host: Host, plugin: Callable[..., Manifest]) -> None:
    mute = plugin("mute")
    for _ in range(2):
        stop = StopSignal()
        threading.Timer(0.4, stop.set).start()
        with pytest.raises(PluginFailed, match="Stopped"):
            host.call(mute, "say", {"text": "hi"}, stop)
    host.close()
    deadline = time.monotonic() + 5
    while _processes(f"{PROGRAM.name} mute") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _processes(f"{PROGRAM.name} mute") == 0


def test_what_a_plugin_started_ends_with_it(host: Host, plugin: Callable[..., Manifest]) -> None:
    if confinement():
        pytest.skip(confinement())
    forks = plugin("fork")
    host.call(forks, "misbehave", {}, NEVER)
    assert _processes("^sleep 600") >= 20
    host.close()
    deadline = time.monotonic() + 5
    while _processes("^sleep 600") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _processes("^sleep 600") == 0


def _processes(pattern: str) -> int:
    counted = subprocess.run(["pgrep", "-fc", pattern], capture_output=True, text=True, check=False)
    return int(counted.stdout or 0)


def test_a_plugin_sees_nothing_that_its_manifest_does_not_name(
    plugin: Callable[..., Manifest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if confinement():
        pytest.skip(confinement())
    secret, allowed = tmp_path / "private" / "secret.txt", tmp_path / "shared" / "allowed.txt"
    for file in (secret, allowed):
        file.parent.mkdir()
        file.write_text(file.stem)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        environ = {**os.environ, "PORT": str(listener.getsockname()[1]), "TOKEN": "t", "OTHER_SECRET": "s"}
        host = Host(environ)
        rest = f'\n[permissions]\nread = ["{allowed.parent}"]\nenvironment = ["PORT", "TOKEN"]\n'
        seen = host.call(plugin("spy", str(secret), str(allowed), rest=rest), "misbehave", {}, NEVER).splitlines()
        host.close()
    assert "read allowed" in seen
    assert any(line.startswith(f"cannot read {secret}") for line in seen)
    assert "cannot write" in seen
    assert "no network" in seen
    assert "env TOKEN" in seen
    assert "env OTHER_SECRET" not in seen


def test_network_is_there_for_whom_it_was_granted(plugin: Callable[..., Manifest], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = Host({**os.environ, "PORT": str(listener.getsockname()[1])})
        rest = '\n[permissions]\nnetwork = true\nenvironment = ["PORT"]\n'
        seen = host.call(plugin("spy", "/etc/hostname", rest=rest), "misbehave", {}, NEVER)
        host.close()
    assert "connected" in seen
