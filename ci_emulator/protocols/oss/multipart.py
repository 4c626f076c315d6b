"""What the actions of multipart uploads share (oss: InitiateMultipartUpload and the like)."""

from __future__ import annotations

from ci_emulator.core.params import Param, integer, text
from ci_emulator.core.registry import GiB, KiB
from ci_emulator.operations.uploads import MOST_PARTS, PartRules

#: The most bytes of a part.
LARGEST_PART = 5 * GiB

#: Parts but the last have 100 KB at least; their numbers may leave some out (oss: limits; CompleteMultipartUpload).
RULES = PartRules(100 * KiB, gapless=False)

UPLOAD_ID = Param("uploadId", text(), "string", required=True, about="the upload")
PART_NUMBER = Param(
    "partNumber",
    integer(1, MOST_PARTS),
    "integer",
    required=True,
    about="where in the object the part stands",
)


def etag(text: str) -> str:
    """Return the ETag of a part with its quotes."""
    return f'"{text.upper()}"'
