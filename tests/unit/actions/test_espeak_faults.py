"""What can be wrong with espeak-ng on a machine is a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import espeakng_loader
import pytest

from actions import espeak
from actions.espeak import EspeakSynthesiser
from actions.synthesiser import Style
from desktop.assembly import open_synthesiser
from model.stream.errors import ModelFailed


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is looked for anew, and not kept."""
    monkeypatch.setattr(espeak, "_library", espeak._Library)


def test_without_its_package_it_is_silence_and_a_sentence(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(ModelFailed, match="espeak-ng cannot be loaded"):
        EspeakSynthesiser()
    _, fault = open_synthesiser()
    assert "install espeakng-loader again" in fault


def test_a_library_that_is_gone_is_a_sentence(fresh: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _stand_in(monkeypatch, tmp_path / "libespeak-ng.so", espeakng_loader.get_data_path())
    with pytest.raises(ModelFailed, match="espeak-ng cannot be loaded"):
        EspeakSynthesiser()


def test_data_that_is_gone_is_a_sentence_and_not_the_end_of_the_program(tmp_path: Path) -> None:
    """In a process of its own: the library has one state, and would end the process."""
    program = (
        "import espeakng_loader\n"
        f"espeakng_loader.get_data_path = lambda: {str(tmp_path / 'gone')!r}\n"
        "from desktop.assembly import open_synthesiser\n"
        "synthesiser, fault = open_synthesiser()\n"
        "print(type(synthesiser).__name__, fault)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "SilentSynthesiser espeak-ng cannot read its data" in done.stdout


@pytest.mark.parametrize("text", ["!!! ??? ...", "@#$%^&*()", "🎉🎉🎉", "\u0301\u0301", "- - -", "()[]{}", "\ud800"])
def test_a_text_of_signs_alone_is_said_or_passed_over(text: str) -> None:
    for chunk in EspeakSynthesiser().synthesise(text, Style()):
        assert len(chunk.samples) < 30 * 22_050


def _stand_in(monkeypatch: pytest.MonkeyPatch, library: Path, data: str) -> None:
    loader: ModuleType | SimpleNamespace = SimpleNamespace(
        get_library_path=lambda: str(library), get_data_path=lambda: data
    )
    monkeypatch.setitem(sys.modules, "espeakng_loader", loader)
