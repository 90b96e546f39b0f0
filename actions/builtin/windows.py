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
        before = windows.all()[0]
        windows.focus(window.window)
        return Done(sentence(f"Here is {_name(window)}"), _refocusing(windows, before))

    def minimize(window: Focus) -> Result:
        windows.minimize(window.window)
        return Done(sentence(f"Minimized {_name(window)}"), _refocusing(windows, window))

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


def _refocusing(windows: Windows, window: Focus) -> Undo:
    def undo(stop: StopSignal) -> str:
        del stop
        windows.focus(window.window)
        return sentence(f"Here is {_name(window)}")

    return undo


def _shrinking(windows: Windows, window: Focus) -> Undo:
    def undo(stop: StopSignal) -> str:
        del stop
        windows.maximize(window.window, on=False)
        return f"{_name(window)} has its former size."

    return undo


def _name(window: Focus) -> str:
    return shortened(window.title or window.app or "the window")
