"""What X11 windows say of themselves."""

from __future__ import annotations

from Xlib import X
from Xlib.display import Display


def title_and_app(display: Display, number: int) -> tuple[str, str]:
    """A window's title, and its class in lower case. Raises `BadWindow` if it is gone."""
    window = display.create_resource_object("window", number)
    name = window.get_full_property(display.intern_atom("_NET_WM_NAME"), X.AnyPropertyType)
    title = name.value.decode(errors="replace") if name is not None else window.get_wm_name() or ""
    return str(title), (window.get_wm_class() or ("", ""))[1].casefold()
