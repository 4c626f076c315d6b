"""The requests of the storage services that are compared: one class for each protocol, all with the same methods."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Protocol
from urllib.parse import urlencode

from bench import signed
from bench.processes import HOST

BUCKET = "bench-1250000000"

#: The account of azurite, named to it by its environment: the secret is base64, as Azure's are.
AZURE_ACCOUNT = "bench"
AZURE_SECRET = base64.b64encode(b"bench-secret").decode()


def key_number(number: int) -> str:
    """Return a key of the bucket that is listed; their order is that of the numbers."""
    return f"photos/{number:06d}.jpg"


class Client(Protocol):
    """Makes signed requests to one kind of server, as the bytes that go over the wire."""

    def create(self, port: int) -> bytes:
        """Create the bucket."""
        ...

    def put(self, port: int, key: str, body: bytes) -> bytes:
        """Store an object."""
        ...

    def put_head(self, port: int, key: str, size: int) -> bytes:
        """Store an object whose bytes are sent behind this."""
        ...

    def get(self, port: int, key: str) -> bytes:
        """Fetch an object."""
        ...

    def page(self, port: int, marker: str) -> bytes:
        """List 1000 keys behind a marker."""
        ...


class Cos:
    """COS, with the q-sign signature in the header."""

    def create(self, port: int) -> bytes:
        return signed.cos(port, BUCKET, method="PUT")

    def put(self, port: int, key: str, body: bytes) -> bytes:
        return self.put_head(port, key, len(body)) + body

    def put_head(self, port: int, key: str, size: int) -> bytes:
        return signed.cos(port, BUCKET, key, method="PUT", size=size)

    def get(self, port: int, key: str) -> bytes:
        return signed.cos(port, BUCKET, key)

    def page(self, port: int, marker: str) -> bytes:
        return signed.cos(port, BUCKET, params={"marker": marker, "max-keys": "1000"})


class S3:
    """S3, with SigV4 in the header, as botocore signs."""

    def create(self, port: int) -> bytes:
        return signed.s3(port, "PUT", f"/{BUCKET}")

    def put(self, port: int, key: str, body: bytes) -> bytes:
        return signed.s3(port, "PUT", f"/{BUCKET}/{key}", body) + body

    def put_head(self, port: int, key: str, size: int) -> bytes:
        raise NotImplementedError("SigV4 signs the hash of the body")

    def get(self, port: int, key: str) -> bytes:
        return signed.s3(port, "GET", f"/{BUCKET}/{key}")

    def page(self, port: int, marker: str) -> bytes:
        query = urlencode({"marker": marker, "max-keys": "1000"})
        return signed.s3(port, "GET", f"/{BUCKET}?{query}")


class Azure:
    """Azure's blob service, with SharedKey in the header."""

    _VERSION = "2021-08-06"

    def create(self, port: int) -> bytes:
        return self._request(port, "PUT", "", {"restype": "container"})

    def put(self, port: int, key: str, body: bytes) -> bytes:
        return self.put_head(port, key, len(body)) + body

    def put_head(self, port: int, key: str, size: int) -> bytes:
        return self._request(port, "PUT", f"/{key}", size=size, more={"x-ms-blob-type": "BlockBlob"})

    def get(self, port: int, key: str) -> bytes:
        return self._request(port, "GET", f"/{key}")

    def page(self, port: int, marker: str) -> bytes:
        params = {"comp": "list", "marker": marker, "maxresults": "1000", "restype": "container"}
        return self._request(port, "GET", "", params)

    def _request(
        self,
        port: int,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        size: int = 0,
        more: Mapping[str, str] | None = None,
    ) -> bytes:
        params = params or {}
        path = f"/{AZURE_ACCOUNT}/{BUCKET}{path}"
        signed_headers = {
            "x-ms-date": formatdate(time.time(), usegmt=True),
            "x-ms-version": self._VERSION,
            **(more or {}),
        }
        text = "\n".join(
            (
                method,
                "\n" + "\n" + (str(size) if size else ""),  # Content-Encoding, -Language, -Length
                *[""] * 8,  # Content-MD5, Content-Type, Date, four conditions, Range
                *(f"{name}:{signed_headers[name]}" for name in sorted(signed_headers)),
                f"/{AZURE_ACCOUNT}{path}",
                *(f"{name}:{params[name]}" for name in sorted(params)),
            )
        )
        digest = hmac.digest(base64.b64decode(AZURE_SECRET), text.encode(), hashlib.sha256)
        headers = {
            "Host": f"{HOST}:{port}",
            **signed_headers,
            "Authorization": f"SharedKey {AZURE_ACCOUNT}:{base64.b64encode(digest).decode()}",
        }
        return signed.head(method, f"{path}?{urlencode(params)}" if params else path, headers, size)
