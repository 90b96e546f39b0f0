"""The voice detector keeps to the thread that asks it."""

import subprocess
import sys

import pytest

PROGRAM = """
import os
{before}
from perception.voice_detector import VoiceDetector

def n_started():
    n_before = len(os.listdir("/proc/self/task"))
    assert detector.voice(bytes(detector.piece_bytes)) < 0.5
    return len(os.listdir("/proc/self/task")) - n_before

detector = VoiceDetector()
n_first = n_started()
{after}
print(n_first, n_started())
"""


@pytest.mark.parametrize(("before", "after"), [("", ""), ("import torch", ""), ("", "import torch")])
def test_it_starts_no_threads_whoever_is_loaded_first(before: str, after: str) -> None:
    program = PROGRAM.format(before=before, after=after)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["0", "0"]
