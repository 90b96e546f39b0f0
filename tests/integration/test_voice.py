"""The voice through a real sound system: what comes out of the loudspeaker."""

from __future__ import annotations

import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from actions.espeak import EspeakSynthesiser
from actions.loudspeaker import SoundDeviceOutput
from actions.piper import PiperSynthesiser
from actions.synthesiser import Synthesiser
from actions.voice import Voice
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost
from model.stream.values import Event, Hush, Played, Say, Silenced, Tick
from tests.listening import heard_in

pytestmark = pytest.mark.integration

TICK = Tick(0, 0, 0.0)
AUDIBLE = 300
TINY_VOICE = Path(__file__).parents[1] / "data" / "tiny_voice" / "tiny.onnx"
SENTENCE = "your clipboard says please call me back tomorrow"


class Aloud:
    """A voice on a thread, and what it reported."""

    def __init__(self, synthesiser: Synthesiser) -> None:
        self.events: list[Event] = []
        output = SoundDeviceOutput(synthesiser.sample_rate)
        self.voice = Voice(self.events.append, time.monotonic_ns, synthesiser, output)

    def say(self, text: str) -> None:
        self.voice.submit(Say(text, last=True), TICK)

    def wait_for_word(self, text: str) -> None:
        wait_until(lambda: Played(text) in [event.data for event in self.events], 10, f"The word {text!r}")

    def wait_for_silence(self) -> Silenced:
        wait_until(lambda: not self.voice.speaking(), 20, "Silence")
        (silence,) = [event.data for event in self.events if isinstance(event.data, Silenced)]
        return silence


@pytest.fixture
def aloud(on_sound: VirtualDesktop) -> Iterator[Aloud]:
    yield from _running(EspeakSynthesiser())


@pytest.fixture
def added(on_sound: VirtualDesktop) -> Iterator[Aloud]:
    """The same with a voice in Piper's form."""
    yield from _running(PiperSynthesiser(TINY_VOICE))


def _running(synthesiser: Synthesiser) -> Iterator[Aloud]:
    aloud = Aloud(synthesiser)
    stop = threading.Event()
    thread = threading.Thread(target=aloud.voice.run, args=(stop,), name="voice")
    thread.start()
    yield aloud
    stop.set()
    thread.join()


def test_what_is_heard_is_what_was_said(aloud: Aloud, on_sound: VirtualDesktop) -> None:
    with on_sound.record() as recording:
        aloud.say(SENTENCE)
        assert aloud.wait_for_silence() == Silenced(cut=False)
    others = (
        "open the calculator and the window",
        "it is a quarter past three",
        "your clipboard is empty",
        "good night",
    )
    assert heard_in(recording.path, (SENTENCE, *others)) == SENTENCE


def test_a_word_is_reported_when_it_sounds(aloud: Aloud, on_sound: VirtualDesktop) -> None:
    with on_sound.record() as recording:
        aloud.say("Stop.")
        aloud.wait_for_silence()
    sounding_ns = recording.started_ns + _first_sound_ms(recording.path) * 1e6
    assert abs(aloud.events[0].t_ns - sounding_ns) < 250e6


def test_a_hush_ends_the_sound_within_200_ms(aloud: Aloud, on_sound: VirtualDesktop) -> None:
    with on_sound.record() as recording:
        aloud.say("This is a long sentence that nobody wants to hear to its end.")
        aloud.wait_for_word("long")
        hushed_ns = time.monotonic_ns()
        aloud.voice.hush()
        silence = aloud.wait_for_silence()
    assert silence.cut
    assert silence.unsaid.endswith("to its end.")
    assert _last_sound_ms(recording.path) - (hushed_ns - recording.started_ns) / 1e6 < 200


def test_after_an_uh_huh_it_goes_on_at_full_loudness_and_nothing_of_the_text_is_lost(
    aloud: Aloud, on_sound: VirtualDesktop
) -> None:
    with on_sound.record() as usual:
        aloud.say(SENTENCE)
        aloud.wait_for_silence()
    aloud.events.clear()
    with on_sound.record() as recording:
        aloud.say(SENTENCE)
        aloud.wait_for_word("says")
        aloud.voice.duck()
        aloud.voice.submit(Hush(), TICK)
        wait_until(lambda: Silenced in [type(event.data) for event in aloud.events], 5, "The cut")
        assert aloud.voice.resume()
        wait_until(lambda: Played("tomorrow") in [event.data for event in aloud.events], 10, "The last word")
        wait_until(lambda: not aloud.voice.speaking(), 10, "Silence")
    played = [event.data.text for event in aloud.events if isinstance(event.data, Played)]
    cut = played.index("says")
    assert played[: cut + 1] + played[cut + 2 :] == SENTENCE.split()
    assert played[cut + 1] == "says"
    assert _loudness(recording.path, last_s=0.8) == pytest.approx(_loudness(usual.path, last_s=0.8), rel=0.25)


def test_it_is_lowered_while_somebody_talks_and_raised_again(aloud: Aloud, on_sound: VirtualDesktop) -> None:
    with on_sound.record() as usual:
        aloud.say(SENTENCE)
        aloud.wait_for_silence()
    aloud.events.clear()
    with on_sound.record() as recording:
        aloud.say(SENTENCE)
        aloud.wait_for_word("clipboard")
        aloud.voice.duck()
        aloud.wait_for_word("call")
        aloud.voice.unduck()
        assert aloud.wait_for_silence() == Silenced(cut=False)
    assert _loudness(recording.path, last_s=0.6) == pytest.approx(_loudness(usual.path, last_s=0.6), rel=0.25)
    assert _loudness(recording.path, last_s=3.0) < 0.85 * _loudness(usual.path, last_s=3.0)


def test_it_is_heard_again_once_the_sound_system_is_back(
    aloud: Aloud, on_sound: VirtualDesktop, announce: Callable[[str], None]
) -> None:
    announce("The voice cannot be heard")
    aloud.say("This sentence loses its loudspeaker before its end has come.")
    aloud.wait_for_word("loses")
    on_sound.stop_sound()
    assert aloud.wait_for_silence() == Silenced(cut=False)
    assert "no loudspeaker to speak through" in aloud.voice.fault
    on_sound.start_sound()
    aloud.events.clear()
    with on_sound.record() as recording:
        aloud.say(SENTENCE)
        aloud.wait_for_silence()
    assert _loudness(recording.path, last_s=2.0) > AUDIBLE
    assert aloud.voice.fault == ""


def test_a_voice_that_the_user_added_is_heard_without_gaps(added: Aloud, on_sound: VirtualDesktop) -> None:
    with on_sound.record() as recording:
        added.say(SENTENCE)
        assert added.wait_for_silence() == Silenced(cut=False)
    assert [event.data.text for event in added.events if isinstance(event.data, Played)] == SENTENCE.split()
    samples, rate = _samples(recording.path)
    loud = np.flatnonzero(np.abs(samples) > AUDIBLE)
    assert 2.0 < (loud[-1] - loud[0]) / rate < 6.0
    assert np.diff(loud).max() / rate < 0.4


def test_a_loudspeaker_that_does_not_exist_is_a_sentence(on_sound: VirtualDesktop) -> None:
    with pytest.raises(DeviceLost, match=r"no loudspeaker to speak through .*choose another"):
        SoundDeviceOutput(22_050, "no such device").write(np.zeros(100, np.int16))


def _first_sound_ms(path: Path) -> float:
    samples, rate = _samples(path)
    return float(np.flatnonzero(np.abs(samples) > AUDIBLE)[0]) * 1000 / rate


def _last_sound_ms(path: Path) -> float:
    samples, rate = _samples(path)
    return float(np.flatnonzero(np.abs(samples) > AUDIBLE)[-1]) * 1000 / rate


def _loudness(path: Path, last_s: float) -> float:
    """Root mean square of the last seconds before it fell silent."""
    samples, rate = _samples(path)
    end = int(np.flatnonzero(np.abs(samples) > AUDIBLE)[-1])
    return float(np.sqrt(np.mean(samples[max(0, end - int(last_s * rate)) : end] ** 2)))


def _samples(path: Path) -> tuple[NDArray[np.float64], int]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(float), file.getframerate()
