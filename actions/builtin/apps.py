"""Opening programs."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event as StopSignal

from actions.apps import choose_app, installed_apps, missing_apps
from actions.bodies import Body, Done, Refused, Result
from actions.builtin.context import Start
from actions.builtin.spoken import shortened
from actions.launcher import in_terminal


def app_bodies(env: Mapping[str, str], start: Start) -> Mapping[str, Body]:
    def open_app(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        app = choose_app(values["name"], installed_apps(env), env)
        if app is None:
            return Refused(_why_not(values["name"], env))
        start(in_terminal(app, env), env)
        return Done(f"Opened {app.name}.")

    return {"open_app": open_app}


def _why_not(name: str, env: Mapping[str, str]) -> str:
    gone = choose_app(name, missing_apps(env), env)
    if gone is None:
        return f"I cannot find a program called {shortened(name)}."
    return f"{gone.name} is in the menu, but its program {gone.command[0]} is not there; install it again."
