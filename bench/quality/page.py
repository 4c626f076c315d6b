"""The report, and the page of the documentation that it is put into."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from bench.quality import aims, tables
from bench.quality.contenders import CONTENDERS
from bench.quality.rounds import Plan, Round
from bench.quality.tally import tally
from ci_emulator.engines.codes.chain import available_stages

_BEGIN = "<!-- measured by make quality -->\n"
_END = "<!-- end of what was measured -->\n"


def report(plan: Plan, rounds: Sequence[Round], two_workers: float | None) -> str:
    """Return the tables of a run; the aims only when all contenders took part."""
    with_codes = [played for played in rounds if played.codes]
    parts = []
    if set(plan.contenders) == set(CONTENDERS):
        parts += ["## Aims", aims.table(list(aims.checks(rounds, two_workers)))]
    parts += [
        "## All codes together",
        tables.sums(rounds, plan.contenders),
        _addons(with_codes, plan.contenders),
        "## Where the codes are",
        tables.places(with_codes, plan.contenders),
        "## By symbology",
        tables.by_symbology(with_codes, plan.contenders),
        circumstances(plan),
    ]
    return "\n\n".join(part for part in parts if part)


def _addons(rounds: Sequence[Round], contenders: Sequence[str]) -> str:
    totals = {name: tally(rounds, name) for name in contenders}
    if not any(total.addons for total in totals.values()):
        return ""
    said = ", ".join(f"{tables.NAMES[name]} {total.addons_read}" for name, total in totals.items())
    of = max(total.addons for total in totals.values())
    return f"Of {of} add-ons beside EAN-13 codes were read: {said}."


def circumstances(plan: Plan) -> str:
    """Return the machine, the versions and the seeds that the figures depend on."""
    named = ("zxing-cpp", "pyzbar", "opencv-python-headless", "numpy", "pillow")
    versions = ", ".join(f"{name} {version(name)}" for name in named)
    zbar = available_stages()["pyzbar"]
    return (
        f"Measured on {platform.system()} {platform.machine()}, {os.cpu_count()} virtual processors,"
        f" {platform.python_implementation()} {platform.python_version()}, {versions}, {zbar};"
        f" {plan.scenes} scenes from seed {plan.seed} on and {plan.decoys} pictures without codes."
    )


def write(path: Path, text: str) -> None:
    """Put the report between its two marks on the page.

    Raises ValueError when the page has no such marks.
    """
    page = path.read_text(encoding="utf-8")
    if page.count(_BEGIN) != 1 or page.count(_END) != 1:
        raise ValueError(f"{path} must have the marks of the report once each")
    before, _, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    path.write_text(f"{before}{_BEGIN}\n{text.strip()}\n\n{end}{after}", encoding="utf-8")
