"""A recorded trace replays to the same steps, a difference is named, and a recording is cut into blocks."""

import threading
import wave
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop.minds import shipped_catalogue
from desktop.recorded import blocks_of
from desktop.replay import different_model, replay_trace
from desktop.simulation import Scene, spoken
from model.reflex.decoder import Decoder
from model.reflex.encoder import Encoder
from model.stream import loop, trace
from model.stream.clock import SimulatedClock
from model.stream.errors import BadTrace
from model.stream.sources import Sources
from model.stream.values import Effect, Step, Tick, Token
from tests.unit.desktop.test_simulation import NOTHING, TYPE_HELLO, ScriptedMind, WholeWords


class Nowhere:
    def submit(self, effect: Effect, tick: Tick) -> None:
        pass


def record(directory: Path, script: Sequence[Step]) -> trace.Trace:
    """A trace of one request, as a live run would have written it."""
    clock, sources, catalogue = (
        SimulatedClock(spoken(Scene(("type", "hello", "world")))),
        Sources(),
        shipped_catalogue(),
    )
    writer = trace.TraceWriter(directory, {"model": "one"})
    encoder, decoder = Encoder(sources, WholeWords()), Decoder(sources, catalogue)  # type: ignore[arg-type]
    loop.run(clock, clock, encoder, ScriptedMind(script), decoder, Nowhere(), (writer,), threading.Event())
    writer.close()
    return trace.load(directory)


def replay(recorded: trace.Trace, script: Sequence[Step]) -> object:
    return replay_trace(recorded, ScriptedMind(script), WholeWords(), shipped_catalogue())  # type: ignore[arg-type]


def test_the_same_mind_takes_the_same_steps(tmp_path: Path) -> None:
    recorded = record(tmp_path, TYPE_HELLO)
    assert len(recorded.steps) > 10
    assert replay(recorded, TYPE_HELLO) is None


def test_the_first_difference_is_named(tmp_path: Path) -> None:
    recorded = record(tmp_path, TYPE_HELLO)
    script = list(TYPE_HELLO)
    script[3] = Step(NOTHING, speech=Token(9, "sorry"))
    difference = replay(recorded, script)
    assert difference is not None
    spoken = next(row["tick"] for row in recorded.steps if row["speech"] == "done")
    assert difference.to_sentence() == (  # type: ignore[attr-defined]
        f'The replay differs from the recording at tick {spoken}, speech: recorded "done", replayed "sorry".'
    )


def test_other_weights_are_named(tmp_path: Path) -> None:
    recorded = record(tmp_path, ())
    assert different_model(recorded, "one") == ""
    assert "(one; these are two)" in different_model(recorded, "two")
    assert different_model(replace(recorded, meta={}), "two") == ""


def write_wav(path: Path, samples: np.ndarray, rate_hz: int, channels: int = 1, width_bytes: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width_bytes, rate_hz, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def test_a_recording_is_cut_into_blocks_with_silence_behind(tmp_path: Path) -> None:
    blocks = blocks_of(write_wav(tmp_path / "a.wav", np.full(16_000, 1000, np.int16), 16_000))
    assert {block.shape for block in blocks} == {(1280,)}
    assert blocks[0].dtype == np.int16
    assert int(sum(int(block.sum()) for block in blocks)) == 16_000 * 1000
    assert not blocks[-1].any()


def test_other_rates_and_stereo_are_converted(tmp_path: Path) -> None:
    stereo = np.tile(np.array([500, 1500], np.int16), 22_050)
    blocks = blocks_of(write_wav(tmp_path / "a.wav", stereo, 22_050, channels=2))
    loud = np.concatenate(blocks)
    assert abs(int((loud == 1000).sum()) - 16_000) < 10


@pytest.mark.parametrize("content", [b"", b"not a wav", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_not_a_recording_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(BadTrace, match="cannot be read as a WAV file"):
        blocks_of(path)


def test_eight_bits_are_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", np.zeros(100, np.uint8), 16_000, width_bytes=1)
    with pytest.raises(BadTrace, match="has 8 bits a sample"):
        blocks_of(path)
