"""How much memory programs can still have."""

from __future__ import annotations

import re
from pathlib import Path

MEMINFO = Path("/proc/meminfo")


def available_bytes() -> int:
    """0 where that is not known."""
    try:
        found = re.search(r"MemAvailable:\s*(\d+) kB", MEMINFO.read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
