"""A program for web pages, mail, documents and folders, on a desktop that has none."""

from __future__ import annotations

from pathlib import Path

from desktop.virtual import VirtualDesktop

KINDS = ("x-scheme-handler/https", "x-scheme-handler/mailto", "application/pdf", "inode/directory")


def take_what_is_opened(desktop: VirtualDesktop) -> Path:
    """Set the program up as a desktop would. Returns the file where it writes what it was given, a line each."""
    home = Path(desktop.env["HOME"])
    log, data, config = home / "opened", home / ".local/share/applications", home / ".config"
    data.mkdir(parents=True)
    config.mkdir(parents=True, exist_ok=True)
    recorder = home / "recorder"
    recorder.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> {log}\n')
    recorder.chmod(0o755)
    (data / "recorder.desktop").write_text(f"[Desktop Entry]\nType=Application\nName=Recorder\nExec={recorder} %u\n")
    (config / "mimeapps.list").write_text(
        "[Default Applications]\n" + "".join(f"{kind}=recorder.desktop\n" for kind in KINDS)
    )
    return log
