"""ETags that say nothing about the bytes, for objects that were not written in one piece."""

from __future__ import annotations

import hashlib


def opaque_etag(*parts: str) -> str:
    """Return 32 hex digits that depend on all parts and are no MD5 of the object (spec: cos.md sections 0.7 and 4.0)."""
    return hashlib.md5(
        "\n".join(("opaque", *parts)).encode("utf-8", "surrogateescape"), usedforsecurity=False
    ).hexdigest()
