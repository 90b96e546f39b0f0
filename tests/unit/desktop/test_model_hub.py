"""Fetching from a hub: an HTTP server on this machine that answers as the hub does, and every way in which it fails."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from desktop import model_hub
from desktop.model_hub import HubFile, HubName, choose, fetch, hub_name
from model.stream.errors import AmbidexError, BadSettings, DeviceLost, ModelFailed, NotPermitted
from tests.models import write_gguf, write_voice

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """`files` of the repository somebody/models; what it does wrong is set by the test."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    wrong: set[str] = field(default_factory=set[str])
    """Paths whose content does not arrive as it is listed."""
    breaks: dict[str, int] = field(default_factory=dict[str, int])
    """After how many bytes the connection ends, once per path."""
    status: int = 200
    requests: list[str] = field(default_factory=list[str])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    address: str = ""


class Answers(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, body: bool) -> None:
        hub, path = self.hub, unquote(urlsplit(self.path).path)
        hub.requests.append(f"{self.command} {path} {self.headers.get('Range', '')}".strip())
        hub.headers.append(dict(self.headers))
        resolve = f"/somebody/models/resolve/{COMMIT}/"
        if hub.status != 200:
            self._send(hub.status, b"{}", {}, body)
        elif path.startswith("/api/models/somebody/models"):
            self._send(200, json.dumps(self._about()).encode(), {"Content-Type": "application/json"}, body)
        elif path.startswith(resolve) and path.removeprefix(resolve) in hub.files:
            self._file(path.removeprefix(resolve), body)
        else:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body)

    def _about(self) -> dict[str, object]:
        siblings = [
            {"rfilename": path, "size": len(content), "blobId": git_sha1(content)}
            | ({"lfs": lfs(content)} if len(content) > 1_000 else {})
            for path, content in self.hub.files.items()
        ]
        return {"id": "somebody/models", "modelId": "somebody/models", "sha": COMMIT, "siblings": siblings}

    def _file(self, path: str, body: bool) -> None:
        content = self.hub.files[path]
        etag = lfs(content)["sha256"] if len(content) > 1_000 else git_sha1(content)
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        if path in self.hub.wrong:
            content = content[:-1] + bytes([content[-1] ^ 1])
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self._send(
            206 if start else 200, content[start:], headers, body, self.hub.breaks.pop(path, None) if body else None
        )

    def _send(self, code: int, content: bytes, headers: dict[str, str], body: bool, cut: int | None = None) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content[:cut])
        if cut is not None:
            self.close_connection = True


def lfs(content: bytes) -> dict[str, object]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}


def git_sha1(content: bytes) -> str:
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """With one language model in it."""
    hub = Hub({"README.md": b"Hello.", "small.gguf": write_gguf(tmp_path / "a.gguf").read_bytes()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("TheseAnswers", (Answers,), {"hub": hub}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="hub")
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    return tmp_path / "fetched"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "store" / "into"
    folder.mkdir(parents=True)
    return folder


NAME = HubName("somebody/models", "")


def test_the_only_model_is_fetched_and_nothing_else(hub: Hub, fetched: Path, into: Path) -> None:
    fetch(NAME, fetched, into)
    assert {path.name: path.read_bytes() for path in into.iterdir()} == {"small.gguf": hub.files["small.gguf"]}
    assert not fetched.exists()
    assert not any("README" in request for request in hub.requests)


def test_the_command_fetches_tries_and_keeps(hub: Hub, tmp_path: Path) -> None:
    """The real program, as it is typed."""
    command = (sys.executable, "-m", "desktop", "models", "add", "somebody/models", "--name", "small")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("Added the language model small"), done
    assert done.returncode == 0
    kept = tmp_path / "ambidex" / "data" / "models"
    assert (kept / "small" / "small.gguf").read_bytes() == hub.files["small.gguf"]
    assert not list(kept.glob(".fetched-*"))


def test_no_token_is_sent(hub: Hub, fetched: Path, into: Path) -> None:
    fetch(NAME, fetched, into)
    assert not any(
        "authorization" in name.lower() or "hf_secret" in value for h in hub.headers for name, value in h.items()
    )


def test_a_voice_brings_its_description(hub: Hub, fetched: Path, into: Path, tmp_path: Path) -> None:
    voice = write_voice(tmp_path / "anna.onnx")
    for path in (voice, voice.with_name("anna.onnx.json")):
        hub.files[f"en/{path.name}"] = path.read_bytes()
    fetch(HubName("somebody/models", "en/anna.onnx"), fetched, into)
    assert sorted(path.name for path in into.iterdir()) == ["anna.onnx", "anna.onnx.json"]


def test_a_broken_connection_goes_on_where_it_broke(
    hub: Hub, fetched: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1_000)
    hub.breaks["small.gguf"] = 5_000
    fetch(NAME, fetched, into)
    assert (into / "small.gguf").read_bytes() == hub.files["small.gguf"]
    assert f"GET /somebody/models/resolve/{COMMIT}/small.gguf bytes=5000-" in hub.requests


@pytest.mark.parametrize("path", ["small.gguf", "tokens.txt"])
def test_a_wrong_checksum_is_a_sentence_and_leaves_nothing(hub: Hub, fetched: Path, into: Path, path: str) -> None:
    if path == "tokens.txt":
        hub.files = {"model.onnx": bytes(2_000), path: b"a 0\n"}
    hub.wrong.add(path)
    with pytest.raises(ModelFailed, match=rf"{path} did not arrive as it is on the hub"):
        fetch(NAME, fetched, into)
    assert not fetched.exists()
    assert list(into.iterdir()) in ([], [into / "model.onnx"])


def test_what_came_whole_is_not_fetched_again(
    hub: Hub, fetched: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.files = {"model.onnx": bytes(20_000), "tokens.txt": b"a 0\n"}
    whole = hub.files.pop("tokens.txt")
    hub.files["tokens.txt"] = whole
    original = Answers._file

    def without_tokens(self: Answers, path: str, body: bool) -> None:
        if path == "tokens.txt":
            self._send(503, b"{}", {}, body)
        else:
            original(self, path, body)

    with monkeypatch.context() as broken:
        broken.setattr(Answers, "_file", without_tokens)
        broken.setattr("time.sleep", lambda seconds: None)
        with pytest.raises(DeviceLost, match="kept for the next try"):
            fetch(NAME, fetched, into)
    before = len(hub.requests)
    fetch(NAME, fetched, into)
    assert not any(request.startswith("GET") and "model.onnx" in request for request in hub.requests[before:])
    assert sorted(path.name for path in into.iterdir()) == ["model.onnx", "tokens.txt"]


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (404, BadSettings, "knows no"),
        (401, BadSettings, "knows no"),
        (500, DeviceLost, r"answered with an error \(500\)"),
    ],
)
def test_what_the_hub_answers_is_a_sentence(
    hub: Hub,
    fetched: Path,
    into: Path,
    status: int,
    kind: type[AmbidexError],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.status = status
    with pytest.raises(kind, match=says):
        fetch(NAME, fetched, into)
    assert list(into.iterdir()) == []


def test_a_hub_that_cannot_be_reached_is_a_sentence(fetched: Path, into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(DeviceLost, match="cannot be reached"):
            fetch(NAME, fetched, into)


def test_a_full_disk_is_known_before_anything_is_fetched(
    hub: Hub, fetched: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1_000_000

    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage())
    with pytest.raises(NotPermitted, match="too full"):
        fetch(NAME, fetched, into)
    assert not any("resolve" in request for request in hub.requests)


# What is meant ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("somebody/models", HubName("somebody/models", "")),
        ("somebody/models/en/anna.onnx", HubName("somebody/models", "en/anna.onnx")),
        ("somebody/models/small.gguf", HubName("somebody/models", "small.gguf")),
        ("./somebody/models", None),
        ("/somebody/models", None),
        ("~/models", None),
        ("here/models", None),  # there is a folder of that name
        ("folder/small.gguf", None),
        ("folder/model.tar.bz2", None),
        ("small.gguf", None),
        ("a b/c", None),
    ],
)
def test_only_what_cannot_be_a_path_is_asked_of_the_hub(
    source: str, name: HubName | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    assert hub_name(source) == name


def files(*paths: str) -> list[HubFile]:
    return [HubFile(path, 1, "", "") for path in paths]


def test_of_a_recogniser_the_smaller_files_are_fetched() -> None:
    listed = files(
        "README.md", "bpe.model", "decoder-99.int8.onnx", "decoder-99.onnx", "encoder-99.int8.onnx", "encoder-99.onnx",
        "joiner-99.int8.onnx", "joiner-99.onnx", "test_wavs/0.wav", "tokens.txt",
    )  # fmt: skip
    assert sorted(file.path for file in choose(NAME, listed)) == [
        "bpe.model", "decoder-99.int8.onnx", "encoder-99.int8.onnx", "joiner-99.int8.onnx", "tokens.txt",
    ]  # fmt: skip


def test_where_there_are_several_they_are_named() -> None:
    listed = files(*(f"small-q{n}.gguf" for n in range(10)))
    with pytest.raises(BadSettings, match=r"somebody/models/small-q0\.gguf, .* and 2 more"):
        choose(NAME, listed)
    assert choose(HubName("somebody/models", "small-q3.gguf"), listed) == [listed[3]]


@pytest.mark.parametrize("path", ["", "en", "README.md"])
def test_where_there_is_none_it_is_said(path: str) -> None:
    with pytest.raises(BadSettings, match="no model"):
        choose(HubName("somebody/models", path), files("README.md", "model.safetensors"))


def test_a_path_that_leads_out_is_refused() -> None:
    class Entry:
        rfilename, size, lfs, blob_id = "../evil.gguf", 1, None, ""

    with pytest.raises(ModelFailed, match="outside of its folder"):
        model_hub._file(Entry())
