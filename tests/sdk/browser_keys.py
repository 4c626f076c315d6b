"""What the pages' own server gives them: temporary keys that may do little, and forms that it has signed.

An application's server does the same with the answers of STS.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from sdk_clients import APPID, PUBLISHED_KEY, REGION

from ci_emulator.auth.credentials import Credential
from ci_emulator.auth.temporary import Grant, issue


def temporary(bucket: str, prefix: str, seconds: float = 1800) -> Credential:
    """Return a key for the objects below a prefix of a bucket."""
    policy = {
        "version": "2.0",
        "statement": [
            {
                "effect": "allow",
                "action": ["name/cos:*"],
                "resource": [f"qcs::cos:{REGION}:uid/{APPID}:{bucket}/{prefix}*"],
            }
        ],
    }
    now = time.time()
    parent = Credential(PUBLISHED_KEY.secret_id, PUBLISHED_KEY.secret_key, APPID)
    grant = Grant(
        expires=now + seconds,
        issued=now,
        policy=json.dumps(policy),
        style="tencent",
        nonce=secrets.token_bytes(16),
    )
    return issue(parent, grant)


def for_sdk(key: Credential, **more: Any) -> dict[str, Any]:
    """Return a key as `getAuthorization` of cos-js-sdk-v5 takes it."""
    assert key.expires is not None
    return {
        "TmpSecretId": key.secret_id,
        "TmpSecretKey": key.secret_key,
        "SecurityToken": key.token,
        "StartTime": int(time.time()) - 1,
        "ExpiredTime": int(key.expires),
        **more,
    }


def form(key: Credential, bucket: str, prefix: str) -> dict[str, str]:
    """Return the fields of an upload form for keys that begin with `prefix` (document 14690, "POST Object")."""
    assert key.token is not None
    now = int(time.time())
    key_time = f"{now - 1};{now + 600}"
    conditions: list[Any] = [
        {"bucket": bucket},
        ["starts-with", "$key", prefix],
        {"q-sign-algorithm": "sha1"},
        {"q-ak": key.secret_id},
        {"q-sign-time": key_time},
    ]
    expiration = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now + 600))
    policy = json.dumps({"expiration": expiration, "conditions": conditions}).encode()
    sign_key = hmac.new(key.secret_key.encode(), key_time.encode(), "sha1").hexdigest()
    text = hashlib.sha1(policy).hexdigest()
    return {
        "policy": base64.b64encode(policy).decode(),
        "q-sign-algorithm": "sha1",
        "q-ak": key.secret_id,
        "q-key-time": key_time,
        "q-signature": hmac.new(sign_key.encode(), text.encode(), "sha1").hexdigest(),
        "x-cos-security-token": key.token,
    }
