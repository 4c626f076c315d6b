"""Temporary key pairs without a server, for people at a terminal and for scripts."""

from __future__ import annotations

import json
import secrets
import shlex
import sys
import typing
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import asdict

from ci_emulator.auth import policy
from ci_emulator.auth.credentials import Credential
from ci_emulator.auth.temporary import Grant, Style, issue
from ci_emulator.config import Config, ConfigError
from ci_emulator.core.clock import iso8601

STYLES: tuple[Style, ...] = typing.get_args(Style)

#: A key that holds longer is not a temporary one.
LONGEST = 10 * 365 * 86_400

_NONCE = 16


def _as_json(key: Credential, expires: int) -> str:
    fields = {
        "TmpSecretId": key.secret_id,
        "TmpSecretKey": key.secret_key,
        "Token": key.token,
        "ExpiredTime": expires,
        "Expiration": iso8601(expires),
    }
    return json.dumps(fields, indent=2)


#: Style → the variables that the SDKs of that cloud read: of id, secret and token.
_VARIABLES: dict[Style, tuple[str, str, str]] = {
    "tencent": ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"),
    "aliyun": (
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
    ),
}


def _as_environment(key: Credential, expires: int) -> str:
    style: Style = "aliyun" if key.secret_id.startswith("STS.") else "tencent"
    values = (key.secret_id, key.secret_key, key.token or "")
    return "\n".join(
        f"export {name}={shlex.quote(value)}" for name, value in zip(_VARIABLES[style], values, strict=True)
    )


_FORMS: dict[str, Callable[[Credential, int], str]] = {"json": _as_json, "env": _as_environment}
FORMATS = tuple(_FORMS)


def temporary_key(
    config: Config,
    *,
    secret_id: str | None,
    policy_file: str | None,
    seconds: int,
    name: str,
    style: Style,
    form: str,
    now: float,
) -> str:
    """Return a new temporary key pair as text; every server that has the issuing pair accepts it.

    `secret_id` names the issuing pair, None the first permanent one of the settings. `policy_file` holds the policy that
    bounds the key (`-`: standard input), None for no bound. It holds for `seconds` from `now` (unix seconds).

    Raises:
        ConfigError: there is no such pair, the file cannot be read, its policy is none, or the time is none.
    """
    if not 0 < seconds <= LONGEST:
        raise ConfigError(f"--duration: {seconds} is not between 1 and {LONGEST}")
    expires = int(now) + seconds
    grant = Grant(
        expires=expires,
        issued=int(now),
        policy=None if policy_file is None else _policy(policy_file),
        style=style,
        nonce=secrets.token_bytes(_NONCE),
        name=name,
    )
    return _FORMS[form](issue(_issuer(config, secret_id), grant), expires)


def _issuer(config: Config, secret_id: str | None) -> Credential:
    permanent = [pair for pair in config.credentials if pair.token is None]
    for pair in permanent:
        if secret_id in (None, pair.secret_id):
            return Credential(**asdict(pair))
    raise ConfigError(
        "credentials: there is no permanent key pair"
        if secret_id is None
        else f"--secret-id: no permanent key pair has the id {secret_id}"
    )


def _policy(file: str) -> str:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"--policy: {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"--policy: {file} is not UTF-8") from None
    try:
        policy.parse(text, of_bucket=False)
    except policy.PolicyError as error:
        raise ConfigError(f"--policy: {error}") from None
    return text
