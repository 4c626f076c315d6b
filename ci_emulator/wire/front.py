"""One aiohttp request in, one aiohttp response out; between them only the project's own types."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from aiohttp import web
from aiohttp.http import HttpVersion11

from ci_emulator.core.clock import Clock
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.target import Form, Target, parse_host, split_target
from ci_emulator.wire.body import WireBody
from ci_emulator.wire.response import send

#: Answers a call; never raises but for cancellation.
Respond = Callable[[Call], Awaitable[Reply]]
#: Answers a request that never became a call: (what was wrong, the target as far as it is known).
Refuse = Callable[[Exception, Target], Reply]

#: Headers that may come once only: which of two would be believed is a question nobody should have to ask.
_SINGLE = frozenset(("host", "authorization", "content-length", "expect"))


@dataclass(frozen=True, slots=True)
class FrontSettings:
    """What the front needs to know: seconds, counts, and the networks whose X-Forwarded-* headers are believed."""

    body_timeout: float
    trusted_proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    @classmethod
    def of(cls, body_timeout: float, trusted_proxies: Iterable[str]) -> FrontSettings:
        """Parse addresses and networks.

        Raises:
            ValueError: a text that is neither.
        """
        return cls(body_timeout, tuple(ipaddress.ip_network(text, strict=False) for text in trusted_proxies))

    def trusts(self, peer: str) -> bool:
        """Whether a peer's X-Forwarded-Host and X-Forwarded-Proto are believed."""
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.trusted_proxies)


class Front:
    """The request handler of the server."""

    def __init__(self, respond: Respond, refuse: Refuse, settings: FrontSettings, clock: Clock) -> None:
        self._respond = respond
        self._refuse = refuse
        self._settings = settings
        self._clock = clock
        #: Set when the server is about to stop: every further answer is the last one on its connection.
        self.draining = False

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        peer = request.remote or ""
        headers, repeated = _read_headers(request)
        try:
            target = self._target(request, headers, repeated, peer)
        except Refusal as refusal:
            reply = self._refuse(refusal, unreadable_target(request.method, headers))
            reply.close = True
            return await send(request, reply)
        body = WireBody(
            request,
            expects_continue=_expects_continue(request, target),
            idle_timeout=self._settings.body_timeout,
        )
        call = Call(
            target=target,
            body=body,
            peer=peer,
            received=self._clock.now(),
            secure=headers.get("x-forwarded-proto", "").lower() == "https" and self._settings.trusts(peer),
        )
        reply = await self._respond(call)
        # A refused CONNECT leaves the client free to send anything; nothing after it is HTTP for certain.
        if target.form is Form.AUTHORITY or body.out_of_step or self.draining:
            reply.close = True
        return await send(request, reply)

    def _target(
        self, request: web.BaseRequest, headers: dict[str, str], repeated: set[str], peer: str
    ) -> Target:
        if not _SINGLE.isdisjoint(repeated):
            name = min(_SINGLE & repeated)
            raise Refusal(Kind.MALFORMED_REQUEST, f"The header {name} was sent more than once.")
        if "host" not in headers and request.version >= HttpVersion11:
            raise Refusal(Kind.MALFORMED_REQUEST, "An HTTP/1.1 request must have a Host header.")
        if headers.get("transfer-encoding", "").lower() not in ("", "chunked"):
            # A coding that nobody here undoes would be stored as if it were the object (RFC 9112 section 6.1).
            raise Refusal(Kind.NOT_IMPLEMENTED, "The only transfer coding that is understood is chunked.")
        form, authority, raw_path, raw_query = split_target(request.method, request.raw_path)
        host = headers.get("host", "")
        forwarded = headers.get("x-forwarded-host")
        if forwarded and self._settings.trusts(peer):
            authority = forwarded.partition(",")[0].strip()
        return Target(
            method=request.method,
            form=form,
            authority=authority or host,
            raw_host=parse_host(host),
            raw_path=raw_path,
            raw_query=raw_query,
            headers=headers,
            port=_local_port(request),
        )


def _local_port(request: web.BaseRequest) -> int:
    """Return the port that a request came in at, 0 when its connection is gone."""
    address = request.get_extra_info("sockname")
    return int(address[1]) if address else 0


def _read_headers(request: web.BaseRequest) -> tuple[dict[str, str], set[str]]:
    """Return the headers as `Target.headers` holds them, and the names that came more than once."""
    headers: dict[str, str] = {}
    repeated = set()
    for raw_name, raw_value in request.raw_headers:
        name = _header_name(raw_name)
        value = raw_value.decode("utf-8", "surrogateescape").strip()
        if name in headers:
            repeated.add(name)
            value = f"{headers[name]},{value}"
        headers[name] = value
    return headers, repeated


# Clients send few names, over and over; the bound keeps made-up ones from adding up.
@lru_cache(maxsize=256)
def _header_name(raw: bytes) -> str:
    return raw.decode("ascii", "replace").lower()


def unreadable_target(method: str, headers: dict[str, str] | None = None) -> Target:
    """Return the target of a request of which at most the headers could be read."""
    headers = headers or {}
    host = headers.get("host", "")
    return Target(method, Form.ORIGIN, host, parse_host(host), "/", "", headers)


def _expects_continue(request: web.BaseRequest, target: Target) -> bool:
    return request.version >= HttpVersion11 and target.headers.get("expect", "").lower() == "100-continue"
