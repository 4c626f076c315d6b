"""The version of an object that a request names, and how answers tell of versions (oss: versioning, `versionId`)."""

from __future__ import annotations

from collections.abc import Callable

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.core.registry import Access
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.oss import access as access_control
from ci_emulator.protocols.oss.errors import EC_HEADER, fail
from ci_emulator.protocols.services import Services

_MARKER, _VERSION = "x-oss-delete-marker", "x-oss-version-id"
_EC_OF_LOST_TARGET = "0026-00000012"


async def requested_version(call: Call, services: Services, access: Access, permission: str) -> str | None:
    """Return the version that a call names, None for the current one.

    Who names one needs a permission of its own, such as `oss:GetObjectVersion`, beside the action's.

    Raises:
        ApiError: AccessDenied, InvalidArgument for an empty one.
    """
    version = call.target.parameter("versionId")
    if version is None:
        return None
    if not version:
        raise fail("InvalidArgument", reason="versionId must not be empty.")
    bucket, key = call.place.bucket or "", call.place.key or ""
    if not await access_control.may(call, services, bucket, key, access, permission, version):
        raise access_control.denied(call)
    return version


async def find(call: Call, services: Services, access: Access, permission: str) -> ObjectRecord:
    """Return what is known of the version that a call names; `access` and `permission` as in `requested_version`.

    Raises:
        Refusal: KEY_MISSING, VERSION_MISSING.
        ApiError: NoSuchKey where a delete marker covers the object, MethodNotAllowed when it is one that is named, and
            those of `requested_version`.
    """
    version = await requested_version(call, services, access, permission)
    try:
        record = await services.objects.find(call.place.bucket or "", call.place.key or "", version)
    except Refusal as refusal:
        raise missing(refusal) from None
    check_not_a_marker(record)
    return record


async def change(
    call: Call,
    services: Services,
    work: Callable[[ObjectRecord], ObjectRecord],
    access: Access,
    permission: str,
) -> ObjectRecord:
    """Change what is known of the version that a call names; its bytes stay.

    Raises:
        Refusal: KEY_MISSING, VERSION_MISSING.
        ApiError: MethodNotAllowed for a delete marker, those of `requested_version`, and whatever `work` raises.
    """
    version = await requested_version(call, services, access, permission)

    def checked(record: ObjectRecord) -> ObjectRecord:
        check_not_a_marker(record)
        return work(record)

    return await services.objects.change(call.place.bucket or "", call.place.key or "", checked, version)


def missing(refusal: Refusal) -> Exception:
    """Return what a refusal to find or reach an object is for OSS: markers show in headers, lost targets have a code."""
    if refusal.kind is not Kind.KEY_MISSING:
        return refusal
    if "link" in refusal.facts:
        return fail("SymlinkTargetNotExist", headers={EC_HEADER: _EC_OF_LOST_TARGET})
    marker = refusal.facts.get("delete_marker")
    if marker is None:
        return refusal
    told = {_MARKER: "true", _VERSION: marker}
    return fail("NoSuchKey", extra={"Key": refusal.facts.get("key", "")}, headers=told)


def check_not_a_marker(record: ObjectRecord) -> None:
    """Refuse a delete marker that is named by its version: there is nothing but its deletion.

    Raises:
        ApiError: MethodNotAllowed.
    """
    if record.delete_marker:
        raise fail("MethodNotAllowed", headers={_MARKER: "true", _VERSION: record.version_id})


def version_headers(record: ObjectRecord) -> list[tuple[str, str]]:
    """Return the headers that say which version it is, where there are versions, and whether it is a delete marker."""
    found = [(_VERSION, record.version)] if record.version else []
    return found + ([(_MARKER, "true")] if record.delete_marker else [])
