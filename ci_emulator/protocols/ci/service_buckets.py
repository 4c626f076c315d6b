"""What services that are opened bucket by bucket have in common: open, close, list (spec: ci.md section 7.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ci_emulator.core.clock import iso8601_china
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.params import Param, integer, text
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.ci import switches
from ci_emulator.protocols.ci.answer import headers
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.services import Services

_FIRST_PAGE, _PAGE_SIZE, _LARGEST_PAGE = 1, 10, 100


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its name in `BucketRecord.services`, the element of a bucket, and the code where it is not open."""

    name: str
    element: str
    not_open: str


def _unless_empty(parse: Callable[[str], Any], default: Any) -> Callable[[str], Any]:
    """Return a parser for which an empty text is the default: cos-python-sdk-v5 sends what nobody gave it as empty."""
    return lambda value: parse(value) if value else default


def _names(value: str) -> frozenset[str]:
    """Parse names that are separated by commas."""
    return frozenset(filter(None, (name.strip() for name in text()(value).split(","))))


PARAMS = (
    Param(
        "regions",
        _names,
        "string",
        about="only buckets of these regions, separated by commas",
    ),
    Param("bucketNames", _names, "string", about="only these buckets, separated by commas"),
    Param("bucketName", text(), "string", default="", about="only buckets whose name begins with this"),
    Param(
        "pageNumber",
        _unless_empty(integer(1, 2**31 - 1), _FIRST_PAGE),
        "integer",
        default=_FIRST_PAGE,
        about="which page, from 1",
    ),
    Param(
        "pageSize",
        _unless_empty(integer(1, _LARGEST_PAGE), _PAGE_SIZE),
        "integer",
        default=_PAGE_SIZE,
        about=f"how many buckets a page has, 1 to {_LARGEST_PAGE}",
    ),
)


async def opened(call: Call, services: Services, service: Service) -> Reply:
    """Open a service on the bucket of a call, and describe that."""
    bucket = await switches.open_service(services, call.place.bucket or "", service.name)
    return reply(call, {service.element: _described(bucket, service)})


async def closed(call: Call, services: Services, service: Service) -> Reply:
    """Close a service on the bucket of a call.

    Raises:
        ApiError: the service's own code when it is not open.
    """
    name = call.place.bucket or ""
    if not await switches.close_service(services, name, service.name):
        raise fail(service.not_open)
    return reply(call, {"BucketName": name})


async def listed(call: Call, services: Services, service: Service) -> Reply:
    """List those buckets of the account that asks on which a service is open, a page of them.

    Without `regions` those of the host's region, and of all regions when the host has none.
    """
    given = call.params
    regions = given["regions"] or ({call.place.region} if call.place.region else frozenset())
    found = [
        bucket
        for bucket in await services.buckets.owned_by(call.principal.appid)
        if service.name in bucket.services
        and bucket.name.startswith(given["bucketName"])
        and (not regions or bucket.region in regions)
        and (not given["bucketNames"] or bucket.name in given["bucketNames"])
    ]
    size, number = given["pageSize"], given["pageNumber"]
    page = found[(number - 1) * size : number * size]
    return reply(
        call,
        {
            "TotalCount": len(found),
            "PageNumber": number,
            "PageSize": size,
            f"{service.element}List": [_described(bucket, service) for bucket in page],
        },
    )


def reply(call: Call, children: dict[str, xml.Content]) -> Reply:
    """Return a `Response` with its RequestId."""
    body = xml.document("Response", {"RequestId": call.request_id, **children}, declaration=False)
    return Reply(headers=headers(call), body=body)


def _described(bucket: BucketRecord, service: Service) -> dict[str, xml.Content]:
    return {
        "BucketId": bucket.name,
        "Name": bucket.name,
        "Region": bucket.region,
        "CreateTime": iso8601_china(bucket.services[service.name]),
    }
