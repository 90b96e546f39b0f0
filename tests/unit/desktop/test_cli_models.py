"""`ambidex models` as it is typed: what it prints, its exit codes, and that it stays off the network."""

import json
import socket
import sys
from pathlib import Path

import pytest

from desktop import cli
from tests.models import TINY, write_gguf, write_voice


class Typed:
    """Runs the program in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Its exit code, and what it wrote to standard output or, if it failed, to standard error."""
        self._monkeypatch.setattr(sys, "argv", ["ambidex", "models", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        code, written = int(caught.value.code or 0), self._capsys.readouterr()
        return code, written.err if code else written.out


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    def no_network(*arguments: object) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    return Typed(monkeypatch, capsys)


def test_a_recogniser_from_its_folder_to_its_end(models: Typed) -> None:
    assert models("add", str(TINY), "--name", "tiny") == (
        0, "Added the recogniser tiny (0.2 MB). Use it with `ambidex models use tiny`.\n",
    )  # fmt: skip
    assert models("use", "tiny") == (0, "From its next start on, Ambidex uses the recogniser tiny.\n")
    listed = json.loads(models("list", "--json")[1])
    path = listed["models"][0].pop("path")
    size = sum(file.stat().st_size for file in TINY.iterdir())
    assert Path(path).name == "tiny"
    assert listed == {
        "models": [
            {"name": "tiny", "kind": "recogniser", "size_bytes": size, "chosen": True, "loads": True, "fault": ""}
        ],
        "chosen": {"recogniser": "tiny", "voice": None, "language": None},
    }
    assert models("use", "--built-in", "recogniser")[1] == "From its next start on, Ambidex uses its own recogniser.\n"
    assert models("use", "tiny")[0] == 0
    assert models("remove", "tiny") == (
        0, "Removed tiny (0.2 MB). From its next start on, Ambidex uses its own recogniser.\n",
    )  # fmt: skip
    assert json.loads(models("list", "--json")[1])["models"] == []


def test_the_table_shows_what_is_used_and_what_does_not_load(models: Typed, tmp_path: Path) -> None:
    assert models("add", str(write_voice(tmp_path / "anna.onnx")))[0] == 0
    assert "ambidex models use small" in models("add", str(write_gguf(tmp_path / "small.gguf")))[1]
    models("use", "anna")
    rows = [line.split() for line in models("list")[1].splitlines()]
    assert ["yes", "pocketsphinx", "recogniser", "built", "in"] in rows
    assert ["espeak-ng", "voice", "built", "in"] in rows
    assert ["yes", "anna", "voice", "0.0", "MB"] in rows
    assert any(row[:2] == ["small", "language"] for row in rows)


@pytest.mark.parametrize("installed", [True, False])
def test_a_language_model_is_chosen_and_its_engine_named_where_it_is_missing(
    models: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    monkeypatch.setattr("desktop.cli_models.find_spec", lambda name: installed or None)
    models("add", str(write_gguf(tmp_path / "small.gguf")))
    code, said = models("use", "small")
    assert code == 0
    assert "From its next start on, Ambidex uses the language model small." in said
    assert ("scripts/setup --llm" in said) is not installed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "nowhere.gguf"), "There is no nowhere.gguf. Give a file, a folder, an archive"),
        (("add", "folder/nowhere.gguf"), "There is no folder/nowhere.gguf."),
        (("add", "x.gguf", "--name", "a b"), "'a b' cannot be a name"),
        (("use", "nothing"), "There is no model nothing. None was added yet"),
        (("remove", "nothing"), "There is no model nothing. None was added yet"),
    ],
)
def test_a_mistake_is_one_sentence(models: Typed, arguments: tuple[str, ...], says: str) -> None:
    code, said = models(*arguments)
    assert code == 1
    assert says in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("use",), ("use", "a", "--built-in", "voice"), ("use", "--built-in", "language"), ()]
)
def test_wrong_usage_is_exit_code_2(models: Typed, arguments: tuple[str, ...]) -> None:
    assert models(*arguments)[0] == 2


def test_the_hubs_library_is_not_even_loaded(models: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)  # importing it fails from here on
    assert models("add", str(write_gguf(tmp_path / "small.gguf")))[0] == 0
    assert models("list")[0] == 0
