"""How well words are recognised, without bias, as shipped, and with what is on the screen, all in one run.

`python -m benchmarks.recognition [--json] [--parts commands clips orders] [--data DIR] [--every N]`. Commands are
spoken by flite's voice kal16, which no weight was chosen with: those were tuned on the other voices and other sentences
(`--tune`). Noise and real people are heard where a folder of data is named that holds `noise/`, `speech_clips/` and
`barista/`: sound files, and in the last two a `labels.jsonl` that says what was said or ordered. It is measured only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from actions.dictation import SPOKEN
from actions.espeak import pronunciation
from benchmarks.sentences import PLAIN, SCREENS, TUNING, TUNING_PLAIN, Screen, menu
from desktop.expectation import ON_SCREEN, TO_OPEN, said
from model.stream.values import Opening, Word
from model.training.evaluate import word_errors
from perception.hearing import Hearing
from perception.recogniser import PocketsphinxRecogniser, Weights
from perception.tone import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Block

HELD_OUT_VOICE = "kal16"
TUNING_VOICES = ("slt", "rms", "awb")
NOISE_DB = 10.0
PIECE_SAMPLES = BLOCK_SAMPLES // 4
SHIPPED = Weights()
ARMS: Mapping[str, Weights] = {
    "general": Weights(commands=0.0, phrases=0.0, expected=0.0),
    "shipped": replace(SHIPPED, expected=0.0),
    "biased": SHIPPED,
}


@dataclass(frozen=True, slots=True)
class Utterance:
    """Sound, what was said in it, and what stood on the screen meanwhile."""

    group: str
    sound: Block
    words: str
    expected: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()


@dataclass
class Score:
    """Of one group in one arm."""

    utterances: int = 0
    exact: int = 0
    words: int = 0
    errors: int = 0
    slots: int = 0
    slots_found: int = 0
    whole: int = 0

    def add(self, said: Utterance, heard: str) -> None:
        self.utterances += 1
        self.words += len(said.words.split())
        self.errors += word_errors(said.words.split(), heard.split()) if said.words else 0
        self.exact += bool(said.words) and said.words == heard
        found = sum(f" {slot} " in f" {heard} " for slot in said.slots)
        self.slots += len(said.slots)
        self.slots_found += found
        self.whole += bool(said.slots) and found == len(said.slots)

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"utterances": self.utterances}
        if self.words:
            told |= {"word_error_percent": round(100 * self.errors / self.words, 1), "exact": self.exact}
        if self.slots:
            told |= {"slots_percent": round(100 * self.slots_found / self.slots, 1), "whole": self.whole}
        return told


def commands(
    voice: str, screens: Sequence[Screen], plain: Sequence[str], noise: Sequence[Block]
) -> Iterator[Utterance]:
    """Spoken by flite; plain ones are heard beside the first screen, which has nothing to do with them."""
    for text in plain:
        yield from _spoken("plain commands", text, voice, expected_on(screens[0]), noise)
    for screen in screens:
        for text in screen.commands:
            yield from _spoken("commands naming the screen", text, voice, expected_on(screen), noise)


def expected_on(screen: Screen) -> tuple[str, ...]:
    return (*said(screen.apps, TO_OPEN), *said(screen.labels, ON_SCREEN))


def clips(data: Path) -> Iterator[Utterance]:
    for row in _rows(data / "speech_clips"):
        yield Utterance("speech clips", read_sound(row["path"]), row["transcript"], expected_on(SCREENS[0]))


def orders(data: Path) -> Iterator[Utterance]:
    """Which words the people said is not known, only what they ordered."""
    for row in _rows(data / "barista"):
        yield Utterance("orders", read_sound(row["path"]), "", menu(), tuple(row["args"].values()))


def _spoken(
    group: str, text: str, voice: str, expected: tuple[str, ...], noise: Sequence[Block]
) -> Iterator[Utterance]:
    sound = spoken(text, voice)
    yield Utterance(group, sound, text, expected)
    if noise:
        behind = noise[sum(text.encode()) % len(noise)]
        yield Utterance(f"{group}, noise", mixed(sound, behind, NOISE_DB), text, expected)


def spoken(text: str, voice: str) -> Block:
    """The text in one of flite's voices."""
    with tempfile.TemporaryDirectory(prefix="ambidex-") as directory:
        path = Path(directory) / "said.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        return read_sound(path)


def noises(folder: Path) -> list[Block]:
    return [read_sound(path) for path in sorted(folder.glob("*.flac"))]


def mixed(sound: Block, noise: Block, ratio_db: float) -> Block:
    """The noise, repeated as often as needed, so much below the loudness of the sound as a whole."""
    long_enough = np.resize(noise, len(sound)).astype(float)
    powers = np.mean(sound.astype(float) ** 2), np.mean(long_enough**2)
    gain = np.sqrt(powers[0] / max(powers[1], 1.0)) * 10 ** (-ratio_db / 20)
    return np.clip(sound + gain * long_enough, -32_768, 32_767).astype(np.int16)


def _rows(folder: Path) -> list[dict[str, Any]]:
    file = folder / "labels.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [{**row, "path": folder / row["file"]} for row in map(json.loads, lines)]


def read_sound(path: Path) -> Block:
    sox = ["sox", str(path), "-r", str(SAMPLE_RATE_HZ), "-c", "1", "-b", "16", "-e", "signed", "-t", "raw", "-"]
    raw = subprocess.run(sox, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.int16)


def heard(recogniser: PocketsphinxRecogniser, said: Utterance) -> str:
    """As from the microphone: with the pauses that the ears make, each of which ends what is recognised together."""
    quiet = np.zeros(3 * BLOCK_SAMPLES, np.int16)
    sound = np.concatenate([quiet, said.sound, quiet])
    hearing = Hearing(recogniser)
    hearing.expect(said.expected)
    events = hearing.open(Opening.HOLD, 0)
    for block in sound[: len(sound) // BLOCK_SAMPLES * BLOCK_SAMPLES].reshape(-1, BLOCK_SAMPLES):
        for piece in block.reshape(-1, PIECE_SAMPLES):
            hearing.listen_ahead(piece)
            events += hearing.glance(0)
        events += hearing.hear(block, 0)
    events += hearing.close(0)
    return " ".join(event.data.text for event in events if isinstance(event.data, Word))


def measure(utterances: Sequence[Utterance], weights: Weights) -> dict[str, dict[str, Any]]:
    """The scores of every group, and how long all of it took."""
    recogniser = PocketsphinxRecogniser(SPOKEN, pronunciation, weights)
    scores: dict[str, Score] = {}
    began_s = time.process_time()
    for utterance in utterances:
        scores.setdefault(utterance.group, Score()).add(utterance, heard(recogniser, utterance))
    took_s = time.process_time() - began_s
    recogniser.close()
    sound_s = sum(len(utterance.sound) for utterance in utterances) / SAMPLE_RATE_HZ
    return {group: score.told() for group, score in scores.items()} | {"time": {"real_time_factor": took_s / sound_s}}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if missing := [program for program in ("flite", "sox") if not shutil.which(program)]:
        print(f"Install {' and '.join(missing)} first.", file=sys.stderr)
        return 1
    material = _material(options)
    arms = _grid() if options.tune else ARMS
    found = {name: measure(material, weights) for name, weights in arms.items()}
    print(json.dumps(found) if options.json else _table(found))
    return 0


def _material(options: argparse.Namespace) -> list[Utterance]:
    noise = noises(options.data / "noise")
    if options.tune:
        return [u for voice in TUNING_VOICES for u in commands(voice, TUNING, TUNING_PLAIN, ())][:: options.every]
    parts: Mapping[str, Callable[[], Iterator[Utterance]]] = {
        "commands": lambda: commands(HELD_OUT_VOICE, SCREENS, PLAIN, noise),
        "clips": lambda: clips(options.data),
        "orders": lambda: orders(options.data),
    }
    return [utterance for part in options.parts for utterance in list(parts[part]())[:: options.every]]


def _grid() -> dict[str, Weights]:
    tried = [replace(SHIPPED, expected=weight) for weight in (0.02, 0.05, 0.1, 0.2)]
    tried += [replace(SHIPPED, commands=weight) for weight in (0.03, 0.2)]
    return {f"commands {w.commands}, expected {w.expected}": w for w in tried}


def _table(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    groups = next(iter(found.values()))
    rows = [("", *found)]
    rows += [
        (f"{group}: {key}", *(f"{round(arm[group][key], 2)}" for arm in found.values()))
        for group, told in groups.items()
        for key in told
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recognition", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--parts", nargs="*", default=["commands", "clips", "orders"])
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of recordings")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every Nth utterance only")
    parser.add_argument("--tune", action="store_true", help="try weights, on other voices and sentences")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
