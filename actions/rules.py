"""The rules of the policy from a file: the one that ships, and the user's own on top of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

from actions.policy import Rule, Ruling
from model.stream.errors import BadSettings
from model.stream.sources import COMPOSED
from model.stream.values import ITEM_CHANNELS, Channel, Risk

SOURCES = (Channel.USER.value, *(channel.value for channel in ITEM_CHANNELS), COMPOSED)
_LISTS = ("action", "risk", "from", "app")
_KEYS = ("ruling", "because", *_LISTS)


def load_rules(path: Path, actions: Collection[str] | None) -> tuple[Rule, ...]:
    """The rules in the order of the file; none where there is no file. `actions` are the names that may be named, None
    where nobody can tell: a name that is wrong then fits nothing.

    Raises `BadSettings` naming file, line and cure.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"The policy in {path} cannot be read: {error}.") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"The policy in {path} is not TOML: {error}. Mend that line or delete it.") from error
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*rule\s*\]\]", line)]
    rows = document.get("rule", [])
    if document.keys() - {"rule"} or not isinstance(rows, list) or len(lines) != len(cast("list[Any]", rows)):
        raise BadSettings(f"The policy in {path} is a list of rules; begin each with a line [[rule]].")
    return tuple(
        _rule(row, f"{path}, the rule at line {line}", actions)
        for row, line in zip(cast("list[dict[str, Any]]", rows), lines, strict=True)
    )


def _rule(row: dict[str, Any], where: str, actions: Collection[str] | None) -> Rule:
    for key in row:
        if key not in _KEYS:
            raise BadSettings(f"{where}: a rule has no {key}.{_meant(key, _KEYS)}")
    ruling, because = row.get("ruling"), row.get("because")
    if ruling not in [each.value for each in Ruling]:
        raise BadSettings(f'{where}: write ruling = "allow", "ask" or "never".')
    if not isinstance(because, str) or not because.strip():
        raise BadSettings(f'{where}: say why in a sentence, because = "...". You will hear it when the rule counts.')
    given = {key: _texts(row[key], f"{where}: {key}") for key in _LISTS if key in row}
    _check(given.get("risk", ()), lambda risk: risk in list(Risk), list(Risk), f"{where}: there is no risk")
    _check(given.get("from", ()), lambda source: source in SOURCES, SOURCES, f"{where}: nothing comes from")
    names = list(actions or ())
    _check(
        given.get("action", ()),
        lambda pattern: actions is None or any(fnmatchcase(name, pattern) for name in names),
        names,
        f"{where}: there is no action",
    )
    return Rule(
        Ruling(ruling),
        because.strip(),
        frozenset(Risk(risk) for risk in given.get("risk", ())),
        given.get("action", ()),
        frozenset(given.get("from", ())),
        tuple(app.casefold() for app in given.get("app", ())),
    )


def _texts(value: Any, where: str) -> tuple[str, ...]:
    """One text or several."""
    texts: list[Any] = value if isinstance(value, list) else [value]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise BadSettings(f'{where} is a text in quotation marks or a list of them, such as ["one", "two"].')
    return tuple(texts)


def _check(given: Iterable[str], known: Callable[[str], bool], names: Iterable[str], fault: str) -> None:
    for name in given:
        if not known(name):
            raise BadSettings(f"{fault} {name}.{_meant(name, names)}")


def _meant(name: str, names: Iterable[str]) -> str:
    names = list(names)
    close = get_close_matches(name, names, n=1)
    if close:
        return f" Did you mean {close[0]}?"
    return f" There are {', '.join(names)}." if len(names) <= 8 else " Mend it or delete the rule."
