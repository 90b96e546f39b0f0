"""Manifests, the store of plugins, and what they add to the catalogue; their processes have tests of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Event as StopSignal
from typing import Any, cast

import pytest

from actions.bodies import Done
from actions.plugins import store as plugin_store
from actions.plugins.host import Host
from actions.plugins.manifest import FILE, Manifest, Permissions, load_manifest
from actions.plugins.store import PluginStore, plugin_actions
from desktop.minds import shipped_catalogue
from desktop.plugin_servers import plain_name
from desktop.plugin_template import write_template
from desktop.plugin_trial import mismatch
from model.stream.errors import BadSettings, NotPermitted
from model.stream.values import ActionSpec, Risk, Slot

HEAD = 'name = "tea"\nversion = "1"\ndescription = "Makes tea"\ncommand = ["python", "server.py"]\n'
BREW = (
    '[tools.brew]\nrisk = "outward"\ndescription = "Make tea"\nslots = ["kind", "cups?: number"]\n'
    'examples = ["make tea"]\n'
)


class NoHost:
    """Notes what it is asked instead of asking anybody."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Mapping[str, Any]]] = []

    def call(self, manifest: Manifest, tool: str, arguments: Mapping[str, Any], stop: StopSignal) -> str:
        self.calls.append((manifest.name, tool, dict(arguments)))
        return "Tea is ready"


def written(directory: Path, text: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / FILE).write_text(text)
    return directory


def test_a_manifest_is_read(tmp_path: Path) -> None:
    rights = '[permissions]\nnetwork = true\nread = ["~/Tea"]\nenvironment = ["KETTLE"]\n'
    limits = "[limits]\nmemory_mb = 100\ncall_s = 2.5\n"
    trial = '[[tests]]\nsay = "make tea"\naction = "tea_brew"\nanswers = "ready"\n'
    given = 'arguments = { kind = "green", cups = 2 }\n'
    manifest = load_manifest(written(tmp_path, HEAD + rights + limits + BREW + trial + given))
    assert (manifest.name, manifest.command, manifest.memory_mb, manifest.call_s) == (
        "tea", ("python", "server.py"), 100, 2.5,
    )  # fmt: skip
    assert manifest.permissions == Permissions(True, (Path.home() / "Tea",), (), ("KETTLE",))
    (tool,) = manifest.tools
    assert (tool.name, tool.action.name, tool.action.risk) == ("brew", "tea_brew", Risk.OUTWARD)
    assert tool.action.slots == (Slot("kind"), Slot("cups", "number", required=False))
    assert manifest.trials[0].arguments == {"kind": "green", "cups": "2"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"needs name"),
        (HEAD.replace("tea", "Tea!", 1) + BREW, "small letters"),
        (HEAD.replace('["python", "server.py"]', "[]") + BREW, "needs command"),
        (HEAD.replace('["python", "server.py"]', '"python"') + BREW, "command must be a list"),
        (HEAD, "needs 1 to 1000 tools"),
        (HEAD + BREW.replace('risk = "outward"\n', ""), "brew does not say its risk, so it would never be allowed"),
        (HEAD + BREW.replace("outward", "huge"), "tea_brew is wrong"),
        (HEAD + BREW.replace("examples", "exmaples"), "did you mean examples"),
        (HEAD + BREW.replace('["make tea"]', "3"), "tea_brew is wrong"),
        (HEAD + '[permissions]\nread = ["Tea"]\n' + BREW, "must be absolute or begin with ~"),
        (HEAD + "[permissions]\nnetwork = 1\n" + BREW, "network is true or false"),
        (HEAD + "[limits]\ncall_s = 0\n" + BREW, "call_s must lie between"),
        (HEAD + "[limits]\nmemory_mb = true\n" + BREW, "memory_mb must lie between"),
        (HEAD + "colour = 1\n" + BREW, "a plugin has no colour"),
        (HEAD + "[tools]\nbrew = 1\n", "must be a table"),
        (HEAD + BREW + "tests = 1\n", "has no tests"),
        (HEAD + BREW + '[[tests]]\nsay = "x"\n', "needs action"),
        (HEAD + "[tools.brew\n", "is not TOML"),
        (HEAD + BREW + 'action = "Brew it"\n', "the action 'Brew it'"),
        (HEAD + BREW + "arguments = { kind = 1 }\n", "arguments is a table"),
        (HEAD + BREW + '[tools.brew.choices]\nkind = ["(green"]\n', "a bracket too many or too few"),
        (HEAD + BREW + '[tools.brew.choices]\nleaf = ["green"]\n', "choices for leaf, which is no slot"),
    ],
)
def test_what_is_wrong_in_a_manifest_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadSettings, match=told) as raised:
        load_manifest(written(tmp_path, text))
    assert FILE in str(raised.value)


def test_a_folder_without_a_manifest_is_no_plugin(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="is no plugin"):
        load_manifest(tmp_path)


def test_plugins_are_kept_switched_off_and_removed(tmp_path: Path) -> None:
    store = PluginStore(tmp_path / "plugins")
    assert store.all() == []
    source = written(tmp_path / "src", HEAD + BREW)
    (source / "server.py").write_text("")
    assert store.add(source).directory == tmp_path / "plugins" / "tea"
    with pytest.raises(BadSettings, match="already"):
        store.add(source)
    store.enable("tea", False)
    assert [plugin.enabled for plugin in store.all()] == [False]
    store.enable("tea", True)
    assert store.get("tea").enabled
    store.remove("tea")
    with pytest.raises(BadSettings, match="no plugin tea"):
        store.get("tea")


def test_what_cannot_be_kept_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = PluginStore(tmp_path / "plugins")
    source = written(tmp_path / "src", HEAD + BREW)
    monkeypatch.setattr(plugin_store, "MAX_FILES", 0)
    with pytest.raises(BadSettings, match="at most 0 files"):
        store.add(source)
    with pytest.raises(BadSettings, match="does not say its risk"):
        store.add_written("bad", HEAD.replace("tea", "bad", 1) + "[tools.x]\n")
    assert store.all() == []
    (tmp_path / "file").write_text("")
    with pytest.raises(NotPermitted, match="cannot be written"):
        PluginStore(tmp_path / "file").add_written("tea", HEAD + BREW)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("key")
    source = written(tmp_path / "src", HEAD + BREW)
    (source / "inside.txt").symlink_to(FILE)
    PluginStore(tmp_path / "fine").add(source)
    (source / "notes.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(BadSettings, match="is a link to"):
        PluginStore(tmp_path / "plugins").add(source)
    assert PluginStore(tmp_path / "plugins").all() == []


def test_a_plugin_that_broke_later_is_told_and_left_out(tmp_path: Path) -> None:
    store = PluginStore(tmp_path / "plugins")
    store.add_written("tea", HEAD + BREW)
    (tmp_path / "plugins" / "tea" / FILE).write_text("name = 1")
    actions = plugin_actions(store.all(), shipped_catalogue(), cast("Host", NoHost()))
    assert actions.catalogue == shipped_catalogue()
    assert "The plugin tea is left out." in actions.complaints[0]


def test_its_tools_become_actions(tmp_path: Path) -> None:
    store, host = PluginStore(tmp_path), NoHost()
    store.add_written("tea", HEAD + BREW + 'arguments = { kind = "teaKind" }\n')
    actions = plugin_actions(store.all(), shipped_catalogue(), cast("Host", host))
    assert list(actions.catalogue)[-1] == "tea_brew"
    assert actions.bodies["tea_brew"]({"kind": "green", "cups": "2"}, StopSignal()) == Done("Tea is ready.")
    assert host.calls == [("tea", "brew", {"teaKind": "green", "cups": 2.0})]
    store.enable("tea", False)
    assert plugin_actions(store.all(), shipped_catalogue(), cast("Host", host)).bodies == {}


def test_what_is_said_to_it_is_expected_with_all_its_choices(tmp_path: Path) -> None:
    store = PluginStore(tmp_path)
    brew = (
        BREW.replace('["make tea"]', '["make green tea please"]')
        + '[tools.brew.choices]\nkind = ["(green|black|white) tea"]\n'
    )
    store.add_written("tea", HEAD + brew)
    actions = plugin_actions(store.all(), shipped_catalogue(), cast("Host", NoHost()))
    assert set(actions.phrases) >= {"make green tea please", "make black tea please", "white tea"}
    again = plugin_actions(store.all(), shipped_catalogue(), cast("Host", NoHost()))
    assert again.phrases == actions.phrases


def test_no_plugin_takes_the_place_of_an_action_of_ours_but_it_may_do_one_that_waits_for_it(tmp_path: Path) -> None:
    ours = {
        "mute": ActionSpec("mute", "Mute", Risk.REVERSIBLE),
        "home_on": ActionSpec("home_on", "Lights on", Risk.OUTWARD, missing="No home plugin is installed."),
    }
    store = PluginStore(tmp_path)
    rows = "".join(
        f'[tools.{name}]\naction = "{name}"\nrisk = "look"\ndescription = "theirs"\nexamples = ["x"]\n' for name in ours
    )
    store.add_written("tea", HEAD + rows)
    actions = plugin_actions(store.all(), ours, cast("Host", NoHost()))
    assert actions.catalogue["mute"] == ours["mute"]
    assert "may not do mute" in actions.complaints[0]
    assert actions.catalogue["home_on"] == ActionSpec("home_on", "Lights on", Risk.OUTWARD)
    assert set(actions.bodies) == {"home_on"}


def test_the_manifest_is_held_against_the_server(tmp_path: Path) -> None:
    (tool,) = load_manifest(written(tmp_path, HEAD + BREW)).tools
    schema: dict[str, Any] = {"properties": {"kind": {}, "cups": {}}, "required": ["kind"]}
    assert mismatch(tool, schema) == ""
    assert mismatch(tool, None) == "The server has no such tool."
    assert "knows no argument cups" in mismatch(tool, {"properties": {"kind": {}}})
    assert "needs cups" in mismatch(tool, {**schema, "required": ["kind", "cups"]})


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("npx -y @scope/server-notes", "server_notes"),
        ("python /opt/tea.py", "tea"),
        ("7zip-server", "plugin_7zip_server"),
    ],
)
def test_a_server_has_a_name_to_be_called_by(command: str, name: str) -> None:
    assert plain_name(command.split()) == name


def test_the_template_is_a_plugin(tmp_path: Path) -> None:
    folder = write_template("hello", tmp_path)
    assert load_manifest(folder).tools[0].action.name == "hello_greet"
    assert len([line for line in (folder / "server.py").read_text().splitlines() if line.strip()]) < 30
    with pytest.raises(BadSettings, match="is there already"):
        write_template("hello", tmp_path)
    with pytest.raises(BadSettings, match="small letters"):
        write_template("Hello World", tmp_path)
