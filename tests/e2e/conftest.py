"""An untrained reflex, quick to load: enough for everything that is not about what is decided."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import resources
from desktop.minds import shipped_catalogue
from model.reflex.network import Config, Network
from model.reflex.vocabulary import NONE
from model.training.lessons import LEXICON
from model.training.train import save
from tests.program import Ambidex


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of weights that `load_reflex` accepts."""
    directory = tmp_path_factory.mktemp("reflex")
    for name in ("items.safetensors", "utterances.safetensors", "tokenizer.json"):
        (directory / name).symlink_to(resources.ROOT / "reflex" / name)
    torch.manual_seed(0)
    assert shipped_catalogue()
    network = Network(Config(n_layer=2, field_layers=(1,), n_lexicon=len(LEXICON)))
    network.writing.action_symbol.bias.data[NONE] = 20.0  # it never acts
    save(network, directory / "stream.safetensors", {})
    return directory


def configure(program: Ambidex, **settings: object) -> None:
    """Write the program's settings."""
    directory = Path(program.env["AMBIDEX_HOME"]) / "config"
    directory.mkdir(parents=True, exist_ok=True)
    lines = (
        f"{name} = {str(value).lower() if isinstance(value, bool) else repr(str(value))}"
        for name, value in settings.items()
    )
    (directory / "settings.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
