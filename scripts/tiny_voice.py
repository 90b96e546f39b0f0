"""Makes the tiny voice that the tests speak with: a network of Piper's form that hums each phoneme by its formants.

    python scripts/tiny_voice.py        # writes tests/data/tiny_voice

It learned nothing and nobody would want to listen to it, but its sound depends on its phonemes as a voice's does.
Needs the package onnx.
"""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

RATE_HZ = 16_000
HOP = 256
PITCH_HZ = 130.0
N_HARMONICS = 24
SMOOTHED_OVER = 5  # spans of HOP samples over which one sound passes into the next
LANGUAGE = "en-us"

FORMANTS_HZ = {
    "i": (280, 2250), "ɪ": (400, 1950), "e": (400, 2100), "ɛ": (550, 1800), "æ": (700, 1700), "a": (750, 1350),
    "ɐ": (680, 1300), "ɑ": (700, 1100), "ɔ": (550, 850), "o": (450, 800), "ʊ": (420, 1000), "u": (320, 800),
    "ʌ": (620, 1200), "ə": (500, 1400), "ɚ": (480, 1300), "ɜ": (480, 1350), "ᵻ": (420, 1800), "ɹ": (420, 1250),
    "l": (360, 1100), "w": (320, 700), "j": (280, 2200), "m": (250, 1000), "n": (250, 1500), "ŋ": (250, 2000),
    "b": (250, 900), "d": (250, 1600), "ɡ": (250, 1900), "ɾ": (300, 1600), "v": (250, 1200), "z": (250, 1700),
    "ð": (250, 1400), "ʒ": (250, 1900),
}  # fmt: skip
HISSED = {"s": 1.0, "ʃ": 0.9, "f": 0.5, "θ": 0.4, "h": 0.4, "z": 0.4, "ʒ": 0.4, "v": 0.2, "t": 0.6, "k": 0.5, "p": 0.4}
SHORT = set("bdɡptkɾ")
LENGTH = {"ː": 4.0, ",": 8.0, ".": 12.0, "?": 12.0, "!": 12.0, ";": 8.0, ":": 8.0, " ": 1.0, "^": 1.0, "$": 1.0}
SILENT = ("_", "^", "$", " ", ",", ".", "?", "!", ";", ":", "ˈ", "ˌ", "ː")
SYMBOLS = (*SILENT, *dict.fromkeys([*FORMANTS_HZ, *HISSED]))


class TinyVoice(nn.Module):
    """Phoneme numbers [1, N] to samples [1, 1, T], and for how many hops each phoneme lasts [1, 1, N]."""

    def __init__(self) -> None:
        super().__init__()
        rows = [_row(symbol) for symbol in SYMBOLS]
        self.register_buffer("table", torch.tensor(rows))  # [symbols, 5]
        self.register_buffer("harmonics", torch.arange(1, N_HARMONICS + 1, dtype=torch.float32))

    def forward(self, input: Tensor, input_lengths: Tensor, scales: Tensor) -> tuple[Tensor, Tensor]:
        table = self.table[input[0, : input_lengths[0]]]  # [N, 5]
        hops = torch.ceil(table[:, 0] * scales[1])  # [N]
        ends = hops.cumsum(0)
        at = torch.arange(0, ends[-1].long(), dtype=torch.float32)  # [F]
        which = (ends.unsqueeze(0) <= at.unsqueeze(1)).sum(1)  # [F]
        now = table[which].t().unsqueeze(0)  # [1, 5, F]
        now = nn.functional.avg_pool1d(now, SMOOTHED_OVER, 1, SMOOTHED_OVER // 2)[0].t()  # [F, 5]
        now = now.unsqueeze(1).expand(-1, HOP, -1).reshape(-1, 5)  # [T, 5]
        phase = (torch.ones_like(now[:, 0]) * (2 * math.pi * PITCH_HZ / RATE_HZ)).cumsum(0)  # [T]
        near = torch.exp(-(((self.harmonics * PITCH_HZ - now[:, 1:2]) / 100) ** 2))
        near = near + 0.7 * torch.exp(-(((self.harmonics * PITCH_HZ - now[:, 2:3]) / 150) ** 2))
        hum = (near * torch.sin(phase.unsqueeze(1) * self.harmonics)).sum(1)  # [T]
        hiss = torch.randn_like(hum) * scales[0] * 0.3
        sound = 0.3 * (now[:, 3] * hum + now[:, 4] * hiss)
        return sound.reshape(1, 1, -1), hops.reshape(1, 1, -1)


def _row(symbol: str) -> tuple[float, float, float, float, float]:
    """Hops, two formants, how much of it is hummed and how much hissed."""
    first_hz, second_hz = FORMANTS_HZ.get(symbol, (500, 1500))
    sounds = symbol in FORMANTS_HZ or symbol in HISSED
    hops = LENGTH.get(symbol, (2.0 if symbol in SHORT else 5.0) if sounds else 0.0)
    hummed = (0.4 if symbol in "bdɡmnŋvzðʒ" else 1.0) if symbol in FORMANTS_HZ else 0.0
    return hops, float(first_hz), float(second_hz), hummed, HISSED.get(symbol, 0.0)


def describe() -> dict[str, object]:
    """What stands in the file beside the network."""
    return {
        "audio": {"sample_rate": RATE_HZ, "quality": "low"},
        "espeak": {"voice": LANGUAGE},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(SYMBOLS)},
        "num_symbols": len(SYMBOLS),
        "num_speakers": 1,
        "speaker_id_map": {},
    }


def write(directory: Path) -> Path:
    """Writes tiny.onnx and tiny.onnx.json; returns the former."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "tiny.onnx"
    example = torch.arange(len(SYMBOLS)).unsqueeze(0), torch.tensor([len(SYMBOLS)]), torch.tensor([0.667, 1.0, 0.8])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the newer exporter needs another package, and this graph nothing of it
        torch.onnx.export(
            TinyVoice().eval(), example, path, dynamo=False, opset_version=17,
            input_names=["input", "input_lengths", "scales"], output_names=["output", "durations"],
            dynamic_axes={"input": {1: "phonemes"}, "output": {2: "time"}, "durations": {2: "phonemes"}},
        )  # fmt: skip
    description = json.dumps(describe(), ensure_ascii=False, indent=1)
    path.with_name(f"{path.name}.json").write_text(description + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write(Path(__file__).parents[1] / "tests" / "data" / "tiny_voice"))
