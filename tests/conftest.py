"""What every test may ask for: a virtual desktop, the running program, a window to operate, quiet logs."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from desktop.probing import Probe, open_probe
from desktop.virtual import VirtualDesktop
from tests.program import Ambidex

# A machine that is busy with something else is slow, not wrong.
settings.register_profile("ambidex", deadline=None)
settings.load_profile("ambidex")

Announce = Callable[[str], None]


@pytest.fixture(autouse=True)
def announce(caplog: pytest.LogCaptureFixture) -> Iterator[Announce]:
    """Say which warnings a test provokes, as a regular expression; any other line at WARNING or above fails it."""
    expected: list[str] = []
    yield expected.append
    lines = [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.WARNING
    ]
    unexpected = [line for line in lines if not any(re.search(pattern, line) for pattern in expected)]
    assert not unexpected, "unannounced log lines:\n" + "\n".join(unexpected)


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes the settings of whoever runs it."""
    monkeypatch.setenv("AMBIDEX_HOME", str(tmp_path / "ambidex"))


@pytest.fixture
def virtual_screen() -> Iterator[VirtualDesktop]:
    """A screen with a window manager; `.display`, `.env`, `.xdotool(...)`, `.screenshot(path)`."""
    with VirtualDesktop(sound=False) as desktop:
        yield desktop


@pytest.fixture
def virtual_sound() -> Iterator[VirtualDesktop]:
    """A microphone and a loudspeaker; `.env`, `.speak(wav)`, `.say(text)`, `.record()`."""
    with VirtualDesktop(screen=False) as desktop:
        yield desktop


@pytest.fixture
def virtual_desktop() -> Iterator[VirtualDesktop]:
    with VirtualDesktop() as desktop:
        yield desktop


@pytest.fixture
def on_screen(virtual_screen: VirtualDesktop, monkeypatch: pytest.MonkeyPatch) -> VirtualDesktop:
    """The virtual screen, and this process itself sees it too."""
    return _enter(virtual_screen, monkeypatch)


@pytest.fixture
def on_sound(virtual_sound: VirtualDesktop, monkeypatch: pytest.MonkeyPatch) -> VirtualDesktop:
    """The virtual sound system, and this process itself hears it too."""
    return _enter(virtual_sound, monkeypatch)


@pytest.fixture
def probe(virtual_screen: VirtualDesktop) -> Probe:
    """Somebody else's window on the virtual screen, with the keyboard."""
    return open_probe(virtual_screen)


@pytest.fixture
def ambidex(virtual_desktop: VirtualDesktop, tmp_path: Path) -> Iterator[Ambidex]:
    """The real program on the virtual desktop, not started yet: `.start("--headless")`, `.call("status")`, ..."""
    program = Ambidex(virtual_desktop, tmp_path / "ambidex")
    yield program
    program.close()
    assert not program.unexpected, "unannounced log lines of the program:\n" + "\n".join(program.unexpected)


def _enter(desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch) -> VirtualDesktop:
    for name, value in desktop.env.items():
        monkeypatch.setenv(name, value)
    return desktop
