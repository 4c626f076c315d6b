"""What the actions of multipart uploads share (spec: cos.md section 4.3)."""

from __future__ import annotations

from collections.abc import Mapping

from ci_emulator.core.params import Param, integer, text
from ci_emulator.core.registry import GiB
from ci_emulator.operations.records import UploadRecord
from ci_emulator.operations.uploads import MOST_PARTS
from ci_emulator.protocols import xml
from ci_emulator.protocols.cos import encryption, names

#: The most bytes of a part, and of what is copied in one go (spec: cos.md section 4.0).
LARGEST_PART = 5 * GiB

UPLOAD_ID = Param("uploadId", text(), "string", required=True, about="the upload")
PART_NUMBER = Param(
    "partNumber",
    integer(1, MOST_PARTS),
    "integer",
    required=True,
    about="where in the object the part stands",
)


def check_customer_key(upload: UploadRecord, headers: Mapping[str, str]) -> None:
    """Check that a part comes with the customer's key that its upload was begun with.

    Raises:
        ApiError: SsecDecryptHeaderInvalid.
    """
    encryption.check_key(upload.attributes.encryption, headers)


def people(upload: UploadRecord, owner: str) -> dict[str, xml.Content]:
    """Return who began an upload, and who (APPID) owns it, as children of a listing."""
    return {"Initiator": names.owner(upload.initiator), "Owner": names.owner(owner)}
