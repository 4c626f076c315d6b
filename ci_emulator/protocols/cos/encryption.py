"""Server-side encryption headers: checked and given back (spec: cos.md section 4.0); nothing is encrypted."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping

from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.header_values import is_utf8

METHOD = "x-cos-server-side-encryption"
KMS_KEY = f"{METHOD}-cos-kms-key-id"
CUSTOMER_ALGORITHM = f"{METHOD}-customer-algorithm"
_KEY = f"{METHOD}-customer-key"
_KEY_MD5 = f"{METHOD}-customer-key-md5"
#: As the documentation spells it in answers, where the Python SDK hands the names on as they come.
_ANSWERED_KEY_MD5 = f"{METHOD}-customer-key-MD5"

KMS = "cos/kms"
_MANAGED = frozenset({"AES256", KMS})
EMULATED_KMS_KEY = "00000000-0000-4000-8000-000000000000"


def requested(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that an answer gives back; empty without encryption.

    Raises:
        ApiError: InvalidArgument for an unknown algorithm, the id of a key that is not UTF-8 or a customer key that is not what its headers say.
    """
    managed = headers.get(METHOD)
    customer = headers.get(CUSTOMER_ALGORITHM)
    if managed and customer:
        raise fail(
            "InvalidArgument", "Only one kind of server-side encryption can be asked for.", name=METHOD
        )
    if customer:
        return _customer(headers, customer)
    if not managed:
        return {}
    if managed not in _MANAGED:
        raise fail("InvalidArgument", f"The header {METHOD} must be AES256 or {KMS}.", name=METHOD)
    found = {METHOD: managed}
    if managed == KMS:
        key_id = headers.get(KMS_KEY) or EMULATED_KMS_KEY
        if not is_utf8(key_id):
            raise fail("InvalidArgument", f"The header {KMS_KEY} is not valid UTF-8.", name=KMS_KEY)
        found[KMS_KEY] = key_id
    return found


def check_readable(record: ObjectRecord, headers: Mapping[str, str]) -> None:
    """Check that who reads an object has the customer's key that it was written with.

    Raises:
        ApiError: SsecDecryptHeaderInvalid.
    """
    check_key(record.attributes.encryption, headers)


def check_key(kept: Mapping[str, str], headers: Mapping[str, str]) -> None:
    """Check that a request has the customer's key, if there was one when `kept` was made by `requested`.

    Raises:
        ApiError: SsecDecryptHeaderInvalid.
    """
    if CUSTOMER_ALGORITHM not in kept:
        return
    given = requested(headers)
    if given.get(_ANSWERED_KEY_MD5) != kept[_ANSWERED_KEY_MD5]:
        raise fail("SsecDecryptHeaderInvalid")


def _customer(headers: Mapping[str, str], algorithm: str) -> dict[str, str]:
    if algorithm != "AES256":
        raise fail(
            "InvalidArgument", f"The header {CUSTOMER_ALGORITHM} must be AES256.", name=CUSTOMER_ALGORITHM
        )
    try:
        key = base64.b64decode(headers.get(_KEY) or "", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    digest = base64.b64encode(hashlib.md5(key, usedforsecurity=False).digest()).decode()
    if len(key) != 32 or headers.get(_KEY_MD5) != digest:
        raise fail(
            "InvalidArgument", "The customer key is not 256 bits long or not the one of its MD5.", name=_KEY
        )
    return {CUSTOMER_ALGORITHM: algorithm, _ANSWERED_KEY_MD5: digest}
