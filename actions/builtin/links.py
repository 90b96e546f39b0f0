"""What other programs open: web pages and searches, files and folders, mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from threading import Event as StopSignal
from urllib.parse import quote, quote_plus

from actions.apps import choose_app, installed_apps
from actions.bodies import Body, Done, Refused, Result
from actions.builtin.context import Start
from actions.builtin.spoken import listed, sentence, shortened
from actions.folders import find_file
from actions.launcher import in_terminal, opener

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PROGRAMS = frozenset((".desktop", ".sh", ".run", ".appimage", ".jar", ".exe", ".py", ".pl"))
"""Opening one of these may run it."""


def link_bodies(env: Mapping[str, str], start: Start, search_address: str) -> Mapping[str, Body]:
    """`search_address` is that of a search engine, with {} for what is searched."""

    def opened(address: str, said: str) -> Result:
        command = opener(env)
        if command is None:
            return Refused("Nothing is installed that opens links; install xdg-utils.")
        start((*command, address), env)
        return Done(said)

    def open_url(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        return opened(values["url"], f"Opened {values['url'].split('://', 1)[1]}.")

    def web_search(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        query = " ".join(values["query"].split())
        return opened(search_address.format(quote_plus(query)), f"Searching for {sentence(shortened(query))}")

    def open_file(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        found = find_file(values["path"], env)
        if isinstance(found, list):
            names = listed(list(dict.fromkeys(shortened(path.name) for path in found)))
            none = f"I found nothing called {sentence(shortened(values['path']))}"
            return Refused(f"Which one: {names}?" if names else none)
        if _is_program(found):
            return Refused(f"{shortened(found.name)} is a program; I only open documents. Ask me to open the app.")
        return opened(str(found), f"Opened {sentence(shortened(found.name))}")

    def compose_email(values: Mapping[str, str], stop: StopSignal) -> Result:
        del stop
        to = values.get("to", "")
        address = spelled_address(to)
        fields = {name: values[slot] for slot, name in (("subject", "subject"), ("body", "body")) if slot in values}
        query = "&".join(f"{name}={quote(text)}" for name, text in fields.items())
        unknown = f" I have no address for {shortened(to)}; fill it in." if to and not address else ""
        return opened(
            f"mailto:{quote(address, safe='@')}{'?' if query else ''}{query}", f"Here is your draft.{unknown}"
        )

    def check_email(values: Mapping[str, str], stop: StopSignal) -> Result:
        del values, stop
        app = choose_app("mail", installed_apps(env), env)
        if app is None:
            return Refused("No mail program is installed.")
        start(in_terminal(app, env), env)
        return Done(f"Opened {app.name}.")

    return {
        "open_url": open_url,
        "web_search": web_search,
        "open_file": open_file,
        "compose_email": compose_email,
        "check_email": check_email,
    }


def _is_program(path: Path) -> bool:
    """Some file systems call every file executable, so that counts only where no ending says what it is."""
    nameless = not path.suffix and bool(path.stat().st_mode & 0o111)
    return not path.is_dir() and (path.suffix.casefold() in _PROGRAMS or nameless)


def spelled_address(said: str) -> str:
    """`anna at example dot org` -> `anna@example.org`; empty where it is no address."""
    text = said.casefold().strip().rstrip(".,")
    if "@" not in text:
        for word, sign in (("at", "@"), ("dot", "."), ("underscore", "_"), ("dash", "-"), ("plus", "+")):
            text = re.sub(rf"\s+{word}\s+", sign, text)
        text = text.replace(" ", "") if "@" in text and "." in text else ""
    return text if _ADDRESS.fullmatch(text) else ""
