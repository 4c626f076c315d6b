"""The checks that every call of API 3.0 passes, in the order of spec tencentcloud-api3.md section 1.6."""

from __future__ import annotations

import re

from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.tencentcloud.envelope import LANGUAGES, Envelope, Scheme
from ci_emulator.protocols.tencentcloud.errors import fail
from ci_emulator.protocols.tencentcloud.regions import REGIONS, Regions

#: What must be there before a signature is looked at. A COS signature has its own times, and the v1 scheme a nonce.
_REQUIRED = {
    Scheme.TC3: ("Action", "Version", "Timestamp"),
    Scheme.V1: ("Action", "Version", "Timestamp", "Nonce", "SecretId", "Signature"),
    Scheme.Q_SIGN: ("Action", "Version"),
}
_NUMBERS = {Scheme.TC3: ("Timestamp",), Scheme.V1: ("Timestamp", "Nonce"), Scheme.Q_SIGN: ()}
_METHODS = ("", "HmacSHA1", "HmacSHA256")
_DIGITS = re.compile(r"^[0-9]{1,19}$", re.ASCII)


def check_common(envelope: Envelope) -> None:
    """Check that the common parameters are there and well-formed.

    Raises:
        ApiError: MissingParameter, InvalidParameter, InvalidParameterValue.
    """
    for name in _REQUIRED[envelope.scheme]:
        if not envelope.common.get(name):
            raise _missing(envelope, name)
    for name in _NUMBERS[envelope.scheme]:
        if not _DIGITS.match(envelope.common[name]):
            raise fail("InvalidParameter", variant="type-v1", name=_spelt(envelope, name))
    if envelope.scheme is Scheme.V1 and envelope.common.get("SignatureMethod", "") not in _METHODS:
        raise fail("InvalidParameterValue", name="SignatureMethod")
    language = envelope.common.get("Language")
    if language and language not in LANGUAGES:
        raise fail("InvalidParameterValue", name=_spelt(envelope, "Language"))


def check_region(envelope: Envelope, regions: Regions) -> None:
    """Check the region of a call against the regions of its action.

    Raises:
        ApiError: MissingParameter, InvalidParameterValue for a region that does not exist, UnsupportedRegion.
    """
    region = envelope.common.get("Region")
    if not region:
        if regions.required:
            raise _missing(envelope, "Region")
        return
    if region not in REGIONS:
        raise fail("InvalidParameterValue", name=_spelt(envelope, "Region"))
    if regions.supported is not None and region not in regions.supported:
        raise fail("UnsupportedRegion")


def _missing(envelope: Envelope, name: str) -> ApiError:
    variant = "" if envelope.scheme is Scheme.V1 else "header"
    return fail("MissingParameter", variant=variant, name=_spelt(envelope, name))


def _spelt(envelope: Envelope, name: str) -> str:
    return name if envelope.scheme is Scheme.V1 else f"X-TC-{name}"
