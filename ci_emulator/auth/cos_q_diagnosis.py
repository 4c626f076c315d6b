"""Guessing why a COS signature does not match, for the log.

Each guess undoes one mistake and recomputes; the first that gives the signature sent names the mistake for certain.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from msgspec.structs import replace

from ci_emulator.auth import percent
from ci_emulator.auth.cos_q_canonical import Canonical, Part, canonicalise, matches
from ci_emulator.auth.cos_q_signature import QSignature
from ci_emulator.auth.credentials import Credential, CredentialSource
from ci_emulator.auth.model import SignedRequest, one_line

_METHODS = ("get", "put", "post", "delete", "head", "options")
_MOST_GUESSES = 64
_MOST_PAIRS = 100
_MOST_PARTS = 100
"""Above this many covered names nothing is guessed, so that a forged list cannot make a refusal expensive."""

Guess = tuple[str, Canonical]


def diagnose(
    request: SignedRequest,
    signature: QSignature,
    canonical: Canonical,
    missing: tuple[str, ...],
    hosts: tuple[str, ...],
    credential: Credential,
    credentials: CredentialSource,
) -> str:
    """Return one printable line with the best guess; it never holds a secret or a signature."""
    if missing:
        return one_line(f"listed as signed but not in the request: {', '.join(missing)}")
    if len(canonical.headers) + len(canonical.params) <= _MOST_PARTS:
        if owner := _owner_of_secret(canonical, signature, credential, credentials):
            return one_line(owner)
        for text, guess in islice(_guesses(request, signature, canonical), _MOST_GUESSES):
            if matches(guess, signature, credential.secret_key):
                return one_line(text)
    signed = [f"header {part.plain}" for part in canonical.headers]
    signed += [f"parameter {part.plain}" for part in canonical.params]
    text = "the secret is wrong, or something signed was changed on the way"
    if any(part.plain == "host" for part in canonical.headers):
        text += f"; the host was taken to be {' or '.join(hosts)} (rewritten by a proxy? other port?)"
    else:
        text += "; the host is not signed"
    return one_line(f"{text}; signed: method, path{''.join(', ' + name for name in signed)}")


def _owner_of_secret(
    canonical: Canonical, signature: QSignature, credential: Credential, credentials: CredentialSource
) -> str:
    if matches(canonical, signature, credential.secret_id):
        return "signed with the SecretId in place of the SecretKey"
    stripped = credential.secret_key.strip()
    for blank in (f"{stripped} ", f" {stripped}", f"{stripped}\n", f"{stripped}\r\n"):
        if matches(canonical, signature, blank):
            return "the client's SecretKey has a blank or line break around it"
    others: Iterable[object] = credentials if isinstance(credentials, Iterable) else ()
    for other in islice(others, _MOST_PAIRS):
        if isinstance(other, Credential) and matches(canonical, signature, other.secret_key):
            return f"signed with the SecretKey of another pair, {other.secret_id}"
    return ""


def _guesses(request: SignedRequest, signature: QSignature, canonical: Canonical) -> Iterator[Guess]:
    for method in _METHODS:
        if method != canonical.method.lower():
            yield (
                f"signed for {method.upper()}, sent as {canonical.method}",
                replace(canonical, method=method),
            )
    yield from _guesses_at_path(request, canonical)
    yield from _guesses_at_host(request, canonical)
    if signature.param_list and "+" in request.raw_query:
        query = percent.parse_query(request.raw_query, plus_is_space=False)
        literal, _ = canonicalise(request, signature, query, ())
        yield (
            "a + in the query was signed as a plus; it means a space, send %2B",
            replace(canonical, params=literal.params),
        )
    for position, part in enumerate(canonical.headers):
        resent = tuple(_as_utf8(value) for value in part.values)
        if resent != part.values:
            headers = _with(canonical.headers, position, resent)
            text = f"header {part.plain} was signed as UTF-8 but sent as Latin-1 (Node): percent-encode the value"
            yield text, replace(canonical, headers=headers)
    for kind, parts, rebuild in _covered(canonical):
        for position, part in enumerate(parts):
            if any(part.values):
                yield f"{kind} {part.plain} was signed as empty", rebuild(_with(parts, position, ("",)))


def _with(parts: tuple[Part, ...], position: int, values: tuple[str, ...]) -> tuple[Part, ...]:
    return (*parts[:position], replace(parts[position], values=values), *parts[position + 1 :])


def _as_utf8(encoded: str) -> str:
    data = percent.decode(encoded)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return percent.encode(data.decode("latin-1").encode("utf-8"))
    return encoded


def _covered(
    canonical: Canonical,
) -> Iterator[tuple[str, tuple[Part, ...], Callable[[tuple[Part, ...]], Canonical]]]:
    yield "header", canonical.headers, lambda parts: replace(canonical, headers=parts)
    yield "parameter", canonical.params, lambda parts: replace(canonical, params=parts)


def _guesses_at_path(request: SignedRequest, canonical: Canonical) -> Iterator[Guess]:
    path = canonical.path
    first, _, rest = path[1:].partition(b"/")
    collapsed = posixpath.normpath(path) if path else b"/"
    forms = {
        "the path was signed percent-encoded": percent.to_bytes(request.raw_path),
        "the path was signed without the trailing /": path.rstrip(b"/"),
        "the path was signed with a trailing /": path + b"/",
        "the path was signed in normalised form": b"/" + collapsed.lstrip(b"/"),
        "the path was signed without its leading /": path[1:],
        f"the path was signed without its first segment {percent.to_text(first)!r}": b"/" + rest,
        "the path was signed with the query": path + b"?" + percent.to_bytes(request.raw_query),
        "the path was signed as /": b"/",
    }
    for text, form in forms.items():
        if form != path:
            yield f"{text} (signature covers the decoded path, as it is)", replace(canonical, path=form)


def _guesses_at_host(request: SignedRequest, canonical: Canonical) -> Iterator[Guess]:
    if not any(part.plain == "host" for part in canonical.headers):
        return
    for name in ("x-forwarded-host", "x-original-host", "host"):
        value = request.headers.get(name, "")
        if value and value not in canonical.hosts:
            yield (
                f"signed for host {value} (header {name}): a proxy rewrote it",
                replace(canonical, hosts=(value,)),
            )
    yield "the host was signed as empty", replace(canonical, hosts=("",))
