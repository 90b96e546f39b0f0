"""Builds every part of the assistant from the settings. What this machine lacks is left out, with a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from actions.apps import installed_apps
from actions.builtin import NAMES
from actions.clipboard import Clipboard
from actions.dictation import SPOKEN, Dictation
from actions.espeak import EspeakSynthesiser
from actions.executor import Executor
from actions.judging import Judge
from actions.lists import Lists
from actions.loudspeaker import SoundDeviceOutput
from actions.piper import PiperSynthesiser
from actions.schedule import Schedule
from actions.synthesiser import BackedSynthesiser, SilentSynthesiser, Style, Synthesiser
from actions.voice import Voice
from desktop.absent import AbsentLook
from desktop.deliberating import Deliberating, chosen_or_why, running
from desktop.desk import open_desk, open_eyes, surroundings
from desktop.engaged import Engaged
from desktop.engine import NoDeliberation, Parts
from desktop.expectation import Expectation
from desktop.live import LiveView
from desktop.minds import open_plugins, open_reflex, rules
from desktop.model_kinds import Kind
from desktop.model_store import ModelStore
from desktop.places import Places
from desktop.presence import watches
from desktop.recognisers import Listener, first_offer, open_recogniser
from desktop.recording import Recording
from desktop.settings import Settings
from model.deliberation.kept import forget
from model.reflex import Reflex
from model.reflex.decoder import Decoder
from model.reflex.encoder import Encoder
from model.stream.catalogue import Catalogue
from model.stream.clock import RealClock
from model.stream.errors import ModelFailed, NotPermitted
from model.stream.protocols import Playback, Post, Sense
from model.stream.queues import Inbox
from model.stream.sources import Sources
from perception.clipboard import ClipboardWatch, SelectionWatch
from perception.echo import EchoCanceller
from perception.hearing import Hearing
from perception.microphone import Microphone
from perception.screen import Eyes
from perception.tone import Block


@dataclass(frozen=True, slots=True)
class Options:
    """What a run differs in from another with the same settings."""

    dry_run: bool = False
    record: Path | None = None
    clipboard: Clipboard | None = None
    clipboard_sense: Sense | None = None
    """The clipboard as a window has it, where it can be reached only through one."""
    listener: Future[Listener] | None = None
    """The recogniser, where it is loading already."""


@dataclass(frozen=True)
class Assembly:
    """The parts of an engine, and whether our own hands are at work, or pressing a shortcut, at this moment."""

    parts: Parts
    ours: Callable[[], bool]
    pressing: Callable[[], bool]


def assemble(settings: Settings, places: Places, options: Options) -> Assembly:
    """Raises `ModelFailed` without a reflex, `BadTrace` if nothing can be recorded, `BadSettings` if a rule is wrong;
    all else degrades."""
    with ExitStack() as cleanup:
        plugins = open_plugins(places, cleanup)
        catalogue = plugins.catalogue
        policy = rules(places)
        reflex = open_reflex(settings, catalogue, places.read_actions if plugins.bodies else None)
        clock, sources = RealClock(), Sources()
        inbox = Inbox(clock.wake)
        recording = _open_recording(options, reflex, cleanup)
        sink = recording.hear if recording else None
        desk = open_desk(settings, places, options.clipboard)
        cleanup.callback(desk.close)
        voice, no_voice = _open_voice(settings, places, inbox.post, clock.now_ns)
        canceller = _open_canceller(settings, voice)
        schedule = Schedule(inbox.post, clock.now_ns, places.schedule)
        live = LiveView(sources.resolve)
        expectation = _expectation(places, plugins.phrases)
        ears, no_model = _open_ears(settings, places, options.listener, sink, canceller, expectation, live.notify)
        engaged = Engaged(lambda: ears is not None and ears.is_open)
        eyes = open_eyes(settings, engaged) if settings.sense_screen else None
        look = eyes or AbsentLook("The screen is not read: it is switched off in the settings (`sense_screen`).")
        dictation = Dictation()
        deliberating, no_language = _open_deliberating(settings, places, catalogue, sources, voice, live, inbox.post)
        thinks = deliberating.bodies if deliberating else {}
        bodies = {**desk.bodies(look, voice, live, schedule, dictation), **plugins.bodies, **thinks}
        judge = Judge(sources, reflex.licence(), policy, surroundings(desk, eyes), clock.now_ns)
        executor = Executor(
            catalogue,
            sources,
            bodies,
            desk.journal,
            inbox.post,
            clock.now_ns,
            options.dry_run,
            desk.hands.release_all,
            judge,
        )
        if deliberating is not None:
            deliberating.connect(executor)
        parts = Parts(
            clock=clock,
            inbox=inbox,
            encoder=Encoder(sources, reflex.pieces),
            mind=reflex,
            decoder=Decoder(sources, catalogue),
            executor=executor,
            voice=voice,
            live=live,
            dictation=dictation,
            ears=ears,
            senses=tuple(_senses(settings, options, eyes)),
            threads=(("schedule", schedule.run), *((("deliberation", deliberating.run),) if deliberating else ())),
            presence=watches(),
            deliberation=deliberating or NoDeliberation(),
            recorders=(
                engaged,
                expectation,
                desk.clipboard_history,
                *filter(None, (recording, deliberating)),
            ),
            queues=(canceller.statistics,) if canceller else (),
            close=cleanup.pop_all().close,
            absent=tuple(
                reason for reason in (*desk.absent, no_voice, no_model, no_language, *plugins.complaints) if reason
            ),
            hint=first_offer(places) if ears else "",
        )
    return Assembly(parts, desk.ours, desk.pressing)


def _open_deliberating(
    settings: Settings,
    places: Places,
    catalogue: Catalogue,
    sources: Sources,
    voice: Voice,
    live: LiveView,
    post: Post,
) -> tuple[Deliberating | None, str]:
    """The language model that the user chose, and what is wrong with it."""
    model, fault = chosen_or_why(places)
    if not settings.keep_conversation:
        try:
            forget(places.conversation)
        except NotPermitted as error:
            return None, str(error)
    if model is None:
        return None, fault
    return Deliberating(model, running(settings, places), catalogue, sources, voice, live, post), ""


def open_hearing(places: Places) -> tuple[Hearing, str]:
    """Ears without a microphone, and what is wrong with the recogniser that the user chose.

    Raises `ModelFailed` if none can be loaded.
    """
    return _hearing(open_recogniser(places, SPOKEN))


def _hearing(listener: Listener) -> tuple[Hearing, str]:
    return Hearing(listener.recogniser), listener.fault


def _open_ears(
    settings: Settings,
    places: Places,
    listener: Future[Listener] | None,
    sink: Callable[[Block], None] | None,
    canceller: EchoCanceller | None,
    expectation: Expectation,
    tell: Callable[[str], None],
) -> tuple[Microphone | None, str]:
    """The microphone, closed. `sink` is given every block that it hears, `tell` what is wrong with them."""
    if not settings.sense_microphone:
        return None, ""
    hearing, fault = _hearing(listener.result()) if listener else open_hearing(places)
    expected = expectation.phrases
    ears = Microphone(hearing, settings.microphone, sink, canceller=canceller, expected=expected, tell=tell)
    return ears, fault


def _expectation(places: Places, requests: Sequence[str]) -> Expectation:
    """What the user is likely to name."""
    lists = Lists(places.files / "lists")
    return Expectation(
        apps=lambda: [app.name for app in installed_apps(os.environ)],
        names=lambda: [item.text for item in lists.items(NAMES)],
        requests=requests,
    )


def _open_canceller(settings: Settings, playback: Playback) -> EchoCanceller | None:
    if not (settings.echo_cancelling and settings.sense_microphone):
        return None
    canceller = EchoCanceller()
    playback.on_playing(canceller.played)
    return canceller


def _open_voice(settings: Settings, places: Places, post: Post, now_ns: Callable[[], int]) -> tuple[Voice, str]:
    synthesiser, fault = open_chosen_synthesiser(places)
    style = Style(voice=settings.voice_variant, rate_wpm=settings.voice_rate_wpm)
    output = SoundDeviceOutput(synthesiser.sample_rate, settings.speaker)
    return Voice(post, now_ns, synthesiser, output, style=style), fault


def open_chosen_synthesiser(places: Places) -> tuple[Synthesiser, str]:
    """As `open_synthesiser`, with the voice that the user chose."""
    try:
        return open_synthesiser(ModelStore(places.models).chosen(Kind.VOICE))
    except ModelFailed as error:
        return open_synthesiser()[0], str(error)


def open_synthesiser(added: Path | None = None) -> tuple[Synthesiser, str]:
    """The voice's sound: the voice that the user added, else the one that ships, else silence; and a sentence why."""
    try:
        shipped = EspeakSynthesiser()
    except ModelFailed as error:
        return SilentSynthesiser(), str(error)
    if added is None:
        return shipped, ""
    try:
        return BackedSynthesiser(PiperSynthesiser(added), shipped), ""
    except ModelFailed as error:
        return shipped, f"{error} Until then the built-in voice speaks."


def _senses(settings: Settings, options: Options, eyes: Eyes | None) -> Iterator[Sense]:
    if eyes is not None:
        yield eyes
    if settings.sense_clipboard:
        yield options.clipboard_sense or ClipboardWatch()
        if settings.sense_selection:
            yield SelectionWatch()


def _open_recording(options: Options, reflex: Reflex, cleanup: ExitStack) -> Recording | None:
    if options.record is None:
        return None
    recording = Recording(options.record, {"ambidex": version("ambidex"), "model": reflex.version, "seed": None})
    cleanup.callback(recording.close)
    return recording
