"""`ambidex doctor`: tries every part on this machine and says how to mend what does not work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from desktop import probes
from desktop.capabilities import Ability, Extent, Platform, abilities, platform_of
from desktop.places import Places
from desktop.settings import Settings
from model.stream.errors import AmbidexError


class Health(StrEnum):
    WORKS = "works"
    DEGRADED = "degraded"
    """Ambidex runs, with less than it could do."""
    MISSING = "missing"
    """Ambidex cannot do this at all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `detail` is a sentence that ends with the cure where one is needed."""

    name: str
    health: Health
    detail: str
    devices: tuple[str, ...] = ()
    """The names of what there is to choose from, as the settings accept them."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Check:
    """`probe` returns a sentence about what works, or raises. `vital`: without it there is no assistant.

    `devices` names what there is to choose from, or raises.
    """

    name: str
    probe: Callable[[], str]
    vital: bool = False
    devices: Callable[[], Sequence[str]] = tuple


def examine(settings: Settings, places: Places) -> list[Finding]:
    """Try everything, one after the other; takes some seconds."""
    return [_find(check) for check in checks(settings, places)]


def healthy(findings: Iterable[Finding]) -> bool:
    """Whether the assistant can run."""
    return all(finding.health is not Health.MISSING for finding in findings)


def machine_abilities(findings: Iterable[Finding], environ: Mapping[str, str]) -> list[Ability]:
    """How far each sense and each group of actions goes on this machine, by what was found."""
    faults = {finding.name: finding.detail for finding in findings if finding.health is not Health.WORKS}
    return abilities(platform_of(environ), faults)


def print_abilities(platform: Platform, found: Iterable[Ability], console: Console | None = None) -> None:
    table = Table("", "what", f"how far on {platform.value}", box=None, padding=(0, 1))
    marks = {Extent.WORKS: "[green]✓[/]", Extent.PARTLY: "[yellow]~[/]", Extent.NOT: "[red]✗[/]"}
    for ability in found:
        table.add_row(
            marks[ability.extent], ability.name, escape(f"{ability.extent.value}. {ability.why}".strip(" .") + ".")
        )
    (console or Console()).print(table)


def print_findings(findings: Iterable[Finding], console: Console | None = None) -> None:
    table = Table("", "part", "what was found", box=None, padding=(0, 1))
    marks = {Health.WORKS: "[green]✓[/]", Health.DEGRADED: "[yellow]~[/]", Health.MISSING: "[red]✗[/]"}
    for finding in findings:
        named = all(device in finding.detail for device in finding.devices)
        there = "" if named else f" There are: {', '.join(finding.devices)}."
        table.add_row(marks[finding.health], finding.name, escape(finding.detail + there))
    (console or Console()).print(table)


def _find(check: Check) -> Finding:
    devices = _devices(check)
    try:
        return Finding(check.name, Health.WORKS, check.probe(), devices)
    except AmbidexError as error:
        return Finding(check.name, Health.MISSING if check.vital else Health.DEGRADED, str(error), devices)


def _devices(check: Check) -> tuple[str, ...]:
    try:
        return tuple(check.devices())
    except AmbidexError:
        return ()  # what is wrong with them, the probe says


def checks(settings: Settings, places: Places) -> tuple[Check, ...]:
    """Everything that is tried, in order."""
    return (
        Check("files", lambda: probes.files(places), vital=True),
        Check("reflex", lambda: probes.reflex(settings), vital=True),
        Check("policy", lambda: probes.policy(places), vital=True),
        Check("plugins", lambda: probes.plugins(places)),
        Check("microphone", lambda: probes.microphone(settings, places), devices=probes.microphone_names),
        Check("recogniser", lambda: probes.recogniser(places)),
        Check("voice", lambda: probes.voice(settings, places)),
        Check("speaker", lambda: probes.speaker(settings), devices=probes.speaker_names),
        Check("screen", probes.screen),
        Check("accessibility", lambda: probes.accessibility(settings)),
        Check("clipboard", probes.clipboard),
        Check("injection", lambda: probes.injection(places)),
        Check("windows", probes.windows),
        Check("volume", probes.volume),
        Check("media", probes.media),
        Check("programs", probes.programs),
        Check("hotkey", lambda: probes.hotkey(settings)),
        Check("locks", probes.locks),
        Check("language model", lambda: probes.language_model(places)),
    )
