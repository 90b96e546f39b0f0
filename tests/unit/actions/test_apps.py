"""Which program a spoken name means."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.apps import App, choose_app, installed_apps, missing_apps, read_entry
from actions.launcher import in_terminal

APPS = [
    App("Calculator", ("gnome-calculator",), categories=frozenset({"Calculator"})),
    App("Firefox ESR", ("firefox-esr",), "Web Browser", ("Internet", "WWW"), frozenset({"WebBrowser"})),
    App("LibreOffice Writer", ("libreoffice", "--writer"), "Word Processor", categories=frozenset({"WordProcessor"})),
    App("htop", ("htop",), "Process Viewer", terminal=True),
]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    for place, name in (("bin", "xterm"), ("bin", "reboot"), ("sbin", "fdisk"), ("bin", "htop")):
        path = tmp_path / place / name
        path.parent.mkdir(exist_ok=True)
        path.touch(0o755)
    return {"PATH": f"{tmp_path}/bin:{tmp_path}/sbin", "XDG_DATA_HOME": str(tmp_path), "XDG_DATA_DIRS": "/nowhere"}


@pytest.mark.parametrize(
    ("spoken", "name"),
    [
        ("the calculator", "Calculator"),
        ("browser", "Firefox ESR"),
        ("firefox", "Firefox ESR"),
        ("a web browser", "Firefox ESR"),
        ("libre office writer", "LibreOffice Writer"),
        ("word processor", "LibreOffice Writer"),
        ("calculater", "Calculator"),
        ("h top", "htop"),
        ("x term", "x term"),
    ],
)
def test_names_kinds_commands_and_near_misses(spoken: str, name: str, env: dict[str, str]) -> None:
    app = choose_app(spoken, APPS, env)
    assert app is not None
    assert app.name == name


@pytest.mark.parametrize("spoken", ["reboot", "fdisk", "photoshop", "", "../bin/xterm x", "the"])
def test_what_is_not_there_or_not_for_this_is_not_chosen(spoken: str, env: dict[str, str]) -> None:
    assert choose_app(spoken, APPS, env) is None


def test_entries_are_read_as_the_specification_says(env: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "applications" / "term.desktop"
    path.parent.mkdir()
    path.write_text(
        "[Desktop Entry]\nName=Terminal\nExec=xterm -T 'a b' %U --x=%%\nKeywords=shell;prompt;\n"
        "Categories=System;TerminalEmulator;\nTerminal=false\n[Desktop Action new]\nName=Other\nExec=rm\n"
    )
    assert installed_apps(env) == [
        App(
            "Terminal",
            ("xterm", "-T", "a b", "--x=%"),
            "",
            ("shell", "prompt"),
            frozenset({"System", "TerminalEmulator"}),
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00\xff",
        "[Desktop Entry]\nName=x",
        "[Desktop Entry]\nName=x\nExec=xterm\nNoDisplay=true",
        "[Desktop Entry]\nName=x\nExec=xterm\nHidden=true",
        "[Desktop Entry]\nName=x\nExec=xterm\nTryExec=not-installed",
        "[Desktop Entry]\nName=x\nExec=xterm 'unclosed",
        "[Desktop Entry]\nName=x\nExec=",
        "[Desktop Entry]\nType=Link\nName=x\nExec=xterm",
    ],
)
def test_damaged_hidden_and_uninstalled_entries_are_passed_over(text: str, env: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "x.desktop"
    path.write_text(text)
    assert read_entry(path, env) is None


def test_an_entry_whose_program_is_gone_is_known_but_not_installed(env: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "applications" / "x.desktop"
    path.parent.mkdir()
    path.write_text("[Desktop Entry]\nName=Ledger\nExec=/opt/ledger/run %u")
    assert installed_apps(env) == []
    assert missing_apps(env) == [App("Ledger", ("/opt/ledger/run",))]


def test_a_program_without_a_window_gets_a_terminal(env: dict[str, str]) -> None:
    assert in_terminal(APPS[3], env) == ("xterm", "-e", "htop")
    assert in_terminal(APPS[0], env) == ("gnome-calculator",)
