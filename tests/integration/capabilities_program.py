"""Says on standard output what the doctor's table claims here, and what came of one action of each group."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from threading import Event as StopSignal

from actions.bodies import Body, Done, Halted
from actions.dictation import Dictation
from actions.loudspeaker import SoundDeviceOutput
from actions.schedule import Schedule
from actions.voice import Voice
from desktop import probes
from desktop.absent import NoMarker
from desktop.assembly import open_synthesiser
from desktop.desk import open_desk
from desktop.doctor import examine, machine_abilities
from desktop.minds import shipped_catalogue
from desktop.places import Places, find_places
from desktop.settings import Settings
from model.stream.errors import AmbidexError
from perception.screen import Eyes

SAMPLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "dictation": ("start_dictation", {}),
    "keys": ("type_text", {"text": "hello"}),
    "pointing at what is read": ("click", {"target": "submit"}),
    "clipboard": ("set_clipboard", {"text": " world"}),
    "clipboard by keys": ("paste", {}),
    "windows": ("focus_window", {"name": "notes"}),
    "screen": ("read_screen", {}),
    "programs, pages, files, mail": ("open_url", {"url": "https://example.org/"}),
    "time": ("set_timer", {"duration": "300"}),
    "lists, notes, calendar": ("list_add", {"item": "milk"}),
    "volume": ("mute", {}),
    "media": ("resume_media", {}),
    "home": ("home_on", {"device": "light"}),
    "sums": ("calculate", {"expression": "2+2"}),
    "memory": ("remember", {"text": "the key is under the mat"}),
    "voice": ("speak_faster", {}),
    "talk": ("stop", {}),
    "open questions": ("think", {"question": "why"}),
}


def main() -> None:
    settings, places = Settings(), find_places()
    claimed = machine_abilities(examine(settings, places), os.environ)
    desk = open_desk(settings, places)
    synthesiser, _ = open_synthesiser()
    output = SoundDeviceOutput(synthesiser.sample_rate, settings.speaker)
    voice = Voice(lambda event: None, time.monotonic_ns, synthesiser, output)
    schedule = Schedule(lambda event: None, time.monotonic_ns, places.schedule)
    bodies = desk.bodies(Eyes(), voice, NoMarker(), schedule, Dictation())
    done = {group: attempt(name, values, bodies) for group, (name, values) in SAMPLES.items()}
    desk.close()
    if done["dictation"][0]:
        done["dictation"] = hears(settings, places)
    report = {"claimed": {each.name: each.extent for each in claimed}, "done": done}
    sys.stdout.write(json.dumps(report) + "\n")


def attempt(name: str, values: Mapping[str, str], bodies: Mapping[str, Body]) -> tuple[bool, str]:
    """Whether it was done, and what was said of it. Dictation is told to end before it begins."""
    missing = shipped_catalogue()[name].missing
    if missing:
        return False, missing
    stop = StopSignal()
    if name == "start_dictation":
        stop.set()
    try:
        result = bodies[name](values, stop)
    except AmbidexError as error:
        return False, str(error)
    return isinstance(result, Done | Halted), result.text


def hears(settings: Settings, places: Places) -> tuple[bool, str]:
    try:
        return True, probes.microphone(settings, places)
    except AmbidexError as error:
        return False, str(error)


if __name__ == "__main__":
    main()
