"""The body: bounded, byte for byte, and a connection that can go on is told from one that cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.wire.body import WireBody

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.fixture
async def content() -> StreamReader:
    loop = asyncio.get_running_loop()
    protocol = BaseProtocol(loop)
    protocol.connection_made(Mock(spec=asyncio.Transport))
    return StreamReader(protocol, limit=2**16, loop=loop)


@pytest.fixture
def transport() -> Mock:
    return Mock()


@pytest.fixture
def make(content: StreamReader, transport: Mock) -> Callable[..., WireBody]:
    def body(
        *, length: int | None = None, chunked: bool = False, expects: bool = False, gone: bool = False
    ) -> WireBody:
        request = Mock(spec=web.BaseRequest)
        request.content = content
        request.content_length = length
        request.transport = None if gone else transport
        request.headers = {"Transfer-Encoding": "Chunked"} if chunked else {}
        return WireBody(request, expects_continue=expects, idle_timeout=0.05)

    return body


async def refusal(awaited: Any) -> Kind:
    with pytest.raises(Refusal) as caught:
        await awaited
    return caught.value.kind


async def test_a_whole_body(make: Callable[..., WireBody], content: StreamReader) -> None:
    body = make(length=6)
    content.feed_data(b"abc")
    asyncio.get_running_loop().call_soon(content.feed_data, b"def")
    asyncio.get_running_loop().call_later(0.01, content.feed_eof)
    assert (body.length, body.chunked) == (6, False)
    assert await body.read(6) == b"abcdef"
    assert not body.out_of_step


async def test_an_empty_body(make: Callable[..., WireBody], content: StreamReader) -> None:
    content.feed_eof()
    assert await make().read(0) == b""


async def test_an_announced_length_over_the_limit_is_refused_unread(
    make: Callable[..., WireBody], content: StreamReader, transport: Mock
) -> None:
    body = make(length=7, expects=True)
    assert await refusal(body.read(6)) is Kind.BODY_TOO_LARGE
    assert body.out_of_step
    transport.write.assert_not_called()


async def test_a_chunked_body_over_the_limit_is_refused_as_it_comes(
    make: Callable[..., WireBody], content: StreamReader
) -> None:
    body = make(chunked=True)
    content.feed_data(b"abcdefg")
    assert (body.length, body.chunked) == (None, True)
    assert await refusal(body.read(6)) is Kind.BODY_TOO_LARGE
    assert not body.out_of_step, "the rest is read away"


async def test_a_body_that_stops(make: Callable[..., WireBody], content: StreamReader) -> None:
    body = make(length=6)
    content.feed_data(b"abc")
    assert await refusal(body.read(6)) is Kind.BODY_TIMEOUT
    assert body.out_of_step


@pytest.mark.parametrize("error", [web.RequestPayloadError("x"), ConnectionResetError()])
@pytest.mark.parametrize("ended", [False, True])
async def test_a_body_that_breaks(
    make: Callable[..., WireBody], content: StreamReader, error: Exception, ended: bool
) -> None:
    body = make(chunked=True)
    content.feed_data(b"abc")
    content.set_exception(error)
    if ended:
        content.feed_eof()
    assert await refusal(body.read(6)) is Kind.BODY_INCOMPLETE
    assert body.out_of_step


async def test_a_body_that_breaks_between_two_reads(
    make: Callable[..., WireBody], content: StreamReader
) -> None:
    body = make(chunked=True)
    content.feed_data(b"abc")
    chunks = body.chunks(6)
    assert await anext(chunks) == b"abc"
    content.set_exception(web.RequestPayloadError("x"))
    content.feed_eof()
    assert await refusal(anext(chunks)) is Kind.BODY_INCOMPLETE


async def test_a_body_shorter_than_announced(make: Callable[..., WireBody], content: StreamReader) -> None:
    body = make(length=6)
    content.feed_data(b"abc")
    content.feed_eof()
    assert await refusal(body.read(6)) is Kind.BODY_INCOMPLETE
    assert body.out_of_step


async def test_the_100_is_sent_at_the_first_read_and_once(
    make: Callable[..., WireBody], content: StreamReader, transport: Mock
) -> None:
    body = make(length=2, expects=True)
    assert body.out_of_step
    transport.write.assert_not_called()
    asyncio.get_running_loop().call_later(0.01, content.feed_data, b"ab")
    asyncio.get_running_loop().call_later(0.02, content.feed_eof)
    assert await body.read(2) == b"ab"
    transport.write.assert_called_once_with(CONTINUE)
    assert not body.out_of_step


async def test_no_100_when_the_whole_body_is_there(
    make: Callable[..., WireBody], content: StreamReader, transport: Mock
) -> None:
    body = make(length=2, expects=True)
    content.feed_data(b"ab")
    content.feed_eof()
    assert not body.out_of_step
    assert await body.read(2) == b"ab"
    transport.write.assert_not_called()


async def test_no_100_when_the_client_is_gone(make: Callable[..., WireBody], content: StreamReader) -> None:
    body = make(chunked=True, expects=True, gone=True)
    content.set_exception(ConnectionResetError())
    assert await refusal(body.read(2)) is Kind.BODY_INCOMPLETE
