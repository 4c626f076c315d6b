"""The lane of clients that run on Node.js: what they need is installed by npm, once for each change of the list."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lanes import require_lane

HERE = Path(__file__).parent / "node"
_LISTS = ("package.json", "package-lock.json", ".npmrc")
_OLDEST = 18


def install(folder: Path = HERE) -> None:
    """Install a folder's packages unless they are there; skip the lane when Node.js or npm is missing, or npm fails."""
    require_lane(
        "node",
        _is_recent() and shutil.which("npm") is not None,
        f"install Node.js {_OLDEST} or newer with npm",
    )
    wanted = hashlib.sha256(b"".join((folder / name).read_bytes() for name in _LISTS)).hexdigest()
    with _alone(folder):
        _install(folder, folder / "node_modules" / ".installed", wanted)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let the other processes of the test run wait for this one."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _install(folder: Path, stamp: Path, wanted: str) -> None:
    if stamp.exists() and stamp.read_text() == wanted:
        return
    done = subprocess.run(
        ["npm", "ci"], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=100
    )
    require_lane(
        "node", done.returncode == 0, f"npm could not install the clients: {done.stderr.strip()[-200:]}"
    )
    stamp.write_text(wanted)


def _is_recent() -> bool:
    node = shutil.which("node")
    if node is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20).stdout
    major = version.lstrip("v").partition(".")[0]
    return major.isdigit() and int(major) >= _OLDEST


def run(script: str, given: Any, folder: Path = HERE) -> dict[str, dict[str, Any]]:
    """Run a folder's script with what it is given, as JSON, on its standard input; returns its lines by name."""
    done = subprocess.run(
        ["node", script], cwd=folder, input=json.dumps(given), capture_output=True, text=True, timeout=100
    )
    if done.returncode:
        pytest.fail(f"{script}: {done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line.pop("name"): line for line in lines}
