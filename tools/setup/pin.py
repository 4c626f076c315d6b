"""Write `requirements/*.txt`: every distribution that is needed, at the version that pip takes today.

The files are installed with `pip install --no-deps`, so nothing comes in that they do not name. They hold for every
supported Python: made with the oldest one, which needs the most backports.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
OLDEST = (3, 11)
HEAD = "# Written by `make pins`; installed with `pip install --no-deps`.\n"
NO_DEPS = "--no-deps"

# What hatchling asks for on top when the project is installed in place.
IN_PLACE = "editables"


def main() -> int:
    """Resolve build, serve and test requirements one after the other; return the exit status."""
    if sys.version_info[:2] != OLDEST:
        print(
            f"Pins are made with Python {'.'.join(map(str, OLDEST))}: make pins PYTHON=...", file=sys.stderr
        )
        return 1
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    extras = [
        line for name, lines in project["optional-dependencies"].items() if name != "all" for line in lines
    ]
    with tempfile.TemporaryDirectory() as scratch:
        build = _resolve(Path(scratch, "build"), [*pyproject["build-system"]["requires"], IN_PLACE])
        serve = _resolve(Path(scratch, "serve"), [*project["dependencies"], *extras])
        known = [*serve, *(line for line in build if _name(line) not in set(map(_name, serve)))]
        test = _resolve(Path(scratch, "test"), [*known, *_named()])
    _write("build.txt", build)
    _write("serve.txt", serve)
    _write("test.txt", [line for line in test if line not in known])
    return 0


def _named() -> list[str]:
    """Return the lines of test.in without comments."""
    lines = (REQUIREMENTS / "test.in").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _resolve(directory: Path, wanted: Sequence[str]) -> list[str]:
    """Return what pip installs into an empty environment, as `name==version`."""
    venv.create(directory, with_pip=True)
    pip = [str(directory / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    alone = [line.removesuffix(NO_DEPS).strip() for line in wanted if line.endswith(NO_DEPS)]
    subprocess.run(
        [*pip, "install", "-q", *(line for line in wanted if not line.endswith(NO_DEPS))], check=True
    )
    if alone:
        subprocess.run([*pip, "install", "-q", NO_DEPS, *alone], check=True)
    frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout
    return sorted(frozen.splitlines(), key=str.lower)


def _name(line: str) -> str:
    return re.split(r"[=<>!~\[ ]", line, maxsplit=1)[0].lower().replace("_", "-")


def _write(name: str, lines: Sequence[str]) -> None:
    (REQUIREMENTS / name).write_text(HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
