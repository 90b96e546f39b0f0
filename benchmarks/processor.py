"""Processor time and memory of a program and everything it started, as the kernel counts them."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def cpu_s(pid: int) -> float:
    """Processor time used so far by a process and its children, also those that have ended and were waited for."""
    return sum(sum(int(field) for field in _stat(each)[11:15]) for each in tree(pid)) / TICKS_PER_S


def rss_mb(pid: int) -> float:
    """Memory in use now by a process, and what its children use beside what they share with it or with others."""
    pages = [_pages(each) for each in tree(pid)]
    return (
        (sum(resident - shared for resident, shared in pages) + sum(shared for _, shared in pages[:1]))
        * PAGE_BYTES
        / 1e6
    )


def tree(pid: int) -> list[int]:
    """The process and its descendants that live now."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children[int(stat[1])].append(int(entry.name))
    found = [pid]
    for each in found:
        found += children[each]  # grows while it is walked
    return [each for each in found if _stat(each)]


def _pages(pid: int) -> tuple[int, int]:
    """Resident pages and how many of them are shared; none if the process is gone."""
    try:
        _, resident, shared, *_ = (PROC / str(pid) / "statm").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    return int(resident), int(shared)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may itself hold spaces; empty if the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
