"""The command line and environment in which a plugin runs: with no rights but those of its manifest.

On Linux bubblewrap gives it a file system of its own, without the user's files and without network. Where that is not
there, only environment and memory are limited, and `confinement` says so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from actions.plugins.manifest import Manifest

SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
)
"""Programs and libraries, to be read; nothing of the user's."""
FOR_NETWORK = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/ssl",
    "/etc/ca-certificates",
    "/run/systemd/resolve",
)
HOME = "/tmp/home"
"""What is kept there stands in the folder `.home` of the plugin's own."""
KEPT = ("LANG", "LC_ALL", "TZ")
WITHIN_S = 5.0
NOT_CONFINED = (
    "Plugins run with your own rights: bubblewrap is missing or may not be used here. "
    "Install it (apt-get install bubblewrap) to keep them from your files and the network."
)


@cache
def confinement() -> str:
    """Empty where plugins can be confined; otherwise why not, with the cure."""
    if shutil.which("bwrap") is None:
        return NOT_CONFINED
    try:
        subprocess.run(
            ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"],
            check=True, timeout=WITHIN_S, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return NOT_CONFINED
    return ""


def environment(manifest: Manifest, environ: Mapping[str, str]) -> dict[str, str]:
    """What the plugin sees of the environment. `USER_HOME` says where the folders lie that it was granted."""
    names = (*KEPT, *manifest.permissions.environment)
    kept = {name: environ[name] for name in names if name in environ} | {"USER_HOME": str(Path.home())}
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/tmp" if confinement() else HOME,
        **kept,
    }


def confined(manifest: Manifest, scratch: Path | None = None) -> list[str]:
    """The command, to be started in the plugin's folder. `python` is ours, which has the `mcp` SDK.

    What it may write to is kept in `scratch` instead, where that is given.
    """
    program, *arguments = manifest.command
    own = [sys.executable if program in ("python", "python3") else program, *arguments]
    memory = manifest.memory_mb * 1024 * 1024
    limited = ["prlimit", f"--as={memory}", "--core=0", "--", *own] if shutil.which("prlimit") else own
    return limited if confinement() else ["bwrap", *_walls(manifest, scratch), "--", *limited]


def _walls(manifest: Manifest, scratch: Path | None) -> Iterator[str]:
    permissions = manifest.permissions
    yield from ("--unshare-all", "--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev")
    yield from ("--tmpfs", "/tmp", "--chdir", str(manifest.directory))
    if permissions.network:
        yield "--share-net"
    python = (sys.prefix, sys.base_prefix)
    seen = (*SYSTEM, *(FOR_NETWORK if permissions.network else ()), *python, str(manifest.directory))
    for path in (*seen, *map(str, permissions.read)):
        yield from ("--ro-bind-try", path, path)
    home = (scratch or manifest.directory) / ".home"
    home.mkdir(exist_ok=True)
    yield from ("--bind", str(home), HOME)
    for number, path in enumerate(permissions.write):
        kept = scratch / str(number) if scratch else path
        kept.mkdir(parents=True, exist_ok=True)
        yield from ("--bind", str(kept), str(path))
