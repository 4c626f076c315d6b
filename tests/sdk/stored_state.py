"""What a test needs beside the SDK: requests that the SDK would not make, and all that can be seen of a bucket."""

import http.client
import time
from typing import Any
from urllib.parse import quote

import requests
from qcloud_cos import CosS3Client

from ci_emulator.config import PUBLISHED_KEY, KeyPair
from ci_emulator.signing import presign
from ci_emulator.testing import Emulator


def state_of(cos: CosS3Client, bucket: str) -> tuple[Any, ...]:
    """Return the objects of a bucket, its uploads, and the parts of those."""
    objects = [
        (entry["Key"], entry["ETag"], entry["Size"])
        for entry in cos.list_objects(Bucket=bucket).get("Contents", [])
    ]
    uploads = [
        (entry["Key"], entry["UploadId"], parts_of(cos, bucket, entry["UploadId"], entry["Key"]))
        for entry in cos.list_multipart_uploads(Bucket=bucket).get("Upload", [])
    ]
    return objects, uploads


def parts_of(cos: CosS3Client, bucket: str, upload: str, key: str) -> list[tuple[int, str, int]]:
    """Return (number, ETag, size) of the parts of an upload."""
    listed = cos.list_parts(Bucket=bucket, Key=key, UploadId=upload).get("Part", [])
    return [(int(part["PartNumber"]), part["ETag"], int(part["Size"])) for part in listed]


def signed_url(
    emulator: Emulator, method: str, bucket: str, key: str, query: str = "", pair: KeyPair = PUBLISHED_KEY
) -> str:
    """Return a presigned URL of an object (of the bucket when the key is empty) in path style."""
    url = f"{emulator.url}/{bucket}/{quote(key)}" + (f"?{query}" if query else "")
    return presign(pair, method, url, now=time.time(), seconds=60)


def send(
    emulator: Emulator, method: str, bucket: str, key: str = "", query: str = "", **options: Any
) -> requests.Response:
    """Send a signed request; the options are those of `requests.request`."""
    return requests.request(method, signed_url(emulator, method, bucket, key, query), timeout=30, **options)


def send_head(
    emulator: Emulator, method: str, bucket: str, key: str, query: str, headers: dict[str, str]
) -> tuple[int, bytes]:
    """Send the head of a request with these headers and nothing more; returns status and body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=30)
    try:
        path = signed_url(emulator, method, bucket, key, query).removeprefix(emulator.url)
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
