"""Plain sockets: what is sent and what comes back, byte by byte."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field

from ci_emulator.auth import cos_q_sign
from ci_emulator.auth.credentials import Credential
from ci_emulator.config import PUBLISHED_KEY

BUCKET = "raw-1250000000"
CLOUD = f"{BUCKET}.cos.ap-guangzhou.myqcloud.com"

#: No test waits longer than this for anything.
PATIENCE = 10.0


@dataclass
class Answer:
    """One final answer; `interim` are the status codes of the 1xx answers before it."""

    version: str
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes
    interim: list[int]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def __getitem__(self, name: str) -> str:
        (value,) = self.all(name)
        return value

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> str:
        """The code of a COS error document, which this must be."""
        assert self["Content-Type"] == "application/xml"
        assert self.text.startswith("<?xml version='1.0' encoding='utf-8' ?>\n<Error>")
        return self.text.partition("<Code>")[2].partition("</Code>")[0]

    @property
    def message(self) -> str:
        return self.text.partition("<Message>")[2].partition("</Message>")[0]


class Wire:
    """A client socket that never repairs what it is told to send."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        self.buffer = b""

    def send(self, data: bytes) -> Wire:
        self.socket.sendall(data)
        return self

    def finish(self) -> Wire:
        """Say that nothing more comes; answers can still be read."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def close(self) -> None:
        self.socket.close()

    def _fill(self) -> bool:
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            assert self._fill(), f"closed after {self.buffer!r}"
        head, _, self.buffer = self.buffer.partition(mark)
        return head

    def read(self, *, head: bool = False) -> Answer:
        """Read one final answer with the 1xx answers before it; `head`: it answers a HEAD request."""
        interim: list[int] = []
        while True:
            line, *fields = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            version, status, reason = line.split(" ", 2)
            if not status.startswith("1"):
                break
            interim.append(int(status))
        headers = []
        for text in fields:
            name, colon, value = text.partition(": ")
            assert colon, text
            headers.append((name, value))
        answer = Answer(version, int(status), reason, headers, b"", interim)
        if not (head or answer.status in (204, 304)):
            length = int(answer["Content-Length"])
            while len(self.buffer) < length:
                assert self._fill(), f"closed {length - len(self.buffer)} bytes early"
            answer.body, self.buffer = self.buffer[:length], self.buffer[length:]
        return answer

    def interim(self) -> int:
        """Read one 1xx answer, and return its status."""
        line, *fields = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        assert not fields
        return int(line.split(" ")[1])

    def ask(self, data: bytes, *, head: bool = False) -> Answer:
        return self.send(data).read(head=head)

    def at_end(self) -> bool:
        """Whether the server closes now without another byte; waits for it."""
        try:
            return not self.buffer and not self._fill()
        except ConnectionResetError:
            return True

    def silent_for(self, seconds: float) -> bool:
        """Whether nothing arrives, not even the end, for so long."""
        if self.buffer:
            return False
        self.socket.settimeout(seconds)
        try:
            self._fill()
            return False
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(PATIENCE)


def request(
    method: str,
    target: str | bytes,
    *fields: str | bytes,
    host: str | None = CLOUD,
    body: bytes | None = None,
    version: str = "1.1",
) -> bytes:
    """Write a request; `fields` are whole header lines, `body` brings its Content-Length."""
    lines: list[str | bytes] = [b"%s %s HTTP/%s" % (method.encode(), _bytes(target), version.encode())]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += fields
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return b"\r\n".join(map(_bytes, [*lines, "", ""])) + (body or b"")


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def signature(
    method: str, path: str, *, host: str = CLOUD, secret_key: str = PUBLISHED_KEY.secret_key
) -> str:
    """Return the Authorization line of a request without a query."""
    credential = Credential(PUBLISHED_KEY.secret_id, secret_key, PUBLISHED_KEY.appid)
    now = int(time.time())
    value = cos_q_sign.sign(credential, method, path, start=now - 60, end=now + 600, headers={"host": host})
    return f"Authorization: {value}"


@dataclass
class Server:
    """A running server, and sockets to it that are closed when the test ends."""

    port: int
    sockets: list[Wire] = field(default_factory=list)

    def connect(self, host: str = "127.0.0.1") -> Wire:
        wire = Wire((host, self.port))
        self.sockets.append(wire)
        return wire

    def ask(self, data: bytes, *, head: bool = False) -> Answer:
        """Ask on a connection of its own."""
        wire = self.connect()
        try:
            return wire.ask(data, head=head)
        finally:
            wire.close()

    def put(self, target: str | bytes, body: bytes, *fields: str | bytes, host: str = CLOUD) -> None:
        answer = self.ask(request("PUT", target, *fields, host=host, body=body))
        assert answer.status == 200, answer

    def get(self, target: str | bytes, *fields: str | bytes, host: str = CLOUD) -> Answer:
        return self.ask(request("GET", target, *fields, host=host))

    def keys(self) -> set[str]:
        """The keys in the bucket, as the store has them."""
        text = self.get("/?encoding-type=url").text
        return {part.partition("</Key>")[0] for part in text.split("<Key>")[1:]}

    def make_bucket(self) -> None:
        answer = self.ask(request("PUT", "/", signature("PUT", "/"), body=b""))
        assert answer.status == 200, answer

    def close(self) -> None:
        for wire in self.sockets:
            wire.close()

    def alive(self) -> bool:
        return self.ask(request("GET", "/_emulator/health", host="127.0.0.1")).status == 200
