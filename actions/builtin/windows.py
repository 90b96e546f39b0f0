"""Bringing windows to the front, making them larger or smaller, closing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event as StopSignal

from actions.apps import installed_apps
from actions.bodies import Body, Done, Refused, Result, Undo
from actions.builtin.spoken import sentence, shortened
from actions.hands import Focus
from actions.windows import Windows, choose_window
from model.stream.errors import NotPermitted


def window_bodies(windows: Windows, env: Mapping[str, str]) -> Mapping[str, Body]:
    def on(act: Callable[[Focus], Result]) -> Body:
        """The body of an action on the window that its argument names."""

        def body(values: Mapping[str, str], stop: StopSignal) -> Result:
            del stop
            meant = choose_window(values.get("name", ""), windows.all(), installed_apps(env), env)
            return Refused(meant) if isinstance(meant, str) else act(meant)

        return body

    def focus(window: Focus) -> Result:
        before = _arrangement(windows)
        windows.focus(window.window)
        return Done(sentence(f"Here is {_name(window)}"), _rearranging(windows, before))

    def minimize(window: Focus) -> Result:
        if windows.is_minimized(window.window):
            return Done(f"{_name(window)} is minimized already.")
        before = _arrangement(windows)
        windows.minimize(window.window)
        return Done(sentence(f"Minimized {_name(window)}"), _rearranging(windows, before))

    def maximize(window: Focus) -> Result:
        if not windows.maximize(window.window, on=True):
            return Done(f"{_name(window)} fills the screen already.")
        return Done(sentence(f"Maximized {_name(window)}"), _shrinking(windows, window))

    def close(window: Focus) -> Result:
        if windows.close_window(window.window):
            return Done(sentence(f"Closed {_name(window)}"))
        if not windows.answers(window.window):
            raise NotPermitted(
                f"{_name(window)} does not respond and is still open. Wait for it, or end it in your system monitor; "
                "then what is not saved in it is lost."
            )
        return Done(f"I asked {_name(window)} to close; it may want to know something first.")

    def switch(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        others = windows.all()[1:]
        return focus(others[0]) if others else Refused("There is no other window to switch to.")

    return {
        "focus_window": on(focus),
        "minimize_window": on(minimize),
        "maximize_window": on(maximize),
        "close_window": on(close),
        "switch_window": switch,
    }


_Arrangement = tuple[tuple[int, bool], ...]
"""Every window and whether it is minimized, the topmost first."""


def _arrangement(windows: Windows) -> _Arrangement:
    return tuple((window.window, windows.is_minimized(window.window)) for window in windows.all())


def _rearranging(windows: Windows, before: _Arrangement) -> Undo:
    """Puts the windows one upon the other as they lay, unless somebody else has moved them since."""
    after = _arrangement(windows)

    def undo(stop: StopSignal) -> str:
        if _arrangement(windows) != after:
            raise NotPermitted("I cannot take that back: other windows were opened, closed or brought to the front.")
        for window, was_minimized in reversed(_changed_part(before, after)):
            if stop.is_set():
                return "Stopped."
            windows.focus(window)
            if was_minimized:
                windows.minimize(window)
        return "The windows are as they were."

    return undo


def _changed_part(before: _Arrangement, after: _Arrangement) -> _Arrangement:
    """The top of the pile as it was, down to where it has stayed the same."""
    changed = [n for n, (old, new) in enumerate(zip(before, after, strict=False)) if old != new]
    return before[: changed[-1] + 1] if changed else ()


def _shrinking(windows: Windows, window: Focus) -> Undo:
    def undo(stop: StopSignal) -> str:
        del stop
        if not windows.maximize(window.window, on=False):
            raise NotPermitted(f"{_name(window)} does not fill the screen any more.")
        return f"{_name(window)} has its former size."

    return undo


def _name(window: Focus) -> str:
    return shortened(window.title or window.app or "the window")
