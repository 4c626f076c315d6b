"""The servers that are compared, and how load is put on them and on the bare engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bench import engine, load, peers
from bench.clients import AZURE_ACCOUNT, AZURE_SECRET, S3, Azure, Client, Cos
from bench.processes import Server, python, run, run_all
from bench.scale import Scale

KEY = "kilobyte.bin"
KILOBYTE = bytes(range(256)) * 4


def emulator(*options: str) -> Server:
    """The emulator with its default settings, apart from the options."""
    return Server(*python("ci_emulator", "serve", "--port", "{port}", "--host", "{host}", *options))


def disk_emulator(directory: Path) -> Server:
    """The emulator with the disk store."""
    return emulator("--store", "disk", "--data-dir", str(directory))


def bare() -> Server:
    """An aiohttp application without any work."""
    return Server(*python("bench.bare", "{port}"))


def moto() -> Server:
    """The stand-alone server of moto; its first answer comes from its dashboard."""
    return Server(*python("moto.server", "-H", "{host}", "-p", "{port}"), path="/moto-api/")


def s3rver(directory: Path) -> Server | None:
    """The npm package s3rver, None when it cannot be installed; it keeps objects as files and never syncs them."""
    program = peers.executable("s3rver")
    if program is None:
        return None
    options = ("-d", str(directory), "-a", "{host}", "-p", "{port}", "--silent", "--no-vhost-buckets")
    return Server(str(program), *options, path="/")


def azurite(directory: Path) -> Server | None:
    """The blob service of the npm package azurite, None when it cannot be installed."""
    program = peers.executable("azurite-blob")
    if program is None:
        return None
    options = ("--blobHost", "{host}", "--blobPort", "{port}", "--location", str(directory))
    return Server(
        str(program),
        *options,
        "--silent",
        "--disableTelemetry",
        path="/",
        status=400,  # what it says to a request that names no account
        environment={"AZURITE_ACCOUNTS": f"{AZURE_ACCOUNT}:{AZURE_SECRET}"},
    )


def seed_directory(directory: Path) -> Path:
    """Put the object that is fetched into a directory, and return that."""
    seed = directory / "seed"
    seed.mkdir(exist_ok=True)
    (seed / KEY).write_bytes(KILOBYTE)
    return seed


@contextmanager
def workspace() -> Iterator[Path]:
    """A directory on the disk that the checkout is on (`/tmp` is often memory), removed at the end."""
    build = peers.ROOT / "build"
    build.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=build, prefix="bench-") as name:
        yield Path(name)


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests that are sent in turn, and what each answer must contain."""

    requests: list[bytes]
    expects: bytes = b""


def put_load(server: Server, traffic: Traffic, connections: int, seconds: float | None) -> load.Outcome:
    """Put load on a server, from another process; without seconds each request is sent once."""
    job = load.Job(
        port=server.port,
        requests=traffic.requests,
        expects=traffic.expects,
        connections=connections,
        seconds=seconds,
    )
    return msgspec.msgpack.decode(run("bench.load", msgspec.msgpack.encode(job)), type=load.Outcome)


def send_all(server: Server, requests: Sequence[bytes]) -> None:
    """Send each request once, one after the other."""
    put_load(server, Traffic([*requests]), connections=1, seconds=None)


def work_bare(job: engine.Job, processes: int) -> list[engine.Outcome]:
    """Do an engine's work in as many processes at once."""
    printed = run_all("bench.engine", [msgspec.json.encode(job)] * processes)
    return [msgspec.json.decode(text, type=engine.Outcome) for text in printed]


@dataclass(frozen=True, slots=True)
class Contender:
    """A storage server and its protocol; `server` is None where it cannot be run."""

    name: str
    server: Server | None
    client: Client


@dataclass(slots=True)
class Results:
    """What came out of each turn of a contender, times in milliseconds; nothing when it could not be run."""

    name: str
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    busy: float = 0.0

    def turn(self, server: Server, traffic: Traffic, connections: int, seconds: float) -> None:
        before = server.cpu_seconds()
        outcome = put_load(server, traffic, connections, seconds)
        self.rates.append(outcome.rate)
        self.cpu.append((server.cpu_seconds() - before) / outcome.answered * 1000)
        self.p50.append(outcome.p50 * 1000)
        self.p99.append(outcome.p99 * 1000)
        self.busy = max(self.busy, outcome.busy)


@dataclass(frozen=True, slots=True)
class Field:
    """All contenders; who is compared with whom depends on where the objects are kept."""

    memory: Contender
    disk: Contender
    bare: Contender
    moto: Contender
    s3rver: Contender
    azurite: Contender

    @property
    def everyone(self) -> tuple[Contender, ...]:
        return (self.memory, self.disk, self.bare, self.moto, self.s3rver, self.azurite)

    @property
    def pairings(self) -> tuple[tuple[str, Contender, tuple[Contender, ...]], ...]:
        """(what ours is called, ours, the peers that it shall be ahead of)."""
        return (
            ("memory store", self.memory, (self.moto, self.s3rver)),
            ("disk store", self.disk, (self.azurite,)),
        )


@contextmanager
def field_of(scale: Scale) -> Iterator[Field]:
    """Start everyone, each with an empty bucket."""
    with workspace() as directory, ExitStack() as stack:

        def stand(name: str, server: Server | None, client: Client) -> Contender:
            if server is not None:
                stack.enter_context(server)
                send_all(server, [client.create(server.port)])
            return Contender(name, server, client)

        npm = scale.peers
        yield Field(
            memory=stand("memory store", emulator(), Cos()),
            disk=stand("disk store", disk_emulator(directory / "ours"), Cos()),
            # It gets the same bytes, signature included: it reads them and looks at none.
            bare=stand("bare aiohttp handler", bare(), Cos()),
            moto=stand("moto_server", moto(), S3()),
            s3rver=stand("s3rver", s3rver(directory / "s3rver") if npm else None, S3()),
            azurite=stand("azurite", azurite(directory / "azurite") if npm else None, Azure()),
        )


def race(
    contenders: Sequence[Contender],
    traffic_for: Callable[[Client, int], Traffic],
    scale: Scale,
    connections: int,
) -> dict[str, Results]:
    """Let contenders take turns under the traffic that is made for (client, port); one at a time gets load."""
    results = {contender.name: Results(contender.name) for contender in contenders}
    running = [
        (results[contender.name], contender.server, traffic_for(contender.client, contender.server.port))
        for contender in contenders
        if contender.server is not None
    ]
    for _, server, traffic in running:
        # The first answers pay for what is loaded late; and whatever is stored, is there for the next race.
        put_load(server, traffic, connections, None)
    for _ in range(scale.rounds):
        for result, server, traffic in running:
            result.turn(server, traffic, connections, scale.seconds)
    return results
