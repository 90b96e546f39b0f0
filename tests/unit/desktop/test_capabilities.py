"""The table of what works where: complete, documented, and read as it is meant."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from desktop.capabilities import TABLE, Extent, Platform, abilities, document, platform_of
from desktop.doctor import checks
from desktop.minds import shipped_catalogue
from desktop.places import find_places
from desktop.settings import Settings

ROOT = Path(__file__).parents[3]


def test_every_action_stands_in_one_group():
    named = Counter(action for capability in TABLE for action in capability.actions)
    assert named == dict.fromkeys(shipped_catalogue(), 1)


def test_every_check_named_is_one_of_the_doctor():
    known = {check.name for check in checks(Settings(), find_places())}
    assert {name for capability in TABLE for name in (*capability.needs, *capability.better_with)} <= known


def test_the_document_is_the_table():
    assert (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8") == document()


def test_the_platform_is_told_by_its_environment():
    assert platform_of({"DISPLAY": ":0"}, "linux") is Platform.X11
    assert platform_of({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "linux") is Platform.XWAYLAND
    assert platform_of({"WAYLAND_DISPLAY": "wayland-0"}, "linux") is Platform.HEADLESS
    assert platform_of({}, "darwin") is Platform.OTHER


def extent_of(name: str, platform: Platform, **faults: str) -> tuple[Extent, str]:
    return next((each.extent, each.why) for each in abilities(platform, faults) if each.name == name)


def test_a_check_that_failed_says_why_something_does_not_work():
    assert extent_of("keys", Platform.X11) == (Extent.WORKS, "")
    assert extent_of("keys", Platform.X11, injection="No XTEST.") == (Extent.NOT, "No XTEST.")
    assert extent_of("voice", Platform.X11, speaker="No sound.") == (Extent.PARTLY, "No sound.")
    assert extent_of("keys", Platform.XWAYLAND)[0] is Extent.PARTLY
    assert extent_of("keys", Platform.XWAYLAND, injection="No XTEST.") == (Extent.NOT, "No XTEST.")
    assert extent_of("keys", Platform.HEADLESS, injection="No XTEST.")[1] == "There is no X display to act on."
