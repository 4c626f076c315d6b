"""`GET /<key>?ci-process=filehash`: the hash of an object (document 436/83107)."""

from __future__ import annotations

import msgspec

from ci_emulator.core.clock import iso8601_china
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, choice
from ci_emulator.core.registry import MiB
from ci_emulator.operations.digests import digest
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.ci import switches
from ci_emulator.protocols.ci.answer import headers
from ci_emulator.protocols.ci.source import opened
from ci_emulator.protocols.cos import access, upload
from ci_emulator.protocols.cos.authenticate import check_parameters_signed
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.names import requested_version
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

#: A file has to have fewer bytes (document 436/83107, edition of 2025).
LIMIT = 128 * MiB


def _flag(value: str) -> bool:
    # The SDK for JavaScript sends the parameter without a value.
    if value not in ("true", "false", ""):
        raise ValueError("must be true or false")
    return value == "true"


PARAMS = (
    Param(
        "type",
        choice("md5", "sha1", "sha256"),
        "`md5`, `sha1` or `sha256`",
        required=True,
        about="the hash algorithm",
    ),
    Param(
        "addtoheader",
        _flag,
        "`true` or `false`",
        default=False,
        about="`true` also keeps the hash as `x-cos-meta-TYPE` of the object",
    ),
)


@action(
    "object",
    "GET",
    "ci-process=filehash",
    permission="cos:GetObject",
    access="read",
    signed=True,
    params=PARAMS,
    called="filehash",
)
async def file_hash(call: Call, services: Services) -> Reply:
    """Compute the MD5, SHA-1 or SHA-256 of an object, and keep it as metadata if asked to."""
    bucket = call.place.bucket or ""
    algorithm = call.params["type"]
    if call.params["addtoheader"]:
        check_parameters_signed(call, "ci-process", "addtoheader")
    await switches.check(services, bucket)
    content_of = await opened(call, services, _plan)
    record = content_of.record
    try:
        if call.params["addtoheader"]:
            await _check_writable(call, services, record)
        found = await digest(content_of, algorithm)
    finally:
        if content_of.stream is not None:
            await content_of.stream.aclose()
    if call.params["addtoheader"]:
        await _keep(services, bucket, record, upload.META + algorithm, found)
    region = (await services.buckets.find(bucket)).region
    content: xml.Root = {
        "FileHashCodeResult": {
            algorithm.upper(): found,
            "FileSize": record.size,
            "LastModified": iso8601_china(record.modified),
            "Etag": f'"{record.etag}"',
        },
        "Input": {"Bucket": bucket, "Object": call.place.key or "", "Region": region},
    }
    return Reply(headers=headers(call), body=xml.document("Response", content, declaration=False))


def _plan(record: ObjectRecord) -> tuple[int, int]:
    if record.size >= LIMIT:
        raise fail("ResourceNotSupported", "filehash takes files of less than 128 MB.")
    return 0, record.size


async def _check_writable(call: Call, services: Services, record: ObjectRecord) -> None:
    """Refuse to change an object on behalf of somebody who may only read it; of a link it is the target that changes.

    Raises:
        ApiError: AccessDenied.
    """
    asked = access.Asked(
        call.place.bucket or "", record.key, "write", "cos:PutObject", requested_version(call)
    )
    if not await access.may(call, services, asked):
        raise fail("AccessDenied", "addtoheader=true needs the permission to write the object.")


async def _keep(services: Services, bucket: str, read: ObjectRecord, name: str, value: str) -> None:
    """Keep a hash as metadata of the version that it was computed of; its bytes, ETag and time stay.

    Raises:
        Refusal: METADATA_TOO_LARGE; OVERLOADED when the object was written meanwhile, so that the client asks again.
    """

    def change(record: ObjectRecord) -> ObjectRecord:
        if (record.order, record.etag) != (read.order, read.etag):
            raise Refusal(Kind.OVERLOADED)
        meta = upload.metadata({**record.attributes.meta, name: value})
        attributes = msgspec.structs.replace(record.attributes, meta=meta)
        return msgspec.structs.replace(record, attributes=attributes)

    try:
        await services.objects.change(bucket, read.key, change, read.version_id)
    except Refusal as refusal:
        if refusal.kind in (Kind.VERSION_MISSING, Kind.KEY_MISSING):
            raise Refusal(Kind.OVERLOADED) from None
        raise
