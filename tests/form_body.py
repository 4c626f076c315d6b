"""Bodies of multipart/form-data, written by hand so that they can be wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from ci_emulator.auth.cos_q_sign import post_form_signature

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str | bytes, value: str | bytes, *lines: str, filename: str | None = None) -> bytes:
    """Write a part without its delimiter; `lines` are further header lines."""
    disposition = b'Content-Disposition: form-data; name="%b"' % _bytes(name)
    if filename is not None:
        disposition += b'; filename="%b"' % filename.encode()
    return b"\r\n".join([disposition, *map(_bytes, lines), b"", _bytes(value)])


def file(content: bytes, filename: str | None = "photo.jpg", *lines: str) -> bytes:
    return part("file", content, *(lines or ("Content-Type: image/jpeg",)), filename=filename)


def body(*parts: bytes, boundary: str = BOUNDARY) -> bytes:
    delimiter = b"--" + boundary.encode()
    return b"".join(b"%b\r\n%b\r\n" % (delimiter, each) for each in parts) + delimiter + b"--\r\n"


def form(
    fields: dict[str, str] | Iterable[tuple[str, str]],
    content: bytes = b"[Object Content]",
    filename: str | None = "photo.jpg",
) -> bytes:
    """Write an ordinary form: the fields, then the file."""
    pairs = fields.items() if isinstance(fields, dict) else fields
    return body(*(part(name, value) for name, value in pairs), file(content, filename))


def signed_fields(
    secret_id: str,
    secret_key: str,
    now: float,
    conditions: Sequence[Any] = (),
    *,
    expires: float = 600,
    key_time: str | None = None,
    required: bool = True,
) -> dict[str, str]:
    """Return the fields of a policy that is signed; `expires` is in seconds from `now`."""
    times = key_time or f"{int(now) - 60};{int(now) + 600}"
    own = [{"q-sign-algorithm": "sha1"}, {"q-ak": secret_id}, {"q-sign-time": times}] if required else []
    until = datetime.fromtimestamp(now + expires, UTC).isoformat(timespec="milliseconds")
    text = json.dumps({"expiration": until.replace("+00:00", "Z"), "conditions": [*conditions, *own]})
    return {
        "policy": base64.b64encode(text.encode()).decode(),
        "q-sign-algorithm": "sha1",
        "q-ak": secret_id,
        "q-key-time": times,
        "q-signature": post_form_signature(secret_key, times, text.encode()),
    }


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
