"""PUT and GET Symlink (document 436/109082; spec: cos.md section 4.3, row symlink)."""

from __future__ import annotations

from ci_emulator.core.clock import http_date
from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import NULL_VERSION
from ci_emulator.protocols.cos import access, documents, named_object, names, symlinks, upload
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services


@action("object", "PUT", "symlink", permission="cos:PutSymlink", access="write", called="PutSymlink")
async def put_symlink(call: Call, services: Services) -> Reply:
    """Make an object that leads to another one of its bucket, which need not exist."""
    bucket, key, headers = call.place.bucket or "", call.place.key or "", call.target.headers
    names.check_key(key)
    target = symlinks.requested_target(headers)
    if target == key:
        raise fail("InvalidArgument", "A symbolic link cannot lead to itself.", name=symlinks.HEADER)
    attributes = upload.attributes(headers, access.owner_of(bucket))
    if attributes.storage_class != symlinks.STORAGE_CLASS:
        raise fail("NotSupportedStorageClass", f"A symbolic link is always {symlinks.STORAGE_CLASS}.")
    if await documents.read(call):
        raise fail("UnexpectedContent", "A symbolic link has no body.")
    record = await services.objects.link(
        bucket, key, target, attributes, forbid_overwrite=upload.forbids_overwrite(headers)
    )
    # As with PUT Object, the version `null` is not told.
    version = record.version if record.version != NULL_VERSION else ""
    return Reply(headers=_described(record.etag, version))


@action("object", "GET", "symlink", permission="cos:GetSymlink", access="read", called="GetSymlink")
async def get_symlink(call: Call, services: Services) -> Reply:
    """Tell where a link leads; what it leads to is not looked at."""
    record = await named_object.find(call, services)
    if record.kind != "symlink":
        raise fail("NoSuchKey", "The object is not a symbolic link.")
    told = [symlinks.target_header(record.target), ("Last-Modified", http_date(record.modified))]
    return Reply(headers=told + _described(record.etag, record.version))


def _described(etag: str, version: str) -> list[tuple[str, str]]:
    """Return the headers that say which link it is; a checksum is not among them (document 436/109082)."""
    return [("ETag", f'"{etag}"'), *([("x-cos-version-id", version)] if version else [])]
