"""`scripts/setup` on machines that lack something: what it says, with every program it calls played by a stand-in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REAL = ("sh", "dirname", "cat", "sha256sum", "cut", "mktemp", "rm", "tail", "env")


class Machine:
    """A machine with the programs it is given, and a fresh checkout."""

    def __init__(self, root: Path) -> None:
        self.programs = root / "bin"
        self.checkout = root / "checkout"
        (self.checkout / "scripts").mkdir(parents=True)
        self.programs.mkdir()
        shutil.copy(ROOT / "scripts" / "setup", self.checkout / "scripts")
        shutil.copy(ROOT / "pyproject.toml", self.checkout)
        for name in REAL:
            (self.programs / name).symlink_to(os.path.realpath(str(shutil.which(name))))

    def has(self, name: str, script: str) -> None:
        """Give it a program; `$1` and so on are its arguments. What it is called with goes to calls.txt."""
        path = self.programs / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.programs}/calls.txt"\n{script}\n', encoding="utf-8")
        path.chmod(0o755)

    def set_up(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ("sh", str(self.checkout / "scripts" / "setup"), *options),
            env={"PATH": str(self.programs)}, capture_output=True, text=True, timeout=30,
        )  # fmt: skip

    @property
    def calls(self) -> list[str]:
        file = self.programs / "calls.txt"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Debian with everything installed, Python 3.11, and a user without rights."""
    machine = Machine(tmp_path)
    machine.has("dpkg-query", "printf installed")
    machine.has("apt-get", "exit 0")
    machine.has("id", "echo 1000")
    machine.has("python3", "echo Python 3.11.2")
    return machine


def test_an_unknown_option_is_wrong_usage(machine: Machine):
    done = machine.set_up("--fast")
    assert (done.returncode, done.stderr) == (2, "usage: scripts/setup [--llm]\n")
    assert machine.calls == []


def test_without_apt_it_says_where_the_packages_are_listed(machine: Machine):
    (machine.programs / "apt-get").unlink()
    done = machine.set_up()
    assert done.returncode == 1
    assert "not Debian or Ubuntu" in done.stderr


def test_without_rights_it_says_what_to_type_as_root(machine: Machine):
    machine.has("dpkg-query", 'case "$*" in *flite*) ;; *) printf installed ;; esac')
    done = machine.set_up()
    assert done.returncode == 1
    assert done.stderr.endswith("there is no sudo. As root: apt-get install flite \n")


def test_with_sudo_only_what_is_missing_is_installed(machine: Machine):
    machine.has("dpkg-query", 'case "$*" in *flite*) ;; *) printf installed ;; esac')
    machine.has("sudo", '"$@"')
    machine.has("python3", "exit 1")
    machine.set_up()
    installs = [call for call in machine.calls if call.startswith("apt-get install")]
    assert installs == ["apt-get install -y --no-install-recommends flite"]


def test_without_a_network_the_last_words_of_apt_are_shown(machine: Machine):
    machine.has("dpkg-query", "")
    machine.has("id", "echo 0")
    machine.has("apt-get", "echo Could not resolve deb.debian.org >&2; exit 100")
    done = machine.set_up()
    assert done.returncode == 1
    assert "Could not resolve deb.debian.org" in done.stderr
    assert "Is there a network?" in done.stderr


def test_a_python_that_is_too_old_is_named_with_its_version(machine: Machine):
    machine.has("python3", 'case "$1" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac')
    done = machine.set_up()
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert "python3 is Python 3.9.2" in done.stderr


def test_the_second_time_nothing_is_done(machine: Machine):
    python = machine.checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    machine.has("venv-python", "exit 0")
    python.symlink_to(machine.programs / "venv-python")
    assert machine.set_up().returncode == 0
    assert any("-m pip install" in call and "torch~=2.13.0" in call for call in machine.calls)
    installs = len(machine.calls)
    again = machine.set_up()
    assert (again.returncode, again.stderr) == (0, "")
    assert not [call for call in machine.calls[installs:] if "pip" in call]


def test_a_failing_pip_is_quoted_and_leaves_no_stamp(machine: Machine):
    python = machine.checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    machine.has("venv-python", 'case "$*" in *pip*) echo no route to host; exit 1 ;; esac')
    python.symlink_to(machine.programs / "venv-python")
    done = machine.set_up()
    assert done.returncode == 1
    assert "no route to host" in done.stderr
    assert not (machine.checkout / ".venv" / ".set-up").exists()
