"""Which texts a client may have signed as its host, given the authority it sent.

SDKs disagree: with the port, without it, in lower case, or as a literal URL (cos.md section 1.4, tencentcloud-api3.md
section 1.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_PORT = re.compile(r":\d*\Z")


def without_port(authority: str) -> str:
    """Strip `:port`; the colons of a bare IPv6 address are not a port."""
    if authority.count(":") > 1 and not authority.startswith("[") and "://" not in authority:
        return authority
    return _PORT.sub("", authority)


def without_scheme(authority: str) -> str:
    """Reduce a literal `http://host:port/path` to `host:port`."""
    return (
        authority.partition("://")[2].partition("/")[0] if "://" in authority else authority.partition("/")[0]
    )


def signed_by_cos_clients(host: str, extra_hosts: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the candidates in the order of cos.md section 1.4: as sent, lower case, the same without port, extras."""
    return tuple(dict.fromkeys((*_spellings(host), *extra_hosts)))


# A server is addressed by few names, over and over; the bound keeps made-up ones from adding up.
@lru_cache(maxsize=256)
def _spellings(host: str) -> tuple[str, ...]:
    bare = without_port(host)
    found = (host, host.lower(), bare, bare.lower())
    # An IPv6 address is tried without its brackets as well, because Python's `urlparse().hostname` drops them.
    return (*found, bare.strip("[]").lower()) if bare.startswith("[") else found


def signed_by_api3_clients(host: str) -> tuple[str, ...]:
    """Return the candidates of tencentcloud-api3.md section 1.3: as sent, no port, no scheme and path, neither."""
    bare = without_scheme(host)
    candidates = [host, without_port(host), bare, without_port(bare)]
    return tuple(dict.fromkeys([*candidates, *(candidate.lower() for candidate in candidates)]))
