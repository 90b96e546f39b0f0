"""`ambidex ask`: one request as if it were spoken, its outputs one per line."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from actions.dictation import Dictation
from actions.executor import Executor
from actions.judging import Judge
from actions.plugins.store import PluginActions
from actions.policy import Rule
from actions.schedule import Schedule
from desktop.absent import NoMarker
from desktop.deliberating import chosen_or_why, running
from desktop.desk import open_desk, open_eyes, surroundings
from desktop.minds import open_plugins, open_reflex, rules
from desktop.outputs import print_output
from desktop.places import Places
from desktop.settings import Settings
from desktop.simulation import (
    MAX_WORDS,
    ExecutorMaker,
    Scene,
    Simulator,
    dry_executor,
    lines_of,
    present,
    spoken,
)
from desktop.thinking import Thinking
from model.stream.errors import BadSettings
from model.stream.protocols import Licence, Post
from model.stream.sources import Sources
from model.stream.values import Place

log = logging.getLogger(__name__)

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp"})


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, and what there was to be seen."""

    text: str
    screen: Path | None = None
    clipboard: str | None = None
    dry_run: bool = False


def ask(settings: Settings, places: Places, request: Request, as_json: bool, write: Callable[[str], None]) -> None:
    """Raises any `AmbidexError`."""
    scene = scene_of(request)
    with ExitStack() as cleanup:
        plugins = open_plugins(places, cleanup)
        catalogue = plugins.catalogue
        policy = rules(places)
        reflex = open_reflex(settings, catalogue, places.read_actions if plugins.bodies else None)
        if request.dry_run:
            maker = dry_executor(catalogue, reflex.licence(), policy)
        else:
            maker = _real_executor(settings, places, plugins, reflex.licence(), policy, scene, cleanup)
        simulator = Simulator(reflex, reflex.pieces, catalogue, maker)
        simulator.run(scene, lambda output: print_output(output, as_json, write))


def _real_executor(
    settings: Settings,
    places: Places,
    plugins: PluginActions,
    licence: Licence,
    policy: Sequence[Rule],
    scene: Scene,
    cleanup: ExitStack,
) -> ExecutorMaker:
    """Hands that really act, at the moment the simulated request calls for it."""
    model, no_model = chosen_or_why(places)
    if no_model:
        log.warning("%s", no_model)
    desk = open_desk(settings, places)
    cleanup.callback(desk.close)
    for sentence in desk.absent:
        log.warning("%s", sentence)

    def make(sources: Sources, post: Post, now_ns: Callable[[], int]) -> Executor:
        schedule = Schedule(post, now_ns, places.schedule)
        eyes = open_eyes(settings)
        bodies = {**desk.bodies(eyes, MuteSpeaker(), NoMarker(), schedule, Dictation()), **plugins.bodies}
        if model is not None:
            apart = replace(running(settings, places), keep=None)
            seen = (*present(scene), *spoken(scene))
            bodies["think"] = Thinking(
                model, apart, plugins.catalogue, sources, seen, lambda action: executor.execute(action)
            )
        judge = Judge(sources, licence, policy, surroundings(desk, eyes), now_ns)
        executor = Executor(
            plugins.catalogue, sources, bodies, desk.journal, post, now_ns, release=desk.hands.release_all, judge=judge
        )
        return executor

    return make


class MuteSpeaker:
    """What `ask` answers is written, not spoken."""

    def hush(self) -> None:
        pass

    def last_said(self) -> str:
        return ""

    def change_rate(self, factor: float) -> bool:
        del factor
        return True


def scene_of(request: Request) -> Scene:
    """Raises `BadSettings` if there are no words, or too many, or the screen cannot be read."""
    words = tuple(request.text.split())
    if not 0 < len(words) <= MAX_WORDS:
        raise BadSettings(f"A request has 1 to {MAX_WORDS} words, this one has {len(words)}.")
    return Scene(words, read_screen(request.screen) if request.screen else (), request.clipboard)


def read_screen(path: Path) -> tuple[tuple[str, Place], ...]:
    """The lines of a picture of a screen, or of a text file."""
    if path.suffix.lower() in PICTURES:
        from perception.reading import read_picture

        return tuple(read_picture(path))
    try:
        return lines_of(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"The screen {path} cannot be read: {error}. Give a PNG picture or a text file.") from error
