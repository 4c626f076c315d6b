"""Codes in a picture of 2 Mpx, asked for in every way: throughput beside bare readers, and what the first one waits for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench import contenders, picture, signed
from bench.clients import BUCKET, Cos
from bench.contenders import Traffic, put_load, send_all, work_bare
from bench.engine import Job
from bench.line import ADDED, RATIO, Aim, Line, at_least
from bench.processes import Server
from bench.scale import CORES, Scale

_STORED, _UPLOADED = "stored.jpg", "uploaded.jpg"
_OPERATIONS = json.dumps({"is_pic_info": 0, "rules": [{"rule": "QRcode/cover/0"}]})


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to ask for the codes: makes its request to a port about the picture."""

    name: str
    request: Callable[[int, bytes], bytes]
    aim: Aim | None


def _stored(port: int, drawn: bytes) -> bytes:
    return signed.cos(port, BUCKET, _STORED, {"ci-process": "QRcode"})


def _uploaded(port: int, drawn: bytes) -> bytes:
    headers = {"Pic-Operations": _OPERATIONS}
    head = signed.cos(port, BUCKET, _UPLOADED, method="PUT", size=len(drawn), headers=headers)
    return head + drawn


_OCR = _Way("QrcodeOCR of 2 Mpx", signed.qrcode_ocr, at_least(0.85))
_WAYS = (
    _OCR,
    _Way("ci-process=QRcode of a stored object of 2 Mpx", _stored, at_least(0.85)),
    _Way("PUT of 2 Mpx with the rule QRcode/cover/0", _uploaded, None),
)


def measure(scale: Scale) -> Iterator[Line]:
    """Yield the lines."""
    drawn = picture.draw()
    yield from _throughput(scale, drawn)
    yield _first_latency(scale, drawn)


def _emulator() -> Server:
    # Every picture is the same one: without this only the first would be read.
    return contenders.emulator("--result-cache", "0")


def _traffic(server: Server, way: _Way, drawn: bytes) -> Traffic:
    """Return the request, signed now: a TC3 signature does not outlast the bench."""
    return Traffic([way.request(server.port, drawn)], picture.CONTENTS[-1].encode())


def _throughput(scale: Scale, drawn: bytes) -> Iterator[Line]:
    # Twice as many clients as workers: one picture is on the way while another is read.
    clients = 2 * CORES
    job = Job(what="read", seconds=scale.seconds, picture=drawn)
    results = {way: contenders.Results(way.name) for way in _WAYS}
    bare = []
    with _emulator() as server:
        cos = Cos()
        send_all(server, [cos.create(server.port), cos.put(server.port, _STORED, drawn)])
        for way in _WAYS:
            put_load(server, _traffic(server, way, drawn), clients, scale.seconds / 3)
        for _ in range(scale.rounds):
            for way, result in results.items():
                result.turn(server, _traffic(server, way, drawn), clients, scale.seconds)
            bare.append(sum(outcome.rate for outcome in work_bare(job, CORES)))
    for way, result in results.items():
        yield Line(
            name=f"{way.name}: throughput",
            unit="pictures/s",
            ours=result.rates,
            baseline_name=f"{CORES} bare readers",
            baseline=bare,
            comparison=RATIO,
            aim=way.aim,
            decimals=1,
            generator_busy=result.busy,
        )


def _first_latency(scale: Scale, drawn: bytes) -> Line:
    first: list[float] = []
    second: list[float] = []
    for _ in range(scale.starts):
        with _emulator() as server:
            for latencies in (first, second):
                outcome = put_load(server, _traffic(server, _OCR, drawn), connections=1, seconds=None)
                latencies.append(outcome.p50 * 1000)
    return Line(
        name=f"{_OCR.name}: the very first, which starts its worker",
        unit="ms",
        ours=first,
        baseline_name="the second",
        baseline=second,
        comparison=ADDED,
    )
