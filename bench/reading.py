"""QrcodeOCR of a picture of 2 Mpx: throughput beside bare readers, and what the first recognition waits for."""

from __future__ import annotations

from collections.abc import Iterator

from bench import contenders, picture, signed
from bench.contenders import Traffic, put_load, work_bare
from bench.engine import Job
from bench.line import ADDED, RATIO, Line, at_least
from bench.processes import Server
from bench.scale import CORES, Scale


def measure(scale: Scale) -> Iterator[Line]:
    """Yield the lines."""
    drawn = picture.draw()
    yield _throughput(scale, drawn)
    yield _first_latency(scale, drawn)


def _emulator() -> Server:
    # Every picture is the same one: without this only the first would be read.
    return contenders.emulator("--result-cache", "0")


def _traffic(server: Server, drawn: bytes) -> Traffic:
    """Return the request, signed now: a TC3 signature does not outlast the bench."""
    return Traffic([signed.qrcode_ocr(server.port, drawn)], picture.CONTENTS[-1].encode())


def _throughput(scale: Scale, drawn: bytes) -> Line:
    # Twice as many clients as workers: one picture is on the way while another is read.
    clients = 2 * CORES
    job = Job(what="read", seconds=scale.seconds, picture=drawn)
    ours, bare = [], []
    busy = 0.0
    with _emulator() as server:
        put_load(server, _traffic(server, drawn), clients, scale.seconds / 3)
        for _ in range(scale.rounds):
            served = put_load(server, _traffic(server, drawn), clients, scale.seconds)
            ours.append(served.rate)
            busy = max(busy, served.busy)
            bare.append(sum(outcome.rate for outcome in work_bare(job, CORES)))
    return Line(
        name="QrcodeOCR of 2 Mpx: throughput",
        unit="pictures/s",
        ours=ours,
        baseline_name=f"{CORES} bare readers",
        baseline=bare,
        comparison=RATIO,
        aim=at_least(0.85),
        decimals=1,
        generator_busy=busy,
    )


def _first_latency(scale: Scale, drawn: bytes) -> Line:
    first: list[float] = []
    second: list[float] = []
    for _ in range(scale.starts):
        with _emulator() as server:
            for latencies in (first, second):
                outcome = put_load(server, _traffic(server, drawn), connections=1, seconds=None)
                latencies.append(outcome.p50 * 1000)
    return Line(
        name="QrcodeOCR of 2 Mpx: the very first, which starts its worker",
        unit="ms",
        ours=first,
        baseline_name="the second",
        baseline=second,
        comparison=ADDED,
    )
