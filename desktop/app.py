"""`ambidex run`: one process from start-up to shut-down, told in stages."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from desktop import memory
from desktop.control import Instance
from desktop.engine import Engine
from desktop.places import Places
from desktop.remote import Remote
from desktop.settings import Settings
from model.quick_torch import import_torch
from model.stream.errors import DeviceLost

if TYPE_CHECKING:
    from desktop.assembly import Assembly, Options
    from desktop.recognisers import Listener

log = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ENOUGH = b"\0"
"""No signal has this number: it ends the thread that waits for them."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says about a run."""

    headless: bool = False
    dry_run: bool = False
    record: Path | None = None


@dataclass(frozen=True)
class Run:
    """One run of the app, from its first moment."""

    settings: Settings
    places: Places
    options: RunOptions
    instance: Instance
    started_s: float
    listener: Future[Listener] | None
    """The recogniser, which loads meanwhile; None where nobody listens."""

    def report_ready(self) -> None:
        memory.give_back()
        log.info("ready after %.1f s", time.monotonic() - self.started_s)


def run_app(settings: Settings, places: Places, options: RunOptions) -> None:
    """Run until told to quit. Raises any `AmbidexError` that keeps the app from starting, or that ended it."""
    started_s = time.monotonic()
    memory.keep_little()
    if not options.headless:
        require_display(os.environ)
    instance = Instance(places.socket)
    try:
        run = Run(settings, places, options, instance, started_s, _listener(settings, places))
        import_torch()
        if options.headless:
            run_headless(run)
        else:
            from desktop.window import run_with_window  # Qt: only where there is a window

            run_with_window(run)
    finally:
        instance.close()


def _listener(settings: Settings, places: Places) -> Future[Listener] | None:
    """It loads without the interpreter's lock, which importing torch holds: on two cores it costs no time."""
    if not settings.sense_microphone:
        return None
    loading = ThreadPoolExecutor(1, "loading")
    listener = loading.submit(_open_listener, places)
    loading.shutdown(wait=False)
    return listener


def _open_listener(places: Places) -> Listener:
    from actions.dictation import SPOKEN
    from desktop.recognisers import open_recogniser

    return open_recogniser(places, SPOKEN)


def run_headless(run: Run) -> None:
    from desktop.assembly import assemble  # torch and the devices: a second instance never gets here

    assembly = assemble(run.settings, run.places, options_of(run))
    with running(run, assembly) as engine, signals_quit(engine.quit):
        run.report_ready()
        engine.stopped.wait()


def options_of(run: Run) -> Options:
    from desktop.assembly import Options

    return Options(run.options.dry_run, run.options.record, listener=run.listener)


@contextmanager
def running(run: Run, assembly: Assembly) -> Generator[Engine]:
    """An engine that answers commands, from its start to its end."""
    engine = Engine(assembly.parts)
    about = {"headless": run.options.headless, "dry_run": run.options.dry_run}
    remote = Remote(engine, assembly.ours, about)
    try:
        engine.start()
        engine.also("memory", memory.give_back_often)
        engine.also("control", lambda stop: run.instance.serve(remote.answer, stop))
        yield engine
    finally:
        engine.close()
        log.info("stopped")


@contextmanager
def signals_quit(quit_: Callable[[], None]) -> Generator[None]:
    """SIGTERM, SIGINT and SIGHUP end the app in good order. For the main thread."""
    # The interpreter runs a handler only between two bytecodes of the main thread. A main thread that waits in C (a
    # lock, Qt) may never get there: a signal that comes just before the wait is not seen until the wait is over. So
    # the handlers do nothing, and a thread reads the byte that the interpreter's own C code writes for each signal.
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)

    def quit_when_told() -> None:
        while ours.recv(1) != ENOUGH:
            quit_()

    waiting = threading.Thread(target=quit_when_told, name="signals", daemon=True)
    waiting.start()
    descriptor = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, _do_nothing) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(descriptor)
        theirs.sendall(ENOUGH)
        waiting.join()
        ours.close()
        theirs.close()


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """Stands for the default action, which would end the process."""


def require_display(environ: Mapping[str, str]) -> None:
    """Raises `DeviceLost` where Qt would end the process without a word of use to anybody."""
    display = environ.get("DISPLAY", "")
    if environ.get("WAYLAND_DISPLAY"):
        return
    cure = "Start it from within a desktop, or with `ambidex run --headless`."
    if not display:
        raise DeviceLost(f"There is no display: DISPLAY is not set. {cure}")
    if not display_answers(display):
        raise DeviceLost(f"The display {display} does not answer. {cure}")


def display_answers(display: str) -> bool:
    """Whether an X server listens at a local display such as `:1`; remote ones are taken at their word."""
    match = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if match is None:
        return ":" in display
    name = f"/tmp/.X11-unix/X{match[1]}"
    return any(_listens(address) for address in (f"\0{name}", name))


def _listens(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(address)
        except OSError:
            return False
    return True
