"""The whole app at work on a virtual desktop: spoken to, looked at, recorded. `scripts/run` shows it where there is
no desktop to run on, and its exit code says whether everything asked for was done.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.app import require_display
from desktop.places import find_places
from desktop.probes import microphone, speaker
from desktop.probing import Probe, open_probe
from desktop.processes import Watched, wait_until
from desktop.settings import Settings
from desktop.transcript import transcribe
from desktop.virtual import VirtualDesktop
from model.stream import trace
from model.stream.errors import AmbidexError, BadTrace, DeviceLost
from model.stream.values import Event, Opened, Played, Silenced

HOTKEY = "ctrl+alt+space"
READY_WITHIN_S = 120.0
DONE_WITHIN_S = 30.0
LACKING = 3
"""The exit code of `--check` where something is missing; any other than 0 is a fault."""
COPIED = "the train leaves at nine"

EVENTS_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Scene:
    """One request, and how to see from outside that it was done."""

    name: str
    words: str
    done: Callable[[Stage], bool]


@dataclass(frozen=True)
class Stage:
    """Where it takes place. What it leaves behind goes to `folder`."""

    desktop: VirtualDesktop
    app: Watched
    window: Probe
    folder: Path

    @property
    def events(self) -> tuple[Event, ...]:
        try:
            return trace.load(self.folder / "trace").events
        except BadTrace:
            return ()  # it is being written

    def said(self) -> str:
        """Every word that came out of the loudspeaker so far."""
        return " ".join(event.data.text for event in self.events if isinstance(event.data, Played))

    def count(self, kind: type[Opened | Silenced]) -> int:
        return sum(isinstance(event.data, kind) for event in self.events)


SCENES = (
    Scene("typing", "type hello world", lambda stage: _letters(stage.window.text) == "hello world"),
    Scene("clipboard", "what is on my clipboard", lambda stage: COPIED in _letters(stage.said())),
    Scene("clicking", "click the submit button", lambda stage: "Submit" in stage.window.presses),
)


def lacking() -> list[str]:
    """Why the app cannot show what it can do here: a sentence per missing device."""
    settings = Settings()
    attempts: tuple[Callable[[], object], ...] = (
        lambda: require_display(os.environ),
        lambda: microphone(settings, find_places()),
        lambda: speaker(settings),
    )
    return [sentence for attempt in attempts if (sentence := _complaint(attempt))]


def demonstrate(folder: Path, tell: Callable[[str], None]) -> bool:
    """Play every scene and leave screenshots, the transcript, the trace and the spoken replies in `folder`."""
    with VirtualDesktop() as desktop:
        desktop.copy(COPIED)
        window = open_probe(desktop)
        tell("Starting Ambidex on a virtual desktop ...")
        stage = Stage(desktop, _start_app(desktop, folder), window, folder)
        try:
            stage.app.wait_for(r"\bready\b", READY_WITHIN_S)
            with desktop.record(folder / "replies.wav"):
                done = [_play(scene, number, stage, tell) for number, scene in enumerate(SCENES, 1)]
        finally:
            stage.app.end()
            (folder / "log.txt").write_text("\n".join(stage.app.lines) + "\n", encoding="utf-8")
    (folder / "transcript.txt").write_text(transcribe(trace.load(folder / "trace")), encoding="utf-8")
    return all(done)


def _start_app(desktop: VirtualDesktop, folder: Path) -> Watched:
    home = {"AMBIDEX_HOME": str(desktop.home / "ambidex")}
    return desktop.watch(sys.executable, "-m", "desktop", "run", "--record", str(folder / "trace"), env=home)


def _play(scene: Scene, number: int, stage: Stage, tell: Callable[[str], None]) -> bool:
    """Hold the hotkey, say the words, let go, and see what comes of it."""
    picture = f"{number}-{scene.name}"
    replies, openings = stage.count(Silenced), stage.count(Opened)
    stage.desktop.voice_file(scene.words)  # made now, so that nothing delays it once the key is held
    with stage.desktop.holding(HOTKEY):
        _in_time(lambda: stage.count(Opened) > openings, "listening")
        stage.desktop.say(scene.words)
        stage.desktop.screenshot(stage.folder / f"{picture}-listening.png")
    done = _in_time(lambda: scene.done(stage), scene.name)
    stage.desktop.screenshot(stage.folder / f"{picture}-answering.png")
    answered = _in_time(lambda: stage.count(Silenced) > replies, "reply")
    outcome = "done" if done else "NOT DONE"
    tell(f'  "{scene.words}": {outcome}{"" if answered else ", and nothing was said"}')
    return done and answered


def _in_time(condition: Callable[[], bool], what: str) -> bool:
    try:
        wait_until(condition, DONE_WITHIN_S, what, EVENTS_EVERY_S)
    except DeviceLost:
        return False
    return True


def _letters(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _complaint(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except AmbidexError as error:
        return str(error)
    return ""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR)
    if options.check:
        reasons = lacking()
        for reason in reasons:
            _tell(reason)
        return LACKING if reasons else 0
    folder = options.folder or Path(tempfile.mkdtemp(prefix="demonstration-", dir=_made(Path("demonstrations"))))
    folder = _made(folder).absolute()
    try:
        passed = demonstrate(folder, _tell)
    except AmbidexError as error:
        _tell(str(error))
        passed = False
    _tell(f"Screenshots, transcript, trace and recorded replies are in {folder}.")
    return 0 if passed else 1


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desktop.demonstration", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="only say what this machine lacks; exit code 3 if anything"
    )
    parser.add_argument("--folder", type=Path, help="where to leave everything; a new one in demonstrations/ if absent")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
