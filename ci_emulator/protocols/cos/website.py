"""Static websites: what the configuration of a bucket says about a key (documents 30617 and 31930).

A rule by prefix counts before the object is looked for, one by error code after that, the error document when no rule does.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from ci_emulator.protocols import xml_in
from ci_emulator.protocols.cos.configurations import descend

EXTENSION = ".html"
"""What AutoAddressing leaves out of an address."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A routing rule: when it counts, by `error` (HTTP status) or `prefix`, and what the key becomes.

    Either `key` is the new one, or `new_prefix` takes the place of `prefix`; `scheme` is None for that of the request.
    """

    error: int | None = None
    prefix: str | None = None
    scheme: str | None = None
    key: str | None = None
    new_prefix: str = ""

    def target(self, key: str) -> str:
        """Return what a key becomes."""
        new = self.key if self.key is not None else self.new_prefix + key.removeprefix(self.prefix or "")
        # Keys do not begin with a slash, which is how an address is often written nevertheless.
        return new.removeprefix("/")


class Website(msgspec.Struct, frozen=True, kw_only=True):
    """The website of a bucket; `scheme` is that of every address, None for both."""

    index: str
    scheme: str | None = None
    hides_extension: bool = False
    error_key: str | None = None
    error_keeps_status: bool = True
    rules: tuple[Rule, ...] = ()

    def candidates(self, key: str) -> tuple[str, ...]:
        """Return the keys of the objects that may answer a request for a key ("" for the root), the best first."""
        if not key or key.endswith("/"):
            return (key + self.index,)
        return (key, key + EXTENSION) if self.hides_extension else (key,)

    def rule_for_key(self, key: str) -> Rule | None:
        """Return the first rule whose prefix a key has, and that leads elsewhere."""
        return next(
            (
                rule
                for rule in self.rules
                if rule.prefix is not None and key.startswith(rule.prefix) and rule.target(key) != key
            ),
            None,
        )

    def rule_for_error(self, status: int, key: str) -> Rule | None:
        """Return the first rule for an HTTP status that leads elsewhere: a missing page must not lead to itself."""
        return next((rule for rule in self.rules if rule.error == status and rule.target(key) != key), None)


@lru_cache(maxsize=64)
def parse(document: str) -> Website:
    """Read a document that was checked when it was set."""
    node = xml_in.parse(document.encode(), "WebsiteConfiguration")
    error = node.child("ErrorDocument")
    return Website(
        index=_text(node, "IndexDocument", "Suffix") or "",
        scheme=_text(node, "RedirectAllRequestsTo", "Protocol"),
        hides_extension=_text(node, "AutoAddressing", "Status") == "Enabled",
        error_key=error.value("Key") if error is not None else None,
        error_keeps_status=_text(node, "ErrorDocument", "OriginalHttpStatus") != "Disabled",
        rules=tuple(_rule(rule) for rule in descend(node, ["RoutingRules", "RoutingRule"])),
    )


def _rule(node: xml_in.Node) -> Rule:
    error = _text(node, "Condition", "HttpErrorCodeReturnedEquals")
    return Rule(
        error=int(error) if error is not None else None,
        prefix=_text(node, "Condition", "KeyPrefixEquals"),
        scheme=_text(node, "Redirect", "Protocol"),
        key=_text(node, "Redirect", "ReplaceKeyWith"),
        new_prefix=_text(node, "Redirect", "ReplaceKeyPrefixWith") or "",
    )


def _text(node: xml_in.Node, parent: str, name: str) -> str | None:
    found = node.child(parent)
    return found.value(name) if found is not None else None
