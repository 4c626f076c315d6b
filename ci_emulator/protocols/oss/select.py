"""Which action an OSS request asks for: its scope, its method, and what its query or headers name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from ci_emulator.auth.oss_subresources import SUBRESOURCES as SIGNED
from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import Access, Action, GiB, Registry, Run
from ci_emulator.protocols.error_model import ApiError
from ci_emulator.protocols.oss.errors import fail

#: Query names that make a request something else than the plain method. Their order matters where a request names two.
SUBRESOURCES = (
    "x-oss-async-process",
    "x-oss-process",
    "uploads",
    "uploadId",
    "append",
    "acl",
    "tagging",
    "symlink",
    "restore",
    "objectMeta",
    "delete",
    "bucketInfo",
    "stat",
    "location",
    "versions",
    "versioning",
    "cors",
    "lifecycle",
    "logging",
    "website",
    "referer",
    "policy",
    "encryption",
    "inventory",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "worm",
    "wormId",
    "wormExtend",
    "requestPayment",
    "transferAcceleration",
    "cname",
    "metaQuery",
    "resourceGroup",
    "style",
    "live",
    "vod",
    "status",
    "qosInfo",
    "asyncFetch",
    "accessPoint",
    "accessPointPolicy",
    "publicAccessBlock",
    "httpsConfig",
    "regions",
)

#: Parameters that say how something is done and never what: whatever else the signature of version 1 covers names an operation.
_MODIFIERS = frozenset(
    """
    callback callback-var comp continuation-token endTime group partNumber position response-cache-control
    response-content-disposition response-content-encoding response-content-language response-content-type response-expires
    security-token sequential startTime styleName versionId x-oss-access-point-name x-oss-redundancy-transition-taskid
    x-oss-request-payer x-oss-target-redundancy-type x-oss-traffic-limit
    """.split()  # noqa: SIM905 - a list of one a line would be three times as long
)

#: Operations of the SDKs that version 1 does not sign.
_UNSIGNED = (
    "accessmonitor",
    "deleteVectors",
    "getVectors",
    "listVectors",
    "namespace",
    "putVectors",
    "queryVectors",
)

#: Every name that makes a request something else, those that are carried out first.
_NAMES = tuple(dict.fromkeys((*SUBRESOURCES, *sorted(SIGNED - _MODIFIERS), *_UNSIGNED)))

#: Parameters of listings and signatures: of all others on a bucket nobody knows what they ask for.
_HARMLESS = re.compile(
    "|".join(
        (
            "OSSAccessKeyId|Expires|Signature|x-oss-.*|prefix|marker|max-.*|delimiter|encoding-type|list-type|start-after",
            "fetch-owner|key-marker|upload-id-marker|part-number-marker|version-id-marker",
            *map(re.escape, sorted(_MODIFIERS)),
        )
    )
)

COPY = "x-oss-copy-source"
CALLBACKS = ("callback", "x-oss-callback")
_COPIED = ("", "uploadId")
_METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"})


class Selector(msgspec.Struct, frozen=True):
    """What selects an action: scope, method, and the sub-resource or header (else "")."""

    scope: str
    method: str
    name: str = ""


REGISTRY: Registry[Selector] = Registry()


def selector_of(call: Call) -> Selector:
    """Return what a call asks for, whether or not such an action exists."""
    target = call.target
    names = target.query_names
    name = next((known for known in _NAMES if known in names), "") if names else ""
    if names and not name and call.place.scope == "bucket" and target.method in ("PUT", "DELETE"):
        # What nobody here knows must not create or delete the bucket itself.
        name = next((other for other in names if not _HARMLESS.fullmatch(other)), "")
    if target.method == "PUT":
        if not name and "partNumber" in names:
            name = "uploadId"  # a part that names no upload must not become the object
        if name in _COPIED and target.header(COPY):
            name = f"{name}&{COPY}".lstrip("&")
    return Selector(call.place.scope, target.method, name)


def select(call: Call) -> Action:
    """Return the action, or one that refuses as the service would refuse something it does not know."""
    selector = selector_of(call)
    if _calls_back(call):
        return _refusing(_callback)
    return REGISTRY.find(selector) or _refusing(lambda: refusal(selector))


def _calls_back(call: Call) -> bool:
    target = call.target
    return target.method in ("PUT", "POST") and any(
        name in target.query_names or target.header(name) for name in CALLBACKS
    )


def _callback() -> ApiError:
    return fail("NotImplemented", feature="An upload with a callback")


def _refusing(reason: Callable[[], ApiError]) -> Action:
    async def run(call: Call, services: Any) -> Reply:
        raise reason()

    return Action("Unknown", run, "none", max_body=5 * GiB, access="owner")


def refusal(selector: Selector) -> ApiError:
    """Return why something that is not registered is not carried out."""
    scopes = {known.scope for known, _ in REGISTRY if known.name == selector.name}
    if selector.method not in _METHODS or not selector.name or selector.scope in scopes:
        details = {"Method": selector.method, "ResourceType": selector.scope.capitalize()}
        return fail("MethodNotAllowed", extra=details)
    return fail("NotImplemented", feature=f"{selector.method} {selector.name}")


def action(
    scope: str, method: str, name: str = "", *, called: str, access: Access = "owner", **declaration: Any
) -> Callable[[Run], Run]:
    """Register a function as the action of a selector; the other keywords are fields of `Action`."""

    def register(run: Run) -> Run:
        about = (run.__doc__ or "").strip().partition("\n")[0]
        declaration.setdefault("permission", f"oss:{called}")
        REGISTRY.add(
            Selector(scope, method, name), Action(called, run, access=access, about=about, **declaration)
        )
        return run

    return register
