"""Pictures that are processed where they are stored: all results are written with the original, or nothing is.

Used at upload (PUT, form, completion of a multipart upload) and in place (spec: ci.md section 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Call
from ci_emulator.core.registry import MiB
from ci_emulator.engines.picture_model import PictureFacts
from ci_emulator.operations.records import Attributes, ObjectRecord
from ci_emulator.operations.staging import Put, Staging
from ci_emulator.protocols.ci import switches
from ci_emulator.protocols.ci.numbers import ERR_NO, PERSISTENT, numbered
from ci_emulator.protocols.ci.pic_operations import PicOperations, Rule, parse
from ci_emulator.protocols.cos import access, upload
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.services import Services
from ci_emulator.protocols.xml import Content

#: The most bytes of a picture that rules are applied to, or that is described.
LARGEST = 32 * MiB

_REFUSED = "-60936"

#: What `filehash` may have kept about other bytes.
_HASHES = frozenset(f"{upload.META}{algorithm}" for algorithm in ("md5", "sha1", "sha256"))

#: The Content-Type of results, by Pillow's names of their formats.
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done with the picture of an object, all of which is allowed.

    `regions` are those of the bucket and of every bucket that a rule names; `tenant` is whose turn it is in the queue.
    """

    bucket: str
    key: str
    operations: PicOperations
    regions: Mapping[str, str]
    tenant: str

    def is_source(self, rule: Rule) -> bool:
        """Whether the result of a rule takes the place of the object itself."""
        return (rule.bucket, rule.key) == (self.bucket, self.key)


@dataclass(frozen=True, slots=True)
class Result:
    """What a rule made: the file, its facts, and what the answer tells about it besides them."""

    rule: Rule
    data: bytes
    told: Mapping[str, Content]
    facts: PictureFacts


@dataclass(frozen=True, slots=True)
class Processed:
    """What became of a picture; `information` describes the original when that was asked for."""

    information: PictureFacts | None = None
    results: tuple[Result, ...] = ()


async def prepare(call: Call, services: Services, header: str, bucket: str, key: str) -> Task:
    """Read a header, and make sure before any byte of the picture is read that all of it may be done.

    Raises:
        ApiError: those of `pic_operations.parse` and `switches.check`, AccessDenied for a result that may not be written.
        Refusal: BUCKET_MISSING for the bucket of a result.
    """
    operations = parse(header, bucket, key)
    recognises = any(step.recognises for rule in operations.rules for step in rule.steps)
    await switches.check(services, bucket, recognition=recognises)
    for rule in operations.rules:
        if rule.key is None:
            continue
        wanted = access.Asked(rule.bucket, rule.key, "write", "cos:PutObject")
        if not await access.may(call, services, wanted):
            message = "The result of a rule may not be written where it names."
            raise fail("AccessDenied", message, headers={ERR_NO: _REFUSED})
    named = {bucket} | {rule.bucket for rule in operations.rules}
    regions = {name: (await services.buckets.find(name)).region for name in named}
    return Task(bucket, key, operations, regions, call.principal.appid or "")


def check_size(size: int) -> None:
    """Refuse a picture that is too large to be processed.

    Raises:
        ApiError: ImageTooLarge.
    """
    if size > LARGEST:
        with numbered(PERSISTENT):
            raise Refusal(Kind.IMAGE_TOO_MANY_BYTES, limit=LARGEST)


async def process(services: Services, task: Task, picture: bytes) -> Processed:
    """Apply the rules to a picture file, each to the original.

    Raises:
        ApiError, Refusal: those of the rules and of the engines; those about the picture with their number.
    """
    check_size(len(picture))
    with numbered(PERSISTENT):
        information = None
        if task.operations.information:
            information = await services.pictures.describe(picture, average=True, tenant=task.tenant)
        results = [await _apply(services, rule, picture, task.tenant) for rule in task.operations.rules]
    return Processed(information, tuple(results))


async def _apply(services: Services, rule: Rule, picture: bytes, tenant: str) -> Result:
    told: Mapping[str, Content] = {}
    for step in rule.steps:
        made = await step.run(services, picture, tenant)
        picture = made.data
        # What an earlier step told may not be true of the result any more.
        told = made.told or told
    facts = await services.pictures.describe(picture, tenant=tenant)
    return Result(rule, picture, told, facts)


async def puts(
    staging: Staging,
    task: Task,
    processed: Processed,
    original: Attributes,
    instead_of: ObjectRecord | None = None,
) -> list[Put]:
    """Stage the files of the results that are kept.

    What a customer key protects stays protected: results have the encryption of the `original`. One that takes its place does so
    only while that is still the object `instead_of`.
    """
    return [
        Put(
            bucket=result.rule.bucket,
            key=result.rule.key,
            received=await staging.add(result.data),
            attributes=Attributes(
                headers={"content-type": _TYPES[result.facts.format]}, encryption=original.encryption
            ),
            inherits=task.is_source(result.rule),
            forgets=_HASHES,
            instead_of=instead_of if task.is_source(result.rule) else None,
        )
        for result in processed.results
        if result.rule.key is not None
    ]


def with_version_of_source(task: Task, processed: Processed, records: Sequence[ObjectRecord]) -> ObjectRecord:
    """Return the first of the `records`, the original, with the version of the result that took its place, if one did.

    Its ETag and CRC stay those of the bytes that were sent, which clients compare; a version id that is kept must not
    lead to the picture as it was before.
    """
    kept = [result for result in processed.results if result.rule.key is not None]
    latest = records[0]
    for result, record in zip(kept, records[1:], strict=True):
        if task.is_source(result.rule):
            latest = record
    return msgspec.structs.replace(records[0], version=latest.version)
