"""Which action a request asks for: its scope, its method, and what its query names."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import Action, Registry, Run
from ci_emulator.protocols.ci.catalogue import CI_PROCESSES
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.error_model import ApiError

#: Query names that make a request something else than the plain method (spec: cos.md section 4, last line of 4.3;
#: ci.md sections 3 and 6.1). Their order matters where a request names two: `?uploadId&partNumber` is an upload.
SUBRESOURCES = (
    "uploads",
    "uploadId",
    "append",
    "acl",
    "tagging",
    "restore",
    "select",
    "symlink",
    "retention",
    "policy",
    "cors",
    "delete",
    "versions",
    "versioning",
    "location",
    "referer",
    "lifecycle",
    "notification",
    "replication",
    "website",
    "logging",
    "accelerate",
    "domain",
    "domaincertificate",
    "inventory",
    "origin",
    "object-lock",
    "live",
    "encryption",
    "intelligenttiering",
    "intelligent-tiering",
    "strict-signature",
    "style",
    "image_process",
    "imageInfo",
    "exif",
    "imageAve",
    "imageInspect",
)

#: Picture operations are a query key of their own form (spec: ci.md section 6.1).
_PICTURE_OPERATIONS = ("imageMogr2/", "imageView2/", "watermark/", "style/")

#: Headers that make a PUT something else (copies, picture rules); carried out by later actions, never ignored.
_MEANINGFUL_HEADERS = ("x-cos-copy-source", "pic-operations")

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Selector:
    """What selects an action: scope, method, and the sub-resource, `ci-process=<value>` or header (else "")."""

    scope: str
    method: str
    name: str = ""
    service: str = "cos"


REGISTRY: Registry[Selector] = Registry()


def selector_of(call: Call) -> Selector:
    """Return what a call asks for, whether or not such an action exists."""
    target, place = call.target, call.place
    names = target.query_names
    service = "ci" if place.service in ("ci", "pic") else place.service
    process = target.parameter("ci-process")
    if process is not None:
        # CI on keys is served by the cos host; old clients and hosts say ci or pic (spec: ci.md section 8).
        return Selector(place.scope, target.method, f"ci-process={process}")
    name = _subresource(names) if names else ""
    if not name and target.method in ("PUT", "POST"):
        name = next((header for header in _MEANINGFUL_HEADERS if target.header(header)), "")
    return Selector(place.scope, target.method, name, service)


def _subresource(names: Collection[str]) -> str:
    name = next((known for known in SUBRESOURCES if known in names), "")
    return name or next((key for key in names if key.startswith(_PICTURE_OPERATIONS)), "").partition("/")[0]


def select(call: Call) -> Action:
    """Return the action, or one that refuses as the service would refuse something it does not know."""
    selector = selector_of(call)
    return REGISTRY.find(selector) or _refusing(selector, call)


def _refusing(selector: Selector, call: Call) -> Action:
    async def run(call: Call, services: Any) -> Reply:
        raise _reason(selector)

    return Action("Unknown", run, "none", max_body=5 * 1024**3)


def _reason(selector: Selector) -> ApiError:
    scopes = {known.scope for known, _ in REGISTRY if known.name == selector.name}
    if selector.method not in METHODS or (selector.name and selector.scope in scopes):
        return fail("MethodNotAllowed")
    if selector.name.startswith("ci-process="):
        return _process_reason(selector.name.partition("=")[2], selector.scope, scopes)
    if selector.name or selector.service != "cos":
        what = selector.name or f"on the {selector.service} host"
    elif selector.method in ("POST", "OPTIONS"):
        what = f"on a {selector.scope}"
    else:
        return fail("MethodNotAllowed")
    return fail("NotImplemented", f"{selector.method} {what} is not implemented by this emulator.")


def _process_reason(process: str, scope: str, scopes: set[str]) -> ApiError:
    if scopes:
        wanted = " or ".join(sorted(scopes))
        message = f"ci-process={process} is for a request on the {wanted}, not on the {scope}."
        return fail("InvalidArgument", message, name="ci-process")
    if process in CI_PROCESSES:
        return fail("NotImplemented", f"ci-process={process} is not implemented by this emulator.")
    return fail("InvalidArgument", f"The ci-process {process!r} is not known here.", name="ci-process")


def action(
    scope: str, method: str, name: str = "", *, called: str, **declaration: Any
) -> Callable[[Run], Run]:
    """Register a function as the action of a selector; the keywords are fields of `Action`."""

    def register(run: Run) -> Run:
        about = (run.__doc__ or "").strip().partition("\n")[0]
        REGISTRY.add(Selector(scope, method, name), Action(called, run, about=about, **declaration))
        return run

    return register
