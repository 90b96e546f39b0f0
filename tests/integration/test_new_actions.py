"""An action that the weights were never trained on: its description and five examples are enough to call it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

import resources
from desktop.minds import CATALOGUE, REFLEX, shipped_catalogue
from desktop.simulation import Scene, Simulator, dry_executor
from model.reflex import load_reflex, weights
from model.reflex.texts import TextEncoder
from model.stream.catalogue import load_catalogue
from model.stream.values import ActionSpec, Channel, Risk

pytestmark = pytest.mark.integration

NEW = """
[take_photo]
description = "Take a picture of the person in front of the screen with the webcam"
risk = "reversible"
examples = ["take a photo", "take a picture of me", "snap a selfie", "a picture with the webcam", "photograph me"]

[book_taxi]
description = "Order a taxi or a ride"
risk = "outward"
slots = ["destination?: text"]
examples = ["book a taxi", "call me a cab", "get me a ride to the airport", "a taxi to the station", "I need a taxi"]
"""
SAID = {
    "could you get me a cab to the museum": "book_taxi",
    "order a taxi please": "book_taxi",
    "take a picture of me with the webcam": "take_photo",
    "a quick selfie please": "take_photo",
}
KNOWN = {
    "what time is it": "tell_time",
    "take a screenshot": "screenshot",
    "type call me a cab": "type_text",
    "open the calculator": "open_app",
}


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Simulator:
    directory = tmp_path_factory.mktemp("reflex")
    for path in (resources.ROOT / "reflex").iterdir():
        (directory / path.name).symlink_to(path)
    stream = directory / "stream.safetensors"
    shipped = stream.resolve()
    stream.unlink()
    rows = {name: row for row, name in enumerate(shipped_catalogue())}
    weights.save(stream, weights.load(shipped)[0], {**weights.metadata(shipped), "actions": json.dumps(rows)})
    catalogue = load_catalogue(_with_new(directory / "actions.toml"))
    reflex = load_reflex(directory, catalogue)
    return Simulator(reflex, reflex.pieces, catalogue, dry_executor(catalogue), aloud=False)


def _with_new(path: Path) -> Path:
    path.write_text(CATALOGUE.read_text(encoding="utf-8") + NEW, encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "action"), [*SAID.items(), *KNOWN.items()])
def test_it_is_called_by_what_it_says_of_itself_and_takes_nothing_from_the_others(
    simulator: Simulator, text: str, action: str
) -> None:
    outputs = simulator.run(Scene(tuple(text.split())))
    assert [output.action for output in outputs if output.channel is Channel.ACTION] == [action]


def test_what_actions_are_described_as_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "deep" / "actions.safetensors"
    catalogue = {**shipped_catalogue(), "brew": ActionSpec("brew", "Make tea", Risk.LOOK, examples=("some tea",))}
    read: list[str] = []
    encode = TextEncoder.encode

    def noting(encoder: TextEncoder, texts: Sequence[str]) -> torch.Tensor:
        read.extend(texts)
        return encode(encoder, texts)

    monkeypatch.setattr(TextEncoder, "encode", noting)
    first = load_reflex(REFLEX, catalogue, remembered=file)
    assert "Make tea" in read
    read.clear()
    again = load_reflex(REFLEX, catalogue, remembered=file)
    assert "Make tea" not in read
    assert torch.equal(first._tables.actions, again._tables.actions)
    file.write_bytes(b"damaged")
    mended = load_reflex(REFLEX, catalogue, remembered=file)
    assert "Make tea" in read
    assert torch.equal(first._tables.actions, mended._tables.actions)
    assert weights.metadata(file)
