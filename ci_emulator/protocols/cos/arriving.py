"""An object on its way into a bucket, however it was sent: the bytes and what the request says about them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from ci_emulator.core.errors import Refusal
from ci_emulator.operations.content import Expected
from ci_emulator.operations.records import Attributes, ObjectRecord
from ci_emulator.protocols.cos import access, upload
from ci_emulator.protocols.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """An upload of which no byte was read; `length` is what it announces, in bytes."""

    bucket: str
    key: str
    chunks: AsyncIterator[bytes]
    attributes: Attributes
    expected: Expected
    forbid_overwrite: bool
    length: int | None = None


def arriving(
    bucket: str,
    key: str,
    chunks: AsyncIterator[bytes],
    headers: Mapping[str, str],
    length: int | None = None,
) -> Arriving:
    """Return an upload with what its headers say, or the fields of its form.

    Raises:
        Refusal, ApiError: those of `upload.attributes` and `upload.expected`.
    """
    return Arriving(
        bucket=bucket,
        key=key,
        chunks=chunks,
        attributes=upload.attributes(headers, access.owner_of(bucket)),
        expected=upload.expected(headers),
        forbid_overwrite=upload.forbids_overwrite(headers),
        length=length,
    )


async def store(services: Services, upload_of: Arriving) -> ObjectRecord:
    """Store an object, byte for byte as sent.

    Raises:
        Refusal: those of `Objects.put`.
        ApiError: InvalidSHA1Digest.
    """
    try:
        return await services.objects.put(
            upload_of.bucket,
            upload_of.key,
            upload_of.chunks,
            upload_of.attributes,
            upload_of.expected,
            forbid_overwrite=upload_of.forbid_overwrite,
        )
    except Refusal as refusal:
        raise upload.digest_error(refusal) from None
