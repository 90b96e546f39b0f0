"""Whether the desktop blends translucent windows; without that their corners would be black."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication


def has_compositor() -> bool:
    """On X11 a compositor owns a selection named after the screen; everywhere else there always is one."""
    if QGuiApplication.platformName() != "xcb":
        return True
    from Xlib.display import Display
    from Xlib.error import DisplayError
    from Xlib.X import NONE

    try:
        display = Display()
    except (DisplayError, OSError):
        return False
    try:
        atom = display.intern_atom(f"_NET_WM_CM_S{display.get_default_screen()}")
        return display.get_selection_owner(atom) != NONE
    finally:
        display.close()
