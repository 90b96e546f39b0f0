"""The clipboard of a real X server, through xclip."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from actions.clipboard import MAX_CHARACTERS, CommandClipboard, open_clipboard
from desktop.virtual import VirtualDesktop
from model.stream.errors import DeviceLost

pytestmark = pytest.mark.integration


@pytest.fixture
def clipboard(virtual_screen: VirtualDesktop) -> CommandClipboard:
    return open_clipboard(virtual_screen.env)


def own(screen: VirtualDesktop, content: Path, *options: str) -> None:
    """Some other program puts this on the clipboard."""
    subprocess.run(["xclip", "-selection", "clipboard", *options, content], env=dict(screen.env), check=True)


def test_what_is_written_is_read(clipboard: CommandClipboard) -> None:
    for text in ("hello", "Grüße ✓ 日本\nzweite Zeile\n", "-option", " "):
        clipboard.write(text)
        assert clipboard.read() == text


def test_an_empty_clipboard_has_no_text(clipboard: CommandClipboard) -> None:
    assert clipboard.read() == ""


def test_a_hundred_megabytes_are_read_in_part_and_soon(
    clipboard: CommandClipboard, virtual_screen: VirtualDesktop, tmp_path: Path
) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"0123456789abcde\n" * (100_000_000 // 16))
    own(virtual_screen, path)
    began_s = time.monotonic()
    text = clipboard.read()
    assert time.monotonic() - began_s < 5
    assert len(text) <= MAX_CHARACTERS
    clipboard.write("small again")
    assert clipboard.read() == "small again"


def test_binary_content_is_no_text(clipboard: CommandClipboard, virtual_screen: VirtualDesktop, tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(bytes(range(256)) * 100)
    own(virtual_screen, path, "-target", "image/png")
    assert clipboard.read() == ""


def test_an_owner_that_does_not_answer_is_not_waited_for(
    clipboard: CommandClipboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.clipboard.TIMEOUT_S", 0.2)
    stuck = CommandClipboard(("sleep", "30"), ("sleep", "30"))
    began_s = time.monotonic()
    assert stuck.read() == ""
    with pytest.raises(DeviceLost):
        stuck.write("x")
    assert time.monotonic() - began_s < 5


def test_no_desktop_is_said_so() -> None:
    with pytest.raises(DeviceLost, match="xclip"):
        open_clipboard({})
