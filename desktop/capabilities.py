"""What works where: each sense and each group of actions, on each platform, in one table.

`ambidex doctor` prints it for this machine and docs/capabilities.md shows all of it. What needs a device is as good as
the check of the doctor that it names; what a platform itself does not allow is written down here.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Platform(StrEnum):
    X11 = "X11"
    XWAYLAND = "Wayland with XWayland"
    HEADLESS = "no X display"
    """Over ssh, in a container, or Wayland without XWayland."""
    OTHER = "Windows, macOS"


class Extent(StrEnum):
    WORKS = "works"
    PARTLY = "partly"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a platform itself leaves of something, and why in a sentence."""

    extent: Extent
    why: str


@dataclass(frozen=True, slots=True)
class Capability:
    """`needs` are the doctor's checks without which it does not work, `better_with` those without which it does partly.

    `limits` hold where a platform allows less than that. `actions` is empty for senses.
    """

    name: str
    needs: tuple[str, ...] = ()
    better_with: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    limits: Mapping[Platform, Limit] = field(default_factory=dict[Platform, Limit])


@dataclass(frozen=True, slots=True)
class Ability:
    """How far one capability goes on this machine; `why` is empty where it works."""

    name: str
    extent: Extent
    why: str
    actions: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "extent": self.extent.value, "why": self.why, "actions": list(self.actions)}


def _limits(wayland: str = "", headless: str = "", other: str = "", wayland_extent: Extent = Extent.PARTLY):
    given = ((Platform.XWAYLAND, wayland_extent, wayland), (Platform.HEADLESS, Extent.NOT, headless))
    limits = {platform: Limit(extent, why) for platform, extent, why in given if why}
    return limits | ({Platform.OTHER: Limit(Extent.NOT, other)} if other else {})


_ONLY_KEYS_OF_X = "Only while a program under XWayland has the keyboard; never tried."
_ONLY_X = "Only in programs that run under XWayland; never tried."
_NO_SCREEN = "There is no X display to act on."
_NOT_YET = "Written for X11 so far."
_UNTRIED = {Platform.OTHER: Limit(Extent.PARTLY, "Nothing in it is made for one system, but it was never tried here.")}
_DESKTOP = _limits(_ONLY_X, _NO_SCREEN, _NOT_YET)
_PIXELS = _limits("Wayland shows XWayland's windows only; never tried.", _NO_SCREEN, _NOT_YET)
_HOME = {platform: Limit(Extent.NOT, "Needs a plugin: `ambidex plugins add home`.") for platform in Platform}
_LLM = {
    platform: Limit(Extent.PARTLY, "With a language model that you add; none of real size was tried yet.")
    for platform in Platform
}

TABLE: tuple[Capability, ...] = (
    Capability("hearing", ("microphone", "recogniser"), limits=_UNTRIED),
    Capability("speaking", ("voice", "speaker"), limits=_UNTRIED),
    Capability("seeing the screen", ("screen",), limits=_PIXELS),
    Capability(
        "noticing what is copied",
        ("clipboard",),
        limits=_limits("What XWayland is told of; never tried.", _NO_SCREEN)
        | {Platform.OTHER: Limit(Extent.PARTLY, "Through Qt, with a window only; never tried.")},
    ),
    Capability(
        "closing when the screen is locked",
        ("locks",),
        limits={Platform.OTHER: Limit(Extent.NOT, "Known over D-Bus only.")},
    ),
    Capability(
        "hotkeys", ("hotkey",), limits=_limits(_ONLY_KEYS_OF_X, _NO_SCREEN, _NOT_YET)
    ),
    Capability(
        "dictation", ("injection", "microphone", "recogniser"), (), ("start_dictation", "stop_dictation"), _DESKTOP
    ),
    Capability("keys", ("injection",), (), ("type_text", "press_keys", "scroll"), _DESKTOP),
    Capability(
        "pointing at what is read",
        ("injection", "screen"),
        (),
        ("click", "move_pointer", "drag", "select_text"),
        _DESKTOP,
    ),
    Capability(
        "clipboard by keys", ("injection", "clipboard"), (), ("copy", "cut", "paste"), _DESKTOP
    ),
    Capability(
        "clipboard",
        ("clipboard",),
        (),
        ("set_clipboard", "read_clipboard", "clipboard_history"),
        _limits("What XWayland is told of; never tried.", _NO_SCREEN)
        | {Platform.OTHER: Limit(Extent.PARTLY, "Through Qt, with a window only; never tried.")},
    ),
    Capability(
        "windows",
        ("windows",),
        (),
        ("focus_window", "close_window", "minimize_window", "maximize_window", "switch_window"),
        _DESKTOP,
    ),
    Capability(
        "screen", ("screen",), (), ("read_screen", "find_on_screen", "screenshot", "point_at"), _PIXELS
    ),
    Capability(
        "programs, pages, files, mail",
        ("programs",),
        (),
        ("open_app", "open_url", "open_file", "web_search", "compose_email", "check_email"),
        {
            Platform.HEADLESS: Limit(Extent.PARTLY, "They are started, but what needs a screen ends at once."),
            Platform.OTHER: Limit(Extent.NOT, "Through .desktop entries and xdg-open so far."),
        },
    ),
    Capability(
        "time",
        ("files",),
        (),
        (
            "set_timer", "timer_status", "cancel_timer", "set_alarm", "list_alarms", "cancel_alarm", "set_reminder",
            "list_reminders", "tell_time", "tell_date",
        ),
        _UNTRIED,
    ),
    Capability(
        "lists, notes, calendar",
        ("files",),
        (),
        ("list_add", "list_show", "list_remove", "add_note", "add_event", "list_events", "remove_event"),
        _UNTRIED,
    ),
    Capability(
        "volume",
        ("volume",),
        (),
        ("set_volume", "mute", "unmute"),
        {Platform.OTHER: Limit(Extent.NOT, "Through PulseAudio or PipeWire only.")},
    ),
    Capability(
        "media",
        ("media",),
        (),
        ("play_media", "pause_media", "resume_media", "next_track", "previous_track"),
        {Platform.OTHER: Limit(Extent.NOT, "Through MPRIS over D-Bus only.")},
    ),
    Capability("home", (), (), ("home_on", "home_off", "home_set", "home_status"), _HOME),
    Capability("sums", (), (), ("calculate", "convert"), _UNTRIED),
    Capability("memory", (), (), ("remember", "recall", "forget"), _UNTRIED),
    Capability("voice", ("voice",), ("speaker",), ("say_again", "speak_faster", "speak_slower"), _UNTRIED),
    Capability("talk", (), (), ("stop", "undo", "confirm", "deny", "none"), _UNTRIED),
    Capability("open questions", ("language model",), (), ("think",), _LLM),
)  # fmt: skip


def platform_of(environ: Mapping[str, str], system: str = sys.platform) -> Platform:
    if system in ("win32", "darwin"):
        return Platform.OTHER
    if not environ.get("DISPLAY"):
        return Platform.HEADLESS
    return Platform.XWAYLAND if environ.get("WAYLAND_DISPLAY") else Platform.X11


def abilities(platform: Platform, faults: Mapping[str, str]) -> list[Ability]:
    """How far each capability goes. `faults` are the checks of the doctor that failed, with what they said."""
    return [_ability(capability, platform, faults) for capability in TABLE]


def _ability(capability: Capability, platform: Platform, faults: Mapping[str, str]) -> Ability:
    limit = capability.limits.get(platform)
    lacking = [faults[check] for check in capability.needs if check in faults]
    poorer = [faults[check] for check in capability.better_with if check in faults]
    if limit is not None and limit.extent is Extent.NOT:
        extent, why = limit.extent, limit.why
    elif lacking:
        extent, why = Extent.NOT, lacking[0]
    elif limit is not None or poorer:
        extent, why = Extent.PARTLY, limit.why if limit is not None else poorer[0]
    else:
        extent, why = Extent.WORKS, ""
    return Ability(capability.name, extent, why, capability.actions)


def document() -> str:
    """docs/capabilities.md."""
    lines = [
        "# What works where",
        "",
        "Written by `python -m desktop.capabilities`. *works* means: if the checks in the last column find what they",
        "need; `ambidex doctor` tries them and prints this table for your machine. The columns of X11 and of no X",
        "display are tested; the other two are unproven, as nobody has run Ambidex there.",
        "",
        "| | " + " | ".join(platform.value for platform in Platform) + " | checks |",
        "|---|" + "---|" * (len(Platform) + 1),
    ]
    for capability in TABLE:
        title = capability.name + (f": {_code(capability.actions)}" if capability.actions else " (sense)")
        cells = [_cell(capability.limits.get(platform)) for platform in Platform]
        checks = ", ".join((*capability.needs, *(f"better with {name}" for name in capability.better_with)))
        lines.append(f"| {title} | {' | '.join(cells)} | {checks or 'none'} |")
    return "\n".join(lines) + "\n"


def _cell(limit: Limit | None) -> str:
    return "works" if limit is None else f"{limit.extent.value}: {limit.why}"


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    sys.stdout.write(document())
