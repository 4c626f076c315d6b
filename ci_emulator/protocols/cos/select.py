"""Which action a request asks for: its scope, its method, and what its query names."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from ci_emulator.core.model import Call, Reply
from ci_emulator.core.registry import Access, Action, Registry, Run
from ci_emulator.protocols.ci.catalogue import PROCESSES
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.operations_known import DOCUMENTED
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
    "vod",
    "encryption",
    "intelligenttiering",
    "intelligent-tiering",
    "strict-signature",
    "response-control",
    "style",
    "image_process",
    "imageInfo",
    "exif",
    "imageAve",
    "imageInspect",
)

#: Picture operations are a query key of their own form (spec: ci.md section 6.1).
PICTURE_OPERATIONS = ("imageMogr2/", "imageView2/", "watermark/", "style/")

PIC_OPERATIONS = "pic-operations"

#: Headers that make a PUT something else (copies, picture rules); carried out by later actions, never ignored.
MEANINGFUL_HEADERS = ("x-cos-copy-source", PIC_OPERATIONS)

#: Documents of which a bucket has several: a GET that names none by its id lists them.
_IDENTIFIED = ("inventory", "intelligent-tiering")

#: What such a GET adds to the name.
LIST = "list"

#: The service of a selector on the hosts of Cloud Infinite and of its pictures.
CI = "ci"

#: Query names by which pictures are asked about or processed, on picture hosts as on those of COS.
OF_PICTURES = ("image_process", "imageInfo", "exif", "imageAve", "imageInspect")

#: What carries an object or a part of one when it is written to: there those headers mean something.
_UPLOADS = ("", "uploads", "uploadId", "append")

_ARTICLES = {"service": "the service", "bucket": "a bucket", "object": "an object"}

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"})

#: Where operations of Cloud Infinite belong.
_CI_HOSTS = {"bucket": "BUCKET.ci.REGION.myqcloud.com", "service": "ci.REGION.myqcloud.com"}


class Selector(msgspec.Struct, frozen=True):
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
    service = CI if place.service in ("ci", "pic") else place.service
    if target.method == "OPTIONS":
        # A preflight asks about the request that would follow, whatever and wherever that would be (document 8288).
        return Selector("object", "OPTIONS")
    if service == "website":
        return Selector(place.scope, target.method, service=service)
    process = target.parameter("ci-process")
    if process is not None:
        # CI on keys is served by the cos host; old clients and hosts say ci or pic (spec: ci.md section 8).
        return Selector(place.scope, target.method, f"ci-process={process}")
    name = _subresource(names) if names else ""
    if service == CI and not (place.service == "pic" and place.key is not None and _of_pictures(name, call)):
        return _operation(call)
    if names and not name and place.scope == "bucket" and target.method in ("PUT", "DELETE"):
        # A sub-resource that nobody here knows must not create or delete the bucket itself.
        name = _queried(names)
    if target.method in ("PUT", "POST"):
        name = _refined(name, call)
    elif target.method == "GET" and name in _IDENTIFIED and "id" not in names:
        name = f"{name}&{LIST}"
    return Selector(place.scope, target.method, name, "cos" if service == CI else service)


def _operation(call: Call) -> Selector:
    """Return what a call asks of a host of Cloud Infinite, where the path names an operation and not an object."""
    target, place = call.target, call.place
    name = f"/{place.key}" if place.key is not None else _queried(target.query_names)
    return Selector("service" if place.bucket is None else "bucket", target.method, name, CI)


def _of_pictures(name: str, call: Call) -> bool:
    """Whether old clients may ask this of an object on a picture host (spec: ci.md sections 3.1 and 8)."""
    upload = not name and call.target.method == "PUT"
    return name in OF_PICTURES or (upload and call.target.header(PIC_OPERATIONS) is not None)


def _queried(names: Collection[str]) -> str:
    """Return the first query name that is not there for the signature's sake, "" without one."""
    return next((name for name in names if not _belongs_to_signature(name)), "")


def _belongs_to_signature(name: str) -> bool:
    return name.startswith("q-") or name in ("sign", "token", "x-cos-security-token", "x-ci-security-token")


def _subresource(names: Collection[str]) -> str:
    name = next((known for known in SUBRESOURCES if known in names), "")
    return name or next((key for key in names if key.startswith(PICTURE_OPERATIONS)), "").partition("/")[0]


def _refined(name: str, call: Call) -> str:
    """Return the name of an upload with the headers that make it something else, joined by `&`."""
    if not name and "partNumber" in call.target.query_names:
        # A part that names no upload must not become the object.
        name = "uploadId"
    if name not in _UPLOADS:
        return name
    headers = [header for header in MEANINGFUL_HEADERS if call.target.header(header)]
    if name == "uploads" or (name, call.target.method) == ("uploadId", "PUT"):
        # The SDKs for JavaScript send the rules when an upload begins too; they count where it is completed.
        headers = [header for header in headers if header != PIC_OPERATIONS]
    return "&".join(filter(None, (name, *headers)))


def select(call: Call) -> Action:
    """Return the action, or one that refuses as the service would refuse something it does not know."""
    selector = selector_of(call)
    if selector.service == CI:
        # The path was the operation; what is asked about, and for whom, is the bucket.
        call.place = msgspec.structs.replace(call.place, key=None)
    return REGISTRY.find(selector) or _refusing(selector, call)


def _refusing(selector: Selector, call: Call) -> Action:
    async def run(call: Call, services: Any) -> Reply:
        raise refusal(selector)

    # A website has no owner's side: what is wrong there is the method, whoever asks.
    access: Access = "none" if selector.service == "website" else "owner"
    return Action("Unknown", run, "none", max_body=5 * 1024**3, access=access)


def refusal(selector: Selector) -> ApiError:
    """Return why something that is not registered is not carried out."""
    named = (selector.name, selector.service)
    scopes = {known.scope for known, _ in REGISTRY if (known.name, known.service) == named}
    documented = (selector.scope, selector.method, selector.name) in DOCUMENTED
    if selector.service == "website" and selector.scope != "service":
        return fail("MethodNotAllowed")
    if selector.method in METHODS and selector.name.startswith("ci-process="):
        return _process_reason(selector.name.partition("=")[2], selector)
    for scope, host in _CI_HOSTS.items():
        if selector.service == CI and REGISTRY.find(msgspec.structs.replace(selector, scope=scope)):
            what = f"{selector.method} {selector.name or '/'}"
            return fail("InvalidHost", f"{what} is for a host {host}, not for this one.")
    if selector.method not in METHODS or (selector.name and selector.scope in scopes and not documented):
        return fail("MethodNotAllowed")
    if selector.name or selector.service != "cos":
        what = selector.name or f"on the {selector.service} host"
    elif selector.method in ("POST", "OPTIONS"):
        what = f"on {_ARTICLES[selector.scope]}"
    else:
        return fail("MethodNotAllowed")
    return fail("NotImplemented", f"{selector.method} {what} is not implemented by this emulator.")


def _process_reason(name: str, selector: Selector) -> ApiError:
    """Return why a `ci-process` is not carried out: nobody knows it, it is asked for in the wrong place, or not done here."""
    process = PROCESSES.get(name)
    if process is None:
        return fail("InvalidArgument", f"The ci-process {name!r} is not known here.", name="ci-process")
    if selector.scope not in process.scopes:
        wanted = " or ".join(sorted(process.scopes))
        message = f"ci-process={name} is for a request on the {wanted}, not on the {selector.scope}."
        return fail("InvalidArgument", message, name="ci-process")
    if (selector.scope, selector.method) not in process.places:
        return fail("MethodNotAllowed")
    return fail("NotImplemented", f"ci-process={name} is not implemented by this emulator.")


def action(
    scope: str, method: str, name: str = "", *, called: str, service: str = "cos", **declaration: Any
) -> Callable[[Run], Run]:
    """Register a function as the action of a selector; the other keywords are fields of `Action`."""

    def register(run: Run) -> Run:
        about = (run.__doc__ or "").strip().partition("\n")[0]
        REGISTRY.add(Selector(scope, method, name, service), Action(called, run, about=about, **declaration))
        return run

    return register
