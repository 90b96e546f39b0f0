"""Every script on every layout, into real programs, and shortcuts that stay the same keys."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from difflib import SequenceMatcher
from pathlib import Path
from threading import Event as StopSignal

import pytest
from Xlib import X
from Xlib.display import Display

from actions.x11 import X11Hands
from desktop.probing import Probe, open_probe
from desktop.processes import wait_until
from desktop.virtual import VirtualDesktop

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

LAYOUTS = (("us",), ("de",), ("fr",), ("ru",), ("us", "-variant", "dvorak"), ("us", "-variant", "intl"), ("us,ru",))
SCRIPTS = (
    "Latin: The quick brown fox, 0123456789 @#{}[]|~^`'\"",
    "accents: Ünïcödé àéîõñçßøłŝ x\u0302 q\u0323\u0307",
    "Greek: Καλημέρα κόσμε",
    "Cyrillic: Привет, мир; ґ є ї",
    "Hebrew: שלום עולם",
    "Arabic: مرحبا بالعالم",
    "Persian: می\u200cخواهم",
    "Devanagari: नमस्ते दुनिया, क्\u200dष",
    "CJK: 你好，世界 こんにちは 안녕하세요",
    "emoji: 👍🏽 👩\u200d👩\u200d👧 🏳️\u200d🌈 🇩🇪 😀",
)
GO = StopSignal()
UNDER_WAY = 10
"""Letters on their way while a layout changes: the program reads them by the new one, as it would a person's."""


@pytest.fixture(scope="module")
def desktop() -> Iterator[VirtualDesktop]:
    with VirtualDesktop(sound=False) as desktop:
        yield desktop


@pytest.fixture(scope="module")
def field(desktop: VirtualDesktop) -> Probe:
    return open_probe(desktop)


@pytest.fixture
def hands(desktop: VirtualDesktop, tmp_path: Path) -> Iterator[X11Hands]:
    """On an ordinary keyboard, which the test may change."""
    desktop.run("setxkbmap", "us")
    with X11Hands(desktop.display, tmp_path / "run", guarded=False) as hands:
        yield hands
    desktop.run("setxkbmap", "us")


def clear(hands: X11Hands, field: Probe) -> None:
    hands.press("ctrl+a", GO)
    hands.press("delete", GO)
    field.wait_for_text("")


@pytest.mark.parametrize("layout", LAYOUTS, ids=" ".join)
def test_every_script_on_every_layout(
    desktop: VirtualDesktop, field: Probe, hands: X11Hands, layout: tuple[str, ...]
) -> None:
    desktop.run("setxkbmap", *layout)
    clear(hands, field)
    text = "\n".join(SCRIPTS)
    assert hands.type_text(text, GO) == len(text)
    field.wait_for_text(text, within_s=30)


@pytest.mark.parametrize("layout", LAYOUTS, ids=" ".join)
def test_shortcuts_are_the_same_keys_on_every_layout(
    desktop: VirtualDesktop, field: Probe, hands: X11Hands, layout: tuple[str, ...]
) -> None:
    desktop.run("setxkbmap", *layout)
    clear(hands, field)
    hands.type_text("kept", GO)
    hands.press("ctrl+a", GO)
    hands.press("ctrl+x", GO)
    field.wait_for_text("")
    hands.press("ctrl+z", GO)
    field.wait_for_text("kept")
    seen = len(field.rows)
    for chord in ("ctrl+s", "ctrl+1", "ctrl+/"):
        hands.press(chord, GO)
    wait_until(lambda: pressed(field, seen)[-1:] == ["Slash"], 10, "the shortcuts")
    assert [key for key in pressed(field, seen) if key != "Control"] == ["S", "1", "Slash"]


def pressed(field: Probe, since: int) -> list[str]:
    return [row["key"] for row in field.rows[since:] if row.get("down")]


def test_the_other_layout_of_two_is_in_use(desktop: VirtualDesktop, field: Probe, hands: X11Hands) -> None:
    desktop.run("setxkbmap", "us,ru", "-option", "grp:caps_toggle")
    desktop.xdotool("key", "ISO_Next_Group")
    clear(hands, field)
    text = "латиница и latin {123} Ё"
    hands.type_text(text, GO)
    field.wait_for_text(text)
    desktop.run("setxkbmap", "us", "-option", "")


def test_a_layout_that_changes_in_the_middle(desktop: VirtualDesktop, field: Probe, hands: X11Hands) -> None:
    clear(hands, field)
    text = "".join(f"azqw {number} yz; äöü яблоко 日本 " for number in range(30))
    typing = threading.Thread(target=hands.type_text, args=(text, GO))
    typing.start()
    for number, layout in enumerate(("fr", "de", "ru", "us"), 1):
        wait_until(lambda least=60 * number: len(field.text) > least, 20, "the typing")
        desktop.run("setxkbmap", layout)
    typing.join(30)
    assert not typing.is_alive()
    wait_until(lambda: field.text.endswith(text[-40:]), 20, "the end of the text")
    assert len(field.text) > len(text) - 20
    wrong = len(text) - sum(
        block.size for block in SequenceMatcher(None, text, field.text, False).get_matching_blocks()
    )
    assert wrong <= 4 * UNDER_WAY, field.text


@pytest.mark.parametrize("layout", [("us",), ("de",)], ids=" ".join)
def test_caps_lock_changes_nothing_and_stays_on(
    desktop: VirtualDesktop, field: Probe, hands: X11Hands, layout: tuple[str, ...]
) -> None:
    desktop.run("setxkbmap", *layout)
    clear(hands, field)
    with closing(Display(desktop.display)) as display:
        desktop.xdotool("key", "Caps_Lock")
        hands.type_text("Mixed Case äÖ αΩ яЯ ß", GO)
        field.wait_for_text("Mixed Case äÖ αΩ яЯ ß")
        assert display.screen().root.query_pointer().mask & X.LockMask
        desktop.xdotool("key", "Caps_Lock")
        assert not display.screen().root.query_pointer().mask & X.LockMask


def test_a_terminal_gets_every_script(desktop: VirtualDesktop, hands: X11Hands, tmp_path: Path) -> None:
    written = tmp_path / "written"
    desktop.run("setxkbmap", "de")
    terminal = desktop.start("xterm", "-u8", "-title", "shell", "-e", "sh", "-c", f"head -n{len(SCRIPTS)} > {written}")
    # Where somebody has just typed, a new window may not take the keyboard by itself.
    desktop.xdotool("search", "--sync", "--onlyvisible", "--name", "^shell$", "windowactivate", "--sync")
    wait_until(lambda: (focus := hands.active_window()) is not None and focus.app == "xterm", 20, "the terminal")
    text = "".join(line + "\n" for line in SCRIPTS)
    hands.type_text(text, GO)
    wait_until(
        lambda: written.exists() and written.read_text(encoding="utf-8").count("\n") == len(SCRIPTS), 20, "lines"
    )
    assert written.read_text(encoding="utf-8") == text
    terminal.wait(10)
