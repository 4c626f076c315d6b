"""Temporary key pairs that need no store: the token holds everything, sealed with the secret of the pair it is from.

A token is base64url, without padding, of

    seal (32 bytes) | length of the issuer's key id (2 bytes) | that id | zlib of the JSON of what was granted

The seal, the id and the secret of the temporary pair are HMACs of all behind the seal, under a key that only the issuing
pair's secret gives. So a token is valid wherever that pair is known, after a restart too, and stops being so with the pair.
The real service documents no more than the lengths (sts data types, doc 1312/48197): 4096 characters of token, 1024 of
id and secret.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import zlib
from collections.abc import Callable, Collection, Iterator
from typing import Literal, TypeAlias

import msgspec

from ci_emulator.auth.credentials import Credential, StaticCredentials
from ci_emulator.auth.percent import to_bytes

Style: TypeAlias = Literal["tencent", "aliyun"]

LONGEST_TOKEN = 32 * 1024
"""Characters above which a token is not looked at; the services that issue one have smaller limits of their own."""

_LARGEST_GRANT = 256 * 1024
"""Bytes of a grant above which it is not unpacked."""

_SEAL = 32
_LENGTH = 2
_LONGEST_ID = 256**_LENGTH - 1


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a token says.

    `expires` and `issued` are unix seconds, `nonce` makes two of the same grant different. `policy` is the text of the policy
    that bounds the key, None for no bound; it is not checked here. `name` is the session's, `role` the id of a role that was
    assumed.
    """

    expires: float
    issued: float
    nonce: bytes
    style: Style
    policy: str | None = None
    name: str = ""
    role: str = ""


def issue(parent: Credential, grant: Grant) -> Credential:
    """Return a temporary pair of a permanent one, whose account, user and policy it has.

    Raises:
        ValueError: `parent` is temporary itself, or its id is too long.
    """
    if parent.token is not None:
        raise ValueError("a temporary key issues no other keys")
    secret_id = to_bytes(parent.secret_id)
    if len(secret_id) > _LONGEST_ID:
        raise ValueError("the id of the key is too long to issue others")
    packed = zlib.compress(msgspec.json.encode(grant), 9)
    content = len(secret_id).to_bytes(_LENGTH, "big") + secret_id + packed
    return _credential(parent, content, grant)


class TemporaryCredentials:
    """The permanent pairs of a source, and the temporary ones that were issued with them."""

    def __init__(self, permanent: StaticCredentials) -> None:
        self._permanent = permanent

    def find(self, secret_id: str, tokens: Collection[str] = ()) -> Credential | None:
        """Return the pair with that id; of a temporary one, if a token is among `tokens` that was issued with it.

        One that has run out is found all the same: that it has is for the caller to say.
        """
        found = self._permanent.find(secret_id)
        if found is not None:
            return found
        for token in tokens:
            found = self._open(token)
            if found is not None and found.secret_id == secret_id:
                return found
        return None

    def __iter__(self) -> Iterator[Credential]:
        """Yield the permanent pairs; which temporary ones exist is not known."""
        return iter(self._permanent)

    def _open(self, token: str) -> Credential | None:
        """Return the pair of a token, None for one that was not issued here."""
        sealed = _decode(token)
        if sealed is None:
            return None
        seal, content = sealed[:_SEAL], sealed[_SEAL:]
        packed_at = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
        parent = self._permanent.find(content[_LENGTH:packed_at].decode("utf-8", "surrogateescape"))
        if parent is None or parent.token is not None:
            return None
        if not hmac.compare_digest(seal, _derive(_key(parent), b"seal", content)):
            return None
        grant = _unpack(content[packed_at:])
        return _credential(parent, content, grant) if grant is not None else None


def _credential(parent: Credential, content: bytes, grant: Grant) -> Credential:
    key = _key(parent)
    return Credential(
        secret_id=_IDS[grant.style](_derive(key, b"id", content, "sha512")),
        secret_key=_base64(_derive(key, b"secret", content, "sha512")[:33]),
        appid=parent.appid,
        token=_base64(_derive(key, b"seal", content) + content),
        expires=grant.expires,
        user=parent.user,
        policy=parent.policy,
        session_policy=grant.policy,
        session_name=grant.name,
        role=grant.role,
    )


def _key(parent: Credential) -> bytes:
    return hmac.digest(to_bytes(parent.secret_key), b"temporary keys", "sha256")


def _derive(key: bytes, purpose: bytes, content: bytes, digest: str = "sha256") -> bytes:
    return hmac.digest(key, purpose + b"\n" + content, digest)


def _tencent_id(digest: bytes) -> str:
    """Return 68 characters, as real ids of temporary keys have."""
    return "AKID" + _base64(digest[:48])


def _aliyun_id(digest: bytes) -> str:
    """Return `STS.` and 25 letters and digits, as real ids of temporary keys have."""
    return "STS." + base64.b32encode(digest).decode("ascii")[:25]


_IDS: dict[Style, Callable[[bytes], str]] = {"tencent": _tencent_id, "aliyun": _aliyun_id}


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _decode(token: str) -> bytes | None:
    """Return the bytes of a token, None for what is none; every bit of its text counts."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _base64(data) == token else None


def _unpack(packed: bytes) -> Grant | None:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, _LARGEST_GRANT)
        return msgspec.json.decode(text, type=Grant) if unpacking.eof else None
    except (zlib.error, msgspec.DecodeError):
        return None
