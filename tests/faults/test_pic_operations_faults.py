"""Pictures that are processed where they are stored, under faults: everything that a request names is there, or nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from drawn_pictures import RGB_SCENE, saved, scene
from form_body import CONTENT_TYPE, form
from test_store_failures import (
    DATABASE_STEPS,
    LARGE_STEPS,
    Answer,
    Request,
    Server,
    assert_refused,
    database_error,
    failing,
    file_error,
    server,
)

from ci_emulator.storage.base import CHUNK
from ci_emulator.testing import Emulator

__all__ = ["server"]

PNG = saved(RGB_SCENE)
#: Files of more than one chunk are written and put in their place in other steps than small ones.
LARGE = PNG + bytes(3 * CHUNK)
RULES = json.dumps(
    {
        "is_pic_info": 1,
        "rules": [
            {"fileid": "covered.png", "rule": "QRcode/cover/1"},
            {"fileid": "plain.png", "rule": "QRcode/cover/0"},
            {"fileid": "source.png", "rule": "QRcode/cover/1"},
        ],
    }
)
BUCKET = "faults-1250000000"


def _put(server: Server, body: bytes) -> Request:
    return "PUT", f"{server.fresh()}/source.png", body, {"Pic_Operations": RULES}


def _process(server: Server, body: bytes) -> Request:
    key = f"{server.fresh()}/source.png"
    assert server.ask("PUT", key, body).status == 200
    return "POST", f"{key}?image_process", b"", {"Pic_Operations": RULES}


def _complete(server: Server, body: bytes) -> Request:
    key = f"{server.fresh()}/source.png"
    target = f"{key}?uploadId={server.ask('POST', f'{key}?uploads').element('UploadId')}"
    etag = server.ask("PUT", f"{target}&partNumber=1", body).headers["ETag"]
    part = f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
    document = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>".encode()
    return "POST", target, document, {"Pic_Operations": RULES}


def _form(server: Server, body: bytes) -> Request:
    fields = {"key": f"{server.fresh()[1:]}/source.png", "Pic-Operations": RULES}
    return "POST", "/", form(fields, body), {"Content_Type": CONTENT_TYPE}


REQUESTS: dict[str, Callable[[Server, bytes], Request]] = {
    "put": _put,
    "image_process": _process,
    "complete": _complete,
    "form": _form,
}
#: Steps that every one of the requests takes, of those that a write can fail at.
TAKEN = {"create", "write", "fsync", "sync", "BEGIN IMMEDIATE", "INSERT", "COMMIT", "SELECT"}


def _asked(server: Server, request: Request) -> Answer:
    method, target, body, headers = request
    return server.ask(method, target, body, **headers)


@pytest.mark.parametrize("step", [*LARGE_STEPS, *DATABASE_STEPS])
@pytest.mark.parametrize("name", REQUESTS)
def test_whichever_step_fails(server: Server, name: str, step: str) -> None:
    """Let the first, the second, … time fail that a request takes a step, until it takes it no more."""
    error = file_error("ENOSPC") if step in LARGE_STEPS else database_error("IOERR")
    request = REQUESTS[name](server, LARGE if step == "rename" else PNG)
    before = server.state()
    spared = 0
    while True:
        with failing(step, error, spared=spared) as fault:
            answer = _asked(server, request)
        if not fault.hits:
            break
        assert_refused(answer, "ServiceUnavailable")
        assert server.state() == before
        spared += 1
    assert answer.status == 200, answer
    facts, files = server.state()
    assert facts != before[0]
    # The original is not kept, for a result took its place.
    assert len(files) == len(before[1]) + (3 if name in ("put", "form") else 2)
    if step in TAKEN:
        assert spared >= (1 if step in DATABASE_STEPS else 3)


def test_bytes_that_cannot_be_read_back(server: Server) -> None:
    for name, make in REQUESTS.items():
        request = make(server, LARGE)
        before = server.state()
        with failing("pread", file_error("EIO")) as fault:
            answer = _asked(server, request)
        assert fault.hits, name
        assert_refused(answer, "ServiceUnavailable")
        assert server.state() == before
        assert _asked(server, request).status == 200


# Workers and clients that go away

PATIENCE = 20.0


def _workers(emulator: Emulator) -> dict[str, Any]:
    with urllib.request.urlopen(f"{emulator.url}/_emulator/ready", timeout=PATIENCE) as answer:
        found: dict[str, Any] = json.load(answer)["recognition"]
    return found


def _until(holds: Callable[[], bool]) -> None:
    late = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < late
        time.sleep(0.01)


@pytest.fixture
def one_worker(tmp_path: Any) -> Iterator[tuple[Emulator, Server]]:
    """An emulator with one worker, which is idle."""
    seed = tmp_path / "seed"
    seed.mkdir()
    root = tmp_path / "data"
    settings = {"store": "disk", "data_dir": str(root), "auth": "off", "seed": [f"{BUCKET}={seed}"]}
    with Emulator(workers=1, warm="eager", **settings) as emulator:
        _until(lambda: [worker["state"] for worker in _workers(emulator)["workers"]] == ["idle"])
        yield emulator, Server(emulator.port, root)


@contextmanager
def _stopped(emulator: Emulator) -> Iterator[int]:
    """Stop the worker, so that what needs it is in the middle for as long as that is wanted."""
    (worker,) = _workers(emulator)["workers"]
    os.kill(worker["pid"], signal.SIGSTOP)
    try:
        yield worker["pid"]
    finally:
        os.kill(worker["pid"], signal.SIGCONT)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_worker_that_dies(one_worker: tuple[Emulator, Server], name: str) -> None:
    emulator, server = one_worker
    request = REQUESTS[name](server, PNG)
    before = server.state()
    answers: list[Answer] = []
    (worker,) = _workers(emulator)["workers"]
    os.kill(worker["pid"], signal.SIGSTOP)
    asking = threading.Thread(target=lambda: answers.append(_asked(server, request)))
    asking.start()
    _until(lambda: _workers(emulator)["running"] == 1)
    os.kill(worker["pid"], signal.SIGKILL)
    asking.join(PATIENCE)
    (answer,) = answers
    # Not a 5xx, which the SDKs would repeat, and cost the next worker too.
    assert (answer.status, answer.element("Code")) == (400, "InvalidImageFormat")
    assert answer.element("Message") == "The image could not be processed."
    assert server.state() == before
    assert _asked(server, request).status == 200


def _head(length: int) -> bytes:
    lines = (f"PUT /{BUCKET}/gone/source.png HTTP/1.1", "Host: 127.0.0.1", f"Pic-Operations: {RULES}")
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode()


def test_a_client_that_goes_away_while_it_sends(one_worker: tuple[Emulator, Server]) -> None:
    _, server = one_worker
    before = server.state()
    for sent in (0, 100, len(LARGE) - 1):
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
            connection.sendall(_head(len(LARGE)) + LARGE[:sent])
            # Its file is there as soon as the body began.
        _until(lambda: server.state() == before)
    assert server.ask("PUT", "/x/source.png", PNG, Pic_Operations=RULES).status == 200


def test_a_client_that_goes_away_while_its_picture_is_read(one_worker: tuple[Emulator, Server]) -> None:
    """Its request ends there, or is carried out to the end: nothing in between is left."""
    emulator, server = one_worker
    before = server.state()
    with _stopped(emulator):
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
            connection.sendall(_head(len(PNG)) + PNG)
            _until(lambda: _workers(emulator)["running"] == 1)
        time.sleep(0.2)
    _until(lambda: _workers(emulator)["running"] == 0)
    other = saved(scene((300, 200)))
    assert server.ask("PUT", "/x/source.png", other, Pic_Operations=RULES).status == 200
    mine = 3

    def settled() -> bool:
        count = len(server.state()[1]) - len(before[1])
        return count in (mine, 2 * mine)

    _until(settled)
    there = [server.ask("GET", f"/gone/{name}.png").status for name in ("covered", "plain", "source")]
    assert there in ([404] * 3, [200] * 3)
    assert len(server.state()[1]) - len(before[1]) == (mine if there == [404] * 3 else 2 * mine)
