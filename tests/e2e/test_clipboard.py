"""The clipboard of the real program: what was copied earlier, what is selected, and secrets that leave no trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.processes import wait_until
from model.stream import trace
from model.stream.values import Copied, Outcome
from tests.e2e.conftest import configure
from tests.program import Ambidex
from tests.selection_owner import Habits, SelectionOwner

pytestmark = pytest.mark.e2e

PASSWORD = b"correct horse battery staple"
WITHIN_S = 60.0


def copied(recorded: Path) -> list[Copied]:
    return [event.data for event in trace.load(recorded).events if isinstance(event.data, Copied)]


def told(recorded: Path) -> list[str]:
    return [data.kind for data in copied(recorded)]


def said(recorded: Path, action: str) -> list[str]:
    outcomes = [event.data for event in trace.load(recorded).events if isinstance(event.data, Outcome)]
    return [outcome.text for outcome in outcomes if outcome.action == action]


@pytest.mark.parametrize("options", [("--headless",), ()], ids=["headless", "window"])
def test_a_password_leaves_no_trace(ambidex: Ambidex, tmp_path: Path, options: tuple[str, ...]) -> None:
    recorded = tmp_path / "trace"
    program = ambidex.start(*options, "--record", str(recorded))
    wait_until(lambda: told(recorded) == ["empty"], WITHIN_S, "The empty clipboard")
    offers = {"UTF8_STRING": PASSWORD, "text/plain": PASSWORD, "x-kde-passwordManagerHint": b"secret"}
    owner = SelectionOwner(ambidex.desktop.display, Habits(offers))
    wait_until(lambda: told(recorded) == ["empty", "secret"], WITHIN_S, "The secret")
    assert ambidex.call("status", "--json").returncode == 0
    assert ambidex.call("quit").returncode == 0
    assert owner.asked == ["TARGETS"]
    owner.close()
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"secret" in written
    assert PASSWORD not in written
    assert PASSWORD.decode() not in "".join(program.lines)


@pytest.mark.covers("clipboard_history")
def test_what_was_copied_earlier_is_told(ambidex: Ambidex, tmp_path: Path) -> None:
    recorded, desktop = tmp_path / "trace", ambidex.desktop
    ambidex.start("--headless", "--record", str(recorded))
    for text in ("seven green apples", "eleven clean tables"):
        desktop.copy(text)
        wait_until(lambda text=text: text in [data.text for data in copied(recorded)], WITHIN_S, text)
    spoken = desktop.voice_file("show my clipboard history")
    assert ambidex.call("toggle").returncode == 0
    wait_until(lambda: ambidex.status()["listening"], WITHIN_S, "Listening")
    desktop.speak(spoken)
    wait_until(lambda: bool(said(recorded, "clipboard_history")), WITHIN_S, "The answer")
    assert said(recorded, "clipboard_history") == [
        "The newest first, you copied: 1, eleven clean tables; 2, seven green apples."
    ]


def test_what_is_selected_is_told_if_that_is_wanted(ambidex: Ambidex, tmp_path: Path) -> None:
    recorded = tmp_path / "trace"
    configure(ambidex, sense_selection=True)
    ambidex.start("--headless", "--record", str(recorded))
    owner = SelectionOwner(ambidex.desktop.display, Habits({"UTF8_STRING": b"selected"}), "PRIMARY")
    wait_until(lambda: Copied("selection", "selected", 8) in copied(recorded), WITHIN_S, "What was selected")
    counted = {row["name"] for row in ambidex.status()["queues"]}
    assert counted >= {"clipboard", "selection"}
    owner.close()
