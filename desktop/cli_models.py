"""`ambidex models`: what the user added beside the built-in engines, and which of it is used."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop.places import find_places

if TYPE_CHECKING:
    from desktop.model_kinds import Found
    from desktop.model_store import Model, ModelStore

models_app = typer.Typer(help="Models for speech, voice and language that you add.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]
Name = Annotated[str, typer.Argument(help="As `ambidex models list` shows it.")]


@models_app.command("list")
def list_models(
    as_json: AsJson = False,
) -> None:
    """What was added, what is used, and whether it loads."""
    models = _store().all()
    if as_json:
        print(json.dumps({"models": [_row(model) for model in models], "chosen": _chosen(models)}))
        return
    _print_table(models)


@models_app.command()
def add(
    source: Annotated[
        str, typer.Argument(help="A file, a folder, an archive, or OWNER/REPO[/FILE] of the Hugging Face hub.")
    ],
    name: Annotated[str, typer.Option("--name", help="What to call it; from the source if not given.")] = "",
) -> None:
    """Take in a model once it was loaded. Only a hub name makes Ambidex go to the network."""
    from desktop import model_hub, model_sources

    store = _store()
    hub = model_hub.hub_name(source)
    path = Path(source).expanduser()
    name = store.require_free(name or (model_hub.plain_name(hub) if hub else model_sources.plain_name(path)))
    with store.making() as folder, _interruptible():
        if hub:
            model_hub.fetch(hub, store.fetched(hub.repo), folder)
            found = _found(folder)
        else:
            found = model_sources.gather(path, folder)
        model = store.keep(name, found, source)
    print(f"Added the {_called(model)} {name} ({_size(model.size_bytes)}). {_what_next(model)}")


@models_app.command()
def use(
    name: Annotated[str, typer.Argument(help="As `ambidex models list` shows it.")] = "",
    built_in: Annotated[
        str, typer.Option("--built-in", metavar="recogniser|voice", help="Back to the one built in.")
    ] = "",
) -> None:
    """Choose a model, from the next start on."""
    from desktop.model_kinds import Kind

    if bool(name) == bool(built_in) or built_in not in ("", "recogniser", "voice"):
        raise typer.BadParameter("Give a NAME, or --built-in recogniser or --built-in voice.")
    if built_in:
        _store().choose_built_in(Kind(built_in))
        print(f"From its next start on, Ambidex uses its own {built_in}.")
        return
    model = _store().choose(name)
    print(f"From its next start on, Ambidex uses the {_called(model)} {name}.")
    if model.kind is Kind.LANGUAGE and find_spec("llama_cpp") is None:
        print("The engine for it is still to be installed: `scripts/setup --llm`, or `pip install 'ambidex[llm]'`.")


@models_app.command()
def remove(name: Name) -> None:
    """Delete a model from the disk."""
    model = _store().remove(name)
    back = f" From its next start on, Ambidex uses its own {model.kind.value}." if _replaced(model) else ""
    print(f"Removed {name} ({_size(model.size_bytes)}).{back}")


@models_app.command()
def suggest(
    as_json: AsJson = False,
) -> None:
    """Language models that suit Ambidex, and the one for this machine. Goes to no network."""
    from desktop.model_advice import TABLE, advice, fault_of, this_machine

    machine = this_machine()
    best, why = advice(machine)
    rows: list[dict[str, Any]] = [
        {
            "name": model.name,
            "source": model.source,
            "size_bytes": round(model.size_bytes),
            "needs_bytes": round(model.needs_bytes),
            "licence": model.licence,
            "fault": fault_of(model, machine),
        }
        for model in TABLE
    ]
    if as_json:
        print(json.dumps({"models": rows, "best": best.source if best else None, "why": why}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("name", "file", "memory", "licence", "here", box=None, padding=(0, 1))
    for model, row in zip(TABLE, rows, strict=True):
        here = row["fault"] or ("the best" if model is best else "suits")
        table.add_row(model.name, _size(row["size_bytes"]), _size(row["needs_bytes"]), model.licence, here)
    Console().print(table)
    print(why)
    if best:
        print(f"Fetch it with `ambidex models add {best.source}`.")


@models_app.command()
def check(
    name: Name,
    as_json: AsJson = False,
) -> None:
    """Ask a language model a few things, and see whether it does as it should. Nothing of it is carried out."""
    from desktop.deliberating import require_engine, running
    from desktop.minds import shipped_catalogue
    from desktop.model_check import check_model
    from desktop.model_kinds import Kind
    from desktop.settings import load_settings
    from model.stream.errors import BadSettings, ModelFailed

    model, places = _store().named(name), find_places()
    if model.kind is not Kind.LANGUAGE:
        raise BadSettings(f"{name} is a {model.kind.value}. Only language models are checked.")
    if model.fault:
        raise ModelFailed(f"{name} does not load: {model.fault}")
    require_engine()
    findings = list[bool]()
    apart = replace(running(load_settings(places.settings), places), keep=None)
    for finding in check_model(model.main, apart, tuple(shipped_catalogue().values())):
        findings.append(finding.passed)
        if as_json:
            print(json.dumps(finding.to_json()), flush=True)
        else:
            said = finding.answer.speech or "(nothing)"
            mark, title = "yes" if finding.passed else "NO ", finding.check.title
            print(f"{mark}  {title} ({finding.answer.first_s:.2f} s)")
            print("     " + " ".join([f"“{finding.check.request}”: {said}", *finding.answer.done]), flush=True)
    if not as_json:
        print(f"{sum(findings)} of {len(findings)} as they should be.")
    if not all(findings):
        raise typer.Exit(1)


_BUILT_IN = {"recogniser": "pocketsphinx", "voice": "espeak-ng"}


def _store() -> ModelStore:
    from desktop.model_store import ModelStore

    return ModelStore(find_places().models)


def _found(folder: Path) -> Found:
    from desktop.model_kinds import find_model

    return find_model(folder)


@contextmanager
def _interruptible() -> Generator[None]:
    """Ctrl+C is an answer, too."""
    from model.stream.errors import Closed

    try:
        yield
    except KeyboardInterrupt as error:
        raise Closed("Interrupted; nothing was added.") from error


def _replaced(model: Model) -> bool:
    return model.chosen and model.kind.value in _BUILT_IN


def _what_next(model: Model) -> str:
    return f"Use it with `ambidex models use {model.name}`."


def _called(model: Model) -> str:
    return model.kind.value if model.kind.value in _BUILT_IN else f"{model.kind.value} model"


def _row(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "kind": model.kind.value,
        "size_bytes": model.size_bytes,
        "chosen": model.chosen,
        "loads": not model.fault,
        "fault": model.fault,
        "path": str(model.main),
    }


def _chosen(models: list[Model]) -> dict[str, str | None]:
    from desktop.model_kinds import Kind

    return {kind.value: next((m.name for m in models if m.chosen and m.kind is kind), None) for kind in Kind}


def _print_table(models: list[Model]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    chosen = _chosen(models)
    table = Table("used", "name", "kind", "size", "", box=None, padding=(0, 1))
    for kind, engine in _BUILT_IN.items():
        table.add_row("" if chosen[kind] else "yes", engine, kind, "", "built in")
    for model in models:
        used = "yes" if model.chosen else ""
        table.add_row(used, model.name, model.kind.value, _size(model.size_bytes), escape(model.fault))
    Console().print(table)


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes < 1e8 else f"{size_bytes / 1e9:,.2f} GB"
