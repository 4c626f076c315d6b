"""The composition root: a Config becomes a running server."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from msgspec.structs import asdict

from ci_emulator.auth import policy
from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.temporary import TemporaryCredentials
from ci_emulator.config import Config, ConfigError
from ci_emulator.control.dialect import ControlDialect
from ci_emulator.core.clock import Clock, SystemClock
from ci_emulator.core.ids import Ids, RandomIds
from ci_emulator.engines.pool_model import WorkerLimits
from ci_emulator.engines.workers import WorkerPool
from ci_emulator.operations.archives import Archives
from ci_emulator.operations.buckets import Buckets
from ci_emulator.operations.codes import Codes, ReadingLimits, WritingLimits
from ci_emulator.operations.content import Content
from ci_emulator.operations.listing import Listing
from ci_emulator.operations.migrations import LAYOUT
from ci_emulator.operations.objects import Objects
from ci_emulator.operations.pictures import Pictures
from ci_emulator.operations.records import BucketRecord
from ci_emulator.operations.seeding import fill
from ci_emulator.operations.sweep import Sweep
from ci_emulator.operations.uploads import Uploads
from ci_emulator.pipeline import Pipeline
from ci_emulator.protocols.addressing import Addressing
from ci_emulator.protocols.cos.dialect import CosDialect
from ci_emulator.protocols.dialect import Dialect
from ci_emulator.protocols.hosts import BUCKET
from ci_emulator.protocols.oss.dialect import OssDialect
from ci_emulator.protocols.oss.names import Naming
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.tencentcloud.dialect import TencentCloudDialect
from ci_emulator.storage.base import Store
from ci_emulator.storage.memory import MemoryStore
from ci_emulator.wire.fetch import Fetcher, FetchPolicy
from ci_emulator.wire.front import Front, FrontSettings
from ci_emulator.wire.protocol import ConnectionLimits, FrontServer

log = logging.getLogger("ci_emulator")

MiB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens; `addresses` are (host, port) pairs, those of the port of its own for OSS at the end."""

    services: Services
    runner: web.ServerRunner
    addresses: tuple[tuple[str, int], ...]

    @property
    def port(self) -> int:
        """The one port of all protocols."""
        return self.addresses[0][1]


async def open_store(config: Config, clock: Clock) -> Store:
    """Open the configured store; a data directory of an older layout is migrated.

    Raises:
        StorageError: the data directory cannot be used.
    """
    if config.store == "memory":
        return await MemoryStore.open(clock)
    # SQLite is loaded only where it is used: a memory store starts without it.
    from ci_emulator.storage.disk import DiskStore

    return await DiskStore.open(Path(config.data_dir), LAYOUT)


@asynccontextmanager
async def open_services(
    config: Config, clock: Clock | None = None, ids: Ids | None = None
) -> AsyncIterator[tuple[Services, Fetcher]]:
    """Open everything that stands behind the protocols, and close it at the end.

    The fetcher is among the services; it is given once more so that it can be told who answers this server's URLs.

    Raises:
        ConfigError: a setting that only shows to be wrong when it is used.
        StorageError: the data directory cannot be used.
    """
    clock, ids = clock or SystemClock(), ids or RandomIds()
    fetcher = _fetcher(config, clock)
    store = await open_store(config, clock)
    pool = WorkerPool(
        WorkerLimits(
            job_seconds=config.job_seconds,
            rss_bytes=config.worker_memory * MiB,
            queue=config.queue,
        ),
        size=config.workers or os.cpu_count() or 1,
        warm=config.warm == "eager",
    )
    try:
        await pool.start()
        content = Content(store.blobs)
        services = Services(
            config=config,
            clock=clock,
            ids=ids,
            credentials=TemporaryCredentials(StaticCredentials(_credentials(config))),
            buckets=Buckets(store.facts),
            objects=Objects(store.facts, content, clock),
            uploads=Uploads(store.facts, content, clock, ids),
            listing=Listing(store.facts),
            codes=Codes(
                pool,
                ReadingLimits(config.readers, config.max_pixels, config.reading_seconds),
                WritingLimits(config.writer, config.max_width),
                cache_bytes=config.result_cache * MiB,
            ),
            pictures=Pictures(pool, max_pixels=config.max_pixels, readers=config.readers),
            archives=Archives(pool),
            fetcher=fetcher,
            pool=pool,
        )
        await _seed(services)
        async with _beside(Sweep(store.facts, content, clock, config.sweep_age).repeat()):
            yield services, fetcher
    finally:
        await pool.close(grace=config.shutdown_timeout)
        await store.close()


@asynccontextmanager
async def _beside(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Let a work that never ends run beside the server, and end it with the server."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _credentials(config: Config) -> list[Credential]:
    """Return the configured key pairs.

    Raises:
        ConfigError: a policy that is none, or one for a key pair of the account itself.
    """
    for pair in config.credentials:
        if pair.policy is None:
            continue
        if not pair.user:
            raise ConfigError(f"credentials: {pair.secret_id}: a policy is for a key pair with a user")
        try:
            policy.parse(pair.policy, of_bucket=False)
        except policy.PolicyError as error:
            raise ConfigError(f"credentials: {pair.secret_id}: policy: {error}") from None
    return [Credential(**asdict(pair)) for pair in config.credentials]


def _fetcher(config: Config, clock: Clock) -> Fetcher:
    policy = FetchPolicy.of(config.fetch_allow, open_network=config.fetch == "open")
    return Fetcher(policy, _addressing(config), clock)


def _addressing(config: Config) -> Addressing:
    return Addressing(frozenset(config.control_hosts), config.default_bucket or None, config.oss_port)


def _naming(config: Config) -> Naming:
    appids = [pair.appid for pair in config.credentials]
    return Naming(config.oss_appid or appids[0], frozenset(appids))


async def _seed(services: Services) -> None:
    """Fill the buckets that the configuration names.

    Raises:
        ConfigError: a `seed` that is no `BUCKET=DIR`, or whose directory cannot be read.
    """
    config = services.config
    for text in config.seed:
        name, _, directory = text.partition("=")
        if not BUCKET.match(name) or not directory:
            raise ConfigError(f"seed: {text!r} is not BUCKET=DIR with a bucket like samples-1250000000")
        bucket = BucketRecord(
            name=name, owner=name.rpartition("-")[2], region=config.region, created=services.clock.now()
        )
        try:
            put = await fill(services.buckets, services.objects, bucket, Path(directory))
        except OSError as error:
            raise ConfigError(f"seed: {directory}: {error.strerror}") from None
        log.info("seeded %s with %d objects from %s", name, put, directory)


def make_pipeline(services: Services) -> Pipeline:
    """Build the stages over opened services."""
    config = services.config
    dialects: dict[str, Dialect] = {
        dialect.name: dialect
        for dialect in (
            CosDialect(),
            TencentCloudDialect(),
            OssDialect(_naming(config), config.default_bucket or None),
            ControlDialect(),
        )
    }
    return Pipeline(dialects, _addressing(services.config), services)


def make_server(pipeline: Pipeline, services: Services) -> FrontServer:
    """Build the aiohttp server in front of a pipeline.

    Raises:
        ConfigError: `trusted_proxies` holds what is neither an address nor a network.
    """
    config = services.config
    try:
        settings = FrontSettings.of(config.body_timeout, config.trusted_proxies)
    except ValueError as error:
        raise ConfigError(f"trusted_proxies: {error}") from None
    front = Front(pipeline.respond, pipeline.refuse_unread, settings, services.clock)
    limits = ConnectionLimits(config.header_timeout, config.keepalive_timeout, config.max_connections)
    return FrontServer(front, pipeline.refuse_unread, limits)


@asynccontextmanager
async def running(
    config: Config, clock: Clock | None = None, ids: Ids | None = None
) -> AsyncIterator[Running]:
    """Serve until the context ends; requests in flight are finished first.

    Raises:
        OSError: no configured address can be listened on.
        ConfigError, StorageError: as `open_services` raises them.
    """
    async with open_services(config, clock, ids) as (services, fetcher):
        pipeline = make_pipeline(services)
        runner = web.ServerRunner(make_server(pipeline, services), shutdown_timeout=config.shutdown_timeout)
        await runner.setup()
        try:
            await _listen(runner, config)
            addresses = tuple((str(address[0]), int(address[1])) for address in runner.addresses)
            fetcher.connect(pipeline.respond, addresses[0][1])
            yield Running(services, runner, addresses)
        finally:
            await runner.cleanup()


async def _listen(runner: web.ServerRunner, config: Config) -> None:
    """Listen on every configured address, on one port or two; a family that this machine lacks is left out.

    Raises:
        ConfigError: both ports are the same.
        OSError: a port is taken, or no address can be listened on.
    """
    if config.oss_port and config.oss_port == config.port:
        raise ConfigError(f"oss_port: {config.oss_port} is the port of all protocols already")
    failures: list[OSError] = []
    ports = (config.port, config.oss_port) if config.oss_port else (config.port,)
    for port in ports:
        failures += await _listen_at(runner, config, port)
    if not runner.addresses:
        raise failures[0]


async def _listen_at(runner: web.ServerRunner, config: Config, port: int) -> list[OSError]:
    """Listen at one port of every address; return what failed because this machine lacks the family."""
    failures: list[OSError] = []
    for host in config.host:
        site = web.TCPSite(runner, host, port, reuse_address=True)
        try:
            await site.start()
        except OSError as error:
            if error.errno not in _ABSENT_FAMILY:
                raise
            failures.append(error)
            log.info("not listening on %s: %s", host, error.strerror)
            continue
        port = port or int(runner.addresses[0][1])
    return failures


_ABSENT_FAMILY = frozenset({97, 99, 49, 47})  # EAFNOSUPPORT and EADDRNOTAVAIL on Linux and macOS
