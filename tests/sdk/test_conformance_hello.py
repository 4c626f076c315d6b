"""The "hello" conformance: the calls that a newcomer makes first, through each SDK; kept green and extended ever after.

A line is a call and what it must give. To extend it, add a line; what the emulator cannot do yet gets a line too, and
its reason goes into `known_gaps.py`.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from known_gaps import KNOWN_GAPS
from qcloud_cos import CosS3Client
from sdk_clients import PICTURES, OcrSettings, body_of, ocr_client, qrcode_request, through_proxy
from sdk_pictures import codes_in, picture_of
from tencentcloud.common.common_client import CommonClient
from tencentcloud.ocr.v20181119.ocr_client import OcrClient
from tencentcloud.ocr.v20181119.ocr_client_async import OcrClient as AsyncOcrClient

from ci_emulator.testing import Emulator

HELLO = b"Hello, world"
URL = "https://www.example.com"
QR = (PICTURES / "qr-url.png").read_bytes()


@dataclass(frozen=True)
class World:
    """A running emulator, clients for it, and a bucket that holds `hello.txt`."""

    emulator: Emulator
    cos: CosS3Client
    signer: CosS3Client
    bucket: str


@dataclass(frozen=True)
class Hello:
    """A call, and what it must give."""

    name: str
    call: Callable[[World], Any]
    gives: Any


def _presigned(world: World) -> bytes:
    url = world.signer.get_presigned_download_url(Bucket=world.bucket, Key="hello.txt")
    return through_proxy(world.emulator, "GET", url).content


def _deleted(world: World) -> bool:
    world.cos.delete_object(Bucket=world.bucket, Key="hello.txt")
    return world.cos.object_exists(Bucket=world.bucket, Key="hello.txt")


def _made(world: World, **options: Any) -> list[tuple[str, str]]:
    return codes_in(picture_of(world.cos.ci_qrcode_generate(Bucket=world.bucket, **options)))


COS = [
    Hello("list_buckets", lambda w: w.bucket in str(w.signer.list_buckets()), True),
    Hello("bucket_exists", lambda w: w.cos.bucket_exists(Bucket=w.bucket), True),
    Hello("head_bucket", lambda w: w.cos.head_bucket(Bucket=w.bucket)["x-cos-bucket-region"], "ap-guangzhou"),
    Hello(
        "put_object",
        lambda w: w.cos.put_object(Bucket=w.bucket, Key="a", Body=b"123456789")["x-cos-hash-crc64ecma"],
        "11051210869376104954",
    ),
    Hello("get_object", lambda w: body_of(w.cos.get_object(Bucket=w.bucket, Key="hello.txt")), HELLO),
    Hello(
        "head_object", lambda w: w.cos.head_object(Bucket=w.bucket, Key="hello.txt")["Content-Length"], "12"
    ),
    Hello(
        "list_objects",
        lambda w: [e["Key"] for e in w.cos.list_objects(Bucket=w.bucket)["Contents"]],
        ["hello.txt"],
    ),
    Hello("get_presigned_download_url", _presigned, HELLO),
    Hello("delete_object", _deleted, False),
    Hello("ci_qrcode_generate", lambda w: _made(w, QrcodeContent=URL, Width=200), [("QRCode", URL)]),
    Hello(
        "ci_qrcode_generate-bar-code",
        lambda w: _made(w, QrcodeContent="690123456789", Width=200, Mode=1),
        [("EAN13", "6901234567892")],
    ),
]


def _read(world: World, **settings: Any) -> str:
    client = ocr_client(OcrClient, world.emulator, settings=OcrSettings(**settings))
    return client.QrcodeOCR(qrcode_request(QR)).CodeResults[0].Url


def _read_async(world: World, **settings: Any) -> str:
    async def read() -> str:
        async with ocr_client(AsyncOcrClient, world.emulator, settings=OcrSettings(**settings)) as client:
            return (await client.QrcodeOCR(qrcode_request(QR))).CodeResults[0].Url

    return asyncio.run(read())


def _read_with_common_client(world: World) -> str:
    client = ocr_client(lambda *rest: CommonClient("ocr", "2018-11-19", *rest), world.emulator)
    answer = client.call_json("QrcodeOCR", {"ImageBase64": qrcode_request(QR).ImageBase64})
    return answer["Response"]["CodeResults"][0]["Url"]


TENCENTCLOUD = [
    Hello("tc3-post", _read, URL),
    Hello("tc3-get", lambda w: _read(w, method="GET"), URL),
    Hello("tc3-unsigned-payload", lambda w: _read(w, unsigned_payload=True), URL),
    Hello("tc3-scheme-in-endpoint", lambda w: _read(w, scheme_in_endpoint=True), URL),
    Hello("v1-sha1-post", lambda w: _read(w, sign="HmacSHA1"), URL),
    Hello("v1-sha1-get", lambda w: _read(w, sign="HmacSHA1", method="GET"), URL),
    Hello("v1-sha256-post", lambda w: _read(w, sign="HmacSHA256"), URL),
    Hello("v1-sha256-get", lambda w: _read(w, sign="HmacSHA256", method="GET"), URL),
    Hello("common-client", _read_with_common_client, URL),
    Hello("async-tc3-post", _read_async, URL),
    Hello("async-tc3-get", lambda w: _read_async(w, method="GET"), URL),
    Hello("async-v1-sha1-post", lambda w: _read_async(w, sign="HmacSHA1"), URL),
    Hello("async-v1-sha256-get", lambda w: _read_async(w, sign="HmacSHA256", method="GET"), URL),
]


@pytest.fixture
def world(emulator, make_cos, cos, bucket):
    cos.put_object(Bucket=bucket, Key="hello.txt", Body=HELLO)
    return World(emulator, cos, make_cos(way="proxies", EnableOldDomain=True), bucket)


@pytest.mark.parametrize("hello", COS, ids=lambda hello: hello.name)
def test_cos_python_sdk(world, hello):
    assert hello.call(world) == hello.gives


@pytest.mark.parametrize("hello", TENCENTCLOUD, ids=lambda hello: hello.name)
def test_tencentcloud_sdk_python(world, hello):
    assert hello.call(world) == hello.gives


@pytest.mark.parametrize("lines", [COS, TENCENTCLOUD])
def test_ten_calls_or_more_each(lines):
    assert len({hello.name for hello in lines}) == len(lines) >= 10


def test_a_known_gap_names_a_test_and_a_reason():
    for name, reason in KNOWN_GAPS.items():
        match = re.fullmatch(r"(test_\w+\.py)::(test_\w+)(\[.+\])?", name)
        assert match, name
        source = (Path(__file__).parent / match[1]).read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def {match[2]}\(", source, re.MULTILINE), name
        assert reason.endswith("."), name
