"""The one fetcher of URLs that a caller gives.

A URL of a bucket here is answered inside, by the same stages as a GET of that URL: nobody reads through it what a GET
would refuse. Everything else is a matter of `wire/fetch_policy.py`.
"""

from __future__ import annotations

import asyncio
import re
import string
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from urllib.parse import quote, urljoin

import aiohttp
from yarl import URL

from ci_emulator.core.clock import Clock
from ci_emulator.core.errors import Refusal
from ci_emulator.core.fetching import FetchError, TooLarge
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.target import Form, Host, Target, parse_host, split_target
from ci_emulator.protocols.addressing import Addressing, api_host, locate
from ci_emulator.protocols.hosts import is_cos_host
from ci_emulator.wire.fetch_policy import FetchPolicy
from ci_emulator.wire.front import Respond

__all__ = ["FetchPolicy", "Fetcher"]

_MOST_REDIRECTS = 5
_LONGEST_REASON = 200
#: As many bytes as a GET of API 3.0 may have; a presigned URL with a token has a tenth of it.
_LONGEST_URL = 32 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

_NAME_OR_IP = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+", re.ASCII)
#: A last label that a resolver takes for a number makes the host an IPv4 address, in one of many spellings.
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
_ASCII = string.ascii_letters + string.digits + string.punctuation


class _Owner(Enum):
    """Whose a URL is."""

    OURS = auto()
    PERHAPS_OURS = auto()
    SOMEBODY_ELSES = auto()


@dataclass(frozen=True, slots=True)
class _Request:
    """A GET of a URL that was found to be well-formed."""

    url: URL
    target: Target


class Fetcher:
    """Fetches URLs for the actions; see `ci_emulator.core.fetching.Fetcher`."""

    def __init__(self, policy: FetchPolicy, addressing: Addressing, clock: Clock) -> None:
        self._policy = policy
        self._addressing = addressing
        self._clock = clock
        self._respond: Respond | None = None
        self._own_port: int | None = None

    def connect(self, respond: Respond, own_port: int) -> None:
        """Tell the fetcher who answers URLs of this server, and on which port this server listens for all protocols."""
        self._respond = respond
        self._own_port = own_port

    async def fetch(self, url: str, *, limit: int, seconds: float, asked_of: str = "") -> bytes:
        """Return what a URL holds; see `ci_emulator.core.fetching.Fetcher.fetch`."""
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(url.strip(), limit, parse_host(asked_of))
        except TimeoutError:
            raise FetchError(f"it took longer than {seconds:g} s") from None
        except aiohttp.ClientConnectorError as error:
            raise FetchError(f"{type(error).__name__}: {error}"[:_LONGEST_REASON]) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Its text may hold what was received, and the URL with its signature.
            raise FetchError(type(error).__name__) from error

    async def _follow(self, url: str, limit: int, asked_of: Host) -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            found = await self._get(_parse(url), limit, asked_of)
            if isinstance(found, bytes):
                return found
            if not found:
                raise FetchError("a redirect names no place")
            url = urljoin(url, found)
        raise FetchError(f"more than {_MOST_REDIRECTS} redirects")

    async def _get(self, request: _Request, limit: int, asked_of: Host) -> bytes | str:
        """Return what a URL holds, or where it redirects to."""
        owner = self._owner(request, asked_of)
        if owner is not _Owner.SOMEBODY_ELSES:
            if self._respond is None:
                raise FetchError("the server is not up")
            reply = await self._respond(Call(request.target, _NoBody(), "", self._clock.now()))
            if owner is _Owner.OURS or reply.status != 404:
                return await _content(reply, limit)
        return await self._from_network(request, limit)

    def _owner(self, request: _Request, asked_of: Host) -> _Owner:
        """Tell whose a URL is: the hosts of the clouds that are played here, and this server's own address, are ours.

        A bucket's label on any other name may be ours too, which shows when it is asked for.
        """
        target, host = request.target, request.target.host
        asked = (host.name, host.port or 80) == (asked_of.name, asked_of.port or 80)
        here = asked or request.url.port in (self._own_port, self._addressing.oss_port)
        local = self._addressing.is_local(host)
        if local and not here:
            return _Owner.SOMEBODY_ELSES
        # A name that nobody knows belongs to the default bucket only when it is asked of this server.
        addressing = self._addressing if local else replace(self._addressing, default_bucket=None)
        try:
            place = locate(target, addressing)
        except Refusal:
            place = None
        ours = local or is_cos_host(host.name)
        if place is not None and place.dialect == "cos" and place.bucket is not None:
            return _Owner.OURS if ours or here else _Owner.PERHAPS_OURS
        # The hosts of OSS are played here only when they are asked of this server: others may mean the real ones.
        if place is not None and place.dialect == "oss" and here and target.raw_path.strip("/"):
            return _Owner.OURS
        if ours or api_host(target, addressing):
            raise FetchError("only objects of this server may be fetched from it")
        return _Owner.SOMEBODY_ELSES

    async def _from_network(self, request: _Request, limit: int) -> bytes | str:
        host = request.target.host
        if host.is_ip:
            self._policy.check(host.name, host.name)
        async with (
            aiohttp.ClientSession(
                connector=self._policy.connector(host.name), auto_decompress=False, trust_env=False
            ) as session,
            session.get(
                request.url, allow_redirects=False, headers={"Accept-Encoding": "identity"}
            ) as answer,
        ):
            if answer.status in _REDIRECTS:
                return answer.headers.get("Location", "")
            if answer.status != 200:
                raise FetchError(f"the server answered {answer.status}")
            if (answer.content_length or 0) > limit:
                raise TooLarge
            content = bytearray()
            async for chunk in answer.content.iter_any():
                content += chunk
                if len(content) > limit:
                    raise TooLarge
            return bytes(content)


async def _content(reply: Reply, limit: int) -> bytes | str:
    try:
        if reply.status in _REDIRECTS:
            return next((value for name, value in reply.headers if name.lower() == "location"), "")
        if reply.status != 200:
            raise FetchError(f"this server answered {reply.status}")
        if (reply.length or 0) > limit or len(reply.body) > limit:
            raise TooLarge
        if reply.stream is None:
            return reply.body
        return b"".join([chunk async for chunk in reply.stream])
    finally:
        if reply.stream is not None:
            await reply.stream.aclose()


class _NoBody:
    """The body of a GET."""

    length: int | None = None
    chunked = False

    async def read(self, limit: int) -> bytes:
        """Return nothing."""
        return b""

    async def chunks(self, limit: int) -> AsyncIterator[bytes]:
        """Yield nothing."""
        empty: tuple[bytes, ...] = ()
        for chunk in empty:
            yield chunk


def _parse(url: str) -> _Request:
    """Parse a URL; nothing that two parsers could read differently gets through.

    Raises:
        FetchError: it is no http or https URL, or names a user, or its host has no usual form.
        ValueError: as yarl finds.
    """
    if len(url) > _LONGEST_URL:
        raise FetchError("it is longer than any URL")
    if not url.isprintable():
        raise FetchError("it holds characters that no URL has")
    # Spaces and Chinese keys come as they were typed (RFC 3987 section 3.1).
    text = quote(url.partition("#")[0], safe=_ASCII)
    try:
        form, authority, raw_path, raw_query = split_target("GET", text)
    except Refusal:
        raise FetchError("it is no http or https URL") from None
    if form is not Form.ABSOLUTE:
        raise FetchError("it is no http or https URL")
    if "@" in authority:
        raise FetchError("it names a user")
    host, parsed = parse_host(authority), URL(text, encoded=True)
    if not _NAME_OR_IP.fullmatch(host.name) or (_NUMBER.fullmatch(host.name) and not host.is_ip):
        raise FetchError("its host is neither a name nor an address in the usual form")
    if (parsed.host or "").lower().rstrip(".") != host.name:
        raise FetchError("its host cannot be told for certain")
    return _Request(
        parsed,
        Target("GET", form, authority, host, raw_path, raw_query, {"host": authority}, parsed.port or 0),
    )
