"""A job module with which no worker gets ready until a file `mended` exists; counts the attempts in another."""

import os
from pathlib import Path

from worker_fault_jobs import JOBS

__all__ = ["JOBS"]


def break_off() -> dict[str, str]:
    folder = Path(os.environ["TMPDIR"])
    with (folder / "attempts").open("a") as attempts:
        attempts.write("x")
    if not (folder / "mended").exists():
        raise RuntimeError("no engine here")
    return {}


ENGINES = f"{__name__}:break_off"
