"""Alibaba's clients for OSS, unmodified, pointed at a running emulator, and what is checked of the errors that they raise.

Fixtures that use this (`make_oss`, `make_oss_v2`, `oss_bucket`) are in `conftest.py`.
"""

import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import alibabacloud_oss_v2 as oss
import oss2
import pytest
import requests
from oss2.http import Request
from sdk_clients import APPID, PUBLISHED_KEY

from ci_emulator.auth import temporary
from ci_emulator.auth.credentials import Credential
from ci_emulator.config import KeyPair
from ci_emulator.testing import Emulator

OSS_REGION = "cn-hangzhou"
IP, LOCALHOST = "127.0.0.1", "localhost"
RECOMMEND = "https://api.aliyun.com/troubleshoot?q="


class TidySession(oss2.Session):
    """The connections of oss2, which leaves some answers unread, those to HEAD for one, and so never gives theirs back."""

    def __init__(self) -> None:
        super().__init__()
        self._answers: list[requests.Response] = []

    def do_request(self, req: Any, timeout: Any) -> Any:
        answer = super().do_request(req, timeout)
        self._answers.append(answer.response)
        return answer

    def close(self) -> None:
        for answer in self._answers:
            answer.close()
        self.session.close()


def oss_endpoint(emulator: Emulator, host: str = IP) -> str:
    """Return the endpoint to give to a client; `host` is `IP`, `LOCALHOST` or another name of this machine."""
    return f"http://{host}:{emulator.port}"


def oss_auth(key: KeyPair | None = PUBLISHED_KEY, version: str = "v4") -> Any:
    """Return how oss2 signs: `v1`, `v2` or `v4`, with a temporary key by StsAuth, anonymously when `key` is None."""
    if key is None:
        return oss2.AnonymousAuth()
    if key.token is not None:
        return oss2.StsAuth(key.secret_id, key.secret_key, key.token, auth_version=version)
    return oss2.make_auth(key.secret_id, key.secret_key, auth_version=version)


def oss_client(
    emulator: Emulator,
    name: str | None,
    key: KeyPair | None = PUBLISHED_KEY,
    version: str = "v4",
    *,
    host: str = IP,
    **options: Any,
) -> Any:
    """Return oss2's Bucket called `name` (without the APPID), or its Service when that is None.

    Close it with `close_oss`, or let the fixture `make_oss` do so.
    """
    auth, where = oss_auth(key, version), oss_endpoint(emulator, host)
    settings = {"region": OSS_REGION, "session": TidySession(), **options}
    if name is None:
        return oss2.Service(auth, where, **settings)
    return oss2.Bucket(auth, where, name, **settings)


def close_oss(client: Any) -> None:
    """Close the connections of a client of oss2 or alibabacloud_oss_v2, neither of which does so itself."""
    if isinstance(client, oss.Client):
        client._client._options.http_client.close()
    else:
        client.session.close()


def oss_v2_client(
    emulator: Emulator,
    key: KeyPair | None = PUBLISHED_KEY,
    version: str = "v4",
    *,
    host: str = IP,
    **options: Any,
) -> oss.Client:
    """Return a client of alibabacloud_oss_v2 that never repeats a request; with names it needs path style.

    Close it with `close_oss`, or let the fixture `make_oss_v2` do so.
    """
    settings = oss.config.load_default()
    settings.region = OSS_REGION
    settings.endpoint = oss_endpoint(emulator, host)
    settings.signature_version = version
    settings.retryer = oss.retry.NopRetryer()
    settings.use_path_style = host != IP
    settings.credentials_provider = (
        oss.credentials.AnonymousCredentialsProvider()
        if key is None
        else oss.credentials.StaticCredentialsProvider(key.secret_id, key.secret_key, key.token)
    )
    for name, value in options.items():
        setattr(settings, name, value)
    return oss.Client(settings)


def temporary_key(
    policy: str | None = None,
    *,
    seconds: float = 900,
    parent: KeyPair = PUBLISHED_KEY,
    now: float | None = None,
) -> KeyPair:
    """Return a temporary key in Alibaba's style, as `ci-emulator temporary-key --style aliyun` issues one.

    `policy` is the JSON of what it may do, None for all that `parent` may.
    """
    issued = time.time() if now is None else now
    grant = temporary.Grant(
        expires=issued + seconds, issued=issued, nonce=b"0123456789ab", style="aliyun", policy=policy
    )
    owner = Credential(
        parent.secret_id, parent.secret_key, parent.appid, user=parent.user, policy=parent.policy
    )
    made = temporary.issue(owner, grant)
    return KeyPair(secret_id=made.secret_id, secret_key=made.secret_key, appid=APPID, token=made.token)


def oss_send(
    emulator: Emulator,
    method: str,
    bucket: str | None,
    key: str = "",
    pair: KeyPair | None = PUBLISHED_KEY,
    version: str = "v4",
    *,
    host: str = IP,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
) -> requests.Response:
    """Send a request that no SDK would send, path style, signed in the header by oss2's own signer."""
    path = "/" if bucket is None else f"/{bucket}/{quote(key, safe='/')}"
    url = oss_endpoint(emulator, host) + path
    request = Request(
        method, url, data, dict(params or {}), dict(headers or {}), region=OSS_REGION, product="oss"
    )
    oss_auth(pair, version)._sign_request(request, bucket or "", key)
    return requests.request(
        method, url, params=request.params, headers=request.headers, data=data, timeout=30
    )


def is_oss_request_id(text: str) -> bool:
    """Whether it is 24 hexadecimal digits in upper case."""
    return re.fullmatch(r"[0-9A-F]{24}", text) is not None


@contextmanager
def oss_refused(code: str, status: int, ec: str | None = None) -> Iterator[SimpleNamespace]:
    """Expect an error of oss2 or alibabacloud_oss_v2; of what is yielded `.error` is it, `.details` its elements.

    With an `ec` the EC, its header and its advice must be there; an error without one must have no advice.
    """
    seen = SimpleNamespace(error=None, details={})
    with pytest.raises((oss2.exceptions.ServerError, oss.exceptions.OperationError)) as raised:
        yield seen
    error: Any = raised.value
    if isinstance(error, oss.exceptions.OperationError):
        error = error.unwrap()
        assert isinstance(error, oss.exceptions.ServiceError), error
        found, details = error.status_code, dict(error.error_fileds or {})
    else:
        found, details = error.status, error.details
    seen.error, seen.details = error, details
    assert (error.code, found) == (code, status), error
    assert is_oss_request_id(error.request_id)
    assert error.message
    if ec is not None:
        assert details["EC"] == error.headers["x-oss-ec"] == ec
    advice = details.get("RecommendDoc")
    assert advice == (RECOMMEND + details["EC"] if details.get("EC") else None)


def oss_error_of(response: requests.Response) -> dict[str, str]:
    """Return the elements of an error document; status and what every one has are checked."""
    assert response.status_code >= 400
    assert response.headers["Content-Type"] == "application/xml"
    root = ET.fromstring(response.content)
    assert root.tag == "Error"
    found = {child.tag: child.text or "" for child in root}
    assert found["RequestId"] == response.headers["x-oss-request-id"]
    assert found["HostId"]
    assert found["Message"]
    assert found.get("EC") == response.headers.get("x-oss-ec")
    assert found.get("RecommendDoc") == (RECOMMEND + found["EC"] if "EC" in found else None)
    return found
