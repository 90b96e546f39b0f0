"""Opening programs and web addresses."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event as StopSignal

from actions.apps import browser_command, choose_app, in_terminal, installed_apps
from actions.bodies import Body, Done, Refused, Result
from actions.builtin.context import Start
from actions.builtin.spoken import shortened


def app_bodies(env: Mapping[str, str], start: Start) -> Mapping[str, Body]:
    def open_app(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        app = choose_app(values["name"], installed_apps(env), env)
        if app is None:
            return Refused(f"I cannot find a program called {shortened(values['name'])}.")
        start(in_terminal(app, env), env)
        return Done(f"Opened {app.name}.")

    def open_url(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        command = browser_command(env)
        if command is None:
            return Refused("No web browser is installed.")
        start((*command, values["url"]), env)
        return Done(f"Opened {values['url'].split('://', 1)[1]}.")

    return {"open_app": open_app, "open_url": open_url}
