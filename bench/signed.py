"""Requests as the vendors' SDKs send them, signed beforehand, as the bytes that go over the wire."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from importlib import import_module
from urllib.parse import quote

from bench.processes import HOST
from ci_emulator.auth import cos_q_sign, tc3
from ci_emulator.auth.credentials import Credential
from ci_emulator.config import PUBLISHED_KEY

_CREDENTIAL = Credential(PUBLISHED_KEY.secret_id, PUBLISHED_KEY.secret_key, PUBLISHED_KEY.appid)
_HOURS = 12 * 3600

#: The only pair that s3rver knows; moto takes any.
_S3_KEYS = ("S3RVER", "S3RVER")

#: What python-requests, on which the Python SDKs stand, adds to every request.
_CLIENT_HEADERS = {
    "User-Agent": "bench",
    "Accept-Encoding": "gzip, deflate",
    "Accept": "*/*",
    "Connection": "keep-alive",
}


def head(method: str, target: str, headers: Mapping[str, str], size: int = 0) -> bytes:
    """Return the bytes of a request up to its body of `size` bytes; what every client sends is added."""
    headers = {**headers, **_CLIENT_HEADERS}
    if method in ("PUT", "POST"):
        headers["Content-Length"] = str(size)
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def cos(
    port: int,
    bucket: str,
    key: str = "",
    params: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    size: int = 0,
    ago: int = 60,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return a path-style request, up to its body, with a COS signature over the host, all parameters and `headers`.

    It was made `ago` seconds ago, other times give other signatures, and is good for hours.
    """
    params = params or {}
    headers = {"Host": f"{HOST}:{port}", **(headers or {})}
    path = f"/{bucket}/{key}"
    now = int(time.time())
    authorization = cos_q_sign.sign(
        _CREDENTIAL,
        method,
        path,
        start=now - ago,
        end=now + _HOURS,
        params=params.items(),
        headers=headers,
    )
    query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in params.items())
    headers["Authorization"] = authorization
    return head(method, f"{path}?{query}" if query else path, headers, size)


def qrcode_ocr(port: int, picture: bytes) -> bytes:
    """Return a QrcodeOCR call with a TC3 signature, which holds for five minutes."""
    body = json.dumps({"ImageBase64": base64.b64encode(picture).decode()}).encode()
    now = int(time.time())
    covered = {"Content-Type": "application/json", "Host": f"{HOST}:{port}", "X-TC-Action": "qrcodeocr"}
    authorization = tc3.sign(_CREDENTIAL, "POST", timestamp=now, service="ocr", headers=covered, body=body)
    headers = {
        **covered,
        "X-TC-Action": "QrcodeOCR",
        "X-TC-Version": "2018-11-19",
        "X-TC-Region": "ap-guangzhou",
        "X-TC-Timestamp": str(now),
        "Authorization": authorization,
    }
    return head("POST", "/", headers, len(body)) + body


def s3(port: int, method: str, path: str, body: bytes = b"") -> bytes:
    """Return a path-style S3 request, up to its body, with the signature of botocore (SigV4 in the header)."""
    credentials = import_module("botocore.credentials").Credentials(*_S3_KEYS)
    host = f"{HOST}:{port}"
    request = import_module("botocore.awsrequest").AWSRequest(
        method, f"http://{host}{path}", headers={"Host": host}, data=body
    )
    import_module("botocore.auth").S3SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    return head(method, path, dict(request.headers.items()), len(body))
