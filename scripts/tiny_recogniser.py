"""Makes tests/data/tiny_recogniser: a streaming transducer of ten words for sherpa-onnx, small enough for the tests.

It shows that the real engine hears real speech with a model in the real format, where no such model can be fetched.
Trained on flite's voices rms, slt and kal16; awb is held out. Takes some minutes on one core.

    pip install kaldi-native-fbank && python scripts/tiny_recogniser.py

The layout is sherpa-onnx's LSTM transducer. Loss: a transducer in which each symbol takes a step of time, as the
engine's search has it. Source: Graves 2012; the metadata keys are those that sherpa-onnx asks for.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from kaldi_native_fbank import FbankOptions, OnlineFbank
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OUT = Path("tests/data/tiny_recogniser")
WORDS = ("open", "close", "copy", "paste", "window", "music", "search", "mail", "stop", "undo")
VOICES = ("rms", "slt", "kal16")
SAMPLE_RATE_HZ = 16_000
N_MELS, STACK, CHUNK = 80, 4, 32
"""Log mel bands per 10 ms; steps of 40 ms; the engine hands over 320 ms at a time, as with the models people use."""
WIDTH, JOINT = 48, 40
CONTEXT = 2
BLANK = 0
SYMBOLS = ("<blk>", "<unk>", "▁", *sorted(set("".join(WORDS).upper())))


@dataclass(frozen=True)
class Example:
    """`features` [T, N_MELS] and the symbols that are said."""

    features: Tensor
    symbols: Tensor


class Recogniser(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(N_MELS), requires_grad=False)
        self.scale = nn.Parameter(torch.ones(N_MELS), requires_grad=False)
        self.inwards = nn.Linear(STACK * N_MELS, WIDTH)
        self.lstm = nn.LSTM(WIDTH, WIDTH, num_layers=2, batch_first=True)
        self.encoder = nn.Linear(WIDTH, JOINT)
        self.embedding = nn.Embedding(len(SYMBOLS), JOINT)
        self.context = nn.Linear(CONTEXT * JOINT, JOINT)
        self.joiner = nn.Linear(JOINT, len(SYMBOLS))

    def encode(self, x: Tensor) -> Tensor:
        """[B, T, N_MELS] -> [B, T / STACK, JOINT]."""
        x = ((x - self.mean) * self.scale).reshape(len(x), -1, STACK * N_MELS)
        return self.encoder(self.lstm(self.inwards(x).relu())[0])

    def predict(self, history: Tensor) -> Tensor:
        """[B, U, CONTEXT] symbols -> [B, U, JOINT]."""
        return self.context(self.embedding(history).flatten(-2)).relu()

    def forward(self, x: Tensor, history: Tensor) -> Tensor:
        """Log probabilities [B, T, U + 1, symbols]."""
        joint = self.encode(x).unsqueeze(2) + self.predict(history).unsqueeze(1)
        return self.joiner(joint.tanh()).log_softmax(-1)


def loss(logits: Tensor, symbols: Tensor, steps: Tensor, lengths: Tensor) -> Tensor:
    """Minus the log probability of `symbols` over every way in time, mean over the batch."""
    n_batch, n_steps, n_nodes, _ = logits.shape
    blank = logits[..., BLANK]
    emit = logits[:, :, :-1].gather(3, symbols[:, None, :, None].expand(-1, n_steps, -1, 1)).squeeze(3)
    alpha = torch.full((n_batch, n_nodes), -1e9)
    alpha[:, 0] = 0
    rows = [alpha]
    for t in range(n_steps):
        moved = torch.cat([torch.full((n_batch, 1), -1e9), alpha[:, :-1] + emit[:, t]], 1)
        alpha = torch.logaddexp(alpha + blank[:, t], moved)
        rows.append(alpha)
    return -torch.stack(rows, 1)[torch.arange(n_batch), steps, lengths].mean()


# Speech -----------------------------------------------------------------------------------------------------------


def speak(text: str, voice: str, stretch: float, path: Path) -> np.ndarray:
    """Samples [n] in -1..1."""
    subprocess.run(
        ("flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", "-t", text, "-o", str(path)), check=True
    )
    with wave.open(str(path)) as file:
        assert file.getframerate() == SAMPLE_RATE_HZ
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32_768


def features(samples: np.ndarray) -> Tensor:
    """As the engine computes them."""
    options = FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.snip_edges = False
    options.frame_opts.samp_freq = SAMPLE_RATE_HZ
    options.mel_opts.num_bins = N_MELS
    options.mel_opts.high_freq = -400
    fbank = OnlineFbank(options)
    fbank.accept_waveform(SAMPLE_RATE_HZ, samples.tolist())
    fbank.input_finished()
    return torch.from_numpy(np.stack([fbank.get_frame(n) for n in range(fbank.num_frames_ready)]))


def disturbed(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Of another size of throat, with silence round it, at another loudness, and often in noise."""
    samples = np.interp(np.arange(0, len(samples), rng.uniform(0.85, 1.18)), np.arange(len(samples)), samples)
    before, behind = rng.uniform(0, 0.5), rng.uniform(0.3, 1.0)
    samples = np.concatenate(
        [np.zeros(int(before * 16e3)), samples * rng.uniform(0.3, 1.3), np.zeros(int(behind * 16e3))]
    )
    level = rng.choice([0.0, 1e-4, 1e-3, 3e-3, 1e-2])
    return (samples + rng.normal(0, 1, len(samples)) * level).astype(np.float32)


def symbols_of(text: str) -> Tensor:
    spelled = [symbol for word in text.upper().split() for symbol in ("▁", *word)]
    return torch.tensor([SYMBOLS.index(symbol) for symbol in spelled], dtype=torch.long)


def examples(n: int, seed: int) -> list[Example]:
    chance, rng = random.Random(seed), np.random.default_rng(seed)
    orders = [
        (" ".join(chance.choices(WORDS, k=chance.randint(1, 4))), VOICES[i % len(VOICES)], chance.uniform(0.8, 1.35))
        for i in range(n)
    ]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        spoken = list(pool.map(lambda job: speak(*job[1], Path(folder) / f"{job[0]}.wav"), enumerate(orders)))
    rows = [Example(features(disturbed(s, rng)), symbols_of(order[0])) for s, order in zip(spoken, orders, strict=True)]
    for _ in range(n // 12):  # nothing is said
        noise = rng.normal(0, 1, int(16e3 * rng.uniform(0.5, 2))) * rng.choice([0, 1e-4, 1e-2, 0.1])
        rows.append(Example(features(noise.astype(np.float32)), torch.zeros(0, dtype=torch.long)))
    return rows


# Training ---------------------------------------------------------------------------------------------------------


def batch(rows: list[Example]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Features, history, symbols, steps and lengths, padded."""
    n_time = -(-max(len(row.features) for row in rows) // STACK) * STACK
    n_symbols = max(max(len(row.symbols) for row in rows), 1)
    x = torch.full((len(rows), n_time, N_MELS), -15.9)
    symbols = torch.zeros(len(rows), n_symbols, dtype=torch.long)
    for n, row in enumerate(rows):
        x[n, : len(row.features)] = row.features
        symbols[n, : len(row.symbols)] = row.symbols
    padded = torch.cat([torch.zeros(len(rows), CONTEXT, dtype=torch.long), symbols], 1)
    history = torch.stack([padded[:, n : n + CONTEXT] for n in range(n_symbols + 1)], 1)
    steps = torch.tensor([-(-len(row.features) // STACK) for row in rows])
    return x, history, symbols, steps, torch.tensor([len(row.symbols) for row in rows])


def train(rows: list[Example], epochs: int, seed: int) -> Recogniser:
    torch.manual_seed(seed)
    network = Recogniser()
    everything = torch.cat([row.features for row in rows])
    network.mean.copy_(everything.mean(0))
    network.scale.copy_(1 / everything.std(0))
    optimiser = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], 4e-3, weight_decay=1e-2)
    rows = sorted(rows, key=lambda row: len(row.features))
    batches = [rows[n : n + 32] for n in range(0, len(rows), 32)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=epochs * len(batches))
    chance = random.Random(seed)
    for epoch in range(epochs):
        total = 0.0
        for chosen in chance.sample(batches, len(batches)):
            x, history, symbols, steps, lengths = batch(chosen)
            if chance.random() < 0.7:  # not always the same: shifted loudness, bands left out
                x = x + torch.randn(len(x), 1, 1) * 0.7
                low = chance.randrange(N_MELS - 10)
                x[:, :, low : low + chance.randint(0, 10)] = network.mean.mean()
            value = loss(network(x, history), symbols, steps, lengths)
            optimiser.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            total += value.item()
        if epoch % 5 == 4:
            print(f"epoch {epoch + 1}: loss {total / len(batches):.3f}", flush=True)
    return network.eval()


# Export -----------------------------------------------------------------------------------------------------------


def write(network: Recogniser, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    weights = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    _save(out / "encoder.onnx", *_encoder(weights), _encoder_notes())
    _save(out / "decoder.onnx", *_decoder(weights), {"context_size": CONTEXT, "vocab_size": len(SYMBOLS)})
    _save(out / "joiner.onnx", *_joiner(weights), {"joiner_dim": JOINT})
    lines = "".join(f"{symbol} {number}\n" for number, symbol in enumerate(SYMBOLS))
    (out / "tokens.txt").write_text(lines, encoding="utf-8")
    (out / "bpe.vocab").write_text("".join(f"{s}\t{-n}\n" for n, s in enumerate(SYMBOLS)), encoding="utf-8")


def _encoder_notes() -> dict[str, Any]:
    return {
        "model_type": "lstm",
        "num_encoder_layers": 2,
        "T": CHUNK,
        "decode_chunk_len": CHUNK,
        "rnn_hidden_size": WIDTH,
        "d_model": WIDTH,
    }


Graph = tuple[list[Any], list[Any], list[Any], dict[str, np.ndarray]]


def _encoder(weights: dict[str, np.ndarray]) -> Graph:
    constants = {
        "mean": weights["mean"],
        "scale": weights["scale"],
        "stacked": np.array([0, -1, STACK * N_MELS]),
        "in_w": weights["inwards.weight"].T,
        "in_b": weights["inwards.bias"],
        "out_w": weights["encoder.weight"].T,
        "out_b": weights["encoder.bias"],
        "direction": np.array([1]),
        "0": np.array([0]), "1": np.array([1]), "2": np.array([2]),
    }  # fmt: skip
    nodes = [
        helper.make_node("Sub", ["x", "mean"], ["centred"]),
        helper.make_node("Mul", ["centred", "scale"], ["scaled"]),
        helper.make_node("Reshape", ["scaled", "stacked"], ["windows"]),
        helper.make_node("MatMul", ["windows", "in_w"], ["in_m"]),
        helper.make_node("Add", ["in_m", "in_b"], ["in_a"]),
        helper.make_node("Relu", ["in_a"], ["inner"]),
        helper.make_node("Transpose", ["inner"], ["layer0"], perm=[1, 0, 2]),
    ]
    for n in (0, 1):
        constants |= {
            f"w{n}": _gates(weights[f"lstm.weight_ih_l{n}"])[None],
            f"r{n}": _gates(weights[f"lstm.weight_hh_l{n}"])[None],
            f"b{n}": np.concatenate([_gates(weights[f"lstm.bias_{k}_l{n}"]) for k in ("ih", "hh")])[None],
        }
        nodes += [
            helper.make_node("Slice", ["h", str(n), str(n + 1), "0"], [f"h{n}"]),
            helper.make_node("Slice", ["c", str(n), str(n + 1), "0"], [f"c{n}"]),
            helper.make_node(
                "LSTM", [f"layer{n}", f"w{n}", f"r{n}", f"b{n}", "", f"h{n}", f"c{n}"],
                [f"y{n}", f"next_h{n}", f"next_c{n}"], hidden_size=WIDTH,
            ),
            helper.make_node("Squeeze", [f"y{n}", "direction"], [f"layer{n + 1}"]),
        ]  # fmt: skip
    nodes += [
        helper.make_node("Concat", ["next_h0", "next_h1"], ["next_h"], axis=0),
        helper.make_node("Concat", ["next_c0", "next_c1"], ["next_c"], axis=0),
        helper.make_node("Transpose", ["layer2"], ["outer"], perm=[1, 0, 2]),
        helper.make_node("MatMul", ["outer", "out_w"], ["out_m"]),
        helper.make_node("Add", ["out_m", "out_b"], ["encoder_out"]),
    ]
    state = [2, "N", WIDTH]
    inputs = [_floats("x", ["N", CHUNK, N_MELS]), _floats("h", state), _floats("c", state)]
    outputs = [_floats("encoder_out", ["N", CHUNK // STACK, JOINT]), _floats("next_h", state), _floats("next_c", state)]
    return nodes, inputs, outputs, constants


def _decoder(weights: dict[str, np.ndarray]) -> Graph:
    constants = {
        "table": weights["embedding.weight"],
        "flat": np.array([-1, CONTEXT * JOINT]),
        "w": weights["context.weight"].T,
        "b": weights["context.bias"],
        "first": np.array(0),
    }
    nodes = [
        helper.make_node("Max", ["y", "first"], ["seen"]),  # before the first symbol the engine gives -1
        helper.make_node("Gather", ["table", "seen"], ["looked_up"]),
        helper.make_node("Reshape", ["looked_up", "flat"], ["joined"]),
        helper.make_node("MatMul", ["joined", "w"], ["m"]),
        helper.make_node("Add", ["m", "b"], ["a"]),
        helper.make_node("Relu", ["a"], ["decoder_out"]),
    ]
    inputs = [helper.make_tensor_value_info("y", TensorProto.INT64, ["N", CONTEXT])]
    return nodes, inputs, [_floats("decoder_out", ["N", JOINT])], constants


def _joiner(weights: dict[str, np.ndarray]) -> Graph:
    constants = {"w": weights["joiner.weight"].T, "b": weights["joiner.bias"]}
    nodes = [
        helper.make_node("Add", ["encoder_out", "decoder_out"], ["sum"]),
        helper.make_node("Tanh", ["sum"], ["bent"]),
        helper.make_node("MatMul", ["bent", "w"], ["m"]),
        helper.make_node("Add", ["m", "b"], ["logit"]),
    ]
    inputs = [_floats("encoder_out", ["N", JOINT]), _floats("decoder_out", ["N", JOINT])]
    return nodes, inputs, [_floats("logit", ["N", len(SYMBOLS)])], constants


def _gates(rows: np.ndarray) -> np.ndarray:
    """Torch orders the gates input, forget, cell, output; ONNX input, output, forget, cell."""
    i, f, g, o = np.split(rows, 4)
    return np.concatenate([i, o, f, g])


def _floats(name: str, shape: list[Any]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _save(path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: Any, notes: Any) -> None:
    tensors = [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, {key: str(value) for key, value in notes.items()})
    onnx.checker.check_model(model)
    onnx.save(model, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--examples", type=int, default=1500)
    parser.add_argument("--epochs", type=int, default=30)
    options = parser.parse_args()
    torch.set_num_threads(1)
    network = train(examples(options.examples, seed=1), options.epochs, seed=1)
    write(network, options.out)


if __name__ == "__main__":
    main()
