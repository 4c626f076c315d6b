"""A disk that fails, at every step of every request that writes: the error is COS's own, and nothing is half-done."""

from __future__ import annotations

import errno
import http.client
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ci_emulator.operations import sweep as sweep_module
from ci_emulator.storage import disk_blobs
from ci_emulator.storage.base import CHUNK
from ci_emulator.testing import Emulator

BUCKET = "faults-1250000000"
SMALL, LARGE, OLD = b"new and small", b"n" * (3 * CHUNK), b"o" * (5 * CHUNK)


@dataclass
class Fault:
    """What fails while it is armed, and how often it did; `step` is a call or the beginning of a statement."""

    step: str
    error: Exception
    hits: int = 0
    spared: int = 0

    def strike(self) -> None:
        if self.spared:
            self.spared -= 1
            return
        self.hits += 1
        raise self.error


ARMED: list[Fault] = []


class Connection(sqlite3.Connection):
    """A connection to a database whose statements fail when they are told to."""

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        for fault in ARMED:
            if statement.startswith(fault.step):
                fault.strike()
        return super().execute(statement, *values)


def striking(step: str, real: Callable[..., Any], *, anywhere: bool = False) -> Callable[..., Any]:
    """Wrap a call that the file threads make, and the event loop when `anywhere`."""

    def wrapped(*arguments: Any, **keywords: Any) -> Any:
        for fault in ARMED:
            if fault.step == step and (anywhere or threading.current_thread().name.startswith("blobs")):
                fault.strike()
        return real(*arguments, **keywords)

    return wrapped


def creating(*arguments: Any) -> Any:
    """Stand for FileIO, which creates a blob's file."""
    for fault in ARMED:
        if fault.step == "create" and "xb" in arguments:
            fault.strike()
    return REAL_FILE(*arguments)


def opening(path: Any, flags: int, *arguments: Any, **keywords: Any) -> int:
    """Stand for os.open, which opens a blob's file, and a directory to sync it."""
    for fault in ARMED:
        if fault.step == "open" and "/blobs/" in str(path) and not flags & os.O_DIRECTORY:
            fault.strike()
    return REAL_OPEN(path, flags, *arguments, **keywords)


REAL_FILE, REAL_OPEN = disk_blobs.FileIO, os.open


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def element(self, name: str) -> str:
        return re.findall(f"<{name}>(.*?)</{name}>", self.body.decode())[0].replace("&quot;", '"')


@dataclass
class Server:
    """A server with a failing disk, and what it holds."""

    port: int
    root: Path
    number: int = field(default=0)

    def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, f"/{BUCKET}{target}", body, named)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def state(self) -> tuple[list[Any], list[str]]:
        """All facts, and all files that hold bytes."""
        with closing(sqlite3.connect(self.root / "facts.sqlite3")) as database:
            facts = database.execute("SELECT * FROM facts ORDER BY space, key").fetchall()
        files = [
            str(path.relative_to(self.root))
            for name in ("blobs", "tmp")
            for path in (self.root / name).rglob("*")
            if path.is_file()
        ]
        return facts, sorted(files)

    def fresh(self) -> str:
        """A key that was never used."""
        self.number += 1
        return f"/k{self.number}"

    def begun(self, *parts: bytes) -> tuple[str, bytes]:
        """Begin an upload with some parts; return its target, and the document that completes it."""
        key = self.fresh()
        begun = self.ask("POST", f"{key}?uploads")
        assert begun.status == 200, begun
        target = f"{key}?uploadId={begun.element('UploadId')}"
        listed = ""
        for number, part in enumerate(parts, 1):
            put = self.ask("PUT", f"{target}&partNumber={number}", part)
            assert put.status == 200, put
            listed += f"<Part><PartNumber>{number}</PartNumber><ETag>{put.headers['ETag']}</ETag></Part>"
        return target, f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()

    def existing(self, body: bytes = SMALL) -> str:
        key = self.fresh()
        assert self.ask("PUT", key, body).status == 200
        return key


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root, seed = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("seed")
    (seed / "old").write_bytes(OLD)
    with pytest.MonkeyPatch.context() as patch:
        real = sqlite3.connect
        patch.setattr(sqlite3, "connect", lambda *args, **kw: real(*args, **{"factory": Connection, **kw}))
        patch.setattr(disk_blobs, "FileIO", creating)
        patch.setattr(disk_blobs, "sync_directory", striking("sync", disk_blobs.sync_directory))
        patch.setattr(os, "open", opening)
        patch.setattr(os, "write", striking("write", os.write))
        patch.setattr(os, "fsync", striking("fsync", os.fsync))
        patch.setattr(os, "pread", striking("pread", os.pread, anywhere=True))
        patch.setattr(Path, "rename", striking("rename", Path.rename))
        patch.setattr(Path, "unlink", striking("unlink", Path.unlink))
        settings = {"store": "disk", "data_dir": str(root), "auth": "off", "seed": [f"{BUCKET}={seed}"]}
        with Emulator(**settings) as emulator:
            yield Server(emulator.port, root)


@contextmanager
def failing(step: str, error: Exception, spared: int = 0) -> Iterator[Fault]:
    fault = Fault(step, error, spared=spared)
    ARMED.append(fault)
    try:
        yield fault
    finally:
        ARMED.remove(fault)


def file_error(name: str) -> OSError:
    number = getattr(errno, name)
    return OSError(number, os.strerror(number), "/secret/path")


def database_error(name: str) -> sqlite3.DatabaseError:
    kind = sqlite3.DatabaseError if name == "CORRUPT" else sqlite3.OperationalError
    error = kind("what SQLite says about /secret/path")
    error.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{name}")
    return error


FILE_ERRORS = ("ENOSPC", "EDQUOT", "EACCES", "EROFS", "EIO", "EMFILE")
DATABASE_ERRORS = ("FULL", "IOERR", "READONLY", "CANTOPEN", "CORRUPT")
FILE_STEPS = ("create", "write", "fsync", "sync")
LARGE_STEPS = (*FILE_STEPS, "rename")
DATABASE_STEPS = ("BEGIN IMMEDIATE", "SAVEPOINT", "INSERT", "DELETE", "SELECT", "RELEASE", "COMMIT")

Request = tuple[str, str, bytes, dict[str, str]]


def _request(method: str, target: str, body: bytes = b"", **headers: str) -> Request:
    return method, target, body, headers


def _completing(server: Server) -> Request:
    target, document = server.begun(b"p" * 2**20, b"last")
    return _request("POST", target, document)


def _deleting_several(server: Server) -> Request:
    keys = "".join(f"<Object><Key>{server.existing()[1:]}</Key></Object>" for _ in range(3))
    return _request("POST", "/?delete", f"<Delete>{keys}</Delete>".encode())


TAGS = b"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"

#: Requests that write, made anew for every case; which steps they take, and so can fail at.
WRITES: dict[str, tuple[Callable[[Server], Request], tuple[str, ...]]] = {
    "put a small object": (lambda s: _request("PUT", s.fresh(), SMALL), FILE_STEPS),
    "put a large object": (lambda s: _request("PUT", s.fresh(), LARGE), LARGE_STEPS),
    "overwrite": (lambda s: _request("PUT", s.existing(), LARGE), LARGE_STEPS),
    "copy": (
        lambda s: _request(
            "PUT", s.fresh(), x_cos_copy_source=f"{BUCKET}.cos.ap-guangzhou.myqcloud.com{s.existing()}"
        ),
        FILE_STEPS,
    ),
    "append": (lambda s: _request("POST", f"{s.fresh()}?append&position=0", SMALL), FILE_STEPS),
    "begin an upload": (lambda s: _request("POST", f"{s.fresh()}?uploads"), ()),
    "put a part": (lambda s: _request("PUT", f"{s.begun()[0]}&partNumber=1", SMALL), FILE_STEPS),
    "replace a part": (lambda s: _request("PUT", f"{s.begun(b'old')[0]}&partNumber=1", LARGE), LARGE_STEPS),
    "complete": (_completing, ()),
    "abort": (lambda s: _request("DELETE", s.begun(b"part")[0]), ()),
    "delete": (lambda s: _request("DELETE", s.existing()), ()),
    "delete several": (_deleting_several, ()),
    "put tags": (lambda s: _request("PUT", f"{s.existing()}?tagging", TAGS), ()),
}
#: Statements that a request has no use for.
UNUSED = {
    ("put a small object", "DELETE"),
    ("put a large object", "DELETE"),
    ("overwrite", "DELETE"),
    ("copy", "DELETE"),
    ("append", "DELETE"),
    ("begin an upload", "DELETE"),
    ("put a part", "DELETE"),
    ("replace a part", "DELETE"),
    ("abort", "INSERT"),
    ("delete", "INSERT"),
    ("delete several", "INSERT"),
    ("put tags", "DELETE"),
}


def cases() -> Iterator[Any]:
    """Every write at every one of its steps; the errors take turns, and for one write each error is tried."""
    turn = 0
    for name, (_, file_steps) in WRITES.items():
        for step in (*file_steps, *DATABASE_STEPS):
            if (name, step) in UNUSED:
                continue
            errors = FILE_ERRORS if step in LARGE_STEPS else DATABASE_ERRORS
            if name != "overwrite":
                errors = (errors[turn % len(errors)],)
                turn += 1
            for error in errors:
                yield pytest.param(name, step, error, id=f"{name}-{step}-{error}")


def fault_of(error: str) -> Exception:
    return file_error(error) if error in FILE_ERRORS else database_error(error)


@pytest.mark.parametrize(("name", "step", "error"), list(cases()))
def test_a_write_that_fails_leaves_everything_as_it_was(
    server: Server, name: str, step: str, error: str
) -> None:
    make, _ = WRITES[name]
    method, target, body, headers = make(server)
    before = server.state()
    with failing(step, fault_of(error)) as fault:
        answer = server.ask(method, target, body, **headers)
    assert fault.hits
    assert_refused(answer, "SlowDown" if error == "EMFILE" else "ServiceUnavailable")
    assert server.state() == before
    assert server.ask("GET", "/old").body == OLD
    assert server.ask(method, target, body, **headers).status in (200, 204)
    assert server.state() != before


def assert_refused(answer: Answer, code: str) -> None:
    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.headers["x-cos-request-id"]
    assert answer.element("Code") == code
    assert b"secret" not in answer.body
    assert b"SQLite" not in answer.body


READS = {
    "get a small object": lambda s: _request("GET", s.existing()),
    "get a part of a large object": lambda s: _request("GET", "/old", range="bytes=5-100000"),
    "list": lambda s: _request("GET", "/"),
    "list versions": lambda s: _request("GET", "/?versions"),
    "list uploads": lambda s: _request("GET", "/?uploads"),
    "list parts": lambda s: _request("GET", s.begun(b"part")[0]),
}


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("error", DATABASE_ERRORS)
def test_facts_that_cannot_be_read(server: Server, name: str, error: str) -> None:
    method, target, body, headers = READS[name](server)
    with failing("SELECT", database_error(error)) as fault:
        assert_refused(server.ask(method, target, body, **headers), "ServiceUnavailable")
    assert fault.hits
    assert server.ask(method, target, body, **headers).status in (200, 206)


@pytest.mark.parametrize("name", ["get a small object", "get a part of a large object"])
@pytest.mark.parametrize("step", ["open", "pread"])
@pytest.mark.parametrize("error", FILE_ERRORS)
def test_bytes_that_cannot_be_read(server: Server, name: str, step: str, error: str) -> None:
    method, target, body, headers = READS[name](server)
    with failing(step, file_error(error)) as fault:
        answer = server.ask(method, target, body, **headers)
    assert fault.hits
    assert_refused(answer, "SlowDown" if error == "EMFILE" else "ServiceUnavailable")
    assert server.ask(method, target, body, **headers).status in (200, 206)


def test_a_download_that_breaks_off_is_seen_to_be_short(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    broken = pytest.raises((http.client.IncompleteRead, ConnectionResetError))
    with failing("pread", file_error("EIO"), spared=2) as fault, broken:
        server.ask("GET", "/old")
    assert fault.hits == 1
    assert "a reply broke off" in caplog.text
    assert server.ask("GET", "/old").body == OLD


@pytest.mark.parametrize("name", ["overwrite", "delete", "abort", "delete several", "replace a part"])
def test_bytes_that_cannot_be_removed_do_not_fail_the_request(server: Server, name: str) -> None:
    method, target, body, headers = WRITES[name][0](server)
    facts, files = server.state()
    with failing("unlink", file_error("EROFS")) as fault:
        answer = server.ask(method, target, body, **headers)
    assert answer.status in (200, 204)
    assert fault.hits
    after, left = server.state()
    assert after != facts
    assert set(files) <= set(left), "what is left is removed by the sweep"


def test_a_full_disk_does_not_stop_the_server(server: Server) -> None:
    """Many clients at once, most of them refused; what was answered with 200 is there."""
    with failing("fsync", file_error("ENOSPC"), spared=12):
        keys = [server.fresh() for _ in range(40)]
        statuses: dict[str, int] = {}

        def put(key: str) -> None:
            statuses[key] = server.ask("PUT", key, key.encode() * 100).status

        threads = [threading.Thread(target=put, args=(key,)) for key in keys]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(set(statuses.values())) == [200, 503]
    for key, status in statuses.items():
        answer = server.ask("GET", key)
        assert answer.status == (200 if status == 200 else 404)
        if status == 200:
            assert answer.body == key.encode() * 100


def test_what_a_failing_disk_left_behind_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on the data of another that could remove nothing."""
    monkeypatch.setattr(sweep_module, "FIRST_AFTER", 0.05)
    seed = tmp_path / "seed"
    seed.mkdir()
    settings = {"store": "disk", "data_dir": str(tmp_path / "data"), "auth": "off"}
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", striking("unlink", Path.unlink))
        with Emulator(**settings, seed=[f"{BUCKET}={seed}"]) as emulator:
            server = Server(emulator.port, tmp_path / "data")
            with failing("unlink", file_error("EIO")):
                for body in (b"1", b"2", b"3"):
                    assert server.ask("PUT", "/k", body).status == 200
            assert len(server.state()[1]) == 3
    swept = threading.Event()
    real = Path.unlink

    def unlink(path: Path, **keywords: Any) -> None:
        real(path, **keywords)
        if len(server.state()[1]) == 1:
            swept.set()

    monkeypatch.setattr(Path, "unlink", unlink)
    with Emulator(**settings, sweep_age=0.001) as emulator:
        assert swept.wait(10)
        assert Server(emulator.port, tmp_path / "data").ask("GET", "/k").body == b"3"
