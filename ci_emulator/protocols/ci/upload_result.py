"""The document `UploadResult`: the original, what it is like, and what the rules made of it (spec: ci.md section 3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from ci_emulator.engines.picture_model import PictureFacts
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols.ci.processing import Processed, Result, Task
from ci_emulator.protocols.xml import Content


def upload_result(
    task: Task, original: ObjectRecord, processed: Processed, written: Sequence[ObjectRecord]
) -> dict[str, Content]:
    """Return the children of `UploadResult`; `written` are the records of the results that were kept, in their order.

    Where a result took the place of the original, that is what the ETag of the original is.
    """
    kept = iter(written)
    pairs = [(result, next(kept) if result.rule.key is not None else None) for result in processed.results]
    for result, record in pairs:
        if record is not None and task.is_source(result.rule):
            original = record
    info: dict[str, Content] = {
        "Key": task.key,
        "Location": _location(task, task.bucket, task.key),
        "ETag": f'"{original.etag}"',
    }
    if processed.information is not None:
        info["ImageInfo"] = image_info(processed.information)
    found: dict[str, Content] = {"OriginalInfo": info}
    if pairs:
        objects = [_object(task, result, record or original) for result, record in pairs]
        found["ProcessResults"] = {"Object": objects}
    return found


def image_info(facts: PictureFacts) -> dict[str, Content]:
    """Return the children of `ImageInfo`."""
    red, green, blue = facts.average or (0, 0, 0)
    return {
        "Format": facts.format,
        "Width": facts.width,
        "Height": facts.height,
        "Quality": facts.quality,
        "Ave": f"0x{red:02x}{green:02x}{blue:02x}",
        "Orientation": facts.orientation,
        "FrameCount": facts.frames,
    }


def _object(task: Task, result: Result, record: ObjectRecord) -> dict[str, Content]:
    """Return the children of an `Object`; of a result that is not kept the `record` is the original's."""
    rule, facts = result.rule, result.facts
    bucket, key = (rule.bucket, rule.key) if rule.key is not None else (task.bucket, task.key)
    return {
        "Key": key,
        "Location": _location(task, bucket, key),
        "Format": facts.format.lower(),
        "Width": facts.width,
        "Height": facts.height,
        "Size": len(result.data),
        "Quality": facts.quality,
        "ETag": f'"{record.etag}"',
        **result.told,
    }


def _location(task: Task, bucket: str, key: str) -> str:
    """Return where an object is, under the name that the cloud gives its bucket and without a scheme."""
    return f"{bucket}.cos.{task.regions[bucket]}.myqcloud.com/{quote(key)}"
