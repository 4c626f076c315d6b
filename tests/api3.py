"""Calls of API 3.0 written by hand: every scheme and form, on a plain connection, with whatever is to be wrong in them."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from ci_emulator.auth import cos_q_sign, tc3, tc_v1
from ci_emulator.auth.credentials import Credential
from ci_emulator.config import PUBLISHED_KEY, KeyPair
from ci_emulator.testing import Emulator

PICTURES = Path(__file__).resolve().parents[1] / "samples" / "pictures"
URL_IN_QR = "https://www.example.com"

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def sample(name: str = "qr-url.png") -> bytes:
    return (PICTURES / name).read_bytes()


def encoded(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


@dataclass(frozen=True)
class Request:
    """What goes over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | Iterable[bytes] | None = None

    def with_headers(self, **headers: str | None) -> Request:
        """The same with further headers, or without those that are None; `_` stands for `-`."""
        changed = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in changed}
        return replace(
            self, headers=kept | {name: value for name, value in changed.items() if value is not None}
        )


@dataclass(frozen=True)
class Caller:
    """Who asks, and what every call of theirs says."""

    address: str
    key: KeyPair = PUBLISHED_KEY
    action: str | None = "QrcodeOCR"
    version: str | None = "2018-11-19"
    region: str | None = "ap-guangzhou"
    language: str | None = None
    host: str = ""
    seconds: int = 0
    at: int | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def authority(self) -> str:
        return self.host or self.address

    @property
    def now(self) -> int:
        return (int(time.time()) if self.at is None else self.at) + self.seconds

    def common(self, timestamp: int) -> dict[str, str]:
        names = {
            "X-TC-Action": self.action,
            "X-TC-Version": self.version,
            "X-TC-Region": self.region,
            "X-TC-Language": self.language,
            "X-TC-Token": self.key.token,
            "X-TC-Timestamp": str(timestamp),
            **self.more,
        }
        return {name: value for name, value in names.items() if value is not None}

    def tc3(
        self,
        params: Mapping[str, Any] | None = None,
        *,
        method: str = "POST",
        body: bytes | None = None,
        content_type: str | None = None,
        sign: tuple[str, ...] = (),
        unsigned_payload: bool = False,
        query: str = "",
    ) -> Request:
        """A call with TC3-HMAC-SHA256: JSON, or a GET of the query that `params` make."""
        timestamp = self.now
        if method == "GET":
            query = query or urlencode(dict(params or {}), quote_via=quote)
            content = body or b""
        else:
            content = json.dumps(dict(params or {})).encode() if body is None else body
        headers = {
            "Content-Type": content_type or (FORM if method == "GET" else JSON),
            "Host": self.authority,
            **self.common(timestamp),
        }
        if unsigned_payload:
            headers["X-TC-Content-SHA256"] = "UNSIGNED-PAYLOAD"
        signed = {
            name: value for name, value in headers.items() if name.lower() in {"content-type", "host", *sign}
        }
        hashed = b"UNSIGNED-PAYLOAD" if unsigned_payload else b"" if method == "GET" else content
        headers["Authorization"] = tc3.sign(
            self._credential,
            method,
            timestamp=timestamp,
            service="ocr",
            headers=signed,
            body=hashed,
            raw_query=query,
        )
        return Request(method, f"/?{query}" if query else "/", headers, content or None)

    def v1(
        self,
        params: Mapping[str, Any] | Iterable[tuple[str, str]] | None = None,
        *,
        method: str = "POST",
        hashed: str | None = "HmacSHA256",
        common: Mapping[str, str | None] | None = None,
    ) -> Request:
        """A call with the v1 signature; `common` replaces parameters, or drops those that are None, before signing."""
        own = list(params.items() if isinstance(params, Mapping) else params or ())
        names = {
            "Action": self.action,
            "Version": self.version,
            "Region": self.region,
            "Language": self.language,
            "Token": self.key.token,
            "Timestamp": str(self.now),
            "Nonce": "11886",
            "SecretId": self.key.secret_id,
            "SignatureMethod": hashed,
            **(common or {}),
        }
        pairs = [(name, value) for name, value in names.items() if value is not None] + own
        try:
            signature = tc_v1.sign(pairs, method, self.authority, self.key.secret_key)
        except KeyError:
            signature = "none"
        pairs.append(("Signature", signature))
        text = urlencode(pairs, quote_via=quote)
        headers = {"Host": self.authority, **self.more}
        if method == "GET":
            return Request("GET", f"/?{text}", headers)
        return Request("POST", "/", headers | {"Content-Type": FORM}, text.encode())

    def q_sign(
        self,
        params: Mapping[str, Any] | None = None,
        *,
        method: str = "POST",
        place: str = "header",
        form: bool = False,
    ) -> Request:
        """A call with a COS signature in the `header` or the `query`, of JSON, a form or a GET."""
        now = self.now
        own = dict(params or {})
        query = {"Action": self.action or "", "Version": self.version or "", **own} if method == "GET" else {}
        signature = cos_q_sign.sign(
            self._credential,
            method.lower(),
            "/",
            start=now - 60,
            end=now + 600,
            headers={"host": self.authority},
            params=list(query.items()),
        )
        headers = {"Host": self.authority}
        if method != "GET":
            headers |= {"Content-Type": FORM if form else JSON, **self.common(now)}
            del headers["X-TC-Timestamp"]
        text = urlencode(query, quote_via=quote)
        if place == "header":
            headers["Authorization"] = signature
        else:
            text += ("&" if text else "") + signature.replace(";", "%3B")
        body = None
        if method != "GET":
            body = urlencode(own, quote_via=quote).encode() if form else json.dumps(own).encode()
        return Request(method, f"/?{text}" if text else "/", headers, body)

    @property
    def _credential(self) -> Credential:
        return Credential(self.key.secret_id, self.key.secret_key, self.key.appid, self.key.token)


@dataclass(frozen=True)
class Answer:
    """The document, and the headers it came with."""

    response: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """The code of the error; "" when there is none."""
        error = self.response.get("Error")
        if error is None:
            return ""
        assert self.response.keys() == {"Error", "RequestId"}
        assert error.keys() == {"Code", "Message"}
        assert error["Message"]
        return str(error["Code"])

    @property
    def message(self) -> str:
        return str(self.response["Error"]["Message"])

    @property
    def texts(self) -> list[str]:
        assert not self.code, self.response
        return [code["Url"] for code in self.response["CodeResults"]]


def caller(emulator: Emulator, **options: Any) -> Caller:
    return Caller(emulator.address, **options)


def send(emulator: Emulator, request: Request, *, chunked: bool = False, seconds: float = 30) -> Answer:
    """Send a request on a connection of its own, and check what every answer of API 3.0 has."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=seconds)
    try:
        connection.request(
            request.method, request.target, body=request.body, headers=request.headers, encode_chunked=chunked
        )
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    assert answer.status == 200, (answer.status, body[:500])
    assert answer.getheader("Content-Type") == "application/json"
    document = json.loads(body)
    assert document.keys() == {"Response"}
    request_id = document["Response"]["RequestId"]
    assert str(uuid.UUID(request_id)) == request_id
    return Answer(document["Response"], answer.headers)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
