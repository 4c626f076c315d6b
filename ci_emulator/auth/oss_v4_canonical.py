"""What version 4 of the OSS signature signs, and with which key (aliyun.md section 1.4)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

import msgspec

from ci_emulator.auth import percent
from ci_emulator.auth.oss_model import Facts, Signed
from ci_emulator.auth.percent import encode, to_bytes

ALGORITHM = "OSS4-HMAC-SHA256"
TERMINATOR = "aliyun_v4_request"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

_ALWAYS = ("content-type", "content-md5")
_SIGNATURE = b"x-oss-signature"


class Scope(msgspec.Struct, frozen=True):
    """For which day (`YYYYMMDD`), region and product a signature is made."""

    date: str
    region: str
    product: str

    @property
    def text(self) -> str:
        """As it is signed and stands behind the id of the key."""
        return f"{self.date}/{self.region}/{self.product}/{TERMINATOR}"


def canonical_request(facts: Facts, resource: Signed, additional: tuple[str, ...]) -> bytes:
    """Return the request as it is hashed; `additional` are the names of headers that are signed beside the usual ones.

    A body is never covered.
    """
    path = "/".join(encode(to_bytes(segment)) for segment in resource.path.split("/"))
    headers = facts.headers
    lines = (
        facts.method,
        path,
        _canonical_query(facts.raw_query),
        "".join(f"{name}:{headers[name].strip()}\n" for name in _signed_names(headers, additional)),
        ";".join(name for name in additional if not _signed_anyway(name)),
        UNSIGNED_PAYLOAD,
    )
    return to_bytes("\n".join(lines))


def string_to_sign(at: str, scope: Scope, request: bytes) -> str:
    """Return what is signed of a canonical request; `at` is the time, `YYYYMMDDThhmmssZ`."""
    return "\n".join((ALGORITHM, at, scope.text, hashlib.sha256(request).hexdigest()))


def signature_of(secret_key: str, scope: Scope, text: str) -> str:
    """Return the signature of a string to sign in lower-case hexadecimal."""
    key = to_bytes("aliyun_v4" + secret_key)
    for step in (scope.date, scope.region, scope.product, TERMINATOR):
        key = hmac.digest(key, to_bytes(step), "sha256")
    return hmac.digest(key, to_bytes(text), "sha256").hex()


def _signed_names(headers: Mapping[str, str], additional: tuple[str, ...]) -> list[str]:
    always = {name for name in headers if _signed_anyway(name)}
    return sorted(always | {name for name in additional if name in headers})


def _signed_anyway(name: str) -> bool:
    return name.startswith("x-oss-") or name in _ALWAYS


def _canonical_query(raw_query: str) -> str:
    pairs = sorted(
        (encode(name), encode(value)) for name, value in percent.parse_query(raw_query) if name != _SIGNATURE
    )
    return "&".join(f"{name}={value}" if value else name for name, value in pairs)
