"""What `ambidex doctor` tries. Each probe returns a sentence about what works, or raises one about what does not."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path

from actions.plugins.sandbox import confinement
from actions.plugins.store import PluginStore
from desktop.minds import shipped_catalogue, users_rules
from desktop.places import Places, make_private
from desktop.settings import Settings
from model.stream.errors import BadSettings, DeviceLost, ModelFailed, NotPermitted
from model.stream.values import Opening

HEAR_WITHIN_S = 5.0


def files(places: Places) -> str:
    for directory in (places.config, places.state, places.runtime):
        make_private(directory)
        if not os.access(directory, os.W_OK | os.X_OK):
            raise NotPermitted(f"{directory} cannot be written. Mend its permissions, or set AMBIDEX_HOME.")
    return f"Settings are read from {places.settings}; all else is kept in {places.state}."


def policy(places: Places) -> str:
    """Raises `BadSettings` where a rule is wrong."""
    yours = len(users_rules(places))
    if not yours:
        return f"There are no rules of yours; they would stand in {places.policy}."
    return f"{yours} rule{'s' if yours > 1 else ''} of yours in {places.policy} count before those that ship."


def plugins(places: Places) -> str:
    """Raises `NotPermitted` where they cannot be confined, `BadSettings` where one cannot be used."""
    installed = PluginStore(places.plugins).all()
    faults = [f"{plugin.name}: {plugin.fault}" for plugin in installed if plugin.fault]
    if faults:
        raise BadSettings(" ".join(faults))
    if reason := confinement():
        raise NotPermitted(reason)
    used = [plugin.name for plugin in installed if plugin.enabled]
    return f"They can be confined by bubblewrap; in use: {', '.join(used) or 'none'}."


def reflex(settings: Settings) -> str:
    from desktop.minds import open_reflex, reflex_directory

    loaded = open_reflex(settings, shipped_catalogue())
    return f"The weights in {reflex_directory(settings)} are whole (version {loaded.version[:12]})."


def microphone(settings: Settings, places: Places) -> str:
    """Opens it for a moment; nothing of what it hears is kept."""
    from desktop.assembly import open_hearing
    from perception.microphone import Microphone

    blocks: list[int] = []
    ears = Microphone(open_hearing(places)[0], settings.microphone, audio_sink=lambda block: blocks.append(len(block)))
    stop, lost = threading.Event(), list[DeviceLost]()

    def run() -> None:
        try:
            ears.run(lambda event: None, stop)
        except DeviceLost as error:
            lost.append(error)

    thread = threading.Thread(target=run, name="doctor.microphone", daemon=True)
    thread.start()
    deadline_s = time.monotonic() + HEAR_WITHIN_S
    while not blocks and not lost and time.monotonic() < deadline_s:
        ears.open(Opening.TOGGLE)  # again and again: what is asked before its thread runs is forgotten
        time.sleep(0.02)
    stop.set()
    thread.join(HEAR_WITHIN_S)
    if lost:
        raise lost[0]
    if not blocks:
        raise DeviceLost("The microphone is there, but no sound comes from it. Is another program holding it?")
    return "Sound comes in."


def microphone_names() -> list[str]:
    from perception.sound_devices import microphones

    return [device.name for device in microphones()]


def recogniser(places: Places) -> str:
    from actions.dictation import SPOKEN
    from desktop.recognisers import SHIPPED, offer, open_recogniser

    listener = open_recogniser(places, SPOKEN)
    if listener.fault:
        raise ModelFailed(listener.fault)
    return offer() if listener.name == SHIPPED else f"Speech is recognised by {listener.name}."


def voice(settings: Settings, places: Places) -> str:
    from actions.synthesiser import BackedSynthesiser, Style
    from desktop.assembly import open_chosen_synthesiser

    synthesiser, fault = open_chosen_synthesiser(places)
    if fault:
        raise ModelFailed(fault)
    style = Style(voice=settings.voice_variant, rate_wpm=settings.voice_rate_wpm)
    if not any(len(chunk.samples) for chunk in synthesiser.synthesise("hello", style)):
        raise ModelFailed("The voice makes no sound. Choose another `voice_variant` in the settings.")
    return "The voice that you added speaks." if isinstance(synthesiser, BackedSynthesiser) else "espeak-ng speaks."


def speaker(settings: Settings) -> str:
    """Plays a moment of silence."""
    import numpy as np

    from actions.loudspeaker import SoundDeviceOutput

    output = SoundDeviceOutput(22_050, settings.speaker)
    try:
        output.write(np.zeros(2205, np.int16))
    finally:
        output.close()
    return "Sound goes out."


def speaker_names() -> list[str]:
    from perception.sound_devices import loudspeakers

    return [device.name for device in loudspeakers()]


def screen() -> str:
    from model.stream.values import Place
    from perception.reading import network
    from perception.screen import Eyes

    network()  # a screen on which nothing is written is read without
    Eyes().read(Place(0, 0, 200, 50))
    return "The screen can be read."


def accessibility(settings: Settings) -> str:
    from perception.accessibility import programs_that_tell

    if not settings.sense_accessibility:
        return "Switched off in the settings (`sense_accessibility`); text is read from the pixels."
    n_programs = programs_that_tell(os.environ)
    return f"Programs can be asked what they show; {n_programs} of those that run answer to that."


def clipboard() -> str:
    from actions.x11_clipboard import open_clipboard

    opened = open_clipboard()
    try:
        opened.read()
    finally:
        opened.close()
    return "The clipboard can be read."


def injection(places: Places) -> str:
    """Connects without pressing anything."""
    from actions.x11 import X11Hands

    make_private(places.runtime)
    with tempfile.TemporaryDirectory(dir=places.runtime) as directory:
        X11Hands(os.environ.get("DISPLAY"), Path(directory), guarded=False).close()
    return "Keys and clicks can be sent (XTEST)."


def windows() -> str:
    from actions.x11_windows import X11Windows

    opened = X11Windows(os.environ.get("DISPLAY"))
    try:
        count = len(opened.all())
    finally:
        opened.close()
    return f"The window manager tells of its windows ({count} open)."


def volume() -> str:
    from actions.mixer import PulseMixer

    return f"The volume can be set; it is at {PulseMixer().level()} percent."


def media() -> str:
    from actions.players import MprisPlayers

    names = ", ".join(player.name for player in MprisPlayers(os.environ).all())
    return f"Media players can be controlled; running: {names or 'none'}."


def programs() -> str:
    """What opens pages, files and drafts of mail."""
    from actions.apps import installed_apps
    from actions.launcher import opener

    if opener(os.environ) is None:
        raise DeviceLost("Pages, files and mail cannot be opened: install xdg-utils.")
    return f"Pages and files open in their own programs; {len(installed_apps(os.environ))} programs are in the menu."


def hotkey(settings: Settings) -> str:
    from desktop.chords import Chords, Surroundings, parse_chord
    from desktop.hotkey import Hotkeys

    chords = Chords(parse_chord(settings.hotkey), parse_chord(settings.panic_hotkey))
    hotkeys = Hotkeys(chords, lambda intent: None, lambda: Surroundings())
    try:
        hotkeys.start()
    finally:
        hotkeys.close()
    return f"{settings.hotkey} can be watched for."


def locks() -> str:
    from desktop.presence import informants

    found = informants()
    if not found:
        raise DeviceLost(
            "Nobody tells when the screen is locked or the machine sleeps (logind, or a desktop's own locker). Close "
            "the microphone yourself before you leave."
        )
    return f"Listening closes when the screen is locked or the machine sleeps, as told by {', '.join(found)}."


def language_model(places: Places) -> str:
    from desktop.deliberating import NO_ENGINE, chosen_language_model

    model = chosen_language_model(places)
    if model is not None:
        return f"Open questions are answered by {model.name}."
    if find_spec("llama_cpp") is None:
        raise ModelFailed(f"Commands work; open questions need a language model. {NO_ENGINE}")
    raise ModelFailed(
        "Commands work; open questions need a language model: `ambidex models add FILE.gguf`, then `use`."
    )
