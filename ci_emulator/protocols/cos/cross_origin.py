"""Answers to pages of other origins: whose rules count, and the headers by which a browser lets a page read.

An answer has them whatever it says, errors included: without them a page sees a network error in place of the error
document. What no rule matches is carried out all the same, and only the browser keeps the answer from the page
(spec: cos.md section 5).
"""

from __future__ import annotations

import logging

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos import cors
from ci_emulator.protocols.cos.configurations import text_of
from ci_emulator.protocols.services import Services

log = logging.getLogger("ci_emulator.requests")

_DEFAULTS = {"permissive": cors.PERMISSIVE, "none": cors.NOTHING}

#: What every page may read (Fetch standard, "CORS-safelisted response-header name"), and what is not for pages.
#: Content-Length is on that list, but not yet in every browser.
_NOT_EXPOSED = frozenset(
    ("cache-control", "content-language", "content-type", "expires", "last-modified", "pragma", "vary")
)

_BODILESS = (204, 304)


async def rules_for(call: Call, services: Services) -> cors.Rules:
    """Return the rules of the bucket of a call, or the default where it has none, or there is no bucket."""
    default = _DEFAULTS[services.config.default_cors]
    name = call.place.bucket
    if name is None:
        return default
    try:
        document = text_of(await services.buckets.find(name), "cors")
    except Refusal as refusal:
        if refusal.kind is not Kind.BUCKET_MISSING:
            raise
        return default
    return default if document is None else cors.parse(document)


async def prepare(call: Call, services: Services) -> None:
    """Take down the rules that count for a call, before it may change them or delete their bucket."""
    if call.target.header("origin") is not None:
        call.cross_origin = await rules_for(call, services)


async def finish(call: Call, reply: Reply, services: Services) -> None:
    """Add the headers for pages of other origins to an answer that has all of its other headers."""
    origin = call.target.header("origin")
    if origin is None:
        _vary_for_caches(call, reply, services)
        return
    rules: cors.Rules | None = call.cross_origin
    if rules is None:
        try:
            rules = await rules_for(call, services)
        except Exception:
            # The answer stands: it must go out even when the store, which may be what it is about, has failed.
            log.exception("%s: the CORS rules cannot be read", call.request_id)
            return
    found = cors.match(rules, origin, call.target.method)
    if found is not None:
        exposed = _names(reply) if found.rule.exposes_all else found.rule.expose
        reply.headers += allowing(found, origin, exposed=exposed)
    if rules.vary:
        reply.headers.append(("Vary", "Origin"))


def allowing(
    found: cors.Match, origin: str, requested: tuple[str, ...] = (), exposed: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    """Return the headers that allow what was matched, in the order in which the service sends them.

    Where a rule allows any header, those that are asked for are named: browsers do not take `*` for Authorization.
    """
    rule = found.rule
    anyone = found.pattern == cors.ANY
    pairs = (
        ("Access-Control-Allow-Origin", cors.ANY if anyone else origin),
        ("Access-Control-Allow-Methods", ",".join(rule.methods)),
        ("Access-Control-Allow-Headers", ",".join(requested if rule.any_header else rule.headers)),
        ("Access-Control-Expose-Headers", ",".join(exposed)),
        ("Access-Control-Max-Age", "" if rule.max_age is None else str(rule.max_age)),
        ("Access-Control-Allow-Credentials", "" if anyone else "true"),
    )
    return [(name, value) for name, value in pairs if value]


def _names(reply: Reply) -> tuple[str, ...]:
    names = dict.fromkeys(name for name, _ in reply.headers if name.lower() not in _NOT_EXPOSED)
    if reply.status not in _BODILESS:
        names["Content-Length"] = None  # the wire adds it
    # A browser keeps the answer, and gives a page a range of it, or all of it with the headers of a later 304.
    names[cors.ANY] = None
    return tuple(names)


def _vary_for_caches(call: Call, reply: Reply, services: Services) -> None:
    """Say in an answer without CORS headers, too, that it is another one for a page that sends an Origin.

    Otherwise a browser that has shown a picture gives its cached answer to a script as well, and refuses it then.
    """
    known = services.buckets.known(call.place.bucket) if call.place.bucket is not None else None
    document = text_of(known, "cors") if known is not None else None
    if document is not None and cors.parse(document).vary:
        reply.headers.append(("Vary", "Origin"))
