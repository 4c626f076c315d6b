"""The one fetcher of URLs that a caller gives, and the policy it keeps.

A URL of a bucket here is answered inside, by the same stages as a GET of that URL: nobody reads through it what a GET
would refuse. Loopback and what the configuration allows is fetched; any other address only when the configuration
opens the network, and never one that is private. What is checked is the address a name resolves to, at every redirect.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from ci_emulator.core.clock import Clock
from ci_emulator.core.errors import Refusal
from ci_emulator.core.fetching import FetchError, TooLarge
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.target import Form, Target, parse_host, split_target
from ci_emulator.protocols.addressing import Addressing, locate
from ci_emulator.wire.front import Respond

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """Where the fetcher may go: `open` lets it reach public addresses; `hosts` and `networks` are always allowed."""

    open: bool
    hosts: frozenset[str]
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    @classmethod
    def of(cls, allowed: Iterable[str], *, open_network: bool) -> FetchPolicy:
        """Parse a list of host names, addresses and networks."""
        hosts, networks = set(), []
        for text in allowed:
            try:
                networks.append(ipaddress.ip_network(text, strict=False))
            except ValueError:
                hosts.add(text.lower())
        return cls(open_network, frozenset(hosts), tuple(networks))

    def allows(self, host: str, address: Address) -> bool:
        """Whether a host that resolved to an address may be connected to."""
        mapped = getattr(address, "ipv4_mapped", None) or address
        if mapped.is_loopback or host in self.hosts:
            return True
        if any(mapped in network for network in self.networks):
            return True
        return self.open and mapped.is_global and not mapped.is_multicast


class _PolicyResolver(AbstractResolver):
    """Resolves names, and leaves out the addresses that the policy does not allow.

    The check stands here because the connection is made to what this returns: a name that resolves otherwise a moment
    later gains nothing.
    """

    def __init__(self, policy: FetchPolicy) -> None:
        self._policy = policy
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the allowed addresses of a host."""
        found = await self._resolver.resolve(host, port, family)
        allowed = [
            result for result in found if self._policy.allows(host, ipaddress.ip_address(result["host"]))
        ]
        if not allowed:
            raise FetchError(f"{host} resolves to no address that may be fetched")
        return allowed

    async def close(self) -> None:
        """Close the resolver beneath."""
        await self._resolver.close()


class Fetcher:
    """Fetches URLs for the actions; see `ci_emulator.core.fetching.Fetcher`."""

    def __init__(self, policy: FetchPolicy, addressing: Addressing, clock: Clock) -> None:
        self._policy = policy
        self._addressing = addressing
        self._clock = clock
        self._respond: Respond | None = None
        self._own_port: int | None = None

    def connect(self, respond: Respond, own_port: int) -> None:
        """Tell the fetcher who answers URLs of this server, and on which port this server listens."""
        self._respond = respond
        self._own_port = own_port

    async def fetch(self, url: str, *, limit: int, seconds: float) -> bytes:
        """Return what a URL holds.

        Raises:
            TooLarge: more than `limit` bytes.
            FetchError: anything else that keeps it from being fetched within `seconds`.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._follow(url, limit)
        except TimeoutError:
            raise FetchError(f"it took longer than {seconds:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise FetchError(f"{type(error).__name__}: {error}") from error

    async def _follow(self, url: str, limit: int) -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            target = _target(url)
            inside = self._inside(target, url)
            found = await (self._from_here(target, limit) if inside else self._from_network(url, limit))
            if isinstance(found, bytes):
                return found
            url = urljoin(url, found)
        raise FetchError(f"more than {_MOST_REDIRECTS} redirects")

    def _inside(self, target: Target, url: str) -> bool:
        """Whether a URL is this server's: a host of the clouds it plays, or its own address."""
        local = self._addressing.is_local(target.host)
        if local and URL(url, encoded=True).port != self._own_port:
            return False
        # A name that nobody knows belongs to the default bucket only when it is asked of this server.
        addressing = self._addressing if local else replace(self._addressing, default_bucket=None)
        try:
            place = locate(target, addressing)
        except Refusal:
            place = None
        if place is None or place.dialect != "cos" or place.bucket is None:
            if local:
                raise FetchError("only objects of this server may be fetched from it")
            return False
        return True

    async def _from_here(self, target: Target, limit: int) -> bytes | str:
        if self._respond is None:
            raise FetchError("the server is not up")
        reply = await self._respond(Call(target, _NoBody(), "", self._clock.now()))
        if reply.status in _REDIRECTS:
            return _location(reply)
        try:
            if reply.status != 200:
                raise FetchError(f"the server answered {reply.status}")
            if (reply.length or 0) > limit or len(reply.body) > limit:
                raise TooLarge
            if reply.stream is None:
                return reply.body
            return b"".join([chunk async for chunk in reply.stream])
        finally:
            if reply.stream is not None:
                await reply.stream.aclose()

    async def _from_network(self, url: str, limit: int) -> bytes | str:
        parsed = URL(url, encoded=True)
        host = parse_host(parsed.host or "")
        if host.is_ip and not self._policy.allows(host.name, ipaddress.ip_address(host.name)):
            raise FetchError(f"{host.name} may not be fetched")
        connector = aiohttp.TCPConnector(resolver=_PolicyResolver(self._policy), use_dns_cache=False)
        async with (
            aiohttp.ClientSession(connector=connector, auto_decompress=False, trust_env=False) as session,
            session.get(parsed, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as answer,
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


def _target(url: str) -> Target:
    form, authority, raw_path, raw_query = _split(url)
    return Target("GET", form, authority, parse_host(authority), raw_path, raw_query, {"host": authority})


def _split(url: str) -> tuple[Form, str, str, str]:
    try:
        form, authority, raw_path, raw_query = split_target("GET", url.partition("#")[0])
    except Refusal:
        raise FetchError("it is no http or https URL") from None
    if form is not Form.ABSOLUTE:
        raise FetchError("it is no http or https URL")
    return form, authority, raw_path, raw_query


def _location(reply: Reply) -> str:
    return next((value for name, value in reply.headers if name.lower() == "location"), "")
