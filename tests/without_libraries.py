"""An environment for a process, and all that it starts, in which libraries are missing."""

from __future__ import annotations

import os
from pathlib import Path

#: What a missing thing looks like to the code: a module that cannot be imported, a shared library that is not found.
LIBZBAR = "libzbar"
_MODULE = "sys.modules[{name!r}] = None\n"
_SHARED = "import ctypes.util; ctypes.util.find_library = lambda name: None\n"


def environment_without(folder: Path, *missing: str) -> dict[str, str]:
    """Return this process's environment, but modules cannot be imported there, or `LIBZBAR` cannot be found.

    `folder` gets a `sitecustomize.py`, which every interpreter runs as it starts.
    """
    lines = [_SHARED if name == LIBZBAR else _MODULE.format(name=name) for name in missing]
    (folder / "sitecustomize.py").write_text("import sys\n" + "".join(lines), "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CI_EMULATOR_")}
    return {**kept, "PYTHONPATH": str(folder)}
