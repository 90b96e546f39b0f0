"""What `ambidex doctor` makes of probes that work and that fail, and how `ambidex bench` prints its budgets."""

import json
from io import StringIO

import pytest
from rich.console import Console

import benchmarks
from benchmarks import Measure
from desktop import doctor
from desktop.bench import bench
from desktop.doctor import Check, Finding, Health, examine, healthy, print_findings
from desktop.places import find_places
from desktop.settings import Settings
from model.stream.errors import DeviceLost


def broken() -> str:
    raise DeviceLost("There is no microphone. Connect one, or `pip install 'ambidex[llm]'`.")


def test_a_failed_probe_is_missing_only_where_it_is_vital(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = (Check("a", lambda: "Fine.", vital=True), Check("b", broken), Check("c", broken, vital=True))
    monkeypatch.setattr(doctor, "checks", lambda settings, places: checks)
    findings = examine(Settings(), find_places())
    assert [finding.health for finding in findings] == [Health.WORKS, Health.DEGRADED, Health.MISSING]
    assert findings[1].detail.startswith("There is no microphone.")
    assert healthy(findings[:2])
    assert not healthy(findings)
    assert json.loads(json.dumps(findings[1].to_json()))["health"] == "degraded"


def test_devices_are_named_whether_or_not_they_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_to_list() -> list[str]:
        raise DeviceLost("There is no sound system.")

    checks = (
        Check("microphone", broken, devices=lambda: ["Headset", "Webcam"]),
        Check("speaker", lambda: "Sound goes out.", devices=lambda: ["Headset"]),
        Check("speaker", broken, devices=none_to_list),
        Check("screen", lambda: "Fine."),
    )
    monkeypatch.setattr(doctor, "checks", lambda settings, places: checks)
    findings = examine(Settings(), find_places())
    told = [json.loads(json.dumps(finding.to_json()))["devices"] for finding in findings]
    assert told == [["Headset", "Webcam"], ["Headset"], [], []]
    console = Console(width=200, file=StringIO())
    print_findings(findings, console)
    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    assert lines[1].rstrip().endswith("There are: Headset, Webcam.")
    assert lines[2].rstrip().endswith("Sound goes out. There are: Headset.")
    assert lines[4].rstrip().endswith("Fine.")


def test_the_table_shows_every_finding_as_it_is() -> None:
    console = Console(width=200, file=StringIO())
    print_findings([Finding("a", Health.DEGRADED, "Do `pip install 'ambidex[llm]'`.")], console)
    assert isinstance(console.file, StringIO)
    assert "'ambidex[llm]'" in console.file.getvalue()


def test_the_bench_ends_with_one_object(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    measures = {
        "panic_ms": Measure("panic", "ms", {"p95": 100}, p50=20.0, p95=40.0, n=9, within=True),
        "idle_cpu": Measure("idle", "%", {"p50": 2}, reason="There is no sound."),
    }
    monkeypatch.setattr(benchmarks, "run", lambda names, report: measures)
    lines: list[str] = []
    bench([], False, lines.append)
    shown = capsys.readouterr().out
    assert "within" in shown
    assert "There is no sound." in shown
    report = json.loads(lines[-1])
    assert report["panic_ms"]["p95"] == 40.0
    assert report["idle_cpu"]["p50"] is None
