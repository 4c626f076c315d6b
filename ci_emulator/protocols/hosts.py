"""What a host name says about bucket, service and region, on the cloud's own domains and on any other suffix."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: `<name>-<appid>`, the only shape of a bucket's full name that SDKs accept (spec: cos.md section 2).
BUCKET = re.compile(r"^[a-z0-9][a-z0-9-]*-[0-9]+$")
_REGION = re.compile(r"^(?:[a-z]{2}-[a-z0-9-]+|accelerate)$")
_APPID = re.compile(r"^[0-9]+$")

#: Second labels, and the service that they name; `pic` has legacy forms with a region glued on (ci.md section 8).
SERVICES = {
    "cos": "cos",
    "cos-internal": "cos",
    "cos-website": "website",
    "ci": "ci",
    "pic": "pic",
}
_LEGACY_PIC = re.compile(r"^pic(?:bj|nj|sh|gz|cd|cq|hk|ru|sgp|ca|in)$")

COS_SUFFIXES = (".myqcloud.com", ".tencentcos.cn", ".coslake.com")

#: `<anything>.<service>.<region>.<domain>`.
_BUCKETS_HOST = re.compile(rf"^.+\.(?:{'|'.join(SERVICES)})\.[^.]+\.[^.]+\.[^.]+$")

#: Where cos-python-sdk-v5 (1.9.44, `CosVectorsClient`) looks for vector buckets; it names them in the body.
_VECTORS = re.compile(r"^vectors\.(?P<region>[a-z0-9-]+)\.coslake\.com$")


@dataclass(frozen=True, slots=True)
class HostFacts:
    """The service, bucket and region that a host names; `appid_scoped` hosts (datasets, vectors) have neither."""

    service: str
    bucket: str | None = None
    region: str | None = None
    appid_scoped: bool = False


def is_cos_host(host: str) -> bool:
    """Whether a host lies on a domain of COS."""
    return host.endswith(COS_SUFFIXES)


def misnamed(host: str) -> bool:
    """Whether a host is a bucket's on a domain of COS, `<bucket>.<service>.<region>.…`, and its name can be none."""
    return is_cos_host(host) and _BUCKETS_HOST.match(host) is not None and read_host(host) is None


def read_host(host: str) -> HostFacts | None:
    """Take bucket, service and region out of a host name in lower case; None when it names neither.

    `<bucket>[.<service>[.<region>]].<suffix>`, `<service>.<region>.<suffix>` and `service.<service>.<suffix>`; the
    suffix may be anything, so a local name works like the cloud's (spec: cos.md section 2).
    """
    vectors = _VECTORS.match(host)
    if vectors:
        return HostFacts("cos", None, vectors["region"], appid_scoped=True)
    labels = host.split(".")
    first, rest = labels[0], labels[1:]
    if not rest:
        return None
    named, second = _service(first), _service(rest[0])
    if BUCKET.match(first):
        return HostFacts(second or "cos", first, _region(rest[1:]) if second else None)
    if first == "service" and second:
        return HostFacts(second)
    if named:
        return HostFacts(named, None, _region(rest))
    if _APPID.match(first) and second:
        return HostFacts(second, None, _region(rest[1:]), appid_scoped=True)
    return None


def _service(label: str) -> str | None:
    return "pic" if _LEGACY_PIC.match(label) else SERVICES.get(label)


def _region(labels: list[str]) -> str | None:
    """Return the first label when it can be a region and is not the suffix itself."""
    return labels[0] if len(labels) > 1 and _REGION.match(labels[0]) else None
