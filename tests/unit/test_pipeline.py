from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from lxml import etree

from ci_emulator.config import load
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import Action
from ci_emulator.core.target import Form, Target, parse_host
from ci_emulator.pipeline import Pipeline
from ci_emulator.protocols.addressing import Addressing
from ci_emulator.protocols.cos.dialect import CosDialect
from ci_emulator.protocols.services import Services
from ci_emulator.server import open_services


class _Body:
    """A body that must not be touched before the caller is known."""

    def __init__(self, length: int | None = None) -> None:
        self.length = length
        self.chunked = False
        self.read_at: list[str] = []

    async def read(self, limit: int) -> bytes:
        self.read_at.append("read")
        return b""

    async def chunks(self, limit: int) -> AsyncIterator[bytes]:
        self.read_at.append("chunks")
        yield b"x" * (self.length or 0)


class _Dialect(CosDialect):
    """COS with an action of the test's."""

    def __init__(self, action: Action) -> None:
        self._action = action

    def select(self, call: Call) -> Action:
        return self._action


@pytest.fixture
async def services() -> AsyncIterator[Services]:
    async with open_services(load({"auth": "off"}, {})) as (opened, _):
        yield opened


def _call(method: str = "GET", path: str = "/", body: _Body | None = None, **headers: str) -> Call:
    host = "samples-1250000000.cos.ap-guangzhou.myqcloud.com"
    target = Target(method, Form.ORIGIN, host, parse_host(host), path, "", {"host": host, **headers})
    return Call(target, body or _Body(), "127.0.0.1", 0.0)


async def _respond(services: Services, action: Action, call: Call) -> Reply:
    pipeline = Pipeline({"cos": _Dialect(action)}, Addressing(), services)
    return await pipeline.respond(call)


def _code(reply: Reply) -> str | None:
    return etree.fromstring(reply.body).findtext("Code")


def _action(run: Any, **fields: Any) -> Action:
    return Action("Test", run, "cos:Test", access="create", **fields)


async def _fine(call: Call, services: Services) -> Reply:
    return Reply()


async def test_every_answer_names_its_request(services: Services) -> None:
    reply = await _respond(services, _action(_fine), call := _call())
    headers = dict(reply.headers)
    assert headers["x-cos-request-id"] == call.request_id != ""
    assert headers["Server"] == "tencent-cos"
    assert "Date" in headers


async def test_an_unexpected_error_says_nothing_about_itself(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(call: Call, services: Services) -> Reply:
        raise ZeroDivisionError("secret detail")

    with caplog.at_level(logging.ERROR, "ci_emulator.requests"):
        reply = await _respond(services, _action(broken), call := _call())
    assert (reply.status, _code(reply)) == (500, "InternalError")
    assert b"secret" not in reply.body
    assert call.request_id in caplog.text


async def test_what_the_store_refuses_reaches_the_caller_by_kind(services: Services) -> None:
    async def full(call: Call, services: Services) -> Reply:
        raise Refusal(Kind.STORAGE_FULL)

    reply = await _respond(services, _action(full), _call())
    assert (reply.status, _code(reply)) == (503, "ServiceUnavailable")


async def test_too_long_a_body_is_refused_unread(services: Services) -> None:
    body = _Body(length=11)
    reply = await _respond(services, _action(_fine, max_body=10), _call("PUT", body=body))
    assert (reply.status, _code(reply)) == (400, "EntityTooLarge")
    assert body.read_at == []


async def test_an_unknown_expectation_is_refused_unread(services: Services) -> None:
    body = _Body(length=1)
    reply = await _respond(services, _action(_fine), _call("PUT", body=body, expect="tea"))
    assert reply.status == 417
    assert body.read_at == []


async def test_the_log_has_one_line_for_a_refusal_with_its_reason(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(call: Call, services: Services) -> Reply:
        call.diagnosis = "the host was rewritten"
        raise Refusal(Kind.ACCESS_DENIED)

    with caplog.at_level(logging.INFO, "ci_emulator.requests"):
        await _respond(services, _action(refuse), _call())
    assert [record.getMessage().rpartition(" – ")[2] for record in caplog.records] == [
        "the host was rewritten"
    ]
