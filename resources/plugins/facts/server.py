"""facts: a plugin for Ambidex. What the kernel tells of this machine, in sentences."""

import os
import shutil
from pathlib import Path

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

SUPPLIES = Path("/sys/class/power_supply")
server = MCPServer("facts")


@server.tool()
def battery() -> str:
    """How full the battery is."""
    for supply in sorted(SUPPLIES.glob("*/capacity")):
        state = (supply.parent / "status").read_text().strip().lower()
        return f"The battery is at {supply.read_text().strip()} percent and {state}."
    raise ToolError("This computer has no battery that it tells of.")


@server.tool()
def memory() -> str:
    """How much memory is in use."""
    rows = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    kib = {row[0].rstrip(":"): int(row[1]) for row in rows}
    used = kib["MemTotal"] - kib["MemAvailable"]
    return f"{_gigabytes(used * 1024)} of {_gigabytes(kib['MemTotal'] * 1024)} gigabytes are in use."


@server.tool()
def disk() -> str:
    """How much room is left."""
    usage = shutil.disk_usage(Path(__file__).parent)
    return f"{_gigabytes(usage.free)} of {_gigabytes(usage.total)} gigabytes are free."


@server.tool()
def load() -> str:
    """How busy the processor is."""
    share = os.getloadavg()[0] / (os.cpu_count() or 1)
    return f"Over the last minute the processor was {min(share, 9.99):.0%} busy."


@server.tool()
def uptime() -> str:
    """How long it has been on."""
    minutes = int(float(Path("/proc/uptime").read_text().split()[0])) // 60
    parts = ((minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute"))
    told = [f"{count} {name}{'' if count == 1 else 's'}" for count, name in parts if count]
    return f"It has been running for {' and '.join(told[:2]) or 'less than a minute'}."


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f}"


if __name__ == "__main__":
    server.run()
