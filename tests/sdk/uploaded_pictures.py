"""Pictures that are processed at upload and in place: the header, and what an `UploadResult` has to be like."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterable
from typing import Any

import requests
from PIL import Image
from qcloud_cos import CosS3Client
from recognised_codes import codes_of, still_readable, texts
from sdk_clients import REGION, body_of

from ci_emulator.auth import cos_q_sign
from ci_emulator.auth.credentials import Credential
from ci_emulator.config import PUBLISHED_KEY
from ci_emulator.testing import Emulator

OBJECT = ["Key", "Location", "Format", "Width", "Height", "Size", "Quality", "ETag"]
IMAGE_INFO = ["Format", "Width", "Height", "Quality", "Ave", "Orientation", "FrameCount"]


def operations(*rules: dict[str, Any], info: int | None = None) -> str:
    """Return a header with these rules."""
    asked: dict[str, Any] = {} if info is None else {"is_pic_info": info}
    return json.dumps(asked | ({"rules": rules} if rules else {}))


def qrcode(fileid: str | None = "result.png", cover: int = 1, **more: Any) -> dict[str, Any]:
    """Return a rule that reads codes, and covers them when `cover` is 1."""
    named = {} if fileid is None else {"fileid": fileid}
    return {**named, "rule": f"QRcode/cover/{cover}", **more}


def md5(data: bytes) -> str:
    """Return what the ETag of bytes is that were put at once, with its quotes."""
    return f'"{hashlib.md5(data).hexdigest()}"'


def fetch(client: CosS3Client, bucket: str, key: str, **options: Any) -> bytes:
    """Return the bytes of an object."""
    return body_of(client.get_object(Bucket=bucket, Key=key, **options))


def keys_in(client: CosS3Client, bucket: str) -> list[str]:
    """Return the keys of a bucket, of which there are not many."""
    return [entry["Key"] for entry in client.list_objects(Bucket=bucket).get("Contents", [])]


def objects_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the `Object` elements of an answer without its root, each with all that it has to have and in its order."""
    found = answer["ProcessResults"]["Object"]
    objects = found if isinstance(found, list) else [found]
    for each in objects:
        assert list(each)[: len(OBJECT)] == OBJECT
        assert list(each)[len(OBJECT) :] in (["CodeStatus"], ["CodeStatus", "QRcodeInfo"])
        for name in ("Width", "Height", "Size", "Quality", "CodeStatus"):
            assert each[name] == str(int(each[name]))
        assert each["ETag"][0] == each["ETag"][-1] == '"'
    return objects


def read_codes(described: dict[str, Any]) -> list[str]:
    """Return the texts that an `Object` tells, in their order."""
    return texts(codes_of({name: described[name] for name in described if name not in OBJECT}))


def readable(data: bytes) -> list[tuple[str, str]]:
    """Return the codes that another reader still finds in a picture file."""
    return still_readable(Image.open(io.BytesIO(data)))


def signed_headers(method: str, bucket: str, target: str, header: str | bytes) -> dict[str, str | bytes]:
    """Return the headers of a request for a key and at most one sub-resource, signed as an SDK signs it."""
    host = f"{bucket}.cos.{REGION}.myqcloud.com"
    path, _, name = target.partition("?")
    raw = header if isinstance(header, bytes) else header.encode()
    now = int(time.time())
    authorization = cos_q_sign.sign(
        Credential(PUBLISHED_KEY.secret_id, PUBLISHED_KEY.secret_key, PUBLISHED_KEY.appid),
        method.lower(),
        f"/{path}",
        start=now - 60,
        end=now + 600,
        params=[(name, "")] if name else [],
        headers={"host": host, "pic-operations": raw.decode("utf-8", "surrogateescape")},
    )
    return {"Host": host, "Authorization": authorization, "Pic-Operations": raw}


def send(
    emulator: Emulator,
    bucket: str,
    header: str | bytes,
    body: bytes | Iterable[bytes],
    method: str = "PUT",
    target: str = "dir/source.png",
    **headers: str,
) -> requests.Response:
    """Send a signed PUT or POST without the SDK, which shows no headers of an error."""
    signed = signed_headers(method, bucket, target, header)
    return requests.request(
        method, f"{emulator.url}/{target}", data=body, headers=signed | headers, timeout=60
    )
