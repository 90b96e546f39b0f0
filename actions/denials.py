"""What is never done, whoever asks and whatever the rules say. Pure functions.

The lists name what was known when they were written, hence they are not complete: a terminal that is not on them is
treated like any other program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.hands import Focus
from actions.keys import parts_of
from model.stream.values import Argument, Channel

OURS = "ambidex"
INTO_TERMINAL = "What I did not hear from you does not go into a terminal: it would be run. Do that by hand."


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TERMINALS = _names(
    """
    alacritty aterm blackbox com.mitchellh.ghostty com.raggesilver.blackbox contour cool-retro-term deepin-terminal
    dev.warp.warp electerm eterm foot footclient ghostty gnome-terminal gnome-terminal-server guake hyper
    io.elementary.terminal kgx kitty konsole lxterminal mate-terminal mlterm org.gnome.console org.gnome.ptyxis
    org.gnome.terminal org.kde.konsole org.wezfurlong.wezterm ptyxis qterminal rio roxterm rxvt sakura st st-256color
    tabby termite terminator terminology tilda tilix urxvt uxterm warp wezterm xfce4-terminal xterm yakuake zutty
    """
)
RUN_DIALOGS = _names("albert bemenu dmenu fuzzel gmrun krunner lxqt-runner rofi ulauncher wofi xfce4-appfinder")
_RUN_TITLE = re.compile(r"run|run (?:a )?(?:command|program|application).*|execute(?: command)?")
GATES = _names(
    """
    gcr-prompter gnome-keyring-prompt kwalletd5 kwalletd6 lxpolkit lxqt-policykit-agent mate-polkit pinentry
    pinentry-gnome3 pinentry-gtk-2 pinentry-qt pinentry-qt5 polkit-gnome-authentication-agent-1
    polkit-kde-authentication-agent-1 polkit-mate-authentication-agent-1 xfce-polkit
    """
)
"""Where a program asks the user for a password or for permission."""
SETTINGS = _names(
    """
    cinnamon-settings gnome-control-center lxqt-config mate-control-center org.gnome.settings systemsettings
    systemsettings5 unity-control-center xfce4-settings-manager
    """
)
_PRIVATE_PANE = re.compile(r"privacy|security|permission|password|firewall|users?\b|accounts?\b|sharing|screen ?lock")

LOGS_OUT = _names("ctrl+alt+delete ctrl+alt+backspace ctrl+alt+end ctrl+shift+alt+delete shift+super+q shift+super+e")
ERASES = _names("shift+delete ctrl+shift+delete ctrl+shift+backspace")
"""Past the bin in file managers, and what a browser knows of its user."""
PASTES = _names("ctrl+v ctrl+shift+v shift+insert ctrl+y")

TYPES = frozenset({"type_text", "press_keys", "paste", "cut", "start_dictation"})
"""Actions by which something reaches what has the keyboard."""


def denied(
    name: str, arguments: Mapping[str, Argument], values: Mapping[str, str], focus: Focus | None, secret: bool
) -> str:
    """Why this is never done, as a sentence; empty where nothing is against it.

    `values` as in `actions.arguments`, `secret` whether what has the keyboard is a field for passwords.
    """
    chords = values.get("keys", "").split() if name == "press_keys" else []
    if reason := next(filter(None, map(_chord, chords)), ""):
        return reason
    if name not in TYPES or focus is None:
        return ""
    if secret:
        return "I do not touch fields for passwords."
    if reason := untouchable(focus):
        return reason
    if runs_commands(focus) and _foreign(name, arguments, chords):
        return INTO_TERMINAL
    if focus.app in TERMINALS and "ctrl+d" in chords:
        return "That ends the session in the terminal. Do that by hand."
    return ""


def untouchable(window: Focus) -> str:
    """Why neither a key nor a click is sent to this window; empty where nothing is against it."""
    if window.app == OURS:
        return "I do not press anything in my own windows."
    if window.app in GATES:
        return "That window asks you, not me."
    if window.app in SETTINGS and _PRIVATE_PANE.search(window.title.casefold()):
        return "I leave the settings of privacy and security alone."
    return ""


def runs_commands(window: Focus) -> bool:
    """Whether what is typed there is run."""
    titled = _RUN_TITLE.fullmatch(window.title.casefold().strip(" .…"))
    return window.app in TERMINALS or window.app in RUN_DIALOGS or titled is not None


def _foreign(name: str, arguments: Mapping[str, Argument], chords: list[str]) -> bool:
    if name == "paste" or PASTES.intersection(chords):
        return True
    return any(argument.provenance != Channel.USER.value for argument in arguments.values())


def _chord(chord: str) -> str:
    modifiers, key = parts_of(chord)
    if chord in LOGS_OUT or ({"ctrl", "alt"} <= set(modifiers) and re.fullmatch(r"f\d+", key)):
        return "That ends or leaves your session. Press it yourself."
    if chord in ERASES:
        return "That erases for good. Press it yourself."
    return "That talks to the system itself. Press it yourself." if key == "print_screen" and "alt" in modifiers else ""
