"""The layers that read what is said begin as the sentence encoder's and learn what is asked for."""

from pathlib import Path

import pytest
import torch

import resources
from model.reflex import weights
from model.reflex.mind import action_vectors
from model.reflex.network import Network
from model.stream.errors import ModelFailed
from model.training.compose import Request
from model.training.lessons import Options, Parts
from model.training.phrases import shipped_phrases
from model.training.together import ALONE
from model.training.train import trained_rows
from model.training.utterances import first_layers, learn_utterances

SHIPPED = resources.ROOT / "reflex"
SAID = {"blip the blop": "mute", "blop the blip": "copy", "flum it over there": "paste"}


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts.load(SHIPPED, shipped_phrases().catalogue)


def pieces(parts: Parts, text: str) -> tuple[int, ...]:
    return tuple(piece for word in text.split() for piece, _ in parts.pieces.encode(word))


def test_they_begin_as_the_last_layers_of_the_sentence_encoder(parts: Parts, tmp_path: Path) -> None:
    reader = parts.items.with_last(first_layers(tmp_path, SHIPPED))
    rows = [pieces(parts, "open the calculator"), pieces(parts, "stop")]
    torch.testing.assert_close(reader.learning(rows), parts.items.encode_pieces(rows), atol=1e-4, rtol=1e-4)


def test_they_go_on_with_those_of_a_trained_reflex_unless_these_are_damaged(tmp_path: Path) -> None:
    shipped = first_layers(SHIPPED, SHIPPED).state_dict()
    weights.save(tmp_path / "utterances.safetensors", shipped, {})
    again = first_layers(tmp_path, SHIPPED).state_dict()
    assert all(torch.allclose(again[name], tensor, atol=1e-5) for name, tensor in shipped.items())
    (tmp_path / "utterances.safetensors").write_bytes(b"rubbish")
    with pytest.raises(ModelFailed, match="missing or damaged"):
        first_layers(tmp_path, SHIPPED)


def test_they_learn_from_the_words_what_is_asked_for(parts: Parts, tmp_path: Path) -> None:
    torch.manual_seed(1)
    options = Options(tmp_path, composed=0, human=1024, written=0, practice=0, utterances=3072)
    network, layers = Network(options.config), first_layers(tmp_path, SHIPPED)
    rows = trained_rows(options, parts)
    said = [Request(tuple(text.split()), action) for text, action in SAID.items()]
    told: list[float] = []
    learn_utterances(network, layers, options, parts, said, rows, lambda news: told.append(news.share), ALONE)
    assert told and 0 < told[0] < 1
    tables = network.tables(action_vectors(parts.catalogue, parts.symbols, parts.items, rows))
    read = [pieces(parts, text) for text in SAID]
    vectors, plain = parts.items.with_last(layers).learning(read), parts.items.encode_pieces(read)
    best = network.writing.by_words(vectors, plain, tables)[:, : parts.n_learned].argmax(1)
    assert [parts.symbols.actions[n] for n in best] == list(SAID.values())
