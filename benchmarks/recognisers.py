"""Both recognisers on the same speech: words wrong, words reported before the end, and what it costs.

    python -m benchmarks.recognisers [--model DIR] [--voices slt rms] [--sentences 20]

Without `--model` it is the tiny one of the tests, which knows ten words; the sentences are made of these. The processor
time is that of the whole process, relative to the length of the speech: 0.5 is half a core while somebody talks.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.training.evaluate import word_errors
from perception.recogniser import PocketsphinxRecogniser, Recogniser
from perception.sherpa import SherpaRecogniser
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Block

TINY = Path(__file__).parents[1] / "tests" / "data" / "tiny_recogniser"
WORDS = ("open", "close", "copy", "paste", "window", "music", "search", "mail", "stop", "undo")
WORDS_A_SENTENCE = 3
SILENCE_BLOCKS = 5
"""Before and behind each sentence."""


@dataclass(frozen=True)
class Sentence:
    words: tuple[str, ...]
    samples: Block


@dataclass(frozen=True)
class Score:
    wrong: int
    words: int
    early: int
    """Words that were reported before the audio ended."""
    audio_s: float
    processor_s: float
    slowest_block_ms: float

    def __str__(self) -> str:
        wrong, early = 100 * self.wrong / self.words, 100 * self.early / self.words
        return (
            f"{wrong:5.1f} % of {self.words} words wrong, {early:3.0f} % reported early, "
            f"{self.processor_s / self.audio_s:.3f} of a core, slowest block {self.slowest_block_ms:.0f} ms"
        )


def speak(count: int, voice: str, seed: int) -> list[Sentence]:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        return [_speak(tuple(chance.choices(WORDS, k=WORDS_A_SENTENCE)), voice, Path(folder)) for _ in range(count)]


def _speak(words: tuple[str, ...], voice: str, folder: Path) -> Sentence:
    path = folder / "said.wav"
    subprocess.run(("flite", "-voice", voice, "-t", " ".join(words), "-o", str(path)), check=True)
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    silence = np.zeros(SILENCE_BLOCKS * BLOCK_SAMPLES, np.int16)
    whole = np.concatenate([silence, samples, silence])
    return Sentence(words, whole[: len(whole) // BLOCK_SAMPLES * BLOCK_SAMPLES])


def measure(recogniser: Recogniser, sentences: Sequence[Sentence]) -> Score:
    wrong = early = 0
    slowest_s = 0.0
    began_s = time.process_time()
    for sentence in sentences:
        heard: list[str] = []
        recogniser.start()
        for block in sentence.samples.reshape(-1, BLOCK_SAMPLES):
            before_s = time.process_time()
            heard += [word.text for word in recogniser.accept(block)]
            slowest_s = max(slowest_s, time.process_time() - before_s)
        early += len(heard)
        heard += [word.text for word in recogniser.finish()]
        wrong += word_errors(sentence.words, heard)
    audio_s = sum(len(sentence.samples) for sentence in sentences) / SAMPLE_RATE_HZ
    n_words = sum(len(sentence.words) for sentence in sentences)
    return Score(wrong, n_words, early, audio_s, time.process_time() - began_s, 1000 * slowest_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, default=TINY)
    parser.add_argument("--voices", nargs="+", default=["slt", "rms", "kal16", "awb"])
    parser.add_argument("--sentences", type=int, default=20)
    options = parser.parse_args()
    recognisers: dict[str, Recogniser] = {
        "pocketsphinx": PocketsphinxRecogniser(),
        "sherpa-onnx": SherpaRecogniser(options.model),
        "sherpa-onnx, favouring a phrase not said": SherpaRecogniser(options.model, ["scratch that"]),
        "sherpa-onnx, favouring two of the words": SherpaRecogniser(options.model, ["open", "stop"]),
    }
    for voice in options.voices:
        sentences = speak(options.sentences, voice, seed=11)
        for name, recogniser in recognisers.items():
            print(f"{voice:6} {name:42} {measure(recogniser, sentences)}", flush=True)


if __name__ == "__main__":
    main()
