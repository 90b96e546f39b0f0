"""What the store takes in, what it says of it, and what it never leaves behind."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.model_kinds import Kind, find_model
from desktop.model_sources import gather
from desktop.model_store import Model, ModelStore
from model.stream.errors import AmbidexError, BadSettings, ModelFailed, NotPermitted
from tests.models import write_gguf, write_voice


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def add(store: ModelStore, source: Path, name: str) -> Model:
    with store.making() as folder:
        return store.keep(name, gather(source, folder), str(source))


def names_on_disk(store: ModelStore, tmp_path: Path) -> list[str]:
    del store
    return sorted(path.name for path in (tmp_path / "models").iterdir() if path.name != ".lock")


def test_nothing_is_chosen_before_anything_is_added(store: ModelStore) -> None:
    assert store.all() == []
    assert [store.chosen(kind) for kind in Kind] == [None, None, None]


def test_a_voice_is_added_chosen_given_back_and_removed(store: ModelStore, tmp_path: Path) -> None:
    voice = write_voice(tmp_path / "anna.onnx")
    model = add(store, voice, "anna")
    assert (model.kind, model.fault, model.chosen) == (Kind.VOICE, "", False)
    assert store.choose("anna").kind is Kind.VOICE
    main = store.chosen(Kind.VOICE)
    assert main is not None
    assert main.read_bytes() == voice.read_bytes()
    assert json.loads(main.with_name("anna.onnx.json").read_text())["audio"]["sample_rate"] == 16_000
    assert [model.chosen for model in store.all()] == [True]
    store.choose_built_in(Kind.VOICE)
    assert store.chosen(Kind.VOICE) is None
    store.choose("anna")
    assert store.remove("anna").chosen
    assert (store.all(), store.chosen(Kind.VOICE)) == ([], None)
    assert names_on_disk(store, tmp_path) == ["chosen.json"]


def test_a_language_model_is_told_from_its_content(store: ModelStore, tmp_path: Path) -> None:
    assert add(store, write_gguf(tmp_path / "renamed.bin"), "small").kind is Kind.LANGUAGE


def cut(path: Path, by: int = 100) -> Path:
    os.truncate(path, path.stat().st_size - by)
    return path


@pytest.mark.parametrize("kind", ["gguf", "voice", "description", "text"])
def test_what_does_not_load_is_a_sentence_and_leaves_nothing(store: ModelStore, tmp_path: Path, kind: str) -> None:
    source = tmp_path / "given"
    source.mkdir()
    match kind:
        case "gguf":
            cut(write_gguf(source / "a.gguf"))
        case "voice":
            cut(write_voice(source / "a.onnx"))
        case "description":
            cut(write_voice(source / "a.onnx").with_name("a.onnx.json"), 10)
        case _:
            (source / "notes.txt").write_text("hello")
    with pytest.raises(ModelFailed, match=r"Fetch it again|There is no model in it"):
        add(store, source, "a")
    assert names_on_disk(store, tmp_path) == []


def test_a_model_damaged_later_is_not_chosen_any_more(store: ModelStore, tmp_path: Path) -> None:
    add(store, write_voice(tmp_path / "anna.onnx"), "anna")
    store.choose("anna")
    main = store.chosen(Kind.VOICE)
    assert main is not None
    cut(main)
    with pytest.raises(ModelFailed, match=r"anna does not load: .*models use --built-in voice"):
        store.chosen(Kind.VOICE)
    assert "Fetch it again" in store.all()[0].fault
    with pytest.raises(ModelFailed):
        store.choose("anna")


def test_a_model_that_vanished_is_a_sentence(store: ModelStore, tmp_path: Path) -> None:
    add(store, write_voice(tmp_path / "anna.onnx"), "anna")
    store.choose("anna")
    (tmp_path / "models" / "anna" / "ambidex.json").unlink()
    with pytest.raises(ModelFailed, match="The chosen voice anna is gone"):
        store.chosen(Kind.VOICE)


def test_a_name_is_used_once(store: ModelStore, tmp_path: Path) -> None:
    add(store, write_gguf(tmp_path / "a.gguf"), "small")
    with pytest.raises(BadSettings, match="There is a model small already"):
        add(store, tmp_path / "a.gguf", "small")
    assert len(store.all()) == 1


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "a b", "-x", "x" * 81])
def test_what_is_no_name_is_refused(store: ModelStore, name: str) -> None:
    with pytest.raises(BadSettings, match="cannot be a name"):
        store.require_free(name)


@pytest.mark.parametrize("what", ["choose", "remove"])
def test_an_unknown_name_is_answered_with_those_there_are(store: ModelStore, tmp_path: Path, what: str) -> None:
    with pytest.raises(BadSettings, match="None was added yet"):
        getattr(store, what)("small")
    add(store, write_gguf(tmp_path / "a.gguf"), "tiny")
    with pytest.raises(BadSettings, match="There are: tiny"):
        getattr(store, what)("small")


def test_two_at_once_do_not_sweep_each_other_away(store: ModelStore, tmp_path: Path) -> None:
    with store.making() as folder:
        (folder / "half").write_text("x")
        with pytest.raises(NotPermitted, match="another Ambidex"), ModelStore(tmp_path / "models").making():
            pass
        assert (folder / "half").exists()


def test_what_was_fetched_and_given_up_is_swept_away_after_a_week(store: ModelStore) -> None:
    for name, days in (("a/new", 6), ("a/old", 8)):
        folder = store.fetched(name)
        folder.mkdir(parents=True)
        then_s = time.time() - days * 86_400
        os.utime(folder, (then_s, then_s))
    with store.making():
        pass
    assert store.fetched("a/new").exists()
    assert not store.fetched("a/old").exists()


KILLED_WHILE_ADDING = """
import os, signal, sys
from pathlib import Path
from desktop import model_store
from desktop.model_sources import gather
store = model_store.ModelStore(Path(sys.argv[1]))
model_store.try_model = lambda kind, main: os.kill(os.getpid(), signal.SIGKILL)
with store.making() as folder:
    store.keep("anna", gather(Path(sys.argv[2]), folder), "")
"""


def test_a_kill_in_the_middle_leaves_nothing_half(store: ModelStore, tmp_path: Path) -> None:
    voice = write_voice(tmp_path / "anna.onnx")
    command = (sys.executable, "-c", KILLED_WHILE_ADDING, str(tmp_path / "models"), str(voice))
    assert subprocess.run(command, timeout=60).returncode == -signal.SIGKILL
    assert store.all() == []
    assert len(names_on_disk(store, tmp_path)) == 1
    add(store, voice, "anna")
    assert names_on_disk(store, tmp_path) == ["anna"]


def test_an_engine_that_ends_its_process_is_a_sentence(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child"
    child.write_text("#!/bin/sh\necho the engine is not amused >&2\nkill -ABRT $$\n")
    child.chmod(0o755)
    monkeypatch.setattr("desktop.model_trial.sys.executable", str(child))
    with pytest.raises(ModelFailed, match=r"was ended by SIGABRT .*\(the engine is not amused\)"):
        add(store, write_voice(tmp_path / "anna.onnx"), "anna")
    assert names_on_disk(store, tmp_path) == []


def test_a_full_disk_is_a_sentence_and_leaves_nothing(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1_000_000

    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage())
    with pytest.raises(NotPermitted, match=r"too full: 0 MB are needed .* 1 MB are free"):
        add(store, write_gguf(tmp_path / "a.gguf"), "a")
    assert names_on_disk(store, tmp_path) == []


def test_a_disk_that_fills_up_meanwhile_is_a_sentence(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(NotPermitted, match="cannot be taken over: No space left on device"):
        add(store, write_gguf(tmp_path / "a.gguf"), "a")
    assert names_on_disk(store, tmp_path) == []


def test_several_models_at_once_are_named(tmp_path: Path) -> None:
    write_voice(tmp_path / "a.onnx")
    write_voice(tmp_path / "b.onnx")
    with pytest.raises(ModelFailed, match=r"several models: a\.onnx, b\.onnx"):
        find_model(tmp_path)


def test_a_file_that_is_not_there_is_a_sentence(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(AmbidexError, match=r"There is no .*nowhere\.gguf"):
        add(store, tmp_path / "nowhere.gguf", "a")
