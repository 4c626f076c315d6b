"""Who × what × which ACL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from ci_emulator.config import load
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import ANONYMOUS, Call, Place, Principal, Reply
from ci_emulator.core.registry import Action
from ci_emulator.core.target import Form, Target, parse_host
from ci_emulator.operations.content import Expected
from ci_emulator.operations.records import Attributes, BucketRecord
from ci_emulator.protocols.cos.access import authorise
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.services import Services
from ci_emulator.server import open_services

OWNER = Principal("1250000000", "id")
STRANGER = Principal("99", "other")
UNCHECKED = Principal(None, unchecked=True)


async def _nothing(call: Call, services: Any) -> Reply:
    return Reply()


async def _content():
    yield b"x"


@pytest.fixture
async def services() -> AsyncIterator[Services]:
    async with open_services(load({}, {})) as (opened, _):
        for acl in ("private", "public-read", "public-read-write", "authenticated-read"):
            name = f"{acl}-1250000000"
            record = BucketRecord(name=name, owner="1250000000", region="r", created=0, acl=acl)
            await opened.buckets.create(record, most=10)
            for key, own in (("plain", "default"), ("open", "public-read"), ("shut", "private")):
                await opened.objects.put(name, key, _content(), Attributes(acl=own), Expected())
        yield opened


async def _verdict(
    services: Services, who: Principal, access: Any, bucket: str | None, key: str | None
) -> str:
    target = Target("GET", Form.ORIGIN, "h", parse_host("h"), "/", "", {})
    call = Call(target, None, "", 0.0, place=Place("cos", "cos", bucket, key), principal=who)  # type: ignore[arg-type]
    call.action = Action("Test", _nothing, "cos:Test", access=access)
    try:
        await authorise(call, services)
    except ApiError as error:
        return error.code
    except Refusal as refusal:
        return refusal.kind.value
    return "yes"


NO = "AccessDenied"


@pytest.mark.parametrize(
    ("acl", "key", "access", "stranger", "anonymous"),
    [
        ("private", None, "read", NO, NO),
        ("private", "plain", "read", NO, NO),
        ("private", "open", "read", "yes", "yes"),
        ("private", "open", "write", NO, NO),
        ("public-read", None, "read", "yes", "yes"),
        ("public-read", "plain", "read", "yes", "yes"),
        ("public-read", "shut", "read", NO, NO),
        ("public-read", "plain", "write", NO, NO),
        ("public-read", "absent", "read", "yes", "yes"),
        ("public-read-write", "plain", "write", "yes", "yes"),
        ("public-read-write", "absent", "write", "yes", "yes"),
        ("public-read-write", "shut", "write", "yes", "yes"),  # an object grants no writing, its bucket does
        ("public-read-write", None, "owner", NO, NO),
        ("authenticated-read", "plain", "read", "yes", NO),
        ("authenticated-read", "plain", "write", NO, NO),
    ],
)
async def test_others_may_what_the_acl_grants(
    services: Services, acl: str, key: str | None, access: str, stranger: str, anonymous: str
) -> None:
    bucket = f"{acl}-1250000000"
    assert await _verdict(services, STRANGER, access, bucket, key) == stranger
    assert await _verdict(services, ANONYMOUS, access, bucket, key) == anonymous
    assert await _verdict(services, OWNER, access, bucket, key) == "yes"
    assert await _verdict(services, UNCHECKED, access, bucket, key) == "yes"


@pytest.mark.parametrize(
    ("who", "verdict"), [(OWNER, "yes"), (UNCHECKED, "yes"), (STRANGER, NO), (ANONYMOUS, NO)]
)
async def test_a_bucket_is_created_by_the_account_in_its_name(
    services: Services, who: Principal, verdict: str
) -> None:
    assert await _verdict(services, who, "create", "fresh-1250000000", None) == verdict


@pytest.mark.parametrize(("who", "verdict"), [(OWNER, "yes"), (STRANGER, "yes"), (ANONYMOUS, NO)])
async def test_the_service_is_for_everybody_with_a_key(
    services: Services, who: Principal, verdict: str
) -> None:
    assert await _verdict(services, who, "owner", None, None) == verdict


@pytest.mark.parametrize("who", [OWNER, STRANGER, ANONYMOUS])
async def test_everybody_learns_that_a_bucket_is_missing(services: Services, who: Principal) -> None:
    assert await _verdict(services, who, "read", "absent-1250000000", None) == Kind.BUCKET_MISSING.value
