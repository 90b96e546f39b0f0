"""Training: alone and as two processes, going on where it stopped, and what it says of a folder that is no good."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.minds import shipped_catalogue
from desktop.simulation import Scene, Simulator, dry_executor
from model.reflex import load_reflex
from model.stream.values import Channel

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

TRAIN = """
import sys
from pathlib import Path
from model.training import lessons
lessons.N_MEASURED, lessons.CHUNK = 4, 4
from desktop.minds import REFLEX, shipped_catalogue
from model.training.train import train_reflex
options = lessons.Options(
    Path(sys.argv[1]), composed=2, human=0, written=2, practice=2, epochs=int(sys.argv[2]), ticks_per_batch=256,
    start=str(REFLEX), utterances=6,
)
train_reflex(options, REFLEX, shipped_catalogue(), lambda news: print(news.text, flush=True))
"""
AGREE = """
import torch
from model.training.together import joined
with joined("cpu") as group:
    network = torch.nn.Linear(3, 2)
    def gradient(has):
        network.zero_grad()
        if has:
            network(torch.full((3,), 1.0 + group.rank)).sum().backward()
        group.average(network, has)
        return network.weight.grad.unique().tolist()
    told = gradient(True), gradient(group.leads), group.anybody(True, float(group.rank))
    told += group.anybody(group.leads, 0.25), group.anybody(False, 1.0), group.from_leader(group.rank)
    assert told == ([1.5], [1.0], 0.5, 0.25, None, 0), told
print("agreed\\n", end="", flush=True)
"""


def python(program: Path, *arguments: str, processes: int = 1) -> str:
    """Run a program alone or as several processes, and return what it printed. Raises `AssertionError` if it fails."""
    together = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    command = [sys.executable, *(together if processes > 1 else []), str(program), *arguments]
    env = {**os.environ, "PYTHONPATH": str(Path.cwd()), "OMP_NUM_THREADS": "1"}
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture
def train(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_text(TRAIN)
    return path


@pytest.mark.parametrize("processes", [1, 2])
def test_it_leaves_a_whole_reflex_and_goes_on_after_the_last_epoch(train: Path, tmp_path: Path, processes: int) -> None:
    out = tmp_path / "out"
    assert "epoch 1: " in python(train, str(out), "1", processes=processes)
    told = python(train, str(out), "2", processes=processes)
    assert "going on after epoch 1" in told and "epoch 2: " in told and "epoch 1: " not in told
    catalogue = shipped_catalogue()
    reflex = load_reflex(out, catalogue)
    simulator = Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue), aloud=False)
    outputs = simulator.run(Scene(("what", "time", "is", "it")))
    assert [output.action for output in outputs if output.channel is Channel.ACTION] == ["tell_time"]


def test_two_processes_agree_on_gradients_on_how_far_they_are_and_on_when_they_are_done(tmp_path: Path) -> None:
    path = tmp_path / "agree.py"
    path.write_text(AGREE)
    assert python(path, processes=2).split() == ["agreed"] * 2


def test_a_damaged_checkpoint_is_a_sentence_with_a_cure(train: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "checkpoint.pt").write_bytes(b"rubbish")
    with pytest.raises(AssertionError, match=r"ModelFailed: .*checkpoint\.pt is damaged or of another run.*delete it"):
        python(train, str(tmp_path / "out"), "1")
