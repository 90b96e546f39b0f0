"""Archives: what is taken out of them, and what they are not allowed to do."""

import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from desktop import model_sources
from desktop.model_kinds import Kind
from desktop.model_sources import gather, plain_name
from model.stream.errors import ModelFailed
from tests.models import write_voice


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "store" / "into"
    folder.mkdir(parents=True)
    return folder


def tar(path: Path, entries: dict[str, bytes]) -> Path:
    with tarfile.open(path, f"w:{path.suffix[1:]}") as archive:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def voice_files(tmp_path: Path) -> dict[str, bytes]:
    voice = write_voice(tmp_path / "anna.onnx")
    return {
        "anna-1.0/README.md": b"A voice.",
        "anna-1.0/anna.onnx": voice.read_bytes(),
        "anna-1.0/anna.onnx.json": voice.with_name("anna.onnx.json").read_bytes(),
        "anna-1.0/samples/hello.wav": b"RIFF",
    }


@pytest.mark.parametrize("ending", ["tar.bz2", "tar.gz", "tar.xz", "zip"])
def test_a_model_is_taken_out_of_every_kind_of_archive(tmp_path: Path, into: Path, ending: str) -> None:
    path, entries = tmp_path / f"anna.{ending}", voice_files(tmp_path)
    if ending == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in entries.items():
                archive.writestr(name, content)
    else:
        tar(path, entries)
    found = gather(path, into)
    assert (found.kind, found.main.name) == (Kind.VOICE, "anna.onnx")
    assert not list(into.rglob("*.wav"))
    assert plain_name(path) == "anna"


@pytest.mark.parametrize("name", ["../evil.json", "/tmp/evil.json", "a/../../evil.json", "..\\evil.json"])
@pytest.mark.parametrize("ending", ["tar.gz", "zip"])
def test_nothing_is_written_outside(tmp_path: Path, into: Path, name: str, ending: str) -> None:
    path = tmp_path / f"evil.{ending}"
    if ending == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, b"{}")
    else:
        tar(path, {name: b"{}"})
    with pytest.raises(ModelFailed, match="outside of its folder"):
        gather(path, into)
    assert not list(tmp_path.rglob("evil.json"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, into: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "evil.tar", "w") as archive:
        entry = tarfile.TarInfo("tokens.txt")
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(ModelFailed, match="a link or device"):
        gather(tmp_path / "evil.tar", into)
    assert list(into.iterdir()) == []


def test_a_link_in_a_zip_is_refused(tmp_path: Path, into: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        entry = zipfile.ZipInfo("tokens.txt")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(ModelFailed, match="a link or device"):
        gather(tmp_path / "evil.zip", into)


@pytest.mark.parametrize("ending", ["tar.bz2", "zip"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, into: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_sources, "RATIO_COUNTS_FROM_BYTES", 1_000_000)
    path, zeros = tmp_path / f"bomb.{ending}", bytes(3_000_000)
    if ending == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("model.onnx", zeros)
    else:
        tar(path, {"model.onnx": zeros})
    with pytest.raises(ModelFailed, match="far more than a model would"):
        gather(path, into)
    assert list(into.iterdir()) == []


def test_too_many_files_are_refused(tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_sources, "MAX_FILES", 20)
    with pytest.raises(ModelFailed, match="21 files"):
        gather(tar(tmp_path / "many.tar.gz", {f"{n}.txt": b"" for n in range(30)}), into)


@pytest.mark.parametrize("ending", ["tar.bz2", "tar.gz", "tar.xz", "zip"])
@pytest.mark.parametrize("how", ["cut", "text"])
def test_a_damaged_archive_is_a_sentence(tmp_path: Path, into: Path, ending: str, how: str) -> None:
    path, entries = tmp_path / f"anna.{ending}", voice_files(tmp_path)
    if how == "text":
        path.write_text("<html>Not found</html>")
    elif ending == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in entries.items():
                archive.writestr(name, content)
    else:
        tar(path, entries)
    if how == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ModelFailed, match=r"damaged.*Fetch it again"):
        gather(path, into)
