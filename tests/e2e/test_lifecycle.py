"""The real program from start to end: one instance, signals, kills, and whatever may be missing."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actions.plugins.sandbox import confinement
from desktop.probing import open_probe
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from model.stream import trace
from tests.damage import damaged_recogniser
from tests.e2e.conftest import configure
from tests.fake_session import FakeSession
from tests.program import Ambidex

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

LOGIN = "org.freedesktop.login1"
ENDS_WITHIN_S = 30
"""Generous, for machines that do something else as well."""


@pytest.fixture
def bare(tmp_path: Path, untrained: Path) -> Iterator[Ambidex]:
    """The program on a machine without screen and sound."""
    with VirtualDesktop(screen=False, sound=False) as desktop:
        program = Ambidex(desktop, tmp_path / "ambidex")
        configure(program, reflex_directory=untrained)
        yield program
        program.close()


@pytest.fixture
def whole(ambidex: Ambidex, untrained: Path) -> Ambidex:
    """The program on a machine that has everything."""
    configure(ambidex, reflex_directory=untrained)
    return ambidex


def home(program: Ambidex) -> Path:
    return Path(program.env["AMBIDEX_HOME"])


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a failed command wrote."""
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith(("INFO", "WARNING"))]
    assert len(lines) == 1, done.stderr
    return lines[0]


def threads(program: Ambidex) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in program.status()["threads"]}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("options", [("--headless",), ()])
def test_a_signal_ends_it_in_good_order(whole: Ambidex, number: signal.Signals, options: tuple[str, ...]) -> None:
    program = whole.start(*options)
    program.process.send_signal(number)
    program.wait_for(r"\bstopped\b", ENDS_WITHIN_S)
    assert program.process.wait(ENDS_WITHIN_S) == 0
    assert not list((home(whole) / "run").glob("held.*"))
    assert not (home(whole) / "run" / "control.socket").exists()


def test_a_second_instance_says_so_and_the_first_goes_on(whole: Ambidex) -> None:
    program = whole.start("--headless")
    second = whole.call("run", "--headless")
    assert sentence(second) == (
        f"Ambidex is already running (process {program.process.pid}). Stop it with `ambidex quit`."
    )
    assert whole.status()["pid"] == program.process.pid
    assert whole.call("quit").returncode == 0
    assert program.process.wait(ENDS_WITHIN_S) == 0


def test_after_a_kill_the_next_one_starts_and_the_trace_is_whole(whole: Ambidex, tmp_path: Path) -> None:
    program = whole.start("--headless", "--record", str(tmp_path / "trace"))
    assert whole.call("listen").stdout == "Listening.\n"
    wait_until(lambda: len(trace.load(tmp_path / "trace").steps) > 0, 10, "a step")
    program.process.kill()
    program.process.wait(ENDS_WITHIN_S)
    assert len(trace.load(tmp_path / "trace").steps) > 0
    again = whole.start("--headless")
    assert whole.status()["pid"] == again.process.pid


def test_panic_and_rearm(whole: Ambidex) -> None:
    whole.start("--headless")
    assert whole.call("panic").returncode == 0
    assert whole.status()["standing"] == "panicked"
    assert "ambidex rearm" in sentence(whole.call("listen"))
    assert whole.call("rearm").returncode == 0
    assert whole.call("listen").stdout == "Listening.\n"
    assert whole.status()["listening"] is True


def test_listening_closes_with_the_screen_and_stays_closed(whole: Ambidex) -> None:
    with FakeSession(whole.desktop.env["DBUS_SESSION_BUS_ADDRESS"], "org.freedesktop.ScreenSaver", LOGIN) as session:
        whole.start("--headless")
        wait_until(lambda: {"GetActive", "Inhibit"} <= set(session.asked), 10, "the questions about the session")
        for leave, come_back in (
            (lambda: session.lock_screen(True), lambda: session.lock_screen(False)),
            (lambda: session.hint(True), lambda: session.hint(False)),
            (lambda: session.prepare_for_sleep(True), lambda: session.prepare_for_sleep(False)),
        ):
            whole.call("listen")
            assert whole.status()["listening"] is True
            leave()
            wait_until(lambda: not whole.status()["listening"], 10, "the closing")
            away = whole.status()["away"]
            assert away
            assert sentence(whole.call("listen")) == away
            assert whole.call("journal", "undo").stdout.strip() == away
            come_back()
            wait_until(lambda: whole.status()["away"] == "", 10, "the way back")
            assert whole.status()["listening"] is False


def test_a_recording_replays_to_the_same_steps(whole: Ambidex, tmp_path: Path) -> None:
    whole.start("--headless", "--dry-run", "--record", str(tmp_path / "trace"))
    whole.call("listen")
    whole.desktop.say("hello")
    whole.call("toggle")
    whole.call("quit")
    assert whole.program is not None
    whole.program.process.wait(ENDS_WITHIN_S)
    done = whole.call("replay", str(tmp_path / "trace"), "--json")
    assert json.loads(done.stdout)["same"] is True, done
    assert json.loads(done.stdout)["ticks"] > 2


def test_a_timer_that_outlives_a_restart_fires(ambidex: Ambidex, tmp_path: Path) -> None:
    """Set by one process, announced by another, which was not running then."""
    assert "Timer set for 6 seconds" in ambidex.call("ask", "set a timer for six seconds").stdout
    program = ambidex.start("--headless", "--record", str(tmp_path / "trace"))
    events = tmp_path / "trace" / "events.jsonl"
    wait_until(lambda: "Your 6 second timer is done" in events.read_text(), 30, "the timer")
    program.wait_for("ready", 1)
    assert "6 second" not in (home(ambidex) / "state" / "schedule.json").read_text()


def test_without_a_display_the_cure_is_named(bare: Ambidex) -> None:
    assert "--headless" in sentence(bare.call("run"))


def test_without_screen_and_sound_it_runs_and_says_what_is_missing(bare: Ambidex) -> None:
    bare.expect("")
    bare.start("--headless")
    faults = " ".join(bare.status()["faults"])
    assert "DISPLAY" in faults
    assert "clipboard" in faults
    bare.call("listen")
    bare.program.wait_for("microphone failed, again in", 10)  # type: ignore[union-attr]
    status = bare.status()
    assert status["listening"] is False
    assert {row["name"]: row["state"] for row in status["threads"]}["loop"] == "running"


def test_with_a_damaged_text_recogniser_it_goes_on_without_eyes(whole: Ambidex, tmp_path: Path) -> None:
    model = damaged_recogniser(tmp_path / "site", b"no network at all")
    whole.env["PYTHONPATH"] = str(tmp_path / "site")
    whole.expect("The text recogniser .* cannot be loaded")
    program = whole.start("--headless")
    open_probe(whole.desktop)
    program.wait_for("screen failed, again in", 30)
    wait_until(lambda: threads(whole)["screen"]["state"] == "waiting", 10, "the pause before it is tried again")
    assert str(model) in threads(whole)["screen"]["error"]
    assert {name: row["state"] for name, row in threads(whole).items() if name in ("loop", "hands", "clipboard")} == {
        "loop": "running", "hands": "running", "clipboard": "running"
    }  # fmt: skip
    assert whole.call("listen").stdout == "Listening.\n"
    checks = {check["name"]: check for check in json.loads(whole.call("doctor", "--json").stdout)["checks"]}
    assert checks["screen"]["health"] == "degraded"
    assert str(model) in checks["screen"]["detail"]
    assert checks["screen"]["detail"].endswith("Reinstall rapidocr.")


def test_missing_weights_are_a_sentence(bare: Ambidex, tmp_path: Path) -> None:
    configure(bare, reflex_directory=tmp_path / "nowhere")
    assert "nowhere" in sentence(bare.call("run", "--headless"))


def test_damaged_weights_are_a_sentence(bare: Ambidex, tmp_path: Path, untrained: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for name in ("items.safetensors", "utterances.safetensors", "tokenizer.json"):
        (damaged / name).symlink_to(untrained / name)
    whole = (untrained / "stream.safetensors").read_bytes()
    (damaged / "stream.safetensors").write_bytes(whole[: len(whole) // 2])
    configure(bare, reflex_directory=damaged)
    assert "missing or damaged" in sentence(bare.call("run", "--headless"))
    assert "missing or damaged" in sentence(bare.call("ask", "hello", "--dry-run"))


def test_a_wrong_rule_is_a_sentence(bare: Ambidex) -> None:
    configure(bare)
    rules = Path(bare.env["AMBIDEX_HOME"]) / "config" / "policy.toml"
    rules.write_text('[[rule]]\nruling = "alow"\nbecause = "Why not."\n')
    for command in (("run", "--headless"), ("ask", "hello", "--dry-run")):
        assert "policy.toml, the rule at line 1: write ruling" in sentence(bare.call(*command))
    assert "policy.toml, the rule at line 1" in bare.call("doctor", "--json").stdout


def test_an_unreadable_trace_is_a_sentence(bare: Ambidex, tmp_path: Path) -> None:
    (tmp_path / "trace").mkdir()
    assert "is not a trace" in sentence(bare.call("replay", str(tmp_path / "trace")))
    (tmp_path / "trace" / "meta.json").write_text('{"format": 99}')
    assert "this version reads format" in sentence(bare.call("replay", str(tmp_path / "trace")))
    assert "cannot be read as a WAV file" in sentence(bare.call("replay", str(tmp_path / "nowhere.wav")))


def test_an_unknown_option_is_wrong_usage(bare: Ambidex) -> None:
    assert bare.call("run", "--nonsense").returncode == 2


def test_ask_prints_rows_and_executes_nothing_in_a_dry_run(bare: Ambidex) -> None:
    done = bare.call("ask", "open the calculator", "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all({"t_ms", "channel"} <= set(row) for row in rows)
    assert not (home(bare) / "state" / "journal.jsonl").exists()


def test_the_doctor_on_a_whole_machine(whole: Ambidex) -> None:
    report = json.loads(whole.call("doctor", "--json").stdout)
    health = {check["name"]: check["health"] for check in report["checks"]}
    assert report["healthy"] is True
    assert health.pop("language model") in ("works", "degraded")
    assert health.pop("plugins") == ("degraded" if confinement() else "works")
    assert health.pop("locks") == "degraded"  # nobody on the virtual desktop tells of them
    assert report["platform"] == "X11"
    devices = {check["name"]: check["devices"] for check in report["checks"]}
    assert {name for name, names in devices.items() if names} == {"microphone", "speaker"}
    assert "Remapped Monitor of Null Output" in devices["microphone"]
    assert [check for check in report["checks"] if health.get(check["name"], "works") != "works"] == []


def test_the_doctor_on_a_bare_machine(bare: Ambidex) -> None:
    report = json.loads(bare.call("doctor", "--json").stdout)
    health = {check["name"]: check["health"] for check in report["checks"]}
    degraded = {name for name, state in health.items() if state == "degraded"}
    assert degraded >= {"microphone", "speaker", "screen", "clipboard", "injection", "windows", "volume", "hotkey"}
    assert health["reflex"] == "works"


def test_the_doctor_without_weights(bare: Ambidex, tmp_path: Path) -> None:
    configure(bare, reflex_directory=tmp_path / "nowhere")
    done = bare.call("doctor")
    assert done.returncode == 1
    assert "✗  reflex" in done.stdout
