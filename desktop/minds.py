"""The reflex, the catalogue and the rules that the settings name, or those that came with the app."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import resources
from actions.plugins.store import PluginActions, PluginStore, plugin_actions
from actions.policy import Rule
from actions.rules import load_rules
from desktop.places import Places
from desktop.settings import Settings
from model.stream.catalogue import Catalogue, load_catalogue

if TYPE_CHECKING:
    from model.reflex import Reflex

CATALOGUE = resources.ROOT / "actions.toml"
REFLEX = resources.ROOT / "reflex"
POLICY = resources.ROOT / "policy.toml"


def shipped_catalogue() -> Catalogue:
    return load_catalogue(CATALOGUE)


def open_plugins(places: Places, cleanup: ExitStack) -> PluginActions:
    """The catalogue with what the user's plugins add. None of them has a process before it is called."""
    installed = PluginStore(places.plugins).all()
    if not installed:
        return PluginActions(shipped_catalogue(), {})
    from actions.plugins.host import Host  # the protocol's SDK takes half a second

    host = Host()
    cleanup.callback(host.close)
    return plugin_actions(installed, shipped_catalogue(), host)


def rules(places: Places) -> tuple[Rule, ...]:
    """The user's rules, then those that ship. Raises `BadSettings` naming file, line and cure."""
    return users_rules(places) + load_rules(POLICY, shipped_catalogue())


def users_rules(places: Places) -> tuple[Rule, ...]:
    """They may name actions of plugins that are switched off; what a faulty plugin has, nobody knows."""
    installed = PluginStore(places.plugins).all()
    manifests = [plugin.manifest for plugin in installed if plugin.manifest is not None]
    theirs = {tool.action.name for manifest in manifests for tool in manifest.tools}
    whole = len(manifests) == len(installed)
    return load_rules(places.policy, shipped_catalogue().keys() | theirs if whole else None)


def reflex_directory(settings: Settings) -> Path:
    return Path(settings.reflex_directory).expanduser() if settings.reflex_directory else REFLEX


def open_reflex(settings: Settings, catalogue: Catalogue, remembered: Path | None = None) -> Reflex:
    """Takes a second or two; `remembered` as in `load_reflex`.

    Raises `ModelFailed` naming the file that is missing or damaged.
    """
    from model.reflex import load_reflex  # torch: only where a mind is wanted

    return load_reflex(reflex_directory(settings), catalogue, remembered=remembered)
