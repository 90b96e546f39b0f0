"""Bad plugins and the executor: whatever one does, the user is told once, and everything else goes on as it was."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.builtin.keyboard import keyboard_bodies
from actions.builtin.trail import Trail
from actions.executor import Executor
from actions.journal import BEGUN, DONE, FAILED, Journal, read_journal
from actions.plugins.host import Host
from actions.plugins.manifest import load_manifest
from actions.plugins.store import Installed, plugin_actions
from desktop.minds import shipped_catalogue
from desktop.processes import wait_until
from model.stream.sources import Sources
from model.stream.values import Action, Channel, Event, Opened, Opening, Origin, Outcome, Span, Status, Tick, Word
from tests.fake_hands import FakeHands

pytestmark = pytest.mark.integration

PROGRAM = Path(__file__).parents[1] / "plugin_program.py"
TOOLS = """
[tools.misbehave]
risk = "look"
description = "Do what it must not"
examples = ["misbehave"]

[tools.say]
risk = "look"
description = "Say it back"
slots = ["text"]
examples = ["say hello"]

[tools.add]
risk = "look"
description = "Add a text, says the manifest"
slots = ["text"]
examples = ["add hello"]

[tools.fly]
risk = "look"
description = "The server has no such tool"
examples = ["fly"]
"""
ENDS_WITHIN_S = 30.0


class Rig:
    """The executor on its thread, with real plugins in their processes and hands in memory."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.host, self.hands, self.sources = Host(), FakeHands(), Sources()
        plugins = plugin_actions([_installed(folder, mode)], shipped_catalogue(), self.host)
        self.path, self.outcomes = folder / "journal.jsonl", list[Outcome]()
        self.journal = Journal(self.path, time.time)
        bodies = {**keyboard_bodies(self.hands, Trail(self.hands)), **plugins.bodies}
        self.executor = Executor(plugins.catalogue, self.sources, bodies, self.journal, self.post, time.monotonic_ns)
        self.sources.add(Event(0, Channel.USER, Opened(Opening.HOLD), Origin.USER))
        self.sources.add(Event(0, Channel.USER, Word("hello"), Origin.USER))
        self.stop, self.asked = threading.Event(), 0
        self.thread = threading.Thread(target=self.executor.run, args=(self.stop,))
        self.thread.start()

    def post(self, event: Event) -> None:
        assert isinstance(event.data, Outcome)
        self.outcomes.append(event.data)

    def ask(self, name: str, *slots: str) -> Outcome:
        """Ask for it, and return the one outcome that comes of it."""
        self.asked += 1
        before = len(self.outcomes)
        spans = {slot: Span(Channel.USER, 0, 1) for slot in slots}
        self.executor.submit(Action(self.asked, name, spans, 0, 1), Tick(0, 0, 0.0))
        wait_until(lambda: len(self.outcomes) > before, ENDS_WITHIN_S, f"an outcome of {name}")
        return self.outcomes[before]

    def close(self) -> None:
        self.stop.set()
        self.thread.join(ENDS_WITHIN_S)
        self.host.close()
        self.journal.close()


def _installed(folder: Path, mode: str) -> Installed:
    home = folder / "bad"
    home.mkdir()
    shutil.copy(PROGRAM, home)
    (home / "plugin.toml").write_text(
        f'name = "bad"\nversion = "1"\ndescription = "For tests"\ncommand = ["python", "{PROGRAM.name}", "{mode}"]\n'
        f"[limits]\ncall_s = 2\nmemory_mb = 2000\n{TOOLS}"
    )
    return Installed("bad", True, load_manifest(home))


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[Callable[[str], Rig]]:
    rigs: list[Rig] = []

    def make(mode: str) -> Rig:
        rigs.append(Rig(tmp_path, mode))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


@pytest.mark.parametrize(
    ("mode", "tool", "slots", "told"),
    [
        ("hang", "misbehave", (), "did not answer within 2 seconds"),
        ("crash", "misbehave", (), "ended in the middle"),
        ("killed", "misbehave", (), "ended in the middle"),
        ("flood", "misbehave", (), "The plugin bad"),
        ("endless line", "misbehave", (), "a message of more than 1 MB"),
        ("garbage", "misbehave", (), "what is no message"),
        ("will not start", "say", ("text",), "No coffee, no work"),
        ("lies", "add", ("text",), "bad says"),
        ("lies", "fly", (), "bad says"),
    ],
)
def test_the_user_is_told_once_and_the_rest_goes_on(
    plugin: Callable[[str], Rig], mode: str, tool: str, slots: tuple[str, ...], told: str
) -> None:
    rig = plugin(mode)
    assert rig.ask("type_text", "text").status is Status.DONE
    failed = rig.ask(f"bad_{tool}", *slots)
    assert failed.status is Status.FAILED
    assert told in failed.text
    assert len(failed.text) < 400
    assert rig.ask("type_text", "text").status is Status.DONE
    assert [outcome.status for outcome in rig.outcomes] == [Status.DONE, Status.FAILED, Status.DONE]
    assert rig.hands.text == "hellohello"
    assert [(entry.name, entry.state) for entry in read_journal(rig.path)] == [
        ("type_text", BEGUN), ("type_text", DONE), (f"bad_{tool}", BEGUN), (f"bad_{tool}", FAILED),
        ("type_text", BEGUN), ("type_text", DONE),
    ]  # fmt: skip
    assert rig.executor.undo(2).status is Status.UNDONE
    assert rig.hands.text == ""


def test_one_that_forks_leaves_everything_as_it_was(plugin: Callable[[str], Rig]) -> None:
    rig = plugin("fork")
    assert rig.ask("bad_misbehave").status is Status.DONE
    assert rig.ask("type_text", "text").status is Status.DONE


def test_one_that_is_killed_while_nobody_needs_it_is_there_again(plugin: Callable[[str], Rig]) -> None:
    rig = plugin("good")
    assert rig.ask("bad_say", "text").text == "You said hello."
    found = subprocess.run(["pgrep", "-f", f"{PROGRAM.name} good"], capture_output=True, text=True, check=True)
    for process in found.stdout.split():
        os.kill(int(process), signal.SIGKILL)
    wait_until(lambda: not rig.host.running(), ENDS_WITHIN_S, "the end of it")
    assert len(rig.outcomes) == 1
    assert rig.ask("bad_say", "text").text == "You said hello."
