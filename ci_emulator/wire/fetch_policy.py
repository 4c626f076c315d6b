"""Where URLs that a caller gives may lead, and how a connection is kept to that.

What counts is the address that is connected to: a name is judged by what it resolves to, at every redirect, and the
socket is made only for an address that was judged.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from ci_emulator.core.fetching import FetchError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


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
                hosts.add(text.lower().rstrip("."))
        return cls(open_network, frozenset(hosts), tuple(networks))

    def allows(self, host: str, address: Address) -> bool:
        """Whether a host (in lower case) that resolved to an address may be connected to."""
        real = getattr(address, "ipv4_mapped", None) or address
        if real.is_loopback or host in self.hosts:
            return True
        if any(real in network for network in self.networks):
            return True
        return self.open and _is_public(real)

    def connector(self, host: str) -> aiohttp.TCPConnector:
        """Return a connector for requests to one host, which connects only to addresses that are allowed."""

        def make_socket(info: Any) -> socket.socket:
            # The last gate: whatever a text meant to a resolver, this is what will be connected to.
            family, kind, protocol, _, address = info
            self.check(host, address[0])
            return socket.socket(family, kind, protocol)

        return aiohttp.TCPConnector(
            resolver=PolicyResolver(self), use_dns_cache=False, force_close=True, socket_factory=make_socket
        )

    def check(self, host: str, address: str) -> None:
        """Check an address as text.

        Raises:
            FetchError: it is not allowed, or is written in another way than the usual one.
        """
        try:
            allowed = self.allows(host, ipaddress.ip_address(address))
        except ValueError:
            allowed = False
        if not allowed:
            raise FetchError(f"{host} is at {address}, from where nothing may be fetched")


def _is_public(address: Address) -> bool:
    """Whether an address lies on the internet; one that carries another address (6to4, NAT64) does not count."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return address.version == 4 or not (address.is_site_local or address.sixtofour or address.teredo)


class PolicyResolver(AbstractResolver):
    """Resolves names, and leaves out the addresses that the policy does not allow."""

    def __init__(self, policy: FetchPolicy) -> None:
        self._policy = policy
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the allowed addresses of a host.

        Raises:
            FetchError: there is none.
            OSError: the name cannot be resolved.
        """
        name = host.lower().rstrip(".")
        if name == "localhost" or name.endswith(".localhost"):
            # Nobody has to be asked (RFC 6761 section 6.3), so a name server that hangs is in nobody's way here.
            return [_result(host, address, port) for address in ("127.0.0.1", "::1")]
        found = await self._resolver.resolve(host, port, family)
        allowed = [
            result for result in found if self._policy.allows(name, ipaddress.ip_address(result["host"]))
        ]
        if not allowed:
            raise FetchError(f"{host} resolves to no address from which anything may be fetched")
        return allowed

    async def close(self) -> None:
        """Close the resolver beneath."""
        await self._resolver.close()


def _result(host: str, address: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=0,
    )
