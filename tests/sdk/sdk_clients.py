"""The vendor's clients, unmodified, pointed at a running emulator, and what is checked of every error that they raise."""

import base64
import re
import string
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosServiceError
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.ocr.v20181119 import models

from ci_emulator.config import PUBLISHED_KEY, KeyPair
from ci_emulator.testing import Emulator

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "samples" / "pictures"

APPID = PUBLISHED_KEY.appid
SAMPLES = f"samples-{APPID}"
REGION = "ap-guangzhou"
HOST = f"{SAMPLES}.cos.{REGION}.myqcloud.com"

#: A key pair of another account, and temporary ones of the account that owns the samples.
STRANGER = KeyPair(secret_id="AKIDstranger", secret_key="strangers-key", appid="1260000000")
TEMPORARY = KeyPair(
    secret_id="AKIDtemporary",
    secret_key="temporary-key",
    appid=APPID,
    token="tok/en+with=signs",
    expires=2**33,
)
EXPIRED = KeyPair(
    secret_id="AKIDexpired", secret_key="expired-key", appid=APPID, token="old-token", expires=1000.0
)
KEYS = (PUBLISHED_KEY, STRANGER, TEMPORARY, EXPIRED)

#: Every way to point cos-python-sdk-v5 at a server that needs no name resolution.
WAYS: dict[str, Callable[[Emulator], dict[str, Any]]] = {
    "ip-port": lambda e: {"Region": REGION, "IP": "127.0.0.1", "Port": e.port},
    "proxies": lambda e: {"Region": REGION, "Proxies": {"http": e.url}},
    "proxies-old-domain": lambda e: {"Region": REGION, "Proxies": {"http": e.url}, "EnableOldDomain": True},
    "proxies-new-domain": lambda e: {"Region": REGION, "Proxies": {"http": e.url}, "EnableOldDomain": False},
    "ip-port-endpoint": lambda e: {
        "Endpoint": f"cos.{REGION}.localhost:{e.port}",
        "Region": REGION,
        "IP": "127.0.0.1",
        "Port": e.port,
    },
    "proxies-short-endpoint": lambda e: {
        "Endpoint": "storage.test",
        "Region": REGION,
        "Proxies": {"http": e.url},
    },
}


def cos_client(
    emulator: Emulator, key: KeyPair = PUBLISHED_KEY, way: str = "ip-port", **options: Any
) -> CosS3Client:
    """Return a client of its own connections that never repeats a request: a 5xx shall be seen, not waited out."""
    settings = {
        "SecretId": key.secret_id,
        "SecretKey": key.secret_key,
        "Scheme": "http",
        **WAYS[way](emulator),
    }
    if key.token is not None:
        settings["Token"] = key.token
    return CosS3Client(CosConfig(**{**settings, **options}), retry=0, session=requests.Session())


def anonymous_client(emulator: Emulator) -> CosS3Client:
    """Return a client without a key; the SDK then sends an empty Authorization header."""
    config = CosConfig(Scheme="http", Anonymous=True, **WAYS["ip-port"](emulator))
    return CosS3Client(config, retry=0, session=requests.Session())


def body_of(answer: dict[str, Any]) -> bytes:
    """Return all bytes of a `get_object` answer, as they came over the wire."""
    return answer["Body"].get_raw_stream().read()


def through_proxy(emulator: Emulator, method: str, url: str, **options: Any) -> requests.Response:
    """Send a request for a URL on a cloud's host to the emulator, as a program behind a proxy would."""
    return requests.request(method, url, proxies={"http": emulator.url}, timeout=30, **options)


def is_cos_request_id(text: str) -> bool:
    """Whether it is base64 of `hex_hex_hex_hex` (spec: cos.md section 3.1)."""
    return re.fullmatch(rb"[0-9a-f]{8}(?:_[0-9a-f]+){3}", base64.b64decode(text, validate=True)) is not None


@contextmanager
def refused(code: str, status: int, resource: str | None = None) -> Iterator[SimpleNamespace]:
    """Expect a CosServiceError whose every getter says something; `.error` of what is yielded is the error."""
    seen = SimpleNamespace(error=None)
    with pytest.raises(CosServiceError) as raised:
        yield seen
    error = seen.error = raised.value
    assert (error.get_error_code(), error.get_status_code()) == (code, status), error.get_digest_msg()
    assert is_cos_request_id(error.get_request_id())
    assert error.get_error_msg() not in ("", "Unknown")
    assert set(base64.b64decode(error.get_trace_id(), validate=True).decode()) <= set(string.hexdigits)
    if resource is not None:
        assert error.get_resource_location() == resource
    else:
        assert error.get_resource_location() not in ("", "Unknown")


@contextmanager
def refused_head(status: int) -> Iterator[None]:
    """Expect the error of a HEAD request, of which the SDK knows no more than the status and the headers."""
    with pytest.raises(CosServiceError) as raised:
        yield
    error = raised.value
    assert error.get_status_code() == status
    if status == 404:
        # The SDK makes this one up, out of the URL and the headers.
        assert error.get_error_code() == "NoSuchResource"
        assert is_cos_request_id(error.get_request_id())
        return
    headers = error.get_digest_msg()
    assert is_cos_request_id(headers["x-cos-request-id"])
    assert headers["x-cos-trace-id"]
    assert headers["Content-Length"] == "0"


def error_of(response: requests.Response) -> tuple[int, str | None, str | None]:
    """Return status, code and message of an XML error document; its Resource and RequestId must say something."""
    assert response.headers["Content-Type"] == "application/xml"
    root = ET.fromstring(response.content)
    assert root.tag == "Error"
    assert root.findtext("Resource")
    assert root.findtext("RequestId") == response.headers["x-cos-request-id"]
    return response.status_code, root.findtext("Code"), root.findtext("Message")


@dataclass(frozen=True)
class OcrSettings:
    """How a client of API 3.0 signs and asks."""

    sign: str = "TC3-HMAC-SHA256"
    method: str = "POST"
    language: str | None = "zh-CN"
    region: str = REGION
    unsigned_payload: bool = False
    scheme_in_endpoint: bool = False


def ocr_client(
    factory: Callable[..., Any],
    emulator: Emulator,
    key: KeyPair = PUBLISHED_KEY,
    settings: OcrSettings | None = None,
) -> Any:
    """Return `factory`'s client (OcrClient of either module, CommonClient…) for the emulator."""
    chosen = settings or OcrSettings()
    http = HttpProfile(reqMethod=chosen.method, endpoint=emulator.address, protocol="http")
    if chosen.scheme_in_endpoint:
        http = HttpProfile(reqMethod=chosen.method, endpoint=emulator.url)
    profile = ClientProfile(signMethod=chosen.sign, httpProfile=http)
    profile.language = (
        chosen.language
    )  # the constructor takes neither None nor a language that does not exist
    profile.unsignedPayload = chosen.unsigned_payload
    return factory(Credential(key.secret_id, key.secret_key, key.token), chosen.region, profile)


def qrcode_request(picture: bytes | str | None) -> models.QrcodeOCRRequest:
    """Return a request for a picture file, or with the text given as ImageBase64."""
    request = models.QrcodeOCRRequest()
    request.ImageBase64 = base64.b64encode(picture).decode() if isinstance(picture, bytes) else picture
    return request


@contextmanager
def api_refused(code: str, message: str | None = None) -> Iterator[None]:
    """Expect a TencentCloudSDKException with this code, a request id and, if given, this message."""
    with pytest.raises(TencentCloudSDKException) as raised:
        yield
    error = raised.value
    assert error.get_code() == code, error
    assert is_uuid(error.get_request_id())
    assert error.get_message()
    if message is not None:
        assert error.get_message() == message


def is_uuid(text: str) -> bool:
    """Whether it is a UUID in lower case with dashes (spec: tencentcloud-api3.md section 0.3)."""
    return str(uuid.UUID(text)) == text
