"""The numbers that failed picture operations carry in the header `X-ErrNo` (spec: ci.md section 7.3).

The documentation lists them without the codes of the XML documents, so the pairs are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.protocols.cos.errors import COS_ERRORS
from ci_emulator.protocols.error_model import ApiError

ERR_NO = "X-ErrNo"

#: When a picture is read to be answered about.
AT_DOWNLOAD: Mapping[Kind, str] = {
    Kind.IMAGE_EMPTY: "-40168",
    Kind.IMAGE_UNREADABLE: "-120",
    Kind.IMAGE_FORMAT_UNSUPPORTED: "-443",
    Kind.IMAGE_TOO_MANY_PIXELS: "-447",
    Kind.IMAGE_TOO_FEW_PIXELS: "-447",
    Kind.IMAGE_TOO_MANY_BYTES: "-167",
    Kind.ENGINE_TIMEOUT: "-901",
}

#: When the result is to be stored: at upload and in place.
PERSISTENT: Mapping[Kind, str] = {
    Kind.IMAGE_EMPTY: "-60950",
    Kind.IMAGE_UNREADABLE: "-62999",
    Kind.IMAGE_FORMAT_UNSUPPORTED: "-62999",
    Kind.IMAGE_TOO_MANY_PIXELS: "-447",
    Kind.IMAGE_TOO_FEW_PIXELS: "-447",
    Kind.IMAGE_TOO_MANY_BYTES: "-60996",
    Kind.PARAMETER_MISSING: "-60998",
    Kind.PARAMETER_INVALID: "-60998",
}


@contextmanager
def numbered(numbers: Mapping[Kind, str]) -> Iterator[None]:
    """Give the refusals that come out of the block their number; others pass as they are."""
    try:
        yield
    except Refusal as refusal:
        number = numbers.get(refusal.kind)
        if number is None:
            raise
        row, message = COS_ERRORS.resolve(refusal)
        raise ApiError(row.code, message, variant=row.variant, headers={ERR_NO: number}) from refusal
