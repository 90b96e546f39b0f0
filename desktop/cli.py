"""The command line. Every command imports what it needs when it runs, so that `ambidex --version` is instant."""

from __future__ import annotations

import json
import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from desktop.cli_models import models_app
from desktop.cli_plugins import plugins_app
from desktop.control import call
from desktop.places import Places, find_places
from desktop.settings import Settings, load_settings
from model.stream.errors import AmbidexError

app = typer.Typer(
    name="ambidex",
    help="A desktop assistant that listens, looks, thinks, speaks and acts at the same time, on your own machine.",
    epilog="Exit code 0: done. 1: failed, with a sentence on standard error. 2: wrong usage.",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    add_completion=False,
)
eval_app = typer.Typer(help="Score the assistant on examples.", no_args_is_help=True)
journal_app = typer.Typer(help="What it did, newest last; undo what can be undone.")
app.add_typer(eval_app, name="eval")
app.add_typer(journal_app, name="journal")
app.add_typer(models_app, name="models")
app.add_typer(plugins_app, name="plugins")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]
Pictures = Annotated[Path | None, typer.Option(metavar="DIR", help="Draw confusions and curves as PNG files.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Decide everything, execute nothing.")]
Headless = Annotated[bool, typer.Option("--headless", help="No window, no tray, no hotkey; all else works.")]
Record = Annotated[Path | None, typer.Option("--record", metavar="DIR", help="Write a trace of this run to DIR.")]


def main() -> NoReturn:
    """The program. A foreseeable fault is one sentence on standard error and exit code 1, never a traceback."""
    try:
        app()
    except AmbidexError as error:
        print(error, file=sys.stderr)
        code = 1
    except BrokenPipeError:
        code = 1  # nobody reads any more: no place left to say so
    else:
        code = 0
    raise SystemExit(code)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"ambidex {version('ambidex')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def ambidex(
    context: typer.Context,
    asked: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Without a command, the desktop app starts."""
    del asked
    if context.invoked_subcommand is None:
        run()


@app.command()
def run(headless: Headless = False, dry_run: DryRun = False, record: Record = None) -> None:
    """Start the assistant. One instance runs; the other commands talk to it or run by themselves."""
    from desktop.app import RunOptions, run_app

    # sounddevice points descriptor 2 elsewhere while it starts; a descriptor of its own keeps what is logged meanwhile.
    log_to = os.fdopen(os.dup(2), "w", buffering=1, closefd=False)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=log_to)
    run_app(_settings(), _places(), RunOptions(headless, dry_run, record))


# Commands to the running instance ---------------------------------------------------------------------------------


@app.command()
def toggle() -> None:
    """Start listening, or stop if it listens."""
    _tell("toggle")


@app.command()
def listen() -> None:
    """Start listening, until `toggle` or a tap on the hotkey."""
    _tell("listen")


@app.command()
def pause() -> None:
    """Close every sense: nothing is heard or read until `resume`."""
    _tell("pause")


@app.command()
def resume() -> None:
    """Open the senses again."""
    _tell("resume")


@app.command()
def panic() -> None:
    """Stop speech and actions at once and release held keys. Nothing is done until `rearm`."""
    _tell("panic")


@app.command()
def rearm() -> None:
    """Allow actions again after a panic."""
    _tell("rearm")


@app.command()
def status(as_json: AsJson = False) -> None:
    """What the running instance is doing, its threads and its queues."""
    report = _call("status")
    if as_json:
        print(json.dumps(report))
        return
    from desktop.status import print_status

    print_status(report)


@app.command("quit")
def quit_() -> None:
    """Stop the running instance."""
    _tell("quit")


# Commands that run by themselves ----------------------------------------------------------------------------------


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="The request, as it would be spoken.")],
    screen: Annotated[
        Path | None, typer.Option(metavar="PNG|TXT", help="What is on the screen: a picture or lines of text.")
    ] = None,
    clipboard: Annotated[str | None, typer.Option(metavar="TEXT", help="What is on the clipboard.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make one request as if it were spoken, in simulated time, and print every output event as one line."""
    settings = _settings()  # before what takes seconds to import
    from desktop.ask import Request
    from desktop.ask import ask as ask_

    ask_(settings, _places(), Request(text, screen, clipboard, dry_run), as_json, _print)


@app.command()
def replay(
    source: Annotated[Path, typer.Argument(metavar="TRACE|WAV", help="A recorded trace, or a recording of speech.")],
    as_json: AsJson = False,
) -> None:
    """Replay a trace in simulated time and check that every step is the same, or play a WAV to the microphone."""
    from desktop.recorded import read_source

    recorded = read_source(source)
    from desktop.replay import replay as replay_  # takes seconds to import: not for a file that cannot be read

    if not replay_(recorded, _settings(), _places(), as_json, _print):
        raise typer.Exit(1)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """What works on this machine, and how to mend what does not."""
    from desktop.capabilities import platform_of
    from desktop.doctor import examine, healthy, machine_abilities, print_abilities, print_findings

    findings = examine(_settings(), _places())
    platform, found = platform_of(os.environ), machine_abilities(findings, os.environ)
    if as_json:
        checks = [finding.to_json() for finding in findings]
        table = [ability.to_json() for ability in found]
        print(json.dumps({"healthy": healthy(findings), "checks": checks, "platform": platform, "abilities": table}))
    else:
        print_findings(findings)
        print_abilities(platform, found)
    if not healthy(findings):
        raise typer.Exit(1)


@eval_app.callback()
def evaluate() -> None:
    """Score the assistant on examples."""


@eval_app.command("commands")
def eval_commands(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Rows of text, accept, args, screen, clipboard.")],
    as_json: AsJson = False,
    predictions: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="Write what it did for each row.")
    ] = None,
    pictures: Pictures = None,
) -> None:
    """Feed requests word by word at speaking rate and score the actions. The last line is one JSON object."""
    from desktop.evaluation import evaluate_file

    evaluate_file(_settings(), file, predictions, pictures, as_json, _print)


@eval_app.command("turns")
def eval_turns(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Recordings of one turn each, with subfolders.")],
    as_json: AsJson = False,
    predictions: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="Write what was said in each silence.")
    ] = None,
    pictures: Pictures = None,
) -> None:
    """How often somebody is cut off in a pause, and how late the end of what they say is noticed.

    Beside the reflex, on the same recordings: silence alone, and Smart Turn where `ambidex[turns]` is installed.
    """
    from desktop.turn_evaluation import evaluate_turns

    evaluate_turns(_settings(), find_places(), directory, predictions, pictures, as_json, _print)


@eval_app.command("speech")
def eval_speech(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Recordings and labels.jsonl, which tells of them.")],
    as_json: AsJson = False,
    predictions: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="Write what was heard and done for each.")
    ] = None,
    plugin: Annotated[
        str, typer.Option(metavar="NAME|DIR", help="With the actions of this plugin, and what is said to it expected.")
    ] = "",
    bias: Annotated[bool, typer.Option(help="Whether the recogniser expects what is said to the plugin.")] = True,
) -> None:
    """Play recorded requests to the ears, and score the words, the actions and their arguments."""
    from desktop.cli_plugins import manifest_named
    from desktop.speech_evaluation import evaluate_speech

    manifest = manifest_named(plugin) if plugin else None
    evaluate_speech(_settings(), find_places(), directory, predictions, as_json, _print, manifest, bias)


@eval_app.command("injection")
def eval_injection(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Rows of text and context.")],
    as_json: AsJson = False,
    predictions: Annotated[Path | None, typer.Option(metavar="OUT.jsonl", help="Write what was done for each.")] = None,
    hostile: Annotated[
        bool, typer.Option(help="With a mind in the place of the reflex that tries all it can to obey.")
    ] = False,
) -> None:
    """Show instructions of somebody else on the screen, the clipboard and the like, and count what is done unasked."""
    from desktop.injection_evaluation import evaluate_injection

    evaluate_injection(_settings(), file, predictions, as_json, _print, hostile)


@app.command()
def train(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the reflex and its checkpoint go.")],
    commands: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Requests that people wrote, beside the composed ones.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1)] = 2,
    composed: Annotated[int, typer.Option(min=1, help="Composed requests per epoch.")] = 14_000,
    human: Annotated[int, typer.Option(min=0, help="Requests of people per epoch.")] = 9_000,
    written: Annotated[int, typer.Option(min=0, help="Requests per epoch that were written for this.")] = 5_000,
    practice: Annotated[
        int, typer.Option(min=0, help="Requests per epoch for actions that are known by their description alone.")
    ] = 1_500,
    utterances: Annotated[
        int, typer.Option(min=0, help="Requests that are read whole beforehand; 0 keeps the reading of --start.")
    ] = 400_000,
    seed: int = 1,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...")] = "cpu",
    start: Annotated[
        str, typer.Option(help="pretrained, embeddings, scratch, or the folder of a trained reflex")
    ] = "pretrained",
    learning_rate: Annotated[float, typer.Option(min=0.0, help="Peak rate of the pretrained layers.")] = 2e-4,
    head_learning_rate: Annotated[float, typer.Option(min=0.0, help="Peak rate of what reads and writes.")] = 1e-3,
    as_in_life: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of utterances with every tone and a lagging recogniser.")
    ] = 0.3,
    ticks_per_batch: Annotated[int, typer.Option(min=1, help="A GPU is kept busy by 8192.")] = 1024,
    workers: Annotated[int, typer.Option(min=0, help="Processes that prepare lessons, beside a GPU.")] = 0,
) -> None:
    """Train the reflex, or go on with a run that was stopped. The same seed gives the same reflex."""
    from desktop.training import TrainOptions
    from desktop.training import train as train_

    train_(
        TrainOptions(
            out=out,
            commands=commands,
            epochs=epochs,
            composed=composed,
            human=human,
            written=written,
            practice=practice,
            utterances=utterances,
            seed=seed,
            device=device,
            start=start,
            learning_rate=learning_rate,
            head_learning_rate=head_learning_rate,
            as_in_life=as_in_life,
            ticks_per_batch=ticks_per_batch,
            workers=workers,
        )
    )


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these; all if none.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure what the budgets are about. The last line is one JSON object."""
    from desktop.bench import bench as bench_

    bench_(names or [], as_json, _print)


@journal_app.callback(invoke_without_command=True)
def journal(context: typer.Context, as_json: AsJson = False) -> None:
    """What it did, newest last."""
    if context.invoked_subcommand is not None:
        return
    from desktop.journal_report import print_journal

    print_journal(_places().journal, as_json, _print)


@journal_app.command("undo")
def journal_undo(
    count: Annotated[int, typer.Argument(metavar="[N]", min=1, help="How many actions, the newest first.")] = 1,
) -> None:
    """Undo the last N actions; only the running instance remembers how."""
    _tell("undo", count=count)


def _settings() -> Settings:
    return load_settings(_places().settings)


def _places() -> Places:
    return find_places()


def _tell(command: str, **arguments: Any) -> None:
    """Send a command to the running instance and print what it says to that."""
    print(_call(command, **arguments)["text"])


def _call(command: str, **arguments: Any) -> dict[str, Any]:
    return call(_places().socket, command, **arguments)


def _print(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
