"""What `scripts/run` shows where there is no desktop."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from model.stream import trace

pytestmark = pytest.mark.e2e

BARE = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def demonstration(*options: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run it on a machine without a display, a sound device or settings."""
    return subprocess.run(
        (sys.executable, "-m", "desktop.demonstration", *options),
        env={**BARE, "HOME": str(home)}, capture_output=True, text=True, timeout=280,
    )  # fmt: skip


def test_what_is_missing_is_said_in_a_sentence_each(tmp_path: Path):
    done = demonstration("--check", home=tmp_path)
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert [
        word for word, line in zip(("display", "microphone", "speak"), lines, strict=True) if word not in line
    ] == []
    assert "Traceback" not in done.stderr


@pytest.mark.timeout(300)
def test_everything_that_is_asked_for_is_done_and_left_to_be_looked_at(tmp_path: Path):
    folder = tmp_path / "shown"
    done = demonstration("--folder", str(folder), home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(folder) in done.stdout
    assert len(list(folder.glob("*.png"))) == 6
    assert "hello world" in (folder / "transcript.txt").read_text(encoding="utf-8")
    assert trace.load(folder / "trace").steps
    with wave.open(str(folder / "replies.wav")) as replies:
        assert any(replies.readframes(replies.getnframes()))
