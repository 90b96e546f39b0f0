"""Faults of real X servers, injected: what is missing is named or done without, what is gone by now is nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from Xlib.display import Display

from desktop.probing import open_probe
from desktop.processes import end, read_line, require, wait_until
from desktop.virtual import VirtualDesktop
from model.stream.errors import ModelFailed
from perception.reading import Network, Reader
from perception.screen import Eyes
from perception.windows import XDesktop
from tests.damage import damaged_recogniser
from tests.watching import Watching

pytestmark = pytest.mark.integration

READY_WITHIN_S = 20.0


@contextmanager
def bare_server(*options: str) -> Iterator[str]:
    """The display of an X server without a window manager."""
    number, tell_number = os.pipe()
    command = (
        require("Xvfb"),
        "-displayfd",
        str(tell_number),
        "-screen",
        "0",
        "640x480x24",
        "-nolisten",
        "tcp",
        *options,
    )
    server = subprocess.Popen(command, pass_fds=[tell_number], stderr=subprocess.DEVNULL)
    os.close(tell_number)
    try:
        with os.fdopen(number, "rb") as pipe:
            yield ":" + read_line(pipe, READY_WITHIN_S, "The virtual screen (Xvfb)")
    finally:
        end(server)


def run_there(display: str, program: str) -> str:
    """In a process of its own: python-xlib takes the extensions of one server for those of every other."""
    command = (sys.executable, "-c", f"import threading\nfrom perception.screen import Eyes\n{program}")
    ran = subprocess.run(command, env={**os.environ, "DISPLAY": display}, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


def test_a_server_without_shared_memory_is_read_nonetheless() -> None:
    with bare_server("-extension", "MIT-SHM") as display:
        assert run_there(display, "print(Eyes().read())") == "[]\n"


@pytest.mark.parametrize("damage", [None, b"", b"no network at all"])
def test_a_missing_or_damaged_text_recogniser_is_named_with_the_cure(
    on_screen: VirtualDesktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    open_probe(on_screen)
    model = damaged_recogniser(tmp_path, damage)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("perception.reading.network", Network)  # not the one that was loaded before
    eyes = Eyes(open_reader=Reader)
    for look in (eyes.read, lambda: eyes.run(lambda event: None, threading.Event())):
        with pytest.raises(ModelFailed, match=rf"The text recogniser {model} cannot be loaded: .*Reinstall rapidocr\."):
            look()


def test_a_server_that_tells_no_changes_is_said_so() -> None:
    with bare_server("-extension", "DAMAGE") as display:
        said = run_there(display, "Eyes().run(print, threading.Event())")
    assert said.splitlines()[-1].endswith("The screen cannot be watched: this X server has no DAMAGE extension.")


def test_windows_that_come_and_go_while_they_are_listed_are_left_out(on_screen: VirtualDesktop) -> None:
    stop = threading.Event()

    def flicker() -> None:
        with closing(Display()) as display:
            screen = display.screen()
            while not stop.is_set():
                window = screen.root.create_window(0, 0, 50, 50, 0, screen.root_depth)
                window.map()
                display.sync()
                window.destroy()
                display.sync()

    thread = threading.Thread(target=flicker, name="flicker")
    thread.start()
    try:
        with closing(XDesktop()) as desktop:
            desktop.watch()
            for _ in range(200):
                assert len(desktop.windows()) <= 3
    finally:
        stop.set()
        thread.join()


def test_a_hundred_windows_that_open_at_once_are_seen_and_the_eyes_go_on(on_screen: VirtualDesktop) -> None:
    with Watching() as watching, closing(Display()) as display, closing(XDesktop()) as desktop:
        screen = display.screen()
        windows = [
            screen.root.create_window(10 * (n % 10), 10 * (n // 10), 200, 100, 0, screen.root_depth) for n in range(100)
        ]
        for window in windows:
            window.map()
        display.sync()
        wait_until(lambda: len(desktop.windows()) == len(windows), READY_WITHIN_S, "all the windows")
    assert watching.lost is None
