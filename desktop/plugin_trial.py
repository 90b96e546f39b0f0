"""`ambidex plugins test`: a plugin in the real host, its manifest held against its server, its tests against both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Event as StopSignal
from typing import Any

from actions.plugins.host import Host
from actions.plugins.manifest import Manifest, Tool, Trial
from actions.plugins.store import Installed, PluginActions, plugin_actions
from desktop.minds import open_reflex, shipped_catalogue
from desktop.settings import Settings
from desktop.simulation import Scene, Simulator, dry_executor
from model.stream.errors import PluginFailed
from model.stream.values import Channel


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    right: bool
    told: str


def try_plugin(manifest: Manifest, settings: Settings, host: Host) -> Iterator[Finding]:
    """One finding after the other; a server that does not start is the last."""
    try:
        offered = {tool.name: tool.input_schema for tool in host.tools(manifest)}
    except PluginFailed as error:
        yield Finding("server", False, str(error))
        return
    yield Finding("server", True, f"It started and has {len(offered)} tools.")
    for tool in manifest.tools:
        fault = mismatch(tool, offered.get(tool.name))
        yield Finding(tool.name, not fault, fault or "The manifest and the server agree.")
    if not manifest.trials:
        yield Finding("tests", True, "There are none; add [[tests]] to the manifest.")
        return
    actions = plugin_actions([Installed(manifest.name, True, manifest)], shipped_catalogue(), host)
    picked = _picker(settings, actions)
    for trial in manifest.trials:
        yield _tried(trial, actions, picked)


def mismatch(tool: Tool, schema: Mapping[str, Any] | None) -> str:
    """What the manifest says of a tool that its server does not, as a sentence; empty if they agree."""
    if schema is None:
        return "The server has no such tool."
    named = {tool.arguments.get(slot.name, slot.name) for slot in tool.action.slots}
    known, needed = set(schema.get("properties", {})), set(schema.get("required", ()))
    sure = {tool.arguments.get(slot.name, slot.name) for slot in tool.action.slots if slot.required}
    if unknown := sorted(named - known):
        return f"The server knows no argument {', '.join(unknown)}; it has {', '.join(sorted(known)) or 'none'}."
    if missing := sorted(needed - sure):
        return f"The server needs {', '.join(missing)}; declare it as a slot without a question mark."
    return ""


def _picker(settings: Settings, actions: PluginActions) -> Callable[[str], str]:
    reflex = open_reflex(settings, actions.catalogue)
    simulator = Simulator(reflex, reflex.pieces, actions.catalogue, dry_executor(actions.catalogue), aloud=False)

    def pick(say: str) -> str:
        outputs = simulator.run(Scene(tuple(say.split())))
        return next((output.action for output in outputs if output.channel is Channel.ACTION), "nothing")

    return pick


def _tried(trial: Trial, actions: PluginActions, picked: Callable[[str], str]) -> Finding:
    what = f"“{trial.say}”"
    body = actions.bodies.get(trial.action)
    if body is None:
        return Finding(what, False, f"No tool does the action {trial.action}.")
    try:
        answer = body(trial.arguments, StopSignal()).text
    except PluginFailed as error:
        return Finding(what, False, str(error))
    if trial.answers.casefold() not in answer.casefold():
        return Finding(what, False, f"It answers “{answer}”, in which “{trial.answers}” does not stand.")
    if (action := picked(trial.say)) != trial.action:
        return Finding(what, False, f"Understood as {action}. Give the tool examples that are closer to it.")
    return Finding(what, True, answer)
