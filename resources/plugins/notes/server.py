"""notes: a plugin for Ambidex. One text file for each note; nothing is ever overwritten."""

import os
import re
from pathlib import Path

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

FOLDER = Path(os.environ["USER_HOME"]) / "Documents" / "Notes"
MAX_TITLE = 80
IDLE = {"the", "my", "a", "note", "notes", "about", "on", "called", "named", "titled"}

server = MCPServer("notes")


@server.tool()
def start_note(title: str) -> str:
    """Begins a new note."""
    path = FOLDER / f"{_plain(title)}.txt"
    if path.exists():
        raise ToolError(f"There is a note {path.stem} already.")
    path.write_text("", encoding="utf-8")
    return f"Started the note {path.stem}."


@server.tool()
def append_to_note(line: str, title: str) -> str:
    """Adds a line at the end."""
    path = _find(title)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    return f"Added {line} to {path.stem}."


@server.tool()
def read_note(title: str) -> str:
    """What a note says."""
    path = _find(title)
    return path.read_text(encoding="utf-8").strip() or f"The note {path.stem} is empty."


@server.tool()
def find_notes(words: str) -> str:
    """Which notes have all these words in them."""
    wanted = _words(words)
    found = [path.stem for path in _notes() if wanted <= _words(path.stem + " " + path.read_text(encoding="utf-8"))]
    return f"Found in {', '.join(found)}." if found else f"No note speaks of {words}."


def _notes() -> list[Path]:
    return sorted(FOLDER.glob("*.txt"))


def _find(title: str) -> Path:
    """The note whose title shares most words with what was said."""
    wanted = _words(title)
    best = max(_notes(), key=lambda path: len(wanted & _words(path.stem)), default=None)
    if best is None or not wanted & _words(best.stem):
        raise ToolError(f"There is no note {title}.")
    return best


def _plain(title: str) -> str:
    plain = re.sub(r"[^\w\s-]", "", title).strip()[:MAX_TITLE]
    if not plain:
        raise ToolError("A note needs a title.")
    return plain


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold())) - IDLE


if __name__ == "__main__":
    server.run()
