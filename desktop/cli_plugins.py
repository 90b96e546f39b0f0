"""`ambidex plugins`: programs that add actions, each confined to what its manifest names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop.places import find_places

if TYPE_CHECKING:
    from actions.plugins.manifest import Manifest
    from actions.plugins.store import Installed, PluginStore

plugins_app = typer.Typer(help="Action plugins that you add.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="As `ambidex plugins list` shows it.")]
FROM_NEXT_START = "From its next start on, Ambidex"


@plugins_app.command("list")
def list_plugins(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")
    ] = False,
) -> None:
    """What was added, whether it is used, and what comes with Ambidex to be added."""
    installed = _store().all()
    if as_json:
        print(json.dumps({"plugins": [_row(plugin) for plugin in installed], "shipped": sorted(_shipped())}))
        return
    for plugin in installed:
        state = "faulty" if plugin.fault else "on" if plugin.enabled else "off"
        about = plugin.manifest.description if plugin.manifest else plugin.fault
        print(f"{plugin.name:<16} {state:<7} {about}")
    if not installed:
        print("No plugin was added yet.")
    others = sorted(_shipped().keys() - {plugin.name for plugin in installed})
    if others:
        print(f"To be added by name: {', '.join(others)}.")


@plugins_app.command()
def add(
    source: Annotated[
        list[str],
        typer.Argument(help="A folder, the name of one that ships, or, after --, the command of an MCP server."),
    ],
    name: Annotated[
        str, typer.Option("--name", help="What to call an MCP server; from its command if not given.")
    ] = "",
) -> None:
    """Take in a plugin, or any MCP server: each of its tools is then asked about before it is used."""
    folder = _shipped().get(source[0]) or Path(source[0]).expanduser()
    is_folder = len(source) == 1 and folder.is_dir()
    manifest = _store().add(folder) if is_folder else _add_server(source, name)
    print(f"Added {manifest.name} {manifest.version}: {manifest.description}.")
    for tool in manifest.tools:
        print(f"  {tool.action.name:<28} {tool.action.risk.value:<12} “{tool.action.examples[0]}”")
    print(_rights(manifest))


@plugins_app.command()
def new(
    name: Annotated[str, typer.Argument(help="Small letters, digits and underscores.")],
    directory: Annotated[Path, typer.Option("--in", metavar="DIR", help="Where its folder goes.")] = Path(),
) -> None:
    """Write a whole plugin to begin with."""
    from desktop.plugin_template import write_template

    folder = write_template(name, directory)
    print(f"Wrote {folder}. Try it with `ambidex plugins test {folder}`, add it with `ambidex plugins add {folder}`.")


@plugins_app.command()
def enable(name: Name) -> None:
    """Use it again."""
    _store().enable(name, True)
    print(f"{FROM_NEXT_START} uses {name}.")


@plugins_app.command()
def disable(name: Name) -> None:
    """Keep it, but do not use it."""
    _store().enable(name, False)
    print(f"{FROM_NEXT_START} does without {name}.")


@plugins_app.command()
def remove(name: Name) -> None:
    """Delete it, and what it keeps in its own folder."""
    _store().remove(name)
    print(f"Removed {name}.")


@plugins_app.command("test")
def test_plugin(
    plugin: Annotated[str, typer.Argument(metavar="NAME|DIR", help="A plugin that was added, or its folder.")],
) -> None:
    """Start it as Ambidex would, hold its manifest against its server, and try the requests of its tests.

    What it writes goes to a folder that is deleted afterwards.
    """
    from actions.plugins.host import Host
    from actions.plugins.sandbox import confinement
    from desktop.plugin_trial import try_plugin
    from desktop.settings import load_settings
    from model.stream.errors import NotPermitted

    manifest, wrong = manifest_named(plugin), 0
    if manifest.permissions.write and (reason := confinement()):
        raise NotPermitted(f"{reason} Without it a test would write to your own folders.")
    with TemporaryDirectory() as scratch:
        host = Host(scratch=Path(scratch))
        try:
            for finding in try_plugin(manifest, load_settings(find_places().settings), host):
                wrong += not finding.right
                print(f" {'✓' if finding.right else '✗'}  {finding.what:<34} {finding.told}")
        finally:
            host.close()
    if wrong:
        raise typer.Exit(1)


def manifest_named(plugin: str) -> Manifest:
    """Of one that ships, of a folder, or of one that was added. Raises `BadSettings` if there is none."""
    from actions.plugins.manifest import load_manifest

    folder = _shipped().get(plugin) or Path(plugin).expanduser()
    return load_manifest(folder) if folder.is_dir() else _usable(_store().get(plugin))


def _add_server(command: Sequence[str], name: str) -> Manifest:
    """Raises `PluginFailed` if that is no MCP server."""
    from actions.plugins.host import Host
    from desktop.plugin_servers import manifest_of, plain_name

    host = Host()
    try:
        name = name or plain_name(command)
        return _store().add_written(name, manifest_of(name, command, host))
    finally:
        host.close()


def _usable(plugin: Installed) -> Manifest:
    from model.stream.errors import BadSettings

    if plugin.manifest is None:
        raise BadSettings(plugin.fault)
    return plugin.manifest


def _rights(manifest: Manifest) -> str:
    from actions.plugins.sandbox import confinement

    permissions = manifest.permissions
    rights = ["the network and what listens on this machine"] if permissions.network else []
    rights += [f"{path} (to read)" for path in permissions.read] + [f"{path} (to write)" for path in permissions.write]
    return confinement() or f"It may touch {', '.join(rights) or 'nothing of yours'}. {FROM_NEXT_START} uses it."


def _row(plugin: Installed) -> dict[str, Any]:
    manifest = plugin.manifest
    return {
        "name": plugin.name,
        "enabled": plugin.enabled,
        "fault": plugin.fault,
        "version": manifest.version if manifest else "",
        "actions": {tool.action.name: tool.action.risk.value for tool in manifest.tools} if manifest else {},
    }


def _store() -> PluginStore:
    from actions.plugins.store import PluginStore

    return PluginStore(find_places().plugins)


def _shipped() -> dict[str, Path]:
    """The folders of plugins that come with Ambidex, by name."""
    import resources

    return {
        folder.name: folder for folder in (resources.ROOT / "plugins").glob("*") if (folder / "plugin.toml").exists()
    }
