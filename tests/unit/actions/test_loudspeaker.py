"""The loudspeaker over a made-up PortAudio: opened late, at rest when idle, and a sentence when there is none."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from actions.loudspeaker import INVALID_CHANNELS, INVALID_RATE, Conversion, NoLoudspeaker, SoundDeviceOutput
from model.stream.errors import DeviceLost

BLOCK = np.zeros(100, np.int16)
refused: dict[tuple[object, object], int] = {}
"""Rates and numbers of channels that the made-up device does not do, and PortAudio's number for it."""


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
        self.blocks: list[np.ndarray] = []

    def start(self) -> None:
        self.stopped = False

    def stop(self) -> None:
        if self.broken:
            raise PortAudioError("Device unavailable", -9985)
        self.stopped = True

    def write(self, samples: np.ndarray) -> bool:
        if self.broken:
            raise PortAudioError("Device unavailable", -9985)
        self.blocks.append(samples)
        self.written += 1
        return False

    def close(self) -> None:
        if self.broken:
            raise PortAudioError("Device unavailable", -9985)
        self.closed = True


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> list[Stream]:
    opened: list[Stream] = []
    refused.clear()

    def open_stream(**options: object) -> Stream:
        if (options["samplerate"], options["channels"]) in refused:
            raise PortAudioError("Invalid sample rate", refused[options["samplerate"], options["channels"]])
        opened.append(Stream(**options))
        return opened[-1]

    portaudio = SimpleNamespace(
        OutputStream=open_stream,
        PortAudioError=PortAudioError,
        query_devices=lambda *_: {"default_samplerate": 48_000.0},
    )
    monkeypatch.setitem(sys.modules, "sounddevice", portaudio)
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


TONE = (10_000 * np.sin(2 * np.pi * 300 * np.arange(22_050) / 22_050)).astype(np.int16)


@pytest.mark.parametrize("to_hz", [8_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("block_size", [441, 100])
def test_blocks_at_another_rate_are_the_same_sound_without_seams(to_hz: int, block_size: int) -> None:
    convert = Conversion(22_050, to_hz, 1)
    blocks = [convert(TONE[start : start + block_size]) for start in range(0, len(TONE), block_size)]
    sound = np.concatenate(blocks).astype(float)
    assert len(sound) == pytest.approx(to_hz, abs=3)
    expected = 10_000 * np.sin(2 * np.pi * 300 * np.arange(len(sound)) / to_hz)
    assert np.abs(sound - expected)[1:].max() < 150


def test_a_device_with_another_rate_plays_at_its_own(streams: list[Stream]) -> None:
    refused.update({(22_050, 1): INVALID_RATE, (22_050, 2): INVALID_RATE})
    output = SoundDeviceOutput(22_050)
    for start in range(0, 22_050, 441):
        output.write(TONE[start : start + 441])
    (stream,) = streams
    assert stream.options["samplerate"] == 48_000
    assert sum(len(block) for block in stream.blocks) == pytest.approx(48_000, abs=3)


def test_a_device_with_two_channels_gets_the_voice_on_both(streams: list[Stream]) -> None:
    refused.update({(22_050, 1): INVALID_CHANNELS})
    SoundDeviceOutput(22_050).write(TONE[:441])
    (block,) = streams[0].blocks
    assert block.shape == (441, 2)
    assert (block[:, 0] == block[:, 1]).all()


def test_a_device_that_takes_nothing_is_a_sentence(streams: list[Stream]) -> None:
    refused.update({(rate, n): INVALID_RATE for rate in (22_050, 48_000) for n in (1, 2)})
    with pytest.raises(DeviceLost, match="no loudspeaker to speak through"):
        SoundDeviceOutput(22_050).write(BLOCK)
    assert streams == []
