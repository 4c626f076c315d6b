"""Job tables: which jobs a worker can run, of what types, and where the code is.

A job module declares `JOBS` and may declare `ENGINES` and `WARM_UP`. Importing one must be cheap, because the server
does it too, for the types; the code behind a job is named by its path and imported by the worker at first use.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec


class Job(msgspec.Struct, frozen=True):
    """One row: `run` is the `module:function` that takes a `request` and returns a `response`."""

    run: str
    request: type[msgspec.Struct]
    response: type[msgspec.Struct]


class JobTable(msgspec.Struct, frozen=True):
    """The merged tables of some job modules.

    `engines` are paths of functions that return `{engine: version}`; `warm_ups` are paths of functions that do one
    trivial piece of work so that the first real one is fast.
    """

    jobs: Mapping[str, Job]
    engines: tuple[str, ...]
    warm_ups: tuple[str, ...]


def load(modules: Iterable[str]) -> JobTable:
    """Import the job modules and merge their tables; ValueError when two declare the same job."""
    jobs: dict[str, Job] = {}
    engines: list[str] = []
    warm_ups: list[str] = []
    for name in modules:
        module = importlib.import_module(name)
        rows: Mapping[str, Job] = module.JOBS
        if twice := jobs.keys() & rows.keys():
            raise ValueError(f"job declared twice: {', '.join(sorted(twice))}")
        jobs.update(rows)
        engines += filter(None, [getattr(module, "ENGINES", None)])
        warm_ups += filter(None, [getattr(module, "WARM_UP", None)])
    return JobTable(jobs, tuple(engines), tuple(warm_ups))


def resolve(path: str) -> Callable[..., Any]:
    """Import the function that a `module:function` path names."""
    module, _, function = path.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def roots(modules: Iterable[str]) -> list[str]:
    """Return the directories that must be on `sys.path` to import the modules, each once, in order."""
    found: dict[str, None] = {}
    for name in modules:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            continue
        depth = name.count(".") + (spec.submodule_search_locations is not None)
        found[str(Path(spec.origin).resolve().parents[depth])] = None
    return list(found)
