"""Sound from devices of every kind, as the recogniser wants it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from model.stream.errors import DeviceLost
from perception import sound_devices, sound_stream
from perception.sound_stream import MAX_DELAY_MS, PIECE_SAMPLES, Converter, sound_device_stream
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Block

TONE_HZ = 440


def sine(rate_hz: int, seconds: float, n_channels: int = 1) -> bytes:
    one = 8_000 * np.sin(2 * np.pi * TONE_HZ * np.arange(int(rate_hz * seconds)) / rate_hz)
    return np.repeat(one.astype(np.int16)[:, None], n_channels, axis=1).tobytes()


def converted(rate_hz: int, n_channels: int, seconds: float, chunk_frames: int) -> Block:
    converter = Converter(rate_hz, n_channels)
    raw, size = sine(rate_hz, seconds, n_channels), chunk_frames * n_channels * 2
    return np.concatenate([block for n in range(0, len(raw), size) for block in converter.take(raw[n : n + size])])


@pytest.mark.parametrize(("rate_hz", "n_channels"), [(16_000, 1), (16_000, 2), (48_000, 2), (44_100, 1), (8_000, 1)])
@pytest.mark.parametrize("chunk_ms", [80, 23])
def test_a_tone_stays_a_tone_without_clicks_and_without_drift(rate_hz: int, n_channels: int, chunk_ms: int) -> None:
    sound = converted(rate_hz, n_channels, 20.0, rate_hz * chunk_ms // 1000).astype(float)
    assert 0 <= 20 * SAMPLE_RATE_HZ - len(sound) < 2 * BLOCK_SAMPLES
    sound = sound[BLOCK_SAMPLES:]  # the filter begins with what it has not heard yet
    wave = np.exp(2j * np.pi * TONE_HZ * np.arange(len(sound)) / SAMPLE_RATE_HZ)
    fitted = 2 * np.real(np.mean(sound * wave.conj()) * wave)
    assert np.abs(sound - fitted).max() < 80  # 40 dB below the tone; a click or a shifted block is far above


class FakePortAudio:
    """A sound library with one device, which opens at its own rate and with its own number of channels only."""

    class PortAudioError(Exception):
        pass

    def __init__(self, rate_hz: int, n_channels: int, broken: bool = False) -> None:
        self.rate_hz, self.n_channels, self.broken = rate_hz, n_channels, broken
        self.callback: Callable[..., None] | None = None
        self.closed = 0

    def query_devices(self, index: Any = None, kind: str = "") -> Any:
        row = {
            "name": "Odd",
            "default_samplerate": float(self.rate_hz),
            "max_input_channels": self.n_channels,
            "max_output_channels": 0,
        }
        return row if kind else [row]

    def RawInputStream(self, samplerate: int, channels: int, callback: Callable[..., None], **_: Any) -> Any:
        if (samplerate, channels) != (self.rate_hz, self.n_channels):
            raise self.PortAudioError("Invalid sample rate")
        self.callback = callback
        return SimpleNamespace(start=self._start, close=self._close)

    def send(self, raw: bytes, late_s: float = 0.0) -> None:
        assert self.callback is not None
        n_frames = len(raw) // 2 // self.n_channels
        times = SimpleNamespace(currentTime=10.0, inputBufferAdcTime=10.0 - n_frames / self.rate_hz - late_s)
        self.callback(raw, n_frames, times, None)

    def _start(self) -> None:
        if self.broken:
            raise self.PortAudioError("Unanticipated host error")

    def _close(self) -> None:
        self.closed += 1


def use(monkeypatch: pytest.MonkeyPatch, library: FakePortAudio) -> FakePortAudio:
    for module in (sound_devices, sound_stream):
        monkeypatch.setattr(module, "sound_library", lambda: library)
    return library


@pytest.mark.parametrize(("rate_hz", "n_channels"), [(48_000, 2), (44_100, 2), (8_000, 1), (16_000, 1)])
def test_a_device_that_refuses_our_rate_is_opened_at_its_own(
    rate_hz: int, n_channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = use(monkeypatch, FakePortAudio(rate_hz, n_channels))
    blocks: list[Block] = []
    with sound_device_stream(blocks.append, "odd"):
        for _ in range(10):
            library.send(sine(rate_hz, 0.08, n_channels))
    assert len(blocks) >= 36 and all(block.shape == (PIECE_SAMPLES,) for block in blocks)
    assert library.closed == 1


def test_how_late_the_sound_comes_is_told_within_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    library = use(monkeypatch, FakePortAudio(16_000, 1))
    with sound_device_stream(lambda block: None) as running:
        assert running.delay_ms() == 0
        for late_s, told_ms in ((0.25, 250), (-3.0, 0), (99.0, MAX_DELAY_MS)):
            library.send(sine(16_000, 0.08), late_s)
            assert running.delay_ms() == pytest.approx(told_ms)


def test_a_device_that_opens_and_does_not_start_is_closed_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    library = use(monkeypatch, FakePortAudio(48_000, 1, broken=True))
    with pytest.raises(DeviceLost, match=r"“odd” cannot be opened.*settings"), sound_device_stream(print, "odd"):
        pass
    assert library.closed == 1
