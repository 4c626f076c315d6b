"""The rules for requests that pages of other origins send: read out of their document, and matched.

Spec: cos.md section 5; documents 8279 (PUT Bucket cors) and 8288 (OPTIONS Object).
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from ci_emulator.protocols import xml_in

METHODS = ("PUT", "GET", "POST", "DELETE", "HEAD")
"""The methods that a rule can allow."""

ANY = "*"

#: What may be an Origin: `null`, or a scheme with host and port. Only such a text is ever given back in a header.
_ORIGIN = re.compile(r"[!-+\--~]+")

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule allows; `headers` are lower-case, `max_age` is in seconds.

    `exposes_all` exposes every header that an answer has, whatever `expose` says.
    """

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    expose: tuple[str, ...] = ()
    max_age: int | None = None
    exposes_all: bool = False

    @property
    def any_header(self) -> bool:
        """Whether every header is allowed."""
        return ANY in self.headers


class Rules(msgspec.Struct, frozen=True):
    """The rules of a bucket in their order; `vary` is ResponseVary."""

    rules: tuple[Rule, ...] = ()
    vary: bool = False


class Match(msgspec.Struct, frozen=True):
    """The rule that counts for a request, and the AllowedOrigin of it that does."""

    rule: Rule
    pattern: str


#: `*` where a bucket has no rules of its own: whatever a page asks is allowed, and all of the answer readable.
PERMISSIVE = Rules((Rule(origins=(ANY,), methods=METHODS, headers=(ANY,), exposes_all=True),))

NOTHING = Rules()


# A document is at most 64 KiB long, and looked at for every request that has an Origin.
@lru_cache(maxsize=64)
def parse(document: str) -> Rules:
    """Return the rules of a document that has been found valid."""
    root = xml_in.parse(document.encode(), "CORSConfiguration")
    rules = tuple(_rule(node) for node in root.children("CORSRule"))
    return Rules(rules, (root.value("ResponseVary") or "").lower() == "true")


def _rule(node: xml_in.Node) -> Rule:
    age = node.value("MaxAgeSeconds")
    return Rule(
        origins=_texts(node, "AllowedOrigin"),
        methods=_texts(node, "AllowedMethod"),
        headers=tuple(name.lower() for name in _texts(node, "AllowedHeader")),
        expose=_texts(node, "ExposeHeader"),
        max_age=xml_in.integer(age) if age is not None else None,
    )


def _texts(node: xml_in.Node, name: str) -> tuple[str, ...]:
    return tuple(filter(None, (child.text.strip() for child in node.children(name))))


def origin_matches(pattern: str, origin: str) -> bool:
    """Whether an origin is the one that an AllowedOrigin names; its one `*` stands for any text, also for none."""
    before, star, after = pattern.partition(ANY)
    if not star:
        return pattern == origin
    return len(origin) >= len(before) + len(after) and origin.startswith(before) and origin.endswith(after)


def header_names(text: str | None) -> tuple[str, ...] | None:
    """Return the names in an Access-Control-Request-Headers, lower-case and each once; None if some is no name."""
    names = filter(None, (part.strip().lower() for part in (text or "").split(",")))
    found = tuple(dict.fromkeys(names))
    return found if all(map(_TOKEN.fullmatch, found)) else None


def match(rules: Rules, origin: str, method: str, requested: tuple[str, ...] = ()) -> Match | None:
    """Return the first rule that allows an origin, a method and all of the requested headers (lower-case names)."""
    if not _ORIGIN.fullmatch(origin):
        return None
    for rule in rules.rules:
        if method not in rule.methods:
            continue
        if not rule.any_header and not set(requested) <= set(rule.headers):
            continue
        pattern = next((each for each in rule.origins if origin_matches(each, origin)), None)
        if pattern is not None:
            return Match(rule, pattern)
    return None
