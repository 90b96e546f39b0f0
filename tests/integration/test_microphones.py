"""Microphones of every kind, on a virtual sound system: found, opened, lost, back again, and really closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import numpy as np
import pytest

from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost
from model.stream.values import ChannelClosed, Data, Opened, Opening, Tone
from perception.hearing import Hearing
from perception.microphone import Microphone
from perception.sound_devices import find_microphone, loudspeakers, microphones
from perception.tone import Block, pitch_hz
from tests.unit.perception.ear_fakes import ScriptedRecogniser

pytestmark = pytest.mark.integration

WITHIN_S = 30.0


class Listening:
    """A running microphone, and what it posted and heard."""

    def __init__(self, device: str = "") -> None:
        self.posted: Queue[Data] = Queue()
        self.blocks: list[Block] = []
        self.lost: list[DeviceLost] = []
        hearing = Hearing(ScriptedRecogniser(at_end=["half"]))
        self.microphone = Microphone(hearing, device, audio_sink=self.blocks.append)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="microphone", daemon=True)
        self._thread.start()

    def open(self) -> None:
        """As somebody does who presses the key until it listens."""
        wait_until(self._opened, WITHIN_S, "The microphone")

    def until_closed(self) -> list[Data]:
        found: list[Data] = []
        while not found or not isinstance(found[-1], ChannelClosed):
            data = self.posted.get(timeout=WITHIN_S)
            if not isinstance(data, Tone):
                found.append(data)
        return found

    def join(self) -> None:
        self._thread.join(WITHIN_S)
        assert not self._thread.is_alive()

    def end(self) -> None:
        self._stop.set()
        self.join()

    def _opened(self) -> bool:
        self.microphone.open(Opening.TOGGLE)
        return not self.posted.empty() and self.posted.get() == Opened(Opening.TOGGLE)

    def _run(self) -> None:
        try:
            self.microphone.run(lambda event: self.posted.put(event.data), self._stop)
        except DeviceLost as error:
            self.lost.append(error)


@contextmanager
def listening(device: str = "") -> Iterator[Listening]:
    ears = Listening(device)
    try:
        yield ears
    finally:
        ears.end()


def plug_in(desktop: VirtualDesktop, name: str, rate_hz: int = 48_000, channels: int = 2) -> str:
    """One more microphone, which hears what plays into the sink NAME_in. Returns the number to unplug it by."""
    sink = f"sink_name={name}_in", f"rate={rate_hz}", f"channels={channels}", "norewinds=1"
    desktop.run("pactl", "load-module", "module-null-sink", *sink)
    source = f"source_name={name}", f"source_properties=device.description={name}"
    return desktop.run("pactl", "load-module", "module-remap-source", f"master={name}_in.monitor", *source).strip()


def recorders(desktop: VirtualDesktop) -> int:
    """How many streams record from a microphone."""
    return len(desktop.run("pactl", "list", "short", "source-outputs").splitlines())


def test_closed_means_that_no_stream_is_open(on_sound: VirtualDesktop) -> None:
    before = recorders(on_sound)
    with listening() as ears:
        assert recorders(on_sound) == before
        ears.open()
        wait_until(lambda: recorders(on_sound) == before + 1, WITHIN_S, "The stream")
        ears.microphone.close()
        assert ears.until_closed()[-1] == ChannelClosed()
        wait_until(lambda: recorders(on_sound) == before, WITHIN_S, "The end of the stream")


@pytest.mark.parametrize(("rate_hz", "channels"), [(48_000, 2), (44_100, 1), (8_000, 1)])
def test_a_microphone_of_any_rate_is_chosen_by_part_of_its_name(
    rate_hz: int, channels: int, on_sound: VirtualDesktop
) -> None:
    plug_in(on_sound, "headset", rate_hz, channels)
    plug_in(on_sound, "webcam")
    with listening("HEAD") as ears:
        ears.open()
        on_sound.run("sox", "-n", "-r", "48000", str(on_sound.home / "tone.wav"), "synth", "2", "sine", "200")
        on_sound.run("paplay", "--device=headset_in", str(on_sound.home / "tone.wav"))
        wait_until(lambda: len(ears.blocks) > 20, WITHIN_S, "Sound")
    pitches = [pitch for pitch in map(pitch_hz, ears.blocks) if pitch]
    assert len(pitches) > 10 and abs(float(np.median(pitches)) - 200) < 4


def test_the_names_are_told_and_what_fits_several_or_none_is_not_guessed(on_sound: VirtualDesktop) -> None:
    plug_in(on_sound, "headset")
    plug_in(on_sound, "headset_two")
    assert {"headset", "headset_two"} <= {device.name for device in microphones()}
    assert "speaker.monitor" not in {device.key for device in microphones()}
    assert loudspeakers()
    with pytest.raises(DeviceLost, match="headset, headset_two"):
        find_microphone("eadset")
    with pytest.raises(DeviceLost, match=r"“rode”.*headset"):
        find_microphone("rode")


def test_a_microphone_that_goes_away_in_mid_sentence_is_told_and_can_be_used_when_it_is_back(
    on_sound: VirtualDesktop,
) -> None:
    number = plug_in(on_sound, "headset")
    ears = Listening("headset")
    ears.open()
    wait_until(lambda: len(ears.blocks) > 3, WITHIN_S, "Sound")
    on_sound.run("pactl", "unload-module", number)
    assert ears.until_closed()[-1] == ChannelClosed(cut=True)
    ears.join()
    assert "went away" in str(ears.lost[0]) and not ears.microphone.is_open
    with pytest.raises(DeviceLost, match="headset"):
        find_microphone("headset")
    on_sound.run("pactl", "load-module", "module-remap-source", "master=headset_in.monitor", "source_name=headset")
    with listening("headset") as again:
        again.open()
        wait_until(lambda: len(again.blocks) > 3, WITHIN_S, "Sound")
