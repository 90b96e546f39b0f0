"""Synthetic voices through a virtual microphone, to words."""

import threading
import wave
from pathlib import Path
from queue import Empty, Queue

import numpy as np
import pytest

from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost
from model.stream.values import Channel, ChannelClosed, Data, Event, Opened, Opening, Pause, Word
from perception.hearing import Hearing
from perception.microphone import Microphone
from perception.recogniser import PocketsphinxRecogniser
from perception.tone import BLOCK_MS, BLOCK_SAMPLES, SAMPLE_RATE_HZ, Block, pitch_hz

pytestmark = pytest.mark.integration

COMMANDS = ("type hello world", "what is on my clipboard", "click the submit button", "set a timer for five minutes")
WITHIN_S = 30.0


@pytest.fixture(scope="module")
def recogniser() -> PocketsphinxRecogniser:
    return PocketsphinxRecogniser()


def blocks_of(path: Path, silent_blocks: int = 8) -> list[Block]:
    with wave.open(str(path)) as file:
        rate_hz = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    times = np.arange(len(samples) * SAMPLE_RATE_HZ // rate_hz) * rate_hz / SAMPLE_RATE_HZ
    samples = np.interp(times, np.arange(len(samples)), samples).astype(np.int16)
    samples = np.concatenate([samples, np.zeros((silent_blocks + 1) * BLOCK_SAMPLES, np.int16)])
    return list(samples[: len(samples) // BLOCK_SAMPLES * BLOCK_SAMPLES].reshape(-1, BLOCK_SAMPLES))


def heard(hearing: Hearing, blocks: list[Block]) -> list[Event]:
    events = hearing.open(Opening.HOLD, 0)
    for n, block in enumerate(blocks, 1):
        events += hearing.hear(block, n * BLOCK_MS * 1_000_000)
    return [*events, *hearing.close((len(blocks) + 1) * BLOCK_MS * 1_000_000)]


@pytest.mark.parametrize("voice", ["slt", "rms", "awb"])
def test_commands_are_understood(voice: str, recogniser: PocketsphinxRecogniser, virtual_sound: VirtualDesktop) -> None:
    said = {text: heard(Hearing(recogniser), blocks_of(virtual_sound.voice_file(text, voice))) for text in COMMANDS}
    found = {text: " ".join(e.data.text for e in events if isinstance(e.data, Word)) for text, events in said.items()}
    assert sum(text == words for text, words in found.items()) >= len(COMMANDS) - 1, found


def test_the_first_words_come_before_the_last_were_said(
    recogniser: PocketsphinxRecogniser, virtual_sound: VirtualDesktop
) -> None:
    events = heard(Hearing(recogniser), blocks_of(virtual_sound.voice_file("set a timer for five minutes")))
    last_voiced_ns = max(e.t_ns for e in events if getattr(e.data, "silence_ms", 1) == 0)
    words = [event for event in events if isinstance(event.data, Word)]
    assert sum(event.t_ns < last_voiced_ns for event in words) >= 2
    assert [type(e.data) for e in events if e.channel is Channel.USER][-2:] == [Pause, ChannelClosed]


def test_a_long_speech_without_a_pause_is_the_first_thing_heard(virtual_sound: VirtualDesktop) -> None:
    """The decoder's tables grow while it runs, and words are read out of them after every block."""
    recogniser = PocketsphinxRecogniser()
    speech = [block for text in COMMANDS for block in blocks_of(virtual_sound.voice_file(text), silent_blocks=0)]
    recogniser.start()
    early = [word.text for block in speech for word in recogniser.accept(block)]
    words = early + [word.text for word in recogniser.finish()]
    recogniser.close()
    assert len(speech) * BLOCK_MS > 5_120 and len(early) > len(words) / 2
    assert {"clipboard", "submit", "timer"} <= set(words)


def test_a_mans_voice_is_lower_than_a_womans(virtual_sound: VirtualDesktop) -> None:
    pitches: dict[str, float] = {}
    for voice in ("slt", "rms"):
        found = [pitch_hz(block) for block in blocks_of(virtual_sound.voice_file("open the calculator", voice))]
        pitches[voice] = float(np.median([pitch for pitch in found if pitch > 0]))
    assert 65 < pitches["rms"] < pitches["slt"] < 300


def test_the_microphone_hears_only_while_it_is_open(
    recogniser: PocketsphinxRecogniser, on_sound: VirtualDesktop
) -> None:
    posted: Queue[Data] = Queue()
    stop = threading.Event()
    microphone = Microphone(Hearing(recogniser))
    thread = threading.Thread(target=microphone.run, args=(lambda event: posted.put(event.data), stop))
    thread.start()
    try:
        on_sound.say("press enter")
        with pytest.raises(Empty):
            posted.get_nowait()
        microphone.toggle()
        assert posted.get(timeout=WITHIN_S) == Opened(Opening.TOGGLE)
        on_sound.say("scroll down")
        words = _until(posted, Pause())
        microphone.toggle()
        _until(posted, ChannelClosed())
    finally:
        stop.set()
        thread.join(WITHIN_S)
    assert {"scroll", "down"} & set(words)  # a machine under load drops sound, and with it words
    assert "source-outputs" not in on_sound.run("pactl", "list", "short", "source-outputs")


def test_without_a_sound_system_there_is_a_sentence(
    recogniser: PocketsphinxRecogniser, virtual_screen: VirtualDesktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in virtual_screen.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PULSE_SERVER", raising=False)
    stop, posted = threading.Event(), Queue[Event]()
    microphone = Microphone(Hearing(recogniser), device="a microphone that nobody has")
    with pytest.raises(DeviceLost, match=r"nobody has.*settings"):
        threading.Timer(0.5, lambda: microphone.open(Opening.HOLD)).start()
        microphone.run(posted.put, stop)
    assert posted.empty()


def _until(posted: Queue[Data], last: Data) -> list[str]:
    words: list[str] = []
    while (data := posted.get(timeout=WITHIN_S)) != last:
        if isinstance(data, Word):
            words.append(data.text)
    return words
