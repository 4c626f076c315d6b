"""The canonical form of a COS request and the arithmetic over it (cos.md section 1.1).

What is covered follows the two lists of the signature; nothing is derived anew. Where SDKs disagree (the host, the order of
the names, which of two times), every form one of them uses is a candidate, and the first one is what the docs describe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial

import msgspec

from ci_emulator.auth import percent
from ci_emulator.auth.cos_q_signature import QSignature, Query
from ci_emulator.auth.credentials import same_text
from ci_emulator.auth.model import SignedRequest

# The scheme names SHA-1 and nothing else.
_sha1 = partial(hashlib.sha1, usedforsecurity=False)
_BLOCK = 64
_INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))


class Part(msgspec.Struct, frozen=True):
    """A header or parameter that the signature covers.

    `name` is percent-encoded and lower-case, `plain` the lower-case text it stands for. `values` are percent-encoded;
    there are several when a parameter is repeated, none when a host's candidates are to be filled in.
    """

    name: str
    plain: str
    values: tuple[str, ...]


class Canonical(msgspec.Struct, frozen=True):
    """Everything the signature covers; `hosts` (candidates) matters only when a header `host` is covered."""

    method: str
    path: bytes
    params: tuple[Part, ...]
    headers: tuple[Part, ...]
    hosts: tuple[str, ...]

    def format_strings(self) -> Iterator[bytes]:
        """Yield the candidates for HttpString, the most likely one first."""
        covers_host = () in [part.values for part in self.headers]
        method = percent.to_bytes(self.method.lower())
        for params, headers in self._orders():
            for host in self.hosts if covers_host else ("",):
                value = _encoded_host(host)
                covered = f"{_join(params, value)}\n{_join(headers, value)}\n"
                yield b"%b\n%b\n%b" % (method, self.path, covered.encode("ascii"))

    def _orders(self) -> Iterator[tuple[tuple[Part, ...], tuple[Part, ...]]]:
        # The lists as given fit Python, Go and Java. The documented order fits a list that was not sorted. Node lists
        # encoded names in their order but joins the pairs in the order of the names before encoding.
        given = (self.params, self.headers)
        yield given
        documented = (_by_name(self.params), _by_name(self.headers))
        if documented != given:
            yield documented
        plain = (_by_plain_name(self.params), _by_plain_name(self.headers))
        if plain not in (given, documented):
            yield plain


def _by_name(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: part.name))


def _by_plain_name(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: part.plain))


def _join(parts: tuple[Part, ...], host: str) -> str:
    return "&".join([f"{part.name}={value}" for part in parts for value in part.values or (host,)])


def canonical_name(plain: bytes) -> str:
    """Return a name as it stands in a list and in HttpString."""
    return percent.encode(plain).lower()


def canonicalise(
    request: SignedRequest, signature: QSignature, query: Query, hosts: tuple[str, ...]
) -> tuple[Canonical, tuple[str, ...]]:
    """Return the canonical form and the names (`header x`, `parameter y`) that are listed but were not sent."""
    missing: list[str] = []
    headers: list[Part] = []
    for entry in signature.header_list:
        name, plain = _listed(entry)
        values: tuple[str, ...] = ()
        if plain != "host":
            sent = request.headers.get(plain)
            if sent is None:
                missing.append(f"header {plain}")
            values = (percent.encode(percent.to_bytes(sent or "")),)
        headers.append(Part(name, plain, values))
    params: list[Part] = []
    if signature.param_list:
        by_name = _group(query)
        for entry in signature.param_list:
            name, plain = _listed(entry)
            if name not in by_name:
                missing.append(f"parameter {plain}")
            # Go signs a repeated parameter with its values in order.
            params.append(Part(name, plain, tuple(sorted(by_name.get(name, ("",))))))
    canonical = Canonical(
        method=request.method,
        path=percent.decode(request.raw_path),
        params=tuple(params),
        headers=tuple(headers),
        hosts=hosts,
    )
    return canonical, tuple(missing)


# Clients sign few names and hosts, over and over; the bound keeps made-up ones from adding up.
@lru_cache(maxsize=256)
def _listed(entry: str) -> tuple[str, str]:
    """Return the name that an entry of a list stands for: canonical, and as plain text."""
    decoded = percent.decode(entry)
    return canonical_name(decoded), percent.to_text(decoded).lower()


@lru_cache(maxsize=256)
def _encoded_host(host: str) -> str:
    return percent.encode(percent.to_bytes(host))


def _group(query: Query) -> Mapping[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in query:
        grouped.setdefault(canonical_name(name), []).append(percent.encode(value))
    return grouped


def sha1_hex(data: bytes) -> str:
    """Return the lower-case hex SHA-1 of some bytes."""
    return _sha1(data).hexdigest()


def hmac_sha1(key: bytes, message: bytes) -> bytes:
    """Return an HMAC-SHA-1 (RFC 2104).

    The library's own lets go of the GIL even for microseconds, and where threads compete it waits to get it back.
    """
    if len(key) > _BLOCK:
        key = _sha1(key).digest()
    key = key.ljust(_BLOCK, b"\0")
    inner = _sha1(key.translate(_INNER_PAD) + message).digest()
    return _sha1(key.translate(_OUTER_PAD) + inner).digest()


def sign_key(secret_key: str, key_time: str) -> bytes:
    """Return SignKey: lower-case hex as ASCII, because its text is the key of the second HMAC."""
    return hmac_sha1(percent.to_bytes(secret_key), percent.to_bytes(key_time)).hex().encode("ascii")


def string_to_sign(time: str, format_string: bytes) -> str:
    """Return StringToSign for a time interval and an HttpString."""
    return f"sha1\n{time}\n{sha1_hex(format_string)}\n"


def compute(key: bytes, text: str) -> str:
    """Return the signature of a text: lower-case hex."""
    return hmac_sha1(key, percent.to_bytes(text)).hex()


def matches(canonical: Canonical, signature: QSignature, secret_key: str) -> bool:
    """Tell whether any candidate gives the signature that was sent.

    Docs and most SDKs put q-sign-time into StringToSign, Go puts q-key-time; this shows only when they differ. In Go's
    form q-sign-time is covered by nothing, which lengthens no signature: the earlier of the two ends counts, and
    q-key-time is always covered by SignKey.
    """
    key = sign_key(secret_key, signature.key_time)
    times = dict.fromkeys((signature.sign_time, signature.key_time))
    return any(
        same_text(compute(key, string_to_sign(time, text)), signature.signature)
        for text in canonical.format_strings()
        for time in times
    )
