"""A server on a machine without the optional libraries starts, reads, and says in `ready` what is absent and why."""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from without_libraries import LIBZBAR, environment_without

from ci_emulator.engines.codes.write import write_qr

TEXT = "https://www.example.com/没有"


@contextmanager
def server(folder: Path, *missing: str) -> Iterator[str]:
    """The URL of a server in a process of its own, in which these are missing."""
    command = [
        sys.executable,
        "-m",
        "ci_emulator",
        "serve",
        "--port",
        "0",
        "--auth",
        "off",
        "--host",
        "127.0.0.1",
    ]
    process = subprocess.Popen(
        command,
        env=environment_without(folder, *missing),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        listens = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert listens is not None
        yield listens[0]
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in log


def asked(url: str, document: object = None) -> Any:
    headers = {
        "Content-Type": "application/json",
        "X-TC-Action": "QrcodeOCR",
        "X-TC-Version": "2018-11-19",
        "X-TC-Timestamp": str(int(time.time())),
    }
    body = None if document is None else json.dumps(document).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, body, headers), timeout=30) as reply:
        assert reply.status == 200
        return json.load(reply)


def texts_in(url: str, picture: bytes) -> list[str]:
    question = {"ImageBase64": base64.b64encode(picture).decode()}
    answer = asked(f"{url}/", question)
    return [code["Url"] for code in answer["Response"]["CodeResults"]]


@pytest.mark.parametrize(
    ("missing", "stages", "reason"),
    [
        ((LIBZBAR,), {"pyzbar"}, "absent: libzbar not found"),
        (("pyzbar",), {"pyzbar"}, "absent: pyzbar is not installed"),
        (("cv2",), {"straighten", "enhance", "opencv"}, "absent: OpenCV is not installed"),
        (("numpy",), {"straighten", "enhance", "opencv"}, "absent: OpenCV is not installed"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else None,
)
def test_a_server_without_a_library_reads_and_says_so(
    tmp_path: Path, missing: tuple[str, ...], stages: set[str], reason: str
) -> None:
    with server(tmp_path, *missing) as url:
        before = asked(f"{url}/_emulator/ready")
        assert texts_in(url, write_qr(TEXT, 200)) == [TEXT]
        after = asked(f"{url}/_emulator/ready")
    # Before the first picture the server itself tells, then the processes that read.
    assert before["recognition"]["engines"] == {}
    assert after["recognition"]["engines"] == after["readers"] == before["readers"]
    assert before["ready"]
    assert after["ready"]
    assert {stage for stage, state in after["readers"].items() if state == reason} >= stages
    assert "absent" not in after["readers"]["zxing"]
