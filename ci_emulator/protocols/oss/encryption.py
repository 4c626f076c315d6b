"""Server-side encryption in the words of OSS (oss: PutObject, server-side encryption); nothing is encrypted.

It is kept in the words of COS, so that the clients of both are told about it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ci_emulator.protocols.cos import encryption as kept_as
from ci_emulator.protocols.header_values import is_utf8
from ci_emulator.protocols.oss.errors import fail

HEADER = "x-oss-server-side-encryption"
_KEY_ID = f"{HEADER}-key-id"
_DATA = "x-oss-server-side-data-encryption"

#: The methods that a client may ask for, and as what they are kept.
_METHODS = {"AES256": "AES256", "KMS": kept_as.KMS, "SM4": "SM4"}
_SHOWN = {kept: method for method, kept in _METHODS.items()}


def requested(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the encryption that an upload asks for, as it is kept; empty without one.

    Raises:
        ApiError: InvalidEncryptionAlgorithmError, InvalidArgument for a key without KMS or whose id is not UTF-8,
            NotImplemented for an algorithm of the data beside KMS.
    """
    method, key_id = headers.get(HEADER), headers.get(_KEY_ID)
    if headers.get(_DATA):
        raise fail("NotImplemented", feature=f"The header {_DATA}")
    if method and method not in _METHODS:
        raise fail("InvalidEncryptionAlgorithmError")
    if key_id and method != "KMS":
        raise fail("InvalidArgument", reason=f"The header {_KEY_ID} needs {HEADER}: KMS.")
    if not is_utf8(key_id or ""):
        raise fail("InvalidArgument", reason=f"The header {_KEY_ID} is not valid UTF-8.")
    if not method:
        return {}
    found = {kept_as.METHOD: _METHODS[method]}
    if method == "KMS":
        found[kept_as.KMS_KEY] = key_id or kept_as.EMULATED_KMS_KEY
    return found


def shown(kept: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return kept encryption as headers."""
    method = _SHOWN.get(kept.get(kept_as.METHOD, ""))
    found = [(HEADER, method)] if method else []
    if kept_as.KMS_KEY in kept:
        found.append((_KEY_ID, kept[kept_as.KMS_KEY]))
    return found


def check_readable(kept: Mapping[str, str]) -> None:
    """Refuse what was written through COS with a key of the customer's own: OSS clients have no way to give one.

    Raises:
        ApiError: InvalidRequest.
    """
    if kept_as.CUSTOMER_ALGORITHM in kept:
        raise fail("InvalidRequest", reason="The object was encrypted with a customer key through COS.")
