"""The settings: every one declared once, with its type, its default and what it is for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from model.stream.errors import BadSettings


def setting(default: Any, purpose: str, *, choices: tuple[str, ...] = (), at_least: int = 0, at_most: int = 0) -> Any:
    """Declare a setting. Limits hold for numbers and only where `at_most` is given."""
    limits = {"choices": choices, "at_least": at_least, "at_most": at_most}
    return field(default=default, metadata={"purpose": purpose, **limits})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user can choose. `resources/settings.toml` is the same list, as a file to start from."""

    hotkey: str = setting("<ctrl>+<alt>+space", "Hold it to talk, tap it to listen until tapped again.")
    panic_hotkey: str = setting("<ctrl>+<alt>+x", "Stops speech and actions at once.")
    prompt_hotkey: str = setting("", "Opens a line to type a request into; empty for none.")

    sense_microphone: bool = setting(True, "Whether the microphone may be opened at all.")
    sense_screen: bool = setting(True, "Whether the screen is read.")
    sense_accessibility: bool = setting(
        True, "Whether programs are asked what their windows show; otherwise only pixels are read."
    )
    sense_clipboard: bool = setting(True, "Whether the clipboard is read.")
    sense_selection: bool = setting(False, "Whether what you select with the mouse is read as well (X11 only).")

    microphone: str = setting("", "Name, or part of the name, of the microphone; empty for the system's own choice.")
    speaker: str = setting("", "Name, or part of the name, of the loudspeaker; empty for the system's own choice.")
    echo_cancelling: bool = setting(True, "Whether its own voice is taken out of what it hears.")
    voice_rate_wpm: int = setting(170, "How fast the voice speaks, in words a minute.", at_least=80, at_most=450)
    voice_variant: str = setting("", "Which espeak-ng voice speaks, such as en-gb+f3; empty for ours.")

    language_context: int = setting(
        4096, "How many tokens the language model keeps in mind.", at_least=1024, at_most=131_072
    )
    language_gpu_layers: int = setting(
        999, "How many of its layers a graphics card computes, where llama.cpp was built for one.", at_most=999
    )
    language_adapter: str = setting("", "LoRA weights for the language model, a .gguf file; empty for none.")
    keep_conversation: bool = setting(
        False,
        "Whether the language model remembers the conversation after a restart; it is kept on disk, for you alone.",
    )

    search_address: str = setting("https://duckduckgo.com/?q={}", "Where the browser searches; {} is what is sought.")

    theme: str = setting("system", "Colours of the overlay.", choices=("system", "light", "dark"))
    reduced_motion: bool = setting(False, "Whether the avatar keeps still.")

    reflex_directory: str = setting("", "Directory of the reflex's weights; empty for those that came with the app.")


def load_settings(path: Path) -> Settings:
    """Read the file, or take every default where there is none. Raises `BadSettings` naming file, line and cure."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"The settings in {path} cannot be read: {error}.") from error
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"The settings in {path} are not TOML: {error}. Mend that line or delete it.") from error
    return _check(rows, text, path)


def template() -> str:
    """Every setting with its purpose and its default, as a file in which nothing is set yet."""
    parts = ["# Settings of Ambidex. Each line shows the default; take away the # to change it.\n"]
    parts += [f"# {f.metadata['purpose']}{_choices(f)}\n# {f.name} = {_toml(f.default)}\n" for f in fields(Settings)]
    return "\n".join(parts)


def _check(rows: Mapping[str, Any], text: str, path: Path) -> Settings:
    known = {f.name: f for f in fields(Settings)}
    hints = get_type_hints(Settings)
    for name, value in rows.items():
        where = f"{path}, line {_line_of(name, text)}"
        if name not in known:
            raise BadSettings(f"{where}: there is no setting {name}.{_did_you_mean(name, list(known))}")
        if type(value) is not hints[name]:
            raise BadSettings(f"{where}: {name} must be {_KINDS[hints[name]]}, such as {_toml(known[name].default)}.")
        _check_limits(known[name], value, where)
    return Settings(**rows)


def _check_limits(declared: Field[Any], value: Any, where: str) -> None:
    choices, low, high = (declared.metadata[key] for key in ("choices", "at_least", "at_most"))
    if choices and value not in choices:
        raise BadSettings(f"{where}: {declared.name} is one of {', '.join(choices)}, not {value!r}.")
    if high and not low <= value <= high:
        raise BadSettings(f"{where}: {declared.name} lies between {low} and {high}, not at {value}.")


_KINDS = {str: "text in quotation marks", bool: "true or false", int: "a whole number"}


def _line_of(name: str, text: str) -> int:
    """Tomllib does not say where a key stood; all of ours stand at the start of a line."""
    pattern = re.compile(rf"\s*\[*\s*[\"']?{re.escape(name)}\b")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), 1)


def _did_you_mean(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]}?" if close else " Delete the line."


def _choices(declared: Field[Any]) -> str:
    choices = declared.metadata["choices"]
    return f" One of {', '.join(choices)}." if choices else ""


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case _:
            return str(value)
