"""What `--record` writes is whole at every moment, and never overwrites an older recording."""

import wave
from pathlib import Path

import numpy as np
import pytest

from desktop.recording import Recording, SoundFile
from model.stream import trace
from model.stream.errors import BadTrace
from model.stream.values import Channel, Event, Origin, Seen, Step, Tick, Word


def test_the_trace_and_the_sound_can_be_read_while_the_recording_runs(tmp_path: Path) -> None:
    directory = tmp_path / "trace"
    recording = Recording(directory, {"model": "abc"})
    tick = Tick(0, 5, 0.0)
    recording.record(tick, [Event(5, Channel.USER, Word("hello"), Origin.USER)], Step(Seen(tick)))
    recording.hear(np.arange(1280, dtype=np.int16))
    loaded = trace.load(directory)
    assert loaded.meta["model"] == "abc"
    assert [event.data for event in loaded.events] == [Word("hello")]
    with wave.open(str(directory / "microphone.wav")) as sound:
        assert (sound.getnframes(), sound.getframerate(), sound.getnchannels()) == (1280, 16_000, 1)
    recording.close()


def test_an_older_recording_is_kept(tmp_path: Path) -> None:
    Recording(tmp_path, {}).close()
    with pytest.raises(BadTrace, match="already holds a trace"):
        Recording(tmp_path, {})


def test_a_block_after_the_end_is_dropped(tmp_path: Path) -> None:
    sound = SoundFile(tmp_path / "x.wav")
    sound.close()
    sound.close()
    sound.write(np.zeros(10, np.int16))


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadTrace, match="cannot be written"):
        Recording(tmp_path / "file", {})
