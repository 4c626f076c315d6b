"""The vendor's clients of temporary keys, pointed at a running emulator, and what the tests grant with them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from sdk_clients import APPID, PUBLISHED_KEY, REGION, ocr_client
from sts.sts import Sts
from tencentcloud.sts.v20180813 import models
from tencentcloud.sts.v20180813.sts_client import StsClient

from ci_emulator.config import KeyPair
from ci_emulator.testing import Emulator

SECONDS = 900

#: Sub-users of the account that owns the samples: one who may ask for keys and read, and one who may do nothing.
READER = KeyPair(
    secret_id="AKIDreader",
    secret_key="reader-secret",
    appid=APPID,
    user="42",
    policy=json.dumps(
        {
            "version": "2.0",
            "statement": [
                {
                    "effect": "allow",
                    "action": ["name/sts:*", "name/cos:GetObject", "name/cos:HeadObject"],
                    "resource": "*",
                }
            ],
        }
    ),
)
NOBODY = KeyPair(secret_id="AKIDpowerless", secret_key="powerless-secret", appid=APPID, user="43")


def statement(actions: list[str], resource: str, effect: str = "allow") -> dict[str, Any]:
    return {"version": "2.0", "statement": [{"effect": effect, "action": actions, "resource": [resource]}]}


def resource_of(bucket: str, prefix: str) -> str:
    return f"qcs::cos:{REGION}:uid/{APPID}:{bucket}/{prefix}"


def sts_of(emulator: Emulator, key: KeyPair = PUBLISHED_KEY, **options: Any) -> Sts:
    """Return a client of qcloud-python-sts-sdk."""
    return Sts(
        {
            "url": f"{emulator.url}/",
            "domain": emulator.address,
            "secret_id": key.secret_id,
            "secret_key": key.secret_key,
            "duration_seconds": SECONDS,
            "region": REGION,
            **options,
        }
    )


def pair_of(answer: dict[str, Any]) -> KeyPair:
    """Return the key pair in an answer of qcloud-python-sts-sdk."""
    found = answer["credentials"]
    return KeyPair(
        secret_id=found["tmpSecretId"],
        secret_key=found["tmpSecretKey"],
        appid=APPID,
        token=found["sessionToken"],
    )


def pair_in(answer: Any) -> KeyPair:
    """Return the key pair in an answer of tencentcloud-sdk-python."""
    found = answer.Credentials
    return KeyPair(secret_id=found.TmpSecretId, secret_key=found.TmpSecretKey, appid=APPID, token=found.Token)


def sts_client(emulator: Emulator, key: KeyPair = PUBLISHED_KEY, settings: Any = None) -> StsClient:
    """Return a client of tencentcloud-sdk-python."""
    return ocr_client(StsClient, emulator, key, settings)


def federation(policy: Any, **fields: Any) -> models.GetFederationTokenRequest:
    text = policy if isinstance(policy, str) else quote(json.dumps(policy))
    return _filled(models.GetFederationTokenRequest(), {"Name": "test", "Policy": text, **fields})


def role(**fields: Any) -> models.AssumeRoleRequest:
    settled = {"RoleArn": f"qcs::cam::uin/{APPID}:roleName/uploader", "RoleSessionName": "test-session"}
    return _filled(models.AssumeRoleRequest(), {**settled, **fields})


def _filled(request: Any, fields: dict[str, Any]) -> Any:
    for name, value in fields.items():
        setattr(request, name, value)
    return request
