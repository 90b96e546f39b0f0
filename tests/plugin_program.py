"""A plugin for tests, good or bad: `python plugin_program.py MODE`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

MODE = sys.argv[1] if len(sys.argv) > 1 else "good"
OUT = os.dup(1)
"""Standard output itself: the SDK keeps what a program prints away from it."""
server = MCPServer("test")


@server.tool()
def say(text: str) -> str:
    """Says it back."""
    return f"You said {text}."


@server.tool()
def add(a: float, b: float) -> str:
    """The sum."""
    return f"{a + b:g}"


@server.tool()
def fail() -> str:
    """Does not work."""
    raise ToolError("The tea is out.")


@server.tool()
def misbehave() -> str:
    """Does what it must not."""
    match MODE:
        case "hang":
            time.sleep(600)
        case "crash":
            os._exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "flood":
            while True:
                os.write(OUT, b'{"jsonrpc": "2.0", "method": "notifications/message", "params": {}}\n' * 1000)
        case "endless line":
            while True:
                os.write(OUT, b"x" * 65536)
        case "garbage":
            os.write(OUT, b"not a message\n" * 100)
            time.sleep(600)
        case "long":
            return "a\x1b[31m" * 20_000
        case "memory":
            return str(len(bytearray(4_000_000_000)))
        case "fork":
            for _ in range(20):
                subprocess.Popen(["sleep", "600"], start_new_session=True)
        case "spy":
            return "\n".join(map(str, _seen()))
        case _:
            pass
    return "done"


def _seen() -> list[object]:
    """What of the machine can be reached from here."""
    found: list[object] = [f"env {name}" for name in sorted(os.environ)]
    for path in sys.argv[2:]:
        try:
            found.append(f"read {Path(path).read_text()}")
        except OSError as error:
            found.append(f"cannot read {path}: {error.strerror}")
    try:
        Path(sys.argv[2]).with_name("written").write_text("x")
        found.append("wrote")
    except OSError:
        found.append("cannot write")
    try:
        socket.create_connection(("127.0.0.1", int(os.environ.get("PORT", "9"))), timeout=2).close()
        found.append("connected")
    except OSError:
        found.append("no network")
    return found


if __name__ == "__main__":
    if MODE == "will not start":
        sys.exit("No coffee, no work.")
    if MODE == "mute":
        time.sleep(600)
    server.run()
