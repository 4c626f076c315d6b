"""The peers that npm has: installed on demand below `build/`, which git ignores, in versions that are named here."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: What is compared with; `azurite` 3.36 and later need a newer Node than many machines have.
VERSIONS = {"s3rver": "3.7.1", "azurite": "3.35.0"}

_INSTALL_SECONDS = 300
_DIRECTORY = ROOT / "build" / "peers"


@cache
def executable(name: str) -> Path | None:
    """Return the path of a program that the peers bring, None when they cannot be installed here."""
    found = _DIRECTORY / "node_modules" / ".bin" / name
    if shutil.which("node") is None or not (_installed() or _install()):
        return None
    return found if found.exists() else None


def _installed() -> bool:
    stamp = _DIRECTORY / "installed"
    return stamp.exists() and stamp.read_text() == _wanted()


def _wanted() -> str:
    return " ".join(f"{name}@{version}" for name, version in VERSIONS.items())


@cache
def _install() -> bool:
    """Ask npm once; the machine may be without it, or without a network."""
    npm = shutil.which("npm")
    if npm is None:
        return False
    _DIRECTORY.mkdir(parents=True, exist_ok=True)
    (_DIRECTORY / "package.json").write_text('{"private": true}\n')
    options = ("--no-package-lock", "--no-audit", "--no-fund", "--silent")
    command = [npm, "install", *options, *_wanted().split(" ")]
    try:
        done = subprocess.run(command, cwd=_DIRECTORY, timeout=_INSTALL_SECONDS, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return False
    if done.returncode == 0:
        (_DIRECTORY / "installed").write_text(_wanted())
    return done.returncode == 0
