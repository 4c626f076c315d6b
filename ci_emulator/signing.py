"""Sign a URL the way the COS SDKs presign one, for people at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from ci_emulator.auth import cos_q_sign
from ci_emulator.auth.credentials import Credential
from ci_emulator.config import KeyPair
from ci_emulator.core.target import decode_percent, parse_query


def presign(
    pair: KeyPair,
    method: str,
    url: str,
    *,
    now: float,
    seconds: int,
    headers: Mapping[str, str] | None = None,
) -> str:
    """Return the URL with the seven fields of a signature that holds from a minute ago for `seconds` seconds.

    The host, every parameter of the URL and the `headers` are signed; the request has to bring the headers as they are.
    """
    parts = urlsplit(url)
    value = cos_q_sign.sign(
        Credential(pair.secret_id, pair.secret_key, pair.appid),
        method,
        decode_percent(parts.path or "/"),
        start=int(now) - 60,
        end=int(now) + seconds,
        params=parse_query(parts.query),
        headers={"host": parts.netloc, **(headers or {})},
    )
    fields = (field.partition("=") for field in value.split("&"))
    query = "&".join(f"{name}={quote(text, safe='')}" for name, _, text in fields)
    token = f"&x-cos-security-token={quote(pair.token, safe='')}" if pair.token else ""
    return f"{url}{'&' if parts.query else '?'}{query}{token}"
