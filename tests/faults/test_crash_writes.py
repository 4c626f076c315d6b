"""kill -9 in the middle of thousands of concurrent writes over HTTP, again and again on the same data directory.

Each client has keys of its own and waits for every answer, so it knows what must be there: what was acknowledged last,
or, where the process died before it answered, what was asked for last – the one or the other, whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from fastcrc import crc64

from ci_emulator.operations.migrations import LAYOUT
from ci_emulator.operations.records import OBJECTS, PARTS, decode_object, decode_part
from ci_emulator.storage.disk import DiskStore

BUCKET = "crash-1250000000"
CLIENTS, KEYS = 48, 12
#: The process is killed after so many acknowledged writes, or after these seconds.
ROUNDS = (2500, 300, 2500)
SECONDS = 4.0

Body = bytes | None


class Died(Exception):
    """The server went away before it answered."""


@dataclass
class Key:
    """What a client knows of one of its keys; None is an absent object."""

    acknowledged: Body = None
    asked: tuple[Body, ...] = ()
    appendable: bool = False

    @property
    def possible(self) -> tuple[Body, ...]:
        return (self.acknowledged, *self.asked)


@dataclass
class Upload:
    """An unfinished upload: the ETags of its acknowledged parts, and whether its end was asked for."""

    key: str
    upload_id: str
    parts: dict[int, str] = field(default_factory=dict)
    ending: bool = False


class Client:
    """One of many who write at once."""

    def __init__(self, name: int) -> None:
        self.random = random.Random(name)
        self.keys = {f"{name:02}/{number}": Key() for number in range(KEYS)}
        self.uploads: list[Upload] = []
        self.acknowledged = 0
        self._turn = 0

    async def write(self, server: Server) -> None:
        """Write until the server dies."""
        self.server = server
        while True:
            key, state = self.random.choice(list(self.keys.items()))
            (work,) = self.random.choices(
                (self.put, self.delete, self.append, self.upload), weights=(60, 20, 15, 5)
            )
            await work(key, state)

    def content(self, key: str) -> bytes:
        self._turn += 1
        size = 300_000 if self._turn % 60 == 59 else self.random.randrange(3000)
        return hashlib.shake_128(f"{key} {self._turn}".encode()).digest(size)

    async def put(self, key: str, state: Key) -> None:
        body = self.content(key)
        answer = await self.ask(state, body, "PUT", f"/{key}", body)
        assert answer.headers["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
        state.appendable = False

    async def delete(self, key: str, state: Key) -> None:
        await self.ask(state, None, "DELETE", f"/{key}")
        state.appendable = False

    async def append(self, key: str, state: Key) -> None:
        if state.acknowledged is not None and not state.appendable:
            return
        before, more = state.acknowledged or b"", self.content(key)
        await self.ask(state, before + more, "POST", f"/{key}?append&position={len(before)}", more)
        state.appendable = True

    async def upload(self, key: str, state: Key) -> None:
        parts = [self.content(key)]
        if self.random.random() < 0.2:
            parts.insert(0, self.content(key).ljust(2**20, b"."))
        begun = await self.server.ask("POST", f"/{key}?uploads")
        (upload_id,) = re.findall("<UploadId>(.*)</UploadId>", begun.text)
        upload = Upload(key, upload_id)
        self.uploads.append(upload)
        for number, part in enumerate(parts, 1):
            put = await self.server.ask("PUT", f"/{key}?partNumber={number}&uploadId={upload_id}", part)
            upload.parts[number] = put.headers["ETag"]
            self.acknowledged += 1
        if self.random.random() < 0.1:
            return
        listed = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
            for number, etag in upload.parts.items()
        )
        upload.ending = True
        document = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        await self.ask(state, b"".join(parts), "POST", f"/{key}?uploadId={upload_id}", document)
        state.appendable = False
        self.uploads.remove(upload)

    async def ask(self, state: Key, wanted: Body, method: str, target: str, body: bytes = b"") -> Answer:
        """Ask for a write; only an answer makes it acknowledged."""
        state.asked = (wanted,)
        answer = await self.server.ask(method, target, body)
        state.acknowledged, state.asked = wanted, ()
        self.acknowledged += 1
        return answer


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Server:
    """A server in a process of its own, and connections to it."""

    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        self._base = f"http://127.0.0.1:{port}/{BUCKET}"
        self._session = session

    async def ask(self, method: str, target: str, body: bytes = b"", *, missing: bool = False) -> Answer:
        try:
            async with self._session.request(method, self._base + target, data=body or None) as response:
                answer = Answer(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, OSError) as error:
            raise Died from error
        assert answer.status in (200, 204) or (missing and answer.status == 404), answer
        return answer


@asynccontextmanager
async def serving(root: Path, seed: Path) -> AsyncIterator[tuple[Server, asyncio.subprocess.Process]]:
    arguments = {"host": "127.0.0.1", "port": "0", "store": "disk", "data-dir": str(root / "data")}
    arguments |= {"auth": "off", "seed": f"{BUCKET}={seed}", "log-level": "error"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ci_emulator", "serve"),
        *(f"--{name}={value}" for name, value in arguments.items()),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        first = (await process.stdout.readline()).decode()
        port = int(first.rpartition(":")[2])
        connector = aiohttp.TCPConnector(limit=CLIENTS)
        async with aiohttp.ClientSession(connector=connector) as session:
            yield Server(port, session), process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def write_until_killed(root: Path, seed: Path, clients: list[Client], wanted: int) -> None:
    """Let all clients write, kill the server in the middle of it, and wait until each has noticed."""
    async with serving(root, seed) as (server, process):
        already = sum(client.acknowledged for client in clients)
        writing = [asyncio.ensure_future(client.write(server)) for client in clients]
        until = time.monotonic() + SECONDS
        while sum(client.acknowledged for client in clients) < already + wanted and time.monotonic() < until:
            done, _ = await asyncio.wait(writing, timeout=0.002, return_when=asyncio.FIRST_COMPLETED)
            assert not done, [task.exception() for task in done]
        process.kill()
        outcomes = await asyncio.gather(*writing, return_exceptions=True)
    assert [outcome for outcome in outcomes if not isinstance(outcome, Died)] == []


async def check(root: Path, seed: Path, clients: list[Client]) -> None:
    """Compare every key with what it may be, and take over what it is."""
    async with serving(root, seed) as (server, _):
        await asyncio.gather(*(check_client(server, client) for client in clients))
        listed = await all_keys(server)
    there = {
        key for client in clients for key, state in client.keys.items() if state.acknowledged is not None
    }
    assert listed == there


async def check_client(server: Server, client: Client) -> None:
    for key, state in client.keys.items():
        answer = await server.ask("GET", f"/{key}", missing=True)
        body = answer.body if answer.status == 200 else None
        assert body in state.possible, f"{key} is torn, lost or came back: {len(body or b'')} bytes"
        if body is not None:
            assert answer.headers["x-cos-hash-crc64ecma"] == str(crc64.xz(body))
            assert int(answer.headers["Content-Length"]) == len(body)
        if state.asked:
            head = await server.ask("HEAD", f"/{key}", missing=True)
            state.appendable = head.headers.get("x-cos-object-type") == "appendable"
        state.acknowledged, state.asked = body, ()
    for upload in list(client.uploads):
        answer = await server.ask("GET", f"/{upload.key}?uploadId={upload.upload_id}", missing=True)
        if answer.status == 404:
            assert upload.ending, "an unfinished upload is gone"
            client.uploads.remove(upload)
            continue
        parts = dict(
            zip(
                map(int, re.findall("<PartNumber>(.*?)</PartNumber>", answer.text)),
                re.findall("<ETag>(.*?)</ETag>", answer.text),
                strict=True,
            )
        )
        for number, etag in upload.parts.items():
            assert parts[number].replace("&quot;", '"') == etag


async def all_keys(server: Server) -> set[str]:
    keys: set[str] = set()
    marker = ""
    while True:
        text = (await server.ask("GET", f"/?marker={marker}")).text
        page = re.findall("<Key>(.*?)</Key>", text)
        keys.update(page)
        if "<IsTruncated>true" not in text:
            return keys
        marker = page[-1]


async def check_directory(data: Path) -> None:
    """The facts are sound, each names bytes that are there in full length, and nothing is half-made."""
    store = await DiskStore.open(data, LAYOUT)
    objects = await store.facts.scan(OBJECTS, limit=1_000_000)
    parts = await store.facts.scan(PARTS, limit=1_000_000)
    await store.close()
    segments = [segment for _, value in objects for segment in decode_object(value).segments]
    segments += [decode_part(value).segment for _, value in parts]
    assert segments
    for segment in segments:
        assert (data / "blobs" / segment.blob[:2] / segment.blob).stat().st_size == segment.size
    assert len({segment.blob for segment in segments}) == len(segments)
    assert list((data / "tmp").iterdir()) == []
    with closing(sqlite3.connect(data / "facts.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.timeout(60)
async def test_nothing_acknowledged_is_lost_or_torn_by_a_kill(tmp_path: Path) -> None:
    seed = tmp_path / "seed"
    seed.mkdir()
    clients = [Client(name) for name in range(CLIENTS)]
    in_flight = 0
    for wanted in ROUNDS:
        await write_until_killed(tmp_path, seed, clients, wanted)
        in_flight += sum(bool(state.asked) for client in clients for state in client.keys.values())
        await check(tmp_path, seed, clients)
        await check_directory(tmp_path / "data")
    assert sum(client.acknowledged for client in clients) > 1000
    assert in_flight, "every kill came between two requests"
