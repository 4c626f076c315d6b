"""The lane of pages in a browser: Debian's Chromium by its path, and the server that the pages come from.

The page server is another origin than the emulator, so whatever a page asks of the emulator is subject to CORS. The
page runs its cases by itself and sends what they gave to `/results`, a line each, and "" when it is done.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import node_lane
import pytest
from lanes import require_lane

CHROMIUM = Path("/usr/bin/chromium")
HERE = Path(__file__).parent / "browser"
SDK = HERE / "node_modules" / "cos-js-sdk-v5" / "dist" / "cos-js-sdk-v5.min.js"

#: No sandbox, because there is none for root and in most containers; the rest keeps it off the network and the desktop.
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
)

_TYPES = {".html": "text/html; charset=utf-8", ".mjs": "text/javascript", ".js": "text/javascript"}

#: What a page may ask of its own server: path -> JSON document, made anew for each request.
Documents = Mapping[str, Callable[[], Any]]


def require() -> None:
    """Skip the lane unless Chromium is there and npm has installed the SDK."""
    require_lane("chromium", CHROMIUM.exists(), "install the Debian package chromium")
    node_lane.install(HERE)


class PageServer(ThreadingHTTPServer):
    """Serves the pages of `browser/` and `documents`; `results` holds what pages have sent."""

    daemon_threads = True

    def __init__(self, documents: Documents) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.documents = documents
        self.results: queue.Queue[str] = queue.Queue()

    @property
    def origin(self) -> str:
        """The origin of the pages, as a browser sends it."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path in self.server.documents:
            self._answer(200, "application/json", json.dumps(self.server.documents[path]()).encode())
            return
        file = SDK if path == f"/{SDK.name}" else HERE / path.lstrip("/")
        if file.parent in (HERE, SDK.parent) and file.suffix in _TYPES and file.is_file():
            self._answer(200, _TYPES[file.suffix], file.read_bytes())
        else:
            self._answer(404, "text/plain", b"")

    def do_POST(self) -> None:
        self.server.results.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._answer(204, "text/plain", b"")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: what matters comes to `results`."""


@contextmanager
def page_server(documents: Documents) -> Iterator[PageServer]:
    """Run a page server in a thread of its own."""
    with PageServer(documents) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def visit(server: PageServer, url: str, profile: Path, seconds: float = 90) -> dict[str, dict[str, Any]]:
    """Open a page in Chromium and return its cases by name; fails when the page does not come to its end in time.

    `url` may be a path of the server, to which the page reports in any case. `profile` is a directory of the browser's
    own.
    """
    browser = subprocess.Popen(
        [CHROMIUM, *_OPTIONS, f"--user-data-dir={profile}", urljoin(server.origin, url)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"HOME": str(profile), "PATH": "/usr/bin:/bin"},
    )
    try:
        return {case.pop("name"): case for case in _cases(server, browser, time.monotonic() + seconds)}
    finally:
        browser.terminate()
        try:
            browser.wait(10)
        except subprocess.TimeoutExpired:
            browser.kill()
            browser.wait()


def _cases(server: PageServer, browser: subprocess.Popen[bytes], until: float) -> Iterator[dict[str, Any]]:
    last = "nothing"
    while True:
        try:
            line = server.results.get(timeout=1)
        except queue.Empty:
            if browser.poll() is not None:
                pytest.fail(f"{CHROMIUM} ended with {browser.returncode}, after {last}")
            if time.monotonic() > until:
                pytest.fail(f"the page stopped after {last}")
            continue
        if not line:
            return
        case = json.loads(line)
        last = case["name"]
        yield case
