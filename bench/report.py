"""The table, in Markdown, so that it can be put into `docs/benchmarks.md` as it is."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform

import psutil

from bench import peers
from bench.line import Line, Spread

_HEAD = ("line", "ours", "baseline", "", "comparison", "aim", "met", "generator busy")
_MET = {True: "yes", False: "**no**", None: ""}


def row(line: Line) -> str:
    comparison = line.comparison
    unit = line.unit if comparison.has_unit else ""
    decimals = line.decimals if comparison.has_unit else comparison.decimals
    present = bool(line.baseline)
    baseline = Spread(tuple(line.baseline)).show(line.decimals, line.unit) if present else line.absence
    cells = (
        line.name,
        Spread(tuple(line.ours)).show(line.decimals, line.unit),
        line.baseline_name,
        baseline,
        f"{comparison.word} {line.figure.show(decimals, unit)}" if present else "",
        line.aim.show(unit) if line.aim else "",
        _MET[line.met],
        "" if line.generator_busy is None else f"{line.generator_busy:.0%}",
    )
    return "| " + " | ".join(cells) + " |"


def head() -> str:
    return "| " + " | ".join(_HEAD) + " |\n" + "|---" * len(_HEAD) + "|"


def circumstances() -> str:
    """Return the date, the machine and the versions that the figures depend on."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in ("aiohttp", "qrcode", "zxing-cpp", "pillow", "moto")
    )
    versions += "".join(f", {name} {version}" for name, version in peers.VERSIONS.items())
    return (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, {platform.system()} {platform.machine()},"
        f" {os.cpu_count()} virtual processors, {psutil.virtual_memory().total / 2**30:.0f} GiB,"
        f" {platform.python_implementation()} {platform.python_version()}, {versions};"
        f" load average at the end {os.getloadavg()[0]:.1f}"
    )
