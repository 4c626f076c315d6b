"""`GET /<key>?ci-process=zippreview`: what is in an archive (document 436/93032)."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR

from ci_emulator.core.model import Call, Reply
from ci_emulator.engines.archive_model import Entry, NotListed, Problem
from ci_emulator.protocols import xml
from ci_emulator.protocols.ci import switches
from ci_emulator.protocols.ci.answer import headers
from ci_emulator.protocols.ci.parts import Parts
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.services import Services

#: The code and the message of each reason; the documentation names none but the limits.
_PROBLEMS: dict[Problem, tuple[str, str]] = {
    "unreadable": (
        "ResourceNotSupported",
        "The object is no archive of a supported format, or it is damaged.",
    ),
    "format": ("NotImplemented", "Archives of the format {format} are not listed by this emulator."),
    "entries": ("ResourceNotSupported", "Only archives with fewer than 1000 files are supported."),
    "size": ("ResourceNotSupported", "An archive of the format {format} must be smaller than 128 MB."),
    "time": ("ResourceNotSupported", "The archive takes too long to be listed."),
    "password": ("NotImplemented", "Archives with encrypted names are not listed by this emulator."),
}


@action(
    "object",
    "GET",
    "ci-process=zippreview",
    permission="cos:GetObject",
    access="read",
    signed=True,
    called="zippreview",
)
async def zip_preview(call: Call, services: Services) -> Reply:
    """List the files of a ZIP, TAR, TAR.GZ, GZ or RAR archive without unpacking them."""
    await switches.check(services, call.place.bucket or "")
    tenant = call.principal.appid or ""
    parts = await Parts.of(call, services)
    found = await services.archives.contents(parts.record.size, parts.read, tenant=tenant)
    if isinstance(found, NotListed):
        raise _refused(found)
    content: dict[str, xml.Content] = {"FileNumber": len(found.entries)}
    if found.entries:
        content["Contents"] = [_described(entry, parts.record.key) for entry in found.entries]
    return Reply(headers=headers(call), body=xml.document("Response", content, declaration=False))


def _refused(result: NotListed) -> ApiError:
    code, message = _PROBLEMS[result.problem]
    return fail(code, message.format(format=result.format))


def _described(entry: Entry, key: str) -> dict[str, xml.Content]:
    # A GZ need not tell the name of its file; it is unpacked to that of the archive without the suffix.
    name = entry.name or key.rpartition("/")[2].removesuffix(".gz")
    return {"Key": name, "LastModified": _time(entry), "UncompressedSize": entry.size}


def _time(entry: Entry) -> str | None:
    if entry.modified is None or not MINYEAR <= entry.modified[0] <= MAXYEAR:
        return None
    # As the archive has it, which may be no day of the calendar.
    return "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}+0000".format(*entry.modified)
