"""Which microphones there are, under which names, and which of them a setting means."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from model.stream.errors import DeviceLost

PULSE_CLIENT = "pulse"
"""The device through which PortAudio reaches PulseAudio or PipeWire, on Linux."""
PULSE_SOURCE = "PULSE_SOURCE"
"""Which of the sound server's microphones the next stream records from; their client library reads it when it opens."""


@dataclass(frozen=True, slots=True)
class Device:
    """`name` is what people call it; `key` is how the sound server does, or empty if it is PortAudio's own."""

    name: str
    key: str = ""
    index: int | None = None
    """PortAudio's number; None is the system's own choice."""


DEFAULT = Device("the system's own choice")


def microphones() -> list[Device]:
    """Those of the sound server first, then PortAudio's own. Raises `DeviceLost` without PortAudio."""
    return [*_server_sources(), *_own("max_input_channels")]


def loudspeakers() -> list[Device]:
    """As PortAudio knows them. Raises `DeviceLost` without PortAudio."""
    return _own("max_output_channels")


def find_microphone(setting: str) -> Device:
    """The one that a name, or part of one, means. Raises `DeviceLost` naming the others if it is none or several."""
    return pick(setting, microphones()) if setting else DEFAULT


def pick(setting: str, devices: Sequence[Device]) -> Device:
    """A whole name goes before a part of one; case does not matter."""
    wanted = setting.casefold()
    same = [device for device in devices if wanted in (device.name.casefold(), device.key.casefold())]
    alike = [device for device in devices if wanted in device.name.casefold() or wanted in device.key.casefold()]
    found = same[:1] or alike
    if len(found) == 1:
        return found[0]
    if found:
        raise DeviceLost(f"“{setting}” may be any of these: {_listed(found)}. Write more of the name in the settings.")
    there = f"There are: {_listed(devices)}." if devices else "There is none at all."
    raise DeviceLost(f"There is no microphone called “{setting}”. {there} Connect it, or name another in the settings.")


@contextmanager
def chosen(device: Device) -> Generator[int | str | None]:
    """What PortAudio is to be told to open, for as long as it takes to open it."""
    if not device.key:
        yield device.index
        return
    # The sound server is not told through PortAudio, which knows only that there is one; and a program that our hands
    # start within these milliseconds merely gets the same microphone.
    before = os.environ.get(PULSE_SOURCE)
    os.environ[PULSE_SOURCE] = device.key
    try:
        yield device.index
    finally:
        if before is None:
            del os.environ[PULSE_SOURCE]
        else:
            os.environ[PULSE_SOURCE] = before


def sound_library() -> Any:
    """Loading PortAudio fails on machines without it, and that must not stop the program: so not at the top."""
    try:
        import sounddevice
    except OSError as error:
        raise DeviceLost(f"Sound cannot be used: {error}. Install PortAudio (Debian: libportaudio2).") from error
    return sounddevice


def has_gone(device: Device) -> bool:
    """Whether the sound server has lost it; then it goes on with another microphone, which nobody chose."""
    keys = _server_keys() if device.key else None
    return keys is not None and device.key not in keys


def _server_sources() -> list[Device]:
    """Asked anew each time, which finds one that was plugged in a moment ago: PortAudio knows only the old ones."""
    client = next((device.index for device in _own("max_input_channels") if device.name == PULSE_CLIENT), None)
    keys = _server_keys() if client is not None else None
    return [Device(name, key, client) for key, name in (keys or {}).items()]


def _server_keys() -> dict[str, str] | None:
    """The names of the microphones by their keys, without what only repeats a loudspeaker; None without an answer."""
    try:
        import pulsectl  # fails to import without libpulse
    except (ImportError, OSError):
        return None
    try:
        with pulsectl.Pulse("ambidex") as pulse:  # a time limit would always be waited for to its end
            sources: Any = pulse.source_list()
            return {s.name: s.description for s in sources if s.monitor_of_sink_name is None}
    except pulsectl.PulseError:
        return None


def _own(channels: str) -> list[Device]:
    rows: Any = sound_library().query_devices()
    return [Device(row["name"], index=number) for number, row in enumerate(rows) if row[channels] > 0]


def _listed(devices: Sequence[Device]) -> str:
    return ", ".join(device.name for device in devices)
