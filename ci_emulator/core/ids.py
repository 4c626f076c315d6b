"""The one source of ids: request ids, trace ids, blob names; replaceable, so that a run can be deterministic."""

from __future__ import annotations

import base64
import random
import secrets
import uuid
from typing import Protocol

_DRAWN_BYTES = 512


class Ids(Protocol):
    """Makes the identifiers that leave the server."""

    def cos_request_id(self, now: float) -> str:
        """Return base64 of `hex(unix time)_hex_hex_hex` (spec: cos.md section 3.1)."""
        ...

    def cos_trace_id(self) -> str:
        """Return base64 of a 128-character hex text (spec: cos.md section 3.1)."""
        ...

    def oss_request_id(self, now: float) -> str:
        """Return 24 hex digits in upper case that begin with the time (spec: aliyun.md section 1.6)."""
        ...

    def uuid(self) -> str:
        """Return a lower-case UUID with dashes, the request id of API 3.0 (spec: tencentcloud-api3.md section 0.3)."""
        ...

    def token(self) -> str:
        """Return 32 unguessable hex digits."""
        ...


class _HexIds:
    """Ids built from any source of hex digits."""

    def _hex(self, digits: int) -> str:
        raise NotImplementedError

    def cos_request_id(self, now: float) -> str:
        """Return base64 of `hex(unix time)_hex_hex_hex`."""
        digits = self._hex(16)
        text = f"{int(now):x}_{digits[:8]}_{digits[8:12]}_{digits[12:]}"
        return base64.b64encode(text.encode()).decode()

    def cos_trace_id(self) -> str:
        """Return base64 of a 128-character hex text."""
        return base64.b64encode(self._hex(128).encode()).decode()

    def oss_request_id(self, now: float) -> str:
        """Return 24 hex digits in upper case that begin with the time."""
        return f"{int(now):08x}{self._hex(16)}".upper()

    def uuid(self) -> str:
        """Return a lower-case UUID4 with dashes."""
        return str(uuid.UUID(hex=self._hex(32), version=4))

    def token(self) -> str:
        """Return 32 hex digits."""
        return self._hex(32)


class RandomIds(_HexIds):
    """Unguessable ids; an instance is used by one thread.

    The system is asked for many digits at a time: each call lets go of the GIL, and waits for it where threads compete.
    """

    def __init__(self) -> None:
        self._digits = ""

    def _hex(self, digits: int) -> str:
        if len(self._digits) < digits:
            self._digits = secrets.token_hex(_DRAWN_BYTES)
        found, self._digits = self._digits[:digits], self._digits[digits:]
        return found


class SeededIds(_HexIds):
    """The same ids in every run that starts from the same seed; for reproducible runs only."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducibility is the point here

    def _hex(self, digits: int) -> str:
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"


def version_id(order: int) -> str:
    """Return the version id of what was made in microsecond `order`: unpadded base64 of decimal 2^64 - order.

    A newer one is smaller (spec: cos.md section 4.0).
    """
    return base64.b64encode(str(2**64 - order).encode()).decode().rstrip("=")


def order_of_version(text: str) -> int | None:
    """Return the microsecond that a version id stands for, None when the text is no version id."""
    try:
        number = int(base64.b64decode(text + "=" * (-len(text) % 4), validate=True))
    except ValueError:
        return None
    order = 2**64 - number
    return order if 0 < order < 2**64 and version_id(order) == text else None


def upload_id(now: float, token: str) -> str:
    """Return an upload id: ten digits of unix time and 64 hex digits (spec: cos.md section 4.0)."""
    return f"{int(now):010d}{token}"
