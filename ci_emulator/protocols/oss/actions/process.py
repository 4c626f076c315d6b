"""`x-oss-process` and `x-oss-async-process` (aliyun.md section 3, pictures.md sections B.1 and B.7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NoReturn

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import KiB
from ci_emulator.protocols.cos import download
from ci_emulator.protocols.oss import access
from ci_emulator.protocols.oss.errors import fail
from ci_emulator.protocols.oss.image import catalogue, source
from ci_emulator.protocols.oss.image.average_hue import average_hue
from ci_emulator.protocols.oss.image.codes import codes
from ci_emulator.protocols.oss.image.grammar import Segment, invalid, parse
from ci_emulator.protocols.oss.image.info import info
from ci_emulator.protocols.oss.select import action
from ci_emulator.protocols.services import Services

PROCESS, ASYNC = "x-oss-process", "x-oss-async-process"
MAX_BODY = 64 * KiB

#: The operations that are carried out.
RUNS: dict[str, Callable[[Call, Services], Awaitable[Reply]]] = {
    "info": info,
    "average-hue": average_hue,
    "codes": codes,
}


@action("object", "GET", PROCESS, called="ProcessObject", permission="oss:GetObject", access="read")
async def process_object(call: Call, services: Services) -> Reply:
    """Tell something about a picture; the object stays as it is."""
    segments = parse(call.target.parameter(PROCESS) or "")
    catalogue.check(segments, saving=False)
    for segment in segments:
        for step in segment.steps:
            if segment.family != catalogue.IMAGE or step.name not in RUNS:
                raise fail("NotImplemented", feature=f"{PROCESS}={segment.family}/{step.name}")
    name = segments[-1].steps[-1].name
    await _authorise(call, services, catalogue.OPERATIONS[name])
    try:
        return await RUNS[name](call, services)
    except download.NotModified as same:
        return Reply(304, source.headers(same.record))


@action(
    "object",
    "POST",
    PROCESS,
    called="PostProcessTask",
    access="read",
    signed=True,
    max_body=MAX_BODY,
)
async def process_and_save(call: Call, services: Services) -> Reply:
    """Refuse, by its name, to store a processed picture."""
    _refuse(PROCESS, await _posted(call, PROCESS))


@action(
    "object",
    "POST",
    ASYNC,
    called="AsyncProcessObject",
    permission="oss:PostProcessTask",
    access="read",
    signed=True,
    max_body=MAX_BODY,
)
async def process_later(call: Call, services: Services) -> Reply:
    """Refuse asynchronous processing, by its name."""
    segments = await _posted(call, ASYNC)
    first = segments[0]
    operation = catalogue.OPERATIONS.get(first.steps[0].name)
    if first.family == catalogue.IMAGE and operation is not None and operation.sync:
        raise invalid(f"image/{first.steps[0].name} has no asynchronous form: use GET with {PROCESS}.")
    _refuse(ASYNC, segments)


@action("service", "GET", PROCESS, called="ProcessObject", access="none")
@action("bucket", "GET", PROCESS, called="ProcessObject", access="none")
async def process_no_object(call: Call, services: Services) -> Reply:
    """Refuse to process what is no object."""
    raise invalid(f"{PROCESS} is for objects.")


async def _authorise(call: Call, services: Services, operation: catalogue.Operation) -> None:
    """Ask for what an operation needs besides reading the object.

    Raises:
        ApiError: AccessDenied.
    """
    if operation.signed and call.principal.anonymous:
        call.diagnosis = "AccessDenied: this must be signed, whatever strangers may read"
        raise fail("AccessDenied", variant="anonymous")
    bucket, version = call.place.bucket or "", call.target.parameter("versionId")
    for permission in operation.beside:
        if not await access.may(call, services, bucket, call.place.key, "read", permission, version):
            raise access.denied(call)


async def _posted(call: Call, parameter: str) -> tuple[Segment, ...]:
    """Return what the body of a POST asks for, `x-oss-process=image/…|sys/saveas,…`; SDKs do not percent-encode it.

    Raises:
        Refusal: BODY_TOO_LARGE, BODY_INCOMPLETE, BODY_TIMEOUT.
        ApiError: InvalidArgument, TooManyPipes.
    """
    text = (await call.body.read(MAX_BODY)).decode("utf-8", "replace")
    segments = parse(text.strip().removeprefix(f"{parameter}="))
    catalogue.check(segments, saving=True)
    return segments


def _refuse(parameter: str, segments: tuple[Segment, ...]) -> NoReturn:
    first = segments[0]
    raise fail("NotImplemented", feature=f"POST with {parameter}={first.family}/{first.steps[0].name}")
