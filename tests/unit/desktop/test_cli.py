"""The command line: usage, exit codes, and that no foreseeable fault shows a traceback."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desktop import cli
from desktop.control import AlreadyRunning

EVERY_COMMAND = (
    "run", "toggle", "listen", "pause", "resume", "panic", "rearm", "status", "quit",
    "ask", "replay", "doctor", "train", "bench", "eval", "journal", "models",
)  # fmt: skip
HEAVY = {"torch", "PySide6", "numpy", "sounddevice", "rich"}


def ambidex(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The real program. Slow to start, so only where the process itself is what is tested."""
    return subprocess.run([sys.executable, "-m", "desktop", *arguments], capture_output=True, text=True, timeout=60)


def main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The program in this process; returns its exit code."""
    monkeypatch.setattr(sys, "argv", ["ambidex", *arguments])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return int(caught.value.code or 0)


def test_help_names_every_command() -> None:
    text = CliRunner().invoke(cli.app, ["--help"]).output
    assert all(f" {name} " in text for name in EVERY_COMMAND)


@pytest.mark.parametrize("arguments", [[name, "--help"] for name in EVERY_COMMAND if name != "train"])
def test_every_command_explains_itself(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0
    assert "Usage" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run", "--nonsense"],
        ["ask"],
        ["ask", "a", "b"],
        ["replay"],
        ["eval"],
        ["eval", "commands"],
        ["journal", "undo", "0"],
        ["journal", "undo", "many"],
        ["status", "--jsn"],
    ],
)
def test_wrong_usage_is_exit_code_2(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    assert main(monkeypatch, *arguments) == 2


@pytest.mark.parametrize("command", ["toggle", "listen", "pause", "resume", "panic", "rearm", "status", "quit"])
def test_nobody_to_talk_to(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main(monkeypatch, command) == 1
    assert capsys.readouterr().err == "Ambidex is not running. Start it with `ambidex`.\n"


def test_a_mistake_in_the_settings_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text("hotky = 'x'\n")
    monkeypatch.setenv("AMBIDEX_HOME", str(tmp_path))
    assert main(monkeypatch, "ask", "hello", "--dry-run") == 1
    assert "line 1: there is no setting hotky. Did you mean hotkey?" in capsys.readouterr().err


def test_status_is_for_people_or_programs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    report = {
        "version": "1", "pid": 7, "mode": "idle", "up_s": 3.2, "faults": ["There is no microphone."],
        "surprise": {"screen": 4.2},
        "threads": [{"name": "loop", "state": "running", "restarts": 0, "error": ""}],
        "queues": [{"name": "actions", "length": 0, "size": 16, "accepted": 5, "dropped": 2, "drop_rule": "oldest"}],
    }  # fmt: skip
    monkeypatch.setattr(cli, "call", lambda *arguments, **named: report)
    assert main(monkeypatch, "status", "--json") == 0
    assert json.loads(capsys.readouterr().out) == report
    assert main(monkeypatch, "status") == 0
    shown = capsys.readouterr().out
    assert all(part in shown for part in ("process 7", "idle", "screen 4.2", "There is no microphone.", "actions"))


def test_a_refusal_of_the_running_instance_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AlreadyRunning("Ambidex is already running.")

    monkeypatch.setattr(cli, "call", refuse)
    assert main(monkeypatch, "listen") == 1
    assert capsys.readouterr().err == "Ambidex is already running.\n"


def test_the_version_is_told_without_loading_anything_heavy() -> None:
    program = (
        "import sys; sys.argv = ['ambidex', '--version']; from desktop import cli\n"
        "try: cli.main()\n"
        f"finally: print(sorted({HEAVY} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("ambidex ")
    assert done.stderr == "[]\n"


def test_the_module_is_the_program() -> None:
    done = ambidex("replay", "/nowhere")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_readme_names_every_command() -> None:
    text = (Path(cli.__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    assert [name for name in EVERY_COMMAND if not re.search(rf"`[^`]*\b{name}\b[^`]*`", text)] == []
