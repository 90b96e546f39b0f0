"""The volume of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event as StopSignal

from actions.bodies import Body, Done, Result, Undo
from actions.mixer import Mixer

STEP_PERCENT = 10
LOUDEST_PERCENT = 100
"""Beyond it the sound system distorts; a louder one set by hand is left alone."""


def sound_bodies(mixer: Mixer) -> Mapping[str, Body]:
    def set_volume(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        before = mixer.level()
        wanted = _wanted(values["level"], before)
        if wanted == before:
            return Done(f"The volume is at {before} percent already.")
        mixer.set_level(wanted)
        hint = " The sound is muted, though." if mixer.muted() else ""
        return Done(f"The volume is at {wanted} percent.{hint}", _setting_back(mixer, before))

    def mute(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        if mixer.muted():
            return Done("The sound is off already.")
        mixer.set_muted(True)
        return Done("The sound is off.", _muting(mixer, False))

    def unmute(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        if not mixer.muted():
            return Done(f"The sound is on, at {mixer.level()} percent.")
        mixer.set_muted(False)
        return Done("The sound is on.", _muting(mixer, True))

    return {"set_volume": set_volume, "mute": mute, "unmute": unmute}


def _wanted(level: str, before: int) -> int:
    match level:
        case "up":
            return max(before, min(before + STEP_PERCENT, LOUDEST_PERCENT))
        case "down":
            return max(before - STEP_PERCENT, 0)
        case _:
            return round(float(level))


def _setting_back(mixer: Mixer, percent: int) -> Undo:
    def undo(stop: StopSignal) -> str:
        del stop
        mixer.set_level(percent)
        return f"The volume is at {percent} percent again."

    return undo


def _muting(mixer: Mixer, muted: bool) -> Undo:
    def undo(stop: StopSignal) -> str:
        del stop
        mixer.set_muted(muted)
        return f"The sound is {'off' if muted else 'on'} again."

    return undo
