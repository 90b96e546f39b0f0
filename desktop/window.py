"""`ambidex run` with a window: Qt's event loop on the main thread, the engine's threads beside it."""

from __future__ import annotations

import shutil
from dataclasses import replace

from PySide6.QtWidgets import QApplication

import resources
from desktop.app import Run, options_of, running, signals_quit
from desktop.assembly import Options, assemble
from desktop.clipboard_sense import ClipboardSense, QtClipboard
from desktop.face import Appearance, Face

ICON = resources.ROOT / "icon.svg"


def run_with_window(run: Run) -> None:
    application = QApplication(["ambidex"])
    application.setApplicationName("Ambidex")
    assembly = assemble(run.settings, run.places, _options(run, application))
    with running(run, assembly) as engine, signals_quit(engine.quit):
        face = Face(engine, assembly.parts.live, appearance_of(run), assembly.ours, assembly.pressing)
        try:
            face.bridge.ended.connect(application.quit)
            engine.also("intents", face.intents.run)
            engine.on_stop(face.bridge.end)
            face.start()
            run.report_ready()
            application.exec()
        finally:
            face.close()


def _options(run: Run, application: QApplication) -> Options:
    """On X11 the clipboard is not read through Qt: its window stands still until the other program answers."""
    options = options_of(run)
    if application.platformName() == "xcb" and shutil.which("xclip"):
        return options
    clipboard = application.clipboard()
    return replace(options, clipboard=QtClipboard(clipboard), clipboard_sense=ClipboardSense(clipboard))


def appearance_of(run: Run) -> Appearance:
    settings = run.settings
    return Appearance(
        hotkey=settings.hotkey,
        panic_hotkey=settings.panic_hotkey,
        prompt_hotkey=settings.prompt_hotkey,
        theme=settings.theme,
        reduced_motion=settings.reduced_motion,
        spot_file=run.places.state / "overlay.json",
        icon_file=ICON,
    )
