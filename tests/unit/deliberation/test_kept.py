"""The file of a conversation."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.deliberation.kept import forget, unfinished
from model.stream.errors import NotPermitted


def test_what_was_kept_is_forgotten_with_what_was_begun(tmp_path: Path) -> None:
    path = tmp_path / "conversation"
    forget(path)
    path.write_bytes(b"a")
    unfinished(path).write_bytes(b"b")
    forget(path)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_deleted_is_said(tmp_path: Path) -> None:
    (tmp_path / "conversation").mkdir()
    with pytest.raises(NotPermitted, match="Delete it yourself"):
        forget(tmp_path / "conversation")
