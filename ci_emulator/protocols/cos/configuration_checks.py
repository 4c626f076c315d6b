"""What makes a configuration unacceptable that fits its schema (spec: cos.md sections 3.2 and 4.2)."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from ci_emulator.core.clock import http_date
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.operations.records import BucketRecord
from ci_emulator.protocols.cos import configurations
from ci_emulator.protocols.cos.configurations import descend
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.names import check_bucket, check_key
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.xml_in import Node, integer, parse

#: A bucket as a destination names it, and as the samples of the Python SDK name it: APPID first.
_DESTINATION = re.compile(r"qcs::cos:[^:]*::(?P<bucket>[^:]+)")
_OLD_DESTINATION = re.compile(r"qcs:id/\d+:cos:[^:]*:appid/(?P<appid>\d+):(?P<name>[^:]+)")

_LIFECYCLE_ACTIONS = (
    "Transition",
    "Expiration",
    "NoncurrentVersionTransition",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
)


def lifecycle(node: Node, bucket: BucketRecord) -> None:
    """Check that every rule does something, and that no two have the same ID.

    Raises:
        Refusal: XML_MALFORMED.
        ApiError: LifeCycleIdNotUnique (error code page of 2019).
    """
    _check_unique(node, "Rule", "ID", "LifeCycleIdNotUnique")
    for rule in node.children("Rule"):
        if not any(rule.child(name) for name in _LIFECYCLE_ACTIONS):
            raise Refusal(Kind.XML_MALFORMED, "A lifecycle rule must have at least one action.")


async def logging(node: Node, bucket: BucketRecord, services: Services) -> None:
    """Check that the target is a bucket of the same account and region, and that keys can begin with the prefix.

    Raises:
        ApiError: TargetBucketNameInvalid, InvalidTargetBucketForLogging, LoggingPrefixInvalid.
    """
    enabled = node.child("LoggingEnabled")
    if enabled is None:
        return
    name = enabled.need("TargetBucket")
    try:
        check_bucket(name, "")
    except Refusal:
        raise fail("TargetBucketNameInvalid") from None
    target = await _found(services, name)
    if target is None or (target.owner, target.region) != (bucket.owner, bucket.region):
        message = "The target bucket for logging must exist, and be of the account and in the region of this bucket."
        raise fail("InvalidTargetBucketForLogging", message)
    try:
        check_key(enabled.value("TargetPrefix") or "")
    except Refusal:
        raise fail("LoggingPrefixInvalid") from None


async def replication(node: Node, bucket: BucketRecord, services: Services) -> None:
    """Check that the bucket keeps versions and that all rules name one other bucket, which does too.

    Raises:
        ApiError: InvalidBucketState, MultiBucketNotSupport, NoSuchBucket, InvalidArgument.
    """
    destinations = {_destination(each.text) for each in descend(node, ["Rule", "Destination", "Bucket"])}
    if bucket.versioning != "Enabled":
        raise fail("InvalidBucketState", "Versioning must be enabled for a bucket that is replicated.")
    if len(destinations) > 1:
        raise fail("MultiBucketNotSupport")
    (name,) = destinations
    if name == bucket.name:
        raise fail("InvalidArgument", "A bucket cannot be replicated to itself.", name="Bucket")
    target = await _found(services, name)
    if target is None:
        raise fail("NoSuchBucket", "The destination bucket of the replication does not exist.")
    if target.versioning != "Enabled":
        raise fail("InvalidBucketState", "Versioning must be enabled for the destination of a replication.")
    _check_unique(node, "Rule", "ID", "InvalidArgument")


def domain(node: Node, bucket: BucketRecord) -> None:
    """Check that no domain is named twice.

    Raises:
        ApiError: DomainConfigConflict.
    """
    _check_unique(node, "DomainRule", "Name", "DomainConfigConflict")


def strict_signature(node: Node, bucket: BucketRecord) -> None:
    """Check that no two rules have the same ID.

    Raises:
        ApiError: InvalidArgument.
    """
    _check_unique(node, "Rule", "ID", "InvalidArgument")


def object_lock(node: Node, bucket: BucketRecord) -> None:
    """Check that the default retention is not shorter than it was.

    Raises:
        ApiError: InvalidLockedTime (doc 436/40133).
    """
    before = configurations.text_of(bucket, "object-lock")
    if before is not None and _days(node) < _days(parse(before.encode(), "ObjectLockConfiguration")):
        raise fail("InvalidLockedTime", "The default retention cannot be made shorter than it was.")


def txt_verification(bucket: BucketRecord) -> list[tuple[str, str]]:
    """Return the header that names the TXT record by which a domain would be verified (spec: cos.md section 4.2)."""
    digest = hashlib.md5(bucket.name.encode(), usedforsecurity=False).hexdigest()
    return [("x-cos-domain-txt-verification", f"tencent-cloud-cos-verification={digest}")]


def rule_creation_time(bucket: BucketRecord) -> list[tuple[str, str]]:
    """Return the header that says when the replication was set (doc 436/19222)."""
    created = bucket.configured.get("replication")
    return [("x-cos-replication-rule-creation-time", http_date(created))] if created is not None else []


def _check_unique(node: Node, element: str, name: str, code: str) -> None:
    """Check that no two elements below the root have the same text in a child.

    Raises:
        ApiError: the code.
    """
    texts = Counter(child.value(name) for child in node.children(element))
    twice = next((value for value, count in texts.items() if value and count > 1), None)
    if twice is not None:
        raise fail(code, f"There is more than one {element} with the {name} {twice}.")


async def _found(services: Services, name: str) -> BucketRecord | None:
    try:
        return await services.buckets.find(name)
    except Refusal:
        return None


def _destination(text: str) -> str:
    """Return the bucket that a destination names; the schema has checked its form."""
    text = text.strip()
    if found := _DESTINATION.fullmatch(text):
        return found["bucket"]
    if found := _OLD_DESTINATION.fullmatch(text):
        return f"{found['name']}-{found['appid']}"
    raise Refusal(Kind.XML_MALFORMED)


def _days(node: Node) -> int:
    days = next(descend(node, ["Rule", "DefaultRetention", "Days"]), None)
    return integer(days.text) if days is not None else 0
