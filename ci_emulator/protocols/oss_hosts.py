"""What a host and the marks of a request say about OSS (aliyun.md section 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ci_emulator.core.target import Target
from ci_emulator.protocols.hosts import SERVICES

SUFFIX = ".aliyuncs.com"

#: `cn-hangzhou`, `us-west-1`, `cn-north-2-gov-1`.
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+(?:-[0-9]{1,2}(?:-[a-z]+(?:-[0-9])?)?)?")
_LABEL = re.compile(r"[a-z0-9-]+")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")

_ACCELERATED = frozenset({"oss-accelerate", "oss-accelerate-overseas"})

_AUTHORIZATIONS = ("OSS ", "OSS2 ", "OSS4-HMAC-SHA256")
_OTHER_AUTHORIZATIONS = ("q-sign-algorithm=", "TC3-")
_PARAMETERS = frozenset({"OSSAccessKeyId"})
_PREFIX = "x-oss-"
_CLIENTS = ("aliyun-sdk-", "alibabacloud-")


@dataclass(frozen=True, slots=True)
class HostFacts:
    """The bucket and the region that a host names."""

    bucket: str | None = None
    region: str | None = None


def read_host(host: str) -> HostFacts | None:
    """Take bucket and region out of `[<bucket>.]oss[-<region>].<suffix>` in lower case; None for other hosts.

    On Alibaba's own domain whatever stands before the endpoint is the bucket, even if it can be none. On any other suffix
    endpoint and bucket must look like such: there `oss-data-1250000000.cos.test` is a bucket of COS.
    """
    if host.endswith(SUFFIX):
        return _read_own_host(host.removesuffix(SUFFIX))
    labels = host.split(".")
    if len(labels) < 2 or labels[1] in SERVICES:
        return None
    if (endpoint := _read_endpoint(labels[0], _REGION)) is not None:
        return endpoint
    if len(labels) > 2 and _BUCKET.fullmatch(labels[0]):
        endpoint = _read_endpoint(labels[1], _REGION)
        return HostFacts(labels[0], endpoint.region) if endpoint is not None else None
    return None


def _read_own_host(name: str) -> HostFacts | None:
    """Read what stands before `.aliyuncs.com`: `[<bucket>.]oss-<region>`, or `[<bucket>.]<region>.oss` of dual stack."""
    rest, _, label = name.rpartition(".")
    endpoint = _read_endpoint(label, _LABEL)
    if endpoint is None:
        return None
    if label == "oss":
        bucket, _, region = rest.rpartition(".")
        if _REGION.fullmatch(region):
            return HostFacts(bucket or None, region)
    return HostFacts(rest or None, endpoint.region)


def _read_endpoint(label: str, region: re.Pattern[str]) -> HostFacts | None:
    """Read `oss`, `oss-<region>[-internal]` or `oss-accelerate[-overseas]`; None for other labels."""
    name = label.removesuffix("-internal")
    if name == "oss" or name in _ACCELERATED:
        return HostFacts()
    named = name.removeprefix("oss-")
    return HostFacts(None, named) if named != name and region.fullmatch(named) else None


def is_signalled(target: Target) -> bool:
    """Whether a request has marks that only clients of OSS make, and not the signature of another cloud."""
    if is_signed_otherwise(target):
        return False
    if (target.header("authorization") or "").startswith(_AUTHORIZATIONS):
        return True
    if any(name in _PARAMETERS or name.startswith(_PREFIX) for name in target.query_names):
        return True
    if any(name.startswith(_PREFIX) for name in target.headers):
        return True
    return (target.header("user-agent") or "").lower().startswith(_CLIENTS) and not target.header(
        "authorization"
    )


def is_signed_otherwise(target: Target) -> bool:
    """Whether the signature, which tells the cloud for certain, is one of COS or of API 3.0."""
    authorization = target.header("authorization") or ""
    names = target.query_names
    return (
        authorization.startswith(_OTHER_AUTHORIZATIONS)
        or "q-sign-algorithm" in names
        or (target.parameter("sign") or "").startswith("q-sign-algorithm")
        or {"Action", "SecretId"} <= names
        or target.header("x-tc-action") is not None
    )
