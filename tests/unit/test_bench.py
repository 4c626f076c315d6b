"""The benchmark runs from end to end; its figures are nobody's business here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.line import ADDED, RATIO, Aim, Comparison, Line, at_least, at_most

ROOT = Path(__file__).parents[2]

#: How many rows a line has: one for each baseline.
LINES = {
    "signed GET of 1 KB, memory store": 3,
    "signed GET of 1 KB, memory store: processor time a request": 1,
    "signed GET of 1 KB, disk store": 2,
    "signed GET of 1 KB, disk store: processor time a request": 1,
    "signed PUT of 1 KB, memory store": 3,
    "signed PUT of 1 KB, disk store": 2,
    "signed GET of 1 MB, memory store": 3,
    "signed GET of 1 MB, disk store": 2,
    "signed PUT of 1 MB, memory store": 3,
    "signed PUT of 1 MB, disk store": 2,
    "64 clients, PUT and GET of 1 KB, memory store": 3,
    "64 clients, PUT and GET of 1 KB, memory store: 99 of 100 answered within": 3,
    "64 clients, PUT and GET of 1 KB, disk store": 2,
    "64 clients, PUT and GET of 1 KB, disk store: 99 of 100 answered within": 2,
    "list page of 1,000 in a bucket of 1,100, memory store: latency": 3,
    "list page of 1,000 in a bucket of 1,100, disk store: latency": 2,
    "signed PUT of 1 GB, disk store": 2,
    "signed GET of 1 GB, disk store": 2,
    "PUT and GET of 1 GB, disk store: RSS the most meanwhile": 1,
    "PUT and GET of 1 GB, disk store: RSS afterwards": 1,
    "qrcode-generate, writer qrcode: processor time a request": 1,
    "qrcode-generate, writer qrcode: throughput": 1,
    "qrcode-generate, writer zxing: processor time a request": 1,
    "qrcode-generate, writer zxing: throughput": 1,
    "start to first answer": 1,
    "memory after 100 GETs, before any recognition: RSS": 1,
    "memory after 100 GETs, before any recognition: PSS": 1,
    "memory after 100 GETs, before any recognition: USS": 1,
    "QrcodeOCR of 2 Mpx: throughput": 1,
    "ci-process=QRcode of a stored object of 2 Mpx: throughput": 1,
    "PUT of 2 Mpx with the rule QRcode/cover/0: throughput": 1,
    "QrcodeOCR of 2 Mpx: the very first, which starts its worker": 1,
}


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110)


def test_the_bench_runs_and_prints_every_line() -> None:
    done = bench("--smoke")
    assert done.returncode == 0, done.stderr
    rows = [row.strip("| ").split(" | ") for row in done.stdout.splitlines() if row.startswith("| ")]
    assert rows[0][:2] == ["line", "ours"]
    names = [row[0] for row in rows[1:]]
    assert {name: names.count(name) for name in names} == LINES


def test_an_unknown_group_is_refused_by_name() -> None:
    done = bench("speed")
    assert done.returncode == 2
    assert "speed" in done.stderr


@pytest.mark.parametrize(
    ("comparison", "aim", "met"),
    [
        (RATIO, at_least(0.5), True),
        (RATIO, at_least(0.51), False),
        (ADDED, at_most(-10), True),
        (ADDED, at_most(-11), False),
        (RATIO, None, None),
    ],
)
def test_rounds_are_compared_one_by_one_and_their_median_decides(
    comparison: Comparison, aim: Aim | None, met: bool | None
) -> None:
    # The machine was busy in the second round and gave both contenders half of it.
    line = Line("x", "u", [10, 5, 10], "y", [20, 10, 20], comparison, aim)
    assert line.met is met
    expected = (0.5, 0.5, 0.5) if comparison is RATIO else (-10, -5, -10)
    assert line.figure.values == expected
