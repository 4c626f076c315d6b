"""qrcode-generate: what the server adds to the writer's own processor time, and throughput beside bare writers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench import contenders, signed
from bench.clients import BUCKET
from bench.contenders import Traffic, put_load, work_bare
from bench.engine import Job
from bench.line import ADDED, RATIO, Line, at_most
from bench.processes import Server
from bench.scale import CORES, Scale
from ci_emulator.engines.codes.write import Writer

_WIDTH = 200
#: 30 bytes each, and different, so that nothing could be remembered.
_CONTENTS = [f"https://www.example.com/{number:06d}" for number in range(500)]
_WRITERS: tuple[Writer, ...] = ("qrcode", "zxing")


def measure(scale: Scale) -> Iterator[Line]:
    """Yield the lines of both writers."""
    with ExitStack() as stack:
        seed = contenders.seed_directory(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        for writer in _WRITERS:
            server = contenders.emulator("--seed", f"{BUCKET}={seed}", "--writer", writer)
            with server:
                yield from _measure_writer(scale, writer, server)


def _measure_writer(scale: Scale, writer: Writer, server: Server) -> Iterator[Line]:
    requests = [
        signed.cos(
            server.port,
            BUCKET,
            params={"ci-process": "qrcode-generate", "qrcode-content": content, "width": str(_WIDTH)},
        )
        for content in _CONTENTS
    ]
    traffic = Traffic(requests, b"<ResultImage>iVBORw0KGgo")  # base64 of how a PNG begins
    job = Job(what="write", seconds=scale.seconds, contents=_CONTENTS, width=_WIDTH, writer=writer)
    put_load(server, traffic, scale.connections, scale.seconds / 3)  # starts the workers
    our_cpu, our_rate, bare_cpu, bare_rate = [], [], [], []
    busy = 0.0
    for _ in range(scale.rounds):
        before = server.cpu_seconds()
        served = put_load(server, traffic, scale.connections, scale.seconds)
        our_cpu.append((server.cpu_seconds() - before) / served.answered * 1000)
        our_rate.append(served.rate)
        busy = max(busy, served.busy)
        outcomes = work_bare(job, CORES)
        bare_rate.append(sum(outcome.rate for outcome in outcomes))
        done = sum(outcome.done for outcome in outcomes)
        bare_cpu.append(sum(outcome.cpu_seconds for outcome in outcomes) / done * 1000)
    yield Line(
        name=f"qrcode-generate, writer {writer}: processor time a request",
        unit="ms",
        ours=our_cpu,
        baseline_name=f"bare {writer} writer",
        baseline=bare_cpu,
        comparison=ADDED,
        aim=at_most(1.0),
        decimals=2,
    )
    yield Line(
        name=f"qrcode-generate, writer {writer}: throughput",
        unit="requests/s",
        ours=our_rate,
        baseline_name=f"{CORES} bare {writer} writers",
        baseline=bare_rate,
        comparison=RATIO,
        generator_busy=busy,
    )
