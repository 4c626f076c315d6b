"""The servers that are compared, and how load is put on them and on the bare engines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench import engine, load
from bench.processes import Server, run, run_all

BUCKET = "bench-1250000000"
KEY = "kilobyte.bin"
KILOBYTE = bytes(range(256)) * 4


def emulator(*options: str) -> Server:
    """The emulator with its default settings, apart from the options."""
    return Server("ci_emulator", "serve", "--port", "{port}", "--host", "{host}", *options)


def bare() -> Server:
    """An aiohttp application without any work."""
    return Server("bench.bare", "{port}")


def moto() -> Server:
    """The stand-alone server of moto; its first answer comes from its dashboard."""
    return Server("moto.server", "-H", "{host}", "-p", "{port}", path="/moto-api/")


def seed_directory(directory: Path) -> Path:
    """Put the object that is fetched into a directory, and return that."""
    seed = directory / "seed"
    seed.mkdir(exist_ok=True)
    (seed / KEY).write_bytes(KILOBYTE)
    return seed


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests that are sent in turn, and what each answer must contain."""

    requests: list[bytes]
    expects: bytes


def put_load(server: Server, traffic: Traffic, connections: int, seconds: float) -> load.Outcome:
    """Put load on a server, from another process; with 0 seconds each connection sends one request."""
    job = load.Job(
        port=server.port,
        requests=traffic.requests,
        expects=traffic.expects,
        connections=connections,
        seconds=seconds,
    )
    return msgspec.json.decode(run("bench.load", msgspec.json.encode(job)), type=load.Outcome)


def work_bare(job: engine.Job, processes: int) -> list[engine.Outcome]:
    """Do an engine's work in as many processes at once."""
    printed = run_all("bench.engine", [msgspec.json.encode(job)] * processes)
    return [msgspec.json.decode(text, type=engine.Outcome) for text in printed]
