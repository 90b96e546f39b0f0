"""The loudspeaker over a made-up PortAudio: opened late, at rest when idle, and a sentence when there is none."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from actions.loudspeaker import NoLoudspeaker, SoundDeviceOutput
from model.stream.errors import DeviceLost

BLOCK = np.zeros(100, np.int16)


class PortAudioError(Exception):
    pass


class Stream:
    """What a sounddevice.OutputStream does, of what is used here."""

    def __init__(self, **options: object) -> None:
        self.options = options
        self.stopped = True
        self.closed = False
        self.broken = False
        self.written = 0

    def start(self) -> None:
        self.stopped = False

    def stop(self) -> None:
        if self.broken:
            raise PortAudioError("Device unavailable", -9985)
        self.stopped = True

    def write(self, samples: object) -> bool:
        if self.broken:
            raise PortAudioError("Device unavailable", -9985)
        self.written += 1
        return False

    def close(self) -> None:
        if self.broken:
            raise PortAudioError("Device unavailable", -9985)
        self.closed = True


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> list[Stream]:
    opened: list[Stream] = []

    def open_stream(**options: object) -> Stream:
        opened.append(Stream(**options))
        return opened[-1]

    monkeypatch.setitem(sys.modules, "sounddevice", SimpleNamespace(OutputStream=open_stream))
    return opened


def test_it_is_opened_by_the_first_block_and_once(streams: list[Stream]) -> None:
    output = SoundDeviceOutput(22_050, "USB")
    assert streams == []
    output.write(BLOCK)
    output.write(BLOCK)
    (stream,) = streams
    assert stream.written == 2
    assert stream.options["samplerate"] == 22_050
    assert stream.options["device"] == "USB"


def test_it_rests_and_wakes_without_opening_again(streams: list[Stream]) -> None:
    output = SoundDeviceOutput(22_050)
    output.rest()
    output.write(BLOCK)
    output.rest()
    output.rest()
    assert streams[0].stopped
    output.write(BLOCK)
    assert not streams[0].stopped
    assert len(streams) == 1


def test_a_device_that_goes_away_is_reported_and_opened_anew(streams: list[Stream]) -> None:
    output = SoundDeviceOutput(22_050)
    output.write(BLOCK)
    streams[0].broken = True
    with pytest.raises(DeviceLost, match=r"no loudspeaker to speak through \(Device unavailable\)"):
        output.write(BLOCK)
    output.write(BLOCK)
    assert len(streams) == 2


def test_letting_go_of_a_device_that_is_gone_is_quiet(streams: list[Stream]) -> None:
    output = SoundDeviceOutput(22_050)
    output.write(BLOCK)
    streams[0].broken = True
    output.rest()
    output.close()
    output.close()


def test_a_machine_without_portaudio_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise OSError("PortAudio library not found")

    monkeypatch.setitem(sys.modules, "sounddevice", Broken("sounddevice"))
    with pytest.raises(DeviceLost, match="PortAudio library not found"):
        SoundDeviceOutput(22_050).write(BLOCK)


def test_a_fault_of_ours_is_not_mistaken_for_a_missing_device(streams: list[Stream]) -> None:
    output = SoundDeviceOutput(22_050)
    output.write(BLOCK)
    streams[0].write = lambda samples: 1 / 0  # type: ignore[assignment, return-value]
    with pytest.raises(ZeroDivisionError):
        output.write(BLOCK)


def test_no_loudspeaker_takes_as_long_as_one() -> None:
    waited_s: list[float] = []
    output = NoLoudspeaker(1000, waited_s.append)
    output.write(BLOCK)
    output.rest()
    output.close()
    assert waited_s == [0.1]
